/* listener_test.c - the first free port upwards, also when several want it at once. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/listener.h"
#include "support/actor.h"
#include "support/raw_tcp.h"

static void test_taken_port_goes_to_the_next(void **state)
{
    (void)state;
    uint16_t taken;
    int holder = raw_listen(&taken), descriptor;
    uint16_t port;
    assert_int_equal(cote__listen(INADDR_LOOPBACK, taken, UINT16_MAX, &port, &descriptor), COTE_OK);
    assert_in_range(port, taken + 1, taken + 1000);
    raw_peer peer = raw_connect(port); /* it listens already */
    raw_close(&peer);
    close(descriptor);
    close(holder);
}

static void test_no_port_is_left(void **state)
{
    (void)state;
    uint16_t taken, port = 0;
    int holder = raw_listen(&taken), descriptor = -1;
    char range[32];
    snprintf(range, sizeof range, "from %u to %u", taken, taken);
    assert_int_equal(cote__listen(INADDR_LOOPBACK, taken, taken, &port, &descriptor),
                     COTE_EADDRINUSE);
    assert_non_null(strstr(cote_error_detail(), range));
    assert_int_equal(port, 0);
    assert_int_equal(descriptor, -1);
    close(holder);
}

static void test_the_last_port_of_all(void **state)
{
    (void)state;
    uint16_t port = 0;
    int first, second = -1;
    int result = cote__listen(INADDR_LOOPBACK, UINT16_MAX, UINT16_MAX, &port, &first);
    if (result == COTE_OK) assert_int_equal(port, UINT16_MAX); /* else somebody else has it */
    assert_int_equal(cote__listen(INADDR_LOOPBACK, UINT16_MAX, UINT16_MAX, &port, &second),
                     COTE_EADDRINUSE);
    if (result == COTE_OK) close(first);
}

static void test_any_free_port(void **state)
{
    (void)state;
    uint16_t one, other;
    int first, second;
    assert_int_equal(cote__listen(INADDR_LOOPBACK, 0, 0, &one, &first), COTE_OK);
    assert_int_equal(cote__listen(INADDR_LOOPBACK, 0, 0, &other, &second), COTE_OK);
    assert_int_not_equal(one, 0);
    assert_int_not_equal(other, 0);
    assert_int_not_equal(one, other);
    raw_peer peer = raw_connect(other);
    raw_close(&peer);
    close(first);
    close(second);
}

static void test_address_of_another_host(void **state)
{
    (void)state;
    uint16_t port;
    int descriptor = -1;
    assert_int_equal(cote__listen(0xc0000201 /* 192.0.2.1, of documentation */, 20000, 20010, &port,
                                  &descriptor),
                     COTE_EADDRESS);
    assert_non_null(strstr(cote_error_detail(), "192.0.2.1"));
    assert_int_equal(descriptor, -1);
}

enum { RACERS = 8 };

typedef struct race {
    pthread_barrier_t start;
    uint16_t first;
} race;

typedef struct racer {
    race *race;
    uint16_t port;
    int descriptor, result;
} racer;

static void *run(void *context)
{
    racer *self = context;
    pthread_barrier_wait(&self->race->start);
    self->result = cote__listen(INADDR_LOOPBACK, self->race->first, UINT16_MAX, &self->port,
                                &self->descriptor);
    return NULL;
}

static void test_race_for_one_port(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        race all;
        int holder = raw_listen(&all.first);
        close(holder); /* free again, and everybody wants it */
        pthread_barrier_init(&all.start, NULL, RACERS);
        racer racers[RACERS];
        pthread_t threads[RACERS];
        for (unsigned i = 0; i < RACERS; i++) {
            racers[i] = (racer){.race = &all};
            assert_int_equal(pthread_create(&threads[i], NULL, run, &racers[i]), 0);
        }
        for (unsigned i = 0; i < RACERS; i++) pthread_join(threads[i], NULL);
        for (unsigned i = 0; i < RACERS; i++) {
            assert_int_equal(racers[i].result, COTE_OK);
            for (unsigned k = 0; k < i; k++) assert_true(racers[i].port != racers[k].port);
            close(racers[i].descriptor);
        }
        pthread_barrier_destroy(&all.start);
    }
}

/* MARK: as responders have it */

static void test_responders_take_the_next_ports(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    uint16_t taken;
    int holder = raw_listen(&taken);
    uint16_t before = taken;
    for (int i = 0; i < 3; i++) {
        test_actor *responder = actor_create(stage, "server");
        responder->options.port = taken;
        actor_respond(responder, loop);
        assert_in_range(actor_port(responder), before + 1, taken + 1000);
        before = actor_port(responder);
        actor_on(responder, "echo", actor_echo);
        raw_peer peer = raw_connect(before);
        raw_send_request(&peer, "{\"type\":\"echo\"}", "1");
        raw_expect(&peer);
        raw_close(&peer);
    }
    close(holder);
}

static void test_responder_without_a_port_leaves_nothing_behind(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    cote_responder *responder = NULL;
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "server";
    options.address = "192.0.2.1";
    options.discovery_port = stage->port;
    assert_int_equal(cote_responder_create(loop, &options, &responder), COTE_EADDRESS);
    assert_null(responder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken_port_goes_to_the_next),
        cmocka_unit_test(test_no_port_is_left),
        cmocka_unit_test(test_the_last_port_of_all),
        cmocka_unit_test(test_any_free_port),
        cmocka_unit_test(test_address_of_another_host),
        cmocka_unit_test(test_race_for_one_port),
        stage_test(test_responders_take_the_next_ports),
        stage_test(test_responder_without_a_port_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
