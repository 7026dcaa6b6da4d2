/* guard_test.c - connections that only take up room are closed; all others stay. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"
#include "support/heard.h"

enum { TIMEOUT = 300 /* ms */ };

static test_actor *guarded(test_stage *stage)
{
    test_actor *responder = actor_create(stage, "server");
    responder->options.max_connections = 3;
    responder->options.frame_timeout_ms = TIMEOUT;
    responder->options.idle_timeout_ms = TIMEOUT;
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "echo", actor_echo);
    return responder;
}

static void expect_served(raw_peer *peer)
{
    raw_send_request(peer, "{\"type\":\"echo\"}", "1:1");
    raw_expect(peer);
    assert_true(raw_argument_is(peer, 2, "s:1:1"));
}

static cote_refusals refused(void)
{
    cote_refusals all;
    cote_refused(&all, sizeof all);
    return all;
}

/* Nothing happens in this time. */
static void let_pass(unsigned timeouts)
{
    usleep(timeouts * TIMEOUT * 1000);
}

/* MARK: connections */

static void test_one_connection_too_many(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = guarded(stage);
    uint64_t before = refused().connections;
    raw_peer peers[3];
    for (int i = 0; i < 3; i++) {
        peers[i] = raw_connect(responder->port);
        expect_served(&peers[i]);
    }
    for (int i = 0; i < 3; i++) {
        raw_peer more = raw_connect(responder->port);
        raw_expect_closed(&more);
        raw_close(&more);
    }
    for (int i = 0; i < 3; i++) expect_served(&peers[i]);
    assert_true(refused().connections == before + 3);
    stage_wait(stage, actor_said(responder, "a connection more than there may be: closed"));
    raw_close(&peers[1]);
    actor_wait_connected(responder, 2);
    peers[1] = raw_connect(responder->port);
    for (int i = 0; i < 3; i++) expect_served(&peers[i]);
    for (int i = 0; i < 3; i++) raw_close(&peers[i]);
}

/* MARK: frames that stop */

static void test_frame_that_stops(void **state)
{
    static const char half[] = "\x12\0\0\0\x40j:{";
    test_stage *stage = *state;
    test_actor *responder = guarded(stage);
    raw_peer whole = raw_connect(responder->port), stopped = raw_connect(responder->port);
    expect_served(&whole);
    expect_served(&stopped); /* also of one that was in order before */
    uint64_t began = stage_now(), before = refused().halves;
    raw_send(&stopped, half, sizeof half - 1);
    raw_expect_closed(&stopped);
    assert_in_range(stage_now() - began, TIMEOUT, TIMEOUT * 100);
    assert_true(refused().halves == before + 1);
    expect_served(&whole);
    stage_check(stage,
                actor_said(responder, "127.0.0.1 began a frame, and sends no more of it: closed"));
    raw_close(&stopped);
    raw_close(&whole);
}

/* One that grows is waited for, however slowly. */
static void test_frame_that_grows(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    responder->options.frame_timeout_ms = 10 * TIMEOUT;
    responder->options.idle_timeout_ms = TIMEOUT; /* it is not silent */
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "echo", actor_echo);
    raw_peer peer = raw_connect(responder->port);
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 2);
    cote__amp_argument(&frame, "j:", cote__slice_of("{\"type\":\"echo\"}"));
    cote__amp_argument(&frame, "s:", cote__slice_of("1:1"));
    for (size_t i = 0; i < frame.size; i++) {
        raw_send(&peer, frame.data + i, 1);
        usleep(4 * TIMEOUT * 1000 / (unsigned)frame.size); /* four timeouts for all of it */
    }
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 2, "s:1:1"));
    cote__buffer_fini(&frame);
    raw_close(&peer);
}

/* MARK: connections that say nothing */

static void test_silent_stranger(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = guarded(stage);
    uint64_t before = refused().silent;
    raw_peer known = raw_connect(responder->port), silent = raw_connect(responder->port);
    expect_served(&known);
    raw_expect_closed(&silent);
    assert_true(refused().silent == before + 1);
    stage_check(stage, actor_said(responder, "says nothing, and nobody is announced there"));
    let_pass(3);
    expect_served(&known); /* who has spoken once may be silent for ever */
    raw_close(&known);
    raw_close(&silent);
}

