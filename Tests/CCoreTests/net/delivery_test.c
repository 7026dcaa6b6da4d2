/* delivery_test.c - what the system tells of real connections. */
#include "net/delivery.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 1000 /* ms, a tenth of the time that is looked on */ };

typedef struct pair {
    int sender, reader;
} pair;

static pair connected(void)
{
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof local;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    pair self = {.sender = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(bind(listener, (struct sockaddr *)&local, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&local, &size), 0);
    assert_int_equal(connect(self.sender, (struct sockaddr *)&local, size), 0);
    self.reader = accept(listener, NULL, NULL);
    assert_true(self.reader >= 0);
    close(listener);
    fcntl(self.sender, F_SETFL, O_NONBLOCK);
    return self;
}

static void disconnect(pair *self)
{
    close(self->sender);
    close(self->reader);
}

static cote__time now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (cote__time)time.tv_sec * 1000 + (cote__time)time.tv_nsec / 1000000;
}

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){0, 20000000}, NULL);
}

static cote__delivery delivery_of(int descriptor)
{
    cote__delivery delivery;
    assert_true(cote__delivery_of(descriptor, &delivery));
    return delivery;
}

static void test_what_arrives_is_acknowledged(void **state)
{
    (void)state;
    pair both = connected();
    assert_int_equal(send(both.sender, "hello", 5, 0), 5);
    cote__time began = now();
    while (delivery_of(both.sender).in_flight > 0) {
        assert_true(now() - began < 60000);
        wait_a_little();
    }
    assert_int_equal(delivery_of(both.sender).unsent, 0);
    disconnect(&both);
}

/* For a long time there is no room at the other side; that is no stall. */
static void test_who_reads_nothing_is_there(void **state)
{
    (void)state;
    static const char bytes[65536];
    pair both = connected();
    cote__stall stall = {0};
    cote__delivery delivery;
    cote__time began = now(), longest = 0;
    do {
        while (send(both.sender, bytes, sizeof bytes, 0) > 0) {
        }
        wait_a_little();
        delivery = delivery_of(both.sender);
        if (delivery.silence > longest) longest = delivery.silence;
        assert_false(cote__stall_judge(&stall, &delivery, MOST, now()));
    } while (now() - began < 10 * MOST);
    assert_true(delivery.unsent > 0);
    assert_true(longest > MOST); /* or this shows nothing */
    disconnect(&both);
}

static void test_others_than_tcp(void **state)
{
    (void)state;
    int both[2];
    cote__delivery delivery;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
    assert_false(cote__delivery_of(both[0], &delivery));
    close(both[0]);
    close(both[1]);
    assert_false(cote__delivery_of(-1, &delivery));
}

int main(void)
{
    cote__delivery delivery;
    pair both = connected();
    bool known = cote__delivery_of(both.sender, &delivery);
    disconnect(&both);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_others_than_tcp),
        cmocka_unit_test(test_what_arrives_is_acknowledged),
        cmocka_unit_test(test_who_reads_nothing_is_there),
    };
    const struct CMUnitTest elsewhere[] = {cmocka_unit_test(test_others_than_tcp)};
    return known ? cmocka_run_group_tests(tests, NULL, NULL)
                 : cmocka_run_group_tests(elsewhere, NULL, NULL);
}
