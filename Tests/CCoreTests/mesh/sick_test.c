/* sick_test.c - peers that are silent or hung: who is suspected and passed over, who is removed,
 * and whose requests fail. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/child.h"
#include "support/fake.h"
#include "wire/probe.h"

enum {
    HELLO = 200, /* ms, as the others */
    TIMEOUT = 2400,
    LONG = TIMEOUT * 3 / 2,
    STEP = 20
};

static void be_quick(test_actor *actor)
{
    actor->options.hello_interval_ms = HELLO;
    actor->options.check_interval_ms = HELLO;
    actor->options.node_timeout_ms = TIMEOUT;
}

static test_actor *client(test_stage *stage)
{
    test_actor *requester = actor_create(stage, "client");
    be_quick(requester);
    actor_request(requester, stage_loop(stage));
    return requester;
}

static bool heard(test_actor *actor, cote_peer_event event, const char *id, unsigned times)
{
    stage_lock(actor->stage);
    bool came = actor_heard(actor, event, id) >= times;
    stage_unlock(actor->stage);
    return came;
}

static bool has_ended(test_ask *ask)
{
    stage_lock(ask->of->stage);
    bool ended = ask->ended > 0;
    stage_unlock(ask->of->stage);
    return ended;
}

static void step(void)
{
    nanosleep(&(struct timespec){0, STEP * 1000000}, NULL);
}

/* Does that again and again until it is so, as long as such tests are patient. */
#define until(CONDITION, ACTION)                                                           \
    do {                                                                                   \
        uint64_t until_began = stage_now();                                                \
        while (!(CONDITION)) {                                                             \
            if (stage_now() - until_began > 60000) fail_msg("never came: %s", #CONDITION); \
            ACTION;                                                                        \
        }                                                                                  \
    } while (0)

static bool readable(const raw_peer *peer, int wait)
{
    struct pollfd poll_one = {peer->fd, POLLIN, 0};
    return poll(&poll_one, 1, wait) > 0;
}

static void answer(raw_peer *peer)
{
    cote__buffer bytes = {0};
    cote__probe_answer(&bytes);
    raw_send(peer, bytes.data, bytes.size);
    cote__buffer_fini(&bytes);
}

/* Answers probes that are there, or come soon; fails if anything else does. */
static void answer_probes(raw_peer *peer)
{
    if (!readable(peer, STEP)) return;
    raw_expect(peer);
    assert_true(cote__is_probe(&peer->frame));
    answer(peer);
}

/* An answer to a request that was read before others were. */
static void reply_to(raw_peer *peer, const char *id, const char *result)
{
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 3);
    cote__amp_argument(&frame, "j:", cote__slice_of("null"));
    cote__amp_argument(&frame, "s:", cote__slice_of(result));
    cote__amp_argument(&frame, "", cote__slice_of(id));
    raw_send(peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
}

static void keep_id(const raw_peer *peer, char id[64])
{
    cote__slice last = peer->frame.arguments[peer->frame.count - 1];
    snprintf(id, 64, "%.*s", (int)last.size, last.data);
}

/* MARK: silence of hellos alone */

static void test_who_answers_probes_loses_no_request(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "slow", NULL);
    raw_expect(&peer);
    char id[64];
    keep_id(&peer, id);
    uint64_t began = stage_now();
    until(stage_now() - began > LONG, answer_probes(&peer));
    stage_check(stage, ask->ended == 0 && requester->removed == 0);
    /* Nor is it forgotten for what comes next, or new when it is heard again. */
    reply_to(&peer, id, "late");
    ask_expect_result(ask, "late");
    raw_say_hello(stage, responder.mouth, &responder.hello);
    raw_hello other = {"fence", "fence", "rep", 9, false, NULL};
    raw_say_hello(stage, responder.mouth, &other);
    until(heard(requester, COTE_PEER_ADDED, "fence", 1), answer_probes(&peer));
    stage_check(stage, actor_heard(requester, COTE_PEER_ADDED, "fake") == 1 &&
                           actor_heard(requester, COTE_PEER_REMOVED, "fake") == 0);
    stage_check(stage, requester->log_size == 0);
    raw_close(&peer);
    fake_close(&responder);
}