/* A Node.js requester, or one of another mesh, may be silent for as long as it is announced. */
static void test_silent_peer(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = guarded(stage);
    raw_hello hello = {.iid = "0d3a71d9-1f4e-4a33-8d7e-6c1a2f6a1c01",
                       .name = "idle",
                       .axon_type = "req",
                       .key = "other$$"};
    int mouth = raw_udp_from("127.0.0.1");
    raw_peer silent = raw_connect(responder->port);
    for (int i = 0; i < 50; i++) { /* five timeouts */
        raw_say_hello(stage, mouth, &hello);
        usleep(TIMEOUT * 100);
    }
    expect_served(&silent);
    raw_close(&silent);
    close(mouth);
}

static void test_idle_requester_and_subscriber(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *responder = guarded(stage), *publisher = actor_create(stage, "publisher");
    publisher->options.idle_timeout_ms = TIMEOUT;
    actor_publish(publisher, loop);
    test_actor *requester = requester_on(stage, loop, "client");
    test_actor *subscriber = subscriber_on(stage, loop, "subscriber");
    actor_wait_connected(requester, 1);
    actor_wait_connected(subscriber, 1);
    let_pass(4);
    stage_check(stage, requester->connections == 1 && subscriber->connections == 1);
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    stage_check(stage, responder->connections == 1);
}

/* MARK: many, and for ever */

static void test_many_that_say_nothing(void **state)
{
    enum { COUNT = 500 };
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    responder->options.idle_timeout_ms = TIMEOUT;
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "echo", actor_echo);
    raw_peer known = raw_connect(responder->port), *silent = calloc(COUNT, sizeof *silent);
    assert_non_null(silent);
    expect_served(&known);
    for (int i = 0; i < COUNT; i++) silent[i] = raw_connect(responder->port);
    expect_served(&known);
    for (int i = 0; i < COUNT; i++) raw_expect_closed(&silent[i]);
    actor_wait_connected(responder, 1);
    expect_served(&known);
    for (int i = 0; i < COUNT; i++) raw_close(&silent[i]);
    raw_close(&known);
    free(silent);
}

/* When there is no room for one more, strangers are not waited for that long. */
static void test_silent_strangers_make_room(void **state)
{
    enum { ROOM = 20 };
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    responder->options.max_connections = ROOM;
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "echo", actor_echo);
    raw_peer known = raw_connect(responder->port), silent[ROOM - 1];
    expect_served(&known);
    for (int i = 0; i < ROOM - 1; i++) silent[i] = raw_connect(responder->port);
    actor_wait_connected(responder, ROOM);
    uint64_t began = stage_now();
    raw_peer refused_one = raw_connect(responder->port);
    raw_expect_closed(&refused_one);
    raw_close(&refused_one);
    for (int i = 0; i < ROOM - 1; i++) {
        raw_expect_closed(&silent[i]);
        raw_close(&silent[i]);
    }
    assert_in_range(stage_now() - began, 0, 30 * 1000); /* half of the default */
    expect_served(&known);
    raw_peer next = raw_connect(responder->port);
    expect_served(&next);
    raw_close(&next);
    raw_close(&known);
}

static void test_no_timeouts(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    responder->options.frame_timeout_ms = COTE_NO_TIMEOUT;
    responder->options.idle_timeout_ms = COTE_NO_TIMEOUT;
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "echo", actor_echo);
    raw_peer silent = raw_connect(responder->port);
    let_pass(3);
    expect_served(&silent);
    raw_close(&silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_one_connection_too_many),
        stage_test(test_frame_that_stops),
        stage_test(test_frame_that_grows),
        stage_test(test_silent_stranger),
        stage_test(test_silent_peer),
        stage_test(test_idle_requester_and_subscriber),
        stage_test(test_many_that_say_nothing),
        stage_test(test_silent_strangers_make_room),
        stage_test(test_no_timeouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
