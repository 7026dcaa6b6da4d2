/* descriptors_test.c - a process that has no file descriptor left goes on when it has some again,
 * and meanwhile ends nothing. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"

enum { SPARE = 512 /* descriptors beyond those that are open */ };

/* All that the process may have. */
typedef struct hoard {
    struct rlimit before;
    int taken[SPARE];
    unsigned count;
} hoard;

static void take_all(hoard *self)
{
    int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(next >= 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &self->before), 0);
    struct rlimit limit = {(rlim_t)next + SPARE / 2, self->before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    self->taken[0] = next;
    for (self->count = 1; self->count < SPARE; self->count++) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (fd < 0) break;
        self->taken[self->count] = fd;
    }
    assert_int_equal(errno, EMFILE);
}

static void give_back(hoard *self)
{
    while (self->count > 0) close(self->taken[--self->count]);
    setrlimit(RLIMIT_NOFILE, &self->before);
}

static int new_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    return fd;
}

/* Their connections wait, and so does what they send: nobody is turned away. */
static void test_who_comes_meanwhile_is_served_later(void **state)
{
    enum { PEERS = 20 };
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer standing = raw_connect(actor_port(responder));
    raw_send_request(&standing, "{\"type\":\"echo\"}", "0");
    raw_expect(&standing);
    raw_peer peers[PEERS];
    int sockets[PEERS];
    for (int i = 0; i < PEERS; i++) sockets[i] = new_socket();
    hoard all;
    take_all(&all);
    for (int i = 0; i < PEERS; i++) {
        peers[i] = raw_connect_by(sockets[i], actor_port(responder));
        raw_send_request(&peers[i], "{\"type\":\"echo\"}", "1");
    }
    stage_wait(stage, actor_said(responder, "takes no connections for now"));
    raw_send_request(&standing, "{\"type\":\"echo\"}", "2"); /* this one works on */
    raw_expect(&standing);
    stage_check(stage, responder->handled == 2 && responder->connected == 1);
    give_back(&all);
    for (int i = 0; i < PEERS; i++) {
        raw_expect(&peers[i]);
        raw_close(&peers[i]);
    }
    stage_wait(stage, actor_said(responder, "takes connections again"));
    raw_close(&standing);
}

/* Whoever is heard is connected to as soon as that can be. */
static void test_connecting_goes_on_later(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "any", NULL);
    fake first = fake_open(stage, "first", true), second = fake_open(stage, "second", true);
    raw_peer peer = fake_meet(&first); /* so it hears */
    raw_expect(&peer);
    hoard all;
    take_all(&all);
    raw_say_hello(stage, second.mouth, &second.hello);
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, "second") == 1);
    give_back(&all);
    raw_peer other = raw_accept(second.listener);
    raw_close(&peer);
    ask_expect(ask, COTE_ECONNLOST);
    ask = ask_send(requester, "any", NULL);
    raw_expect(&other);
    fake_reply_text(&other, NULL, "s:second");
    ask_expect_result(ask, "second");
    raw_close(&other);
    fake_close(&first);
    fake_close(&second);
}

static void test_discovery_goes_on_later(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    test_actor *requester = actor_create(stage, "client");
    requester->options.hello_interval_ms = 100; /* another discovery, with a socket of its own */
    hoard all;
    take_all(&all);
    actor_request(requester, loop);
    test_ask *ask = ask_send(requester, "echo", NULL);
    stage_wait(stage, actor_said(requester, "open files"));
    give_back(&all);
    ask_expect(ask, COTE_OK);
    stage_wait(stage, actor_said(requester, "discovery works again"));
    stage_check(stage, responder->handled == 1);
}

static void test_a_component_that_cannot_be_made_says_why(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    responder_on(stage, loop, "server"); /* so that what all have in common is there */
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "late";
    options.discovery_port = stage->port;
    cote_responder *responder = NULL;
    cote_loop *other = NULL;
    hoard all;
    take_all(&all);
    int result = cote_responder_create(loop, &options, &responder);
    bool told = strstr(cote_error_detail(), "open files") != NULL;
    int loop_result = cote_loop_create(&other);
    give_back(&all);
    assert_int_equal(result, COTE_ESYSTEM);
    assert_true(told);
    assert_null(responder);
    assert_int_equal(loop_result, COTE_ESYSTEM);
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_who_comes_meanwhile_is_served_later),
        stage_test(test_connecting_goes_on_later),
        stage_test(test_discovery_goes_on_later),
        stage_test(test_a_component_that_cannot_be_made_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