/* It falls silent in earnest after its hellos were given up. */
static void test_who_stops_answering_is_removed(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "slow", NULL);
    raw_expect(&peer);
    uint64_t began = stage_now();
    until(stage_now() - began > LONG, answer_probes(&peer));
    stage_check(stage, ask->ended == 0 && requester->removed == 0);
    ask_expect(ask, COTE_ECONNLOST);
    stage_wait(stage, actor_heard(requester, COTE_PEER_REMOVED, "fake") == 1);
    stage_check(stage, actor_heard(requester, COTE_PEER_SUSPECTED, "fake") == 1);
    raw_expect_closed(&peer);
    raw_close(&peer);
    fake_close(&responder);
}

/* A peer of Node.js is not probed: its bytes count, as they come. */
static void test_a_peer_of_node_that_sends_loses_no_request(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    fake responder = fake_open(stage, "fake", false);
    raw_peer peer = fake_meet(&responder);
    test_ask *slow = ask_send(requester, "slow", NULL);
    raw_expect(&peer);
    uint64_t began = stage_now();
    while (stage_now() - began < LONG) {
        test_ask *quick = ask_send(requester, "quick", NULL);
        raw_expect(&peer);
        assert_false(cote__is_probe(&peer.frame));
        fake_reply_text(&peer, NULL, "s:here");
        ask_expect_result(quick, "here");
        step();
    }
    stage_check(stage, slow->ended == 0 && requester->removed == 0);
    ask_expect(slow, COTE_ECONNLOST);
    stage_wait(stage, actor_heard(requester, COTE_PEER_REMOVED, "fake") == 1);
    raw_close(&peer);
    fake_close(&responder);
}

static void test_a_publisher_is_probed_too(void **state)
{
    test_stage *stage = *state;
    test_actor *subscriber = actor_create(stage, "subscriber");
    be_quick(subscriber);
    actor_subscribe(subscriber, stage_loop(stage));
    fake publisher = fake_open(stage, "publisher", true);
    publisher.hello.axon_type = "pub-emitter";
    raw_peer peer = fake_meet(&publisher);
    uint64_t began = stage_now();
    until(stage_now() - began > LONG, answer_probes(&peer));
    stage_check(stage, subscriber->added == 1 && subscriber->removed == 0);
    stage_wait(stage, subscriber->removed == 1);
    raw_expect_closed(&peer);
    raw_close(&peer);
    fake_close(&publisher);
}

static void expect_answer(uint16_t port)
{
    raw_peer peer = raw_connect(port);
    cote__buffer probe = {0};
    cote__probe_encode(&probe);
    for (int i = 0; i < 2; i++) {
        raw_send(&peer, probe.data, probe.size);
        raw_expect(&peer);
        assert_true(raw_argument_is(&peer, 0, "s:cote:pong"));
        assert_true(raw_argument_is(&peer, 1, "s:cote:0"));
    }
    cote__buffer_fini(&probe);
    raw_close(&peer);
}

static void test_probes_are_answered(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *responder = responder_on(stage, loop, "server");
    expect_answer(actor_port(responder));
    expect_answer(actor_port(publisher_on(stage, loop, "publisher")));
    stage_check(stage, responder->handled == 0 && responder->log_size == 0);
}

static void test_suspected_and_back(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "client");
    be_quick(requester);
    requester->options.log = COTE_ON;
    requester->options.node_timeout_ms = 6 * TIMEOUT; /* nobody is removed meanwhile */
    actor_request(requester, stage_loop(stage));
    test_actor *responder = actor_create(stage, "server");
    be_quick(responder);
    responder->options.node_timeout_ms = 6 * TIMEOUT;
    responder->options.log = COTE_ON;
    actor_respond(responder, stage_loop(stage));
    fake silent = fake_open(stage, "silent", false);
    raw_peer peer = fake_meet(&silent);
    raw_hello other = {"other", "other", "req", 0, false, NULL};
    raw_say_hello(stage, silent.mouth, &other);
    stage_wait(stage, actor_heard(requester, COTE_PEER_SUSPECTED, "silent") == 1);
    stage_wait(stage, actor_heard(responder, COTE_PEER_SUSPECTED, "other") == 1);
    raw_say_hello(stage, silent.mouth, &silent.hello);
    raw_say_hello(stage, silent.mouth, &other);
    stage_wait(stage, actor_heard(requester, COTE_PEER_BACK, "silent") == 1);
    stage_wait(stage, actor_heard(responder, COTE_PEER_BACK, "other") == 1);
    stage_check(stage, requester->removed == 0 && responder->removed == 0);
    stage_check(stage, actor_said(requester, "client > service.suspected fake#silent on "));
    stage_check(stage, actor_said(requester, "client > service.back fake#silent on "));
    stage_check(stage, actor_said(responder, "server > service.suspected other#other"));
    raw_close(&peer);
    fake_close(&silent);
}

/* MARK: hung */

/* It says hello, and answers nothing: others get the requests, and it keeps what it has. */
static void test_hung(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    fake hung = fake_open(stage, "hung", true);
    raw_peer peer = fake_meet(&hung);
    test_ask *first = ask_send(requester, "echo", NULL);
    raw_expect(&peer);
    char id[64];
    keep_id(&peer, id);
    until(heard(requester, COTE_PEER_SUSPECTED, "hung", 1),
          (raw_say_hello(stage, hung.mouth, &hung.hello), step()));
    raw_expect(&peer);
    assert_true(cote__is_probe(&peer.frame));
    /* Where nobody else is, it is better than nothing. */
    test_ask *second = ask_send(requester, "echo", NULL);
    raw_expect(&peer);
    assert_false(cote__is_probe(&peer.frame));
    test_actor *healthy = responder_on(stage, stage_loop(stage), "healthy");
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, actor_id(healthy)) == 1 &&
                          requester->connected == 2);
    uint64_t began = stage_now();
    while (stage_now() - began < LONG) {
        test_ask *ask = ask_send(requester, "echo", NULL);
        raw_say_hello(stage, hung.mouth, &hung.hello);
        ask_expect(ask, COTE_OK);
        step();
    }
    stage_check(stage, actor_heard(requester, COTE_PEER_REMOVED, "hung") == 0);
    assert_false(has_ended(first));
    assert_false(has_ended(second));
    /* One byte of it is enough, be it an answer or the sign of life. */
    answer(&peer);
    until(heard(requester, COTE_PEER_BACK, "hung", 1),
          (raw_say_hello(stage, hung.mouth, &hung.hello), step()));
    reply_to(&peer, id, "after all");
    ask_expect_result(first, "after all");
    fake_reply_text(&peer, NULL, "s:too");
    ask_expect_result(second, "too");
    raw_close(&peer);
    fake_close(&hung);
}

/* What is under way may end after a goodbye; but not never. */
static void test_hung_after_goodbye(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    fake hung = fake_open(stage, "hung", true);
    raw_peer peer = fake_meet(&hung);
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    raw_say_bye(stage, hung.mouth, &hung.hello);
    uint64_t began = stage_now();
    until(stage_now() - began > LONG, answer_probes(&peer));
    assert_false(has_ended(ask));
    ask_expect(ask, COTE_ECONNLOST);
    stage_check(stage, actor_heard(requester, COTE_PEER_SUSPECTED, "hung") == 0 &&
                           actor_heard(requester, COTE_PEER_REMOVED, "hung") == 1);
    raw_close(&peer);
    fake_close(&hung);
}

/* MARK: our own loop stands still */

static void hold(void *context, const cote_request *request, cote_reply *reply)
{
    actor_echo(context, request, reply);
    nanosleep(&(struct timespec){LONG / 1000, LONG % 1000 * 1000000}, NULL);
}

/* What came meanwhile is read before anybody is judged. */
static void test_who_slept_blames_nobody_else(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = actor_create(stage, "client");
    be_quick(requester);
    actor_request(requester, loop);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "slow", NULL);
    raw_expect(&peer);
    char id[64];
    keep_id(&peer, id);
    test_actor *holder = actor_create(stage, "holder");
    holder->options.key = "another";
    actor_respond(holder, loop);
    actor_on(holder, "hold", hold);
    raw_peer caller = raw_connect(actor_port(holder));
    uint64_t began = stage_now();
    until(stage_now() - began > TIMEOUT * 3 / 4, answer_probes(&peer)); /* its hellos are missed */
    raw_expect(&peer);
    assert_true(cote__is_probe(&peer.frame)); /* which is not answered before the loop stands */
    raw_send_request(&caller, "{\"type\":\"hold\"}", "1");
    stage_wait(stage, holder->handled == 1);
    reply_to(&peer, id, "in time");
    ask_expect_result(ask, "in time");
    raw_close(&caller);
    raw_close(&peer);
    fake_close(&responder);
}

/* MARK: a process that stands still */

static int run_child(const char *port)
{
    void *state;
    if (stage_setup(&state) != 0) return 99;
    test_stage *stage = state;
    stage->port = (uint16_t)atoi(port);
    test_actor *responder = actor_create(stage, "stopped");
    be_quick(responder);
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "name", actor_name);
    while (getchar() != EOF) {
    }
    return stage_teardown(&state) == 0 ? 0 : 98;
}

static bool was_answered_by(test_actor *requester, const char *name)
{
    test_ask *ask = ask_send(requester, "name", NULL);
    ask_wait(ask);
    return ask->status == COTE_OK && strcmp(ask->peer_name, name) == 0;
}

static void test_stopped_process(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    char port[8];
    snprintf(port, sizeof port, "%u", stage->port);
    test_child child = child_start((const char *const[]){port, NULL});
    until(was_answered_by(requester, "stopped"), step());
    assert_int_equal(kill(child.pid, SIGSTOP), 0);
    assert_int_equal(waitpid(child.pid, &(int){0}, WUNTRACED), child.pid); /* now it stands */
    uint64_t stopped = stage_now();
    test_ask *lost = ask_send(requester, "name", NULL);
    stage_wait(stage, actor_heard(requester, COTE_PEER_SUSPECTED, NULL) == 1);
    test_actor *other = actor_create(stage, "other");
    be_quick(other);
    actor_respond(other, stage_loop(stage));
    actor_on(other, "name", actor_name);
    stage_wait(stage, requester->connected == 2 || requester->removed == 1);
    /* From now on nothing goes to the one that stands still, unless the machine is so slow that the
     * other one seems to. */
    until(has_ended(lost), (assert_true(was_answered_by(requester, "other") ||
                                        heard(requester, COTE_PEER_SUSPECTED, actor_id(other), 1)),
                            step()));
    ask_expect(lost, COTE_ECONNLOST);
    assert_in_range(lost->time - stopped, 1, TIMEOUT * 10);
    stage_wait(stage, requester->removed == 1);
    assert_int_equal(kill(child.pid, SIGCONT), 0);
    until(was_answered_by(requester, "stopped"), step());
    assert_int_equal(child_end(&child), 0);
}

int main(int argc, char **argv)
{
    if (argc == 2) return run_child(argv[1]);
    const struct CMUnitTest tests[] = {
        stage_test(test_who_answers_probes_loses_no_request),
        stage_test(test_who_stops_answering_is_removed),
        stage_test(test_a_peer_of_node_that_sends_loses_no_request),
        stage_test(test_a_publisher_is_probed_too),
        stage_test(test_probes_are_answered),
        stage_test(test_suspected_and_back),
        stage_test(test_hung),
        stage_test(test_hung_after_goodbye),
        stage_test(test_who_slept_blames_nobody_else),
        stage_test(test_stopped_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
