/* status_test.c - what requesters and subscribers tell a monitor of Node.js, byte for byte but for
 * the counters at its end, and what all tell to one of ours; and to which monitors. */
#define _GNU_SOURCE /* memmem */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fake.h"
#include "support/heard.h"
#include "support/vectors.h"

#define RECORDED_ID   "7a939a7e-8ad5-415a-97cb-2003fd146394"
#define RECORDED_NODE "10dd97a7-30c1-4dec-aece-6fa0b599f1b2"

static fake fake_monitor(test_stage *stage, const char *iid, const char *key)
{
    fake self = fake_open(stage, iid, false);
    self.hello.axon_type = NULL;
    self.hello.key = key;
    return self;
}

enum { STATUS_AT = 17 }; /* in a frame: behind the two lengths and the event, the tag j: */

/* What the last frame tells, without its last member if that is `cote`. */
static cote__buffer without_counters(const raw_peer *monitor)
{
    static const char mark[] = ",\"cote\":{";
    cote__slice status = monitor->frame.arguments[1];
    const char *own = memmem(status.data, status.size, mark, strlen(mark));
    cote__buffer text = {0};
    cote__buffer_append(&text, status.data, own ? (size_t)(own - status.data) : status.size);
    if (own) cote__buffer_append_byte(&text, '}');
    return text;
}

/* The next frame is the recorded one, but that it is this component that tells it, and that it has
 * counters at its end. */
static void expect_recorded(raw_peer *monitor, const test_actor *teller)
{
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        if (cote_test_vectors[i].meaning != MEANS_STATUS) continue;
        size_t size;
        char *bytes = cote_test_vector_bytes(&cote_test_vectors[i], &size);
        char *id = memmem(bytes, size, RECORDED_ID, strlen(RECORDED_ID));
        assert_non_null(id);
        memcpy(id, actor_id(teller), strlen(RECORDED_ID));
        raw_expect(monitor);
        assert_true(raw_argument_is(monitor, 0, "s:status"));
        cote__buffer told = without_counters(monitor);
        assert_in_range(told.size, 1, monitor->frame.arguments[1].size - 1);
        assert_int_equal(told.size, size - STATUS_AT);
        assert_memory_equal(told.data, bytes + STATUS_AT, told.size);
        /* The event, and whatever is before the second length, is as recorded too. */
        assert_memory_equal(raw_frame_bytes(monitor), bytes, STATUS_AT - 4);
        cote__buffer_fini(&told);
        free(bytes);
        return;
    }
    fail_msg("no recording");
}

/* The next status is of that component, with that list. */
static void expect_status(raw_peer *monitor, const test_actor *teller, const char *nodes)
{
    char status[512];
    snprintf(status, sizeof status, "j:{\"id\":\"%s\",\"nodes\":%s}", actor_id(teller), nodes);
    raw_expect(monitor);
    assert_int_equal(monitor->frame.count, 2);
    assert_true(raw_argument_is(monitor, 0, "s:status"));
    cote__buffer told = without_counters(monitor);
    if (!cote__slice_equal(cote__buffer_slice(&told), cote__slice_of(status)))
        fail_msg("%.*s", (int)monitor->frame.arguments[1].size, monitor->frame.arguments[1].data);
    cote__buffer_fini(&told);
}

static void expect_nodes(raw_peer *monitor, const test_actor *teller, const test_actor *node)
{
    char nodes[128];
    snprintf(nodes, sizeof nodes, "[\"%s\"]", actor_id(node));
    expect_status(monitor, teller, nodes);
}

/* MARK: what is told */

/* As soon as the monitor is connected, and then again and again, as Node.js does. */
static void test_status_of_a_requester(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "requester");
    fake responder = fake_open(stage, RECORDED_NODE, false);
    raw_peer connection = fake_meet(&responder);
    actor_wait_connected(requester, 1);
    fake monitor = fake_monitor(stage, "monitor", NULL);
    raw_peer peer = fake_meet(&monitor);
    expect_recorded(&peer, requester);
    uint64_t first = stage_now();
    expect_recorded(&peer, requester);
    uint64_t interval = stage_now() - first;
    assert_in_range(interval, 4500, 20000);
    /* It is no partner: nobody was told of it, and it does not count. */
    stage_check(stage, requester->connected == 1 && requester->connections == 1);
    stage_check(stage, actor_heard(requester, COTE_PEER_ADDED, "monitor") == 0);
    raw_close(&connection);
    fake_close(&responder);
    raw_close(&peer);
    fake_close(&monitor);
}

static void test_status_of_a_subscriber(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_actor *subscriber = subscriber_on(stage, loop, "subscriber");
    actor_wait_connected(subscriber, 1);
    fake monitor = fake_monitor(stage, "monitor", NULL);
    raw_peer peer = fake_meet(&monitor);
    expect_nodes(&peer, subscriber, publisher);
    actor_close(publisher);
    actor_wait_connected(subscriber, 0);
    expect_status(&peer, subscriber, "[]");
    raw_close(&peer);
    fake_close(&monitor);
}

/* MARK: whom */

/* Whether somebody connects. */
static bool knocked(int listener)
{
    struct pollfd incoming = {listener, POLLIN, 0};
    return poll(&incoming, 1, 0) > 0;
}

/* A monitor sees what its key begins. Each of these tells the one beside it, or nobody. */
static void test_keys(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    fake all = fake_monitor(stage, "all", "$$"), billing = fake_monitor(stage, "one", "$$billing");
    fake other = fake_monitor(stage, "qa", "qa:$$");
    test_actor *plain = actor_create(stage, "plain");
    plain->options.environment = "";
    actor_request(plain, loop);
    raw_peer of_all = fake_meet(&all);
    expect_status(&of_all, plain, "[]");
    actor_close(plain);
    raw_expect_closed(&of_all);
    raw_close(&of_all);
    stage_wait(stage, plain->closed == 1);

    test_actor *keyed = actor_create(stage, "keyed");
    keyed->options.environment = "";
    keyed->options.key = "billing";
    keyed->options.name_space = "ns";
    actor_request(keyed, loop);
    raw_peer of_billing = fake_meet(&billing);
    expect_status(&of_billing, keyed, "[]");
    /* Of these hellos the last is the only one that is followed. */
    fake unrelated = fake_monitor(stage, "unrelated", "$$bill2");
    raw_say_hello(stage, other.mouth, &other.hello);
    raw_say_hello(stage, unrelated.mouth, &unrelated.hello);
    of_all = fake_meet(&all);
    expect_status(&of_all, keyed, "[]");
    assert_false(knocked(other.listener) || knocked(unrelated.listener));
    actor_close(keyed);
    raw_expect_closed(&of_billing);
    raw_expect_closed(&of_all);
    raw_close(&of_billing);
    raw_close(&of_all);
    stage_wait(stage, keyed->closed == 1);

    test_actor *qa = actor_create(stage, "qa");
    qa->options.environment = "qa";
    qa->options.key = "billing";
    actor_subscribe(qa, loop);
    raw_peer of_qa = fake_meet(&other);
    expect_status(&of_qa, qa, "[]");

    raw_close(&of_qa);
    fake_close(&all);
    fake_close(&billing);
    fake_close(&other);
    fake_close(&unrelated);
}

/* Several are told, and one that breaks its connection is told again. */
static void test_two_monitors(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "requester");
    fake one = fake_monitor(stage, "one", NULL), other = fake_monitor(stage, "other", NULL);
    raw_peer to_one = fake_meet(&one), to_other = fake_meet(&other);
    expect_status(&to_one, requester, "[]");
    expect_status(&to_other, requester, "[]");
    raw_close(&to_one);
    to_one = raw_accept(one.listener);
    expect_status(&to_one, requester, "[]");
    expect_status(&to_one, requester, "[]");
    expect_status(&to_other, requester, "[]");
    raw_close(&to_one);
    raw_close(&to_other);
    fake_close(&one);
    fake_close(&other);
}

/* Monitors are logged as others are: those of the component's own key. */
static void test_log(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "requester");
    requester->options.environment = "";
    requester->options.key = "billing";
    requester->options.log = COTE_ON;
    actor_request(requester, stage_loop(stage));
    fake all = fake_monitor(stage, "all", "$$"), own = fake_monitor(stage, "own", "$$billing");
    raw_peer of_all = fake_meet(&all), of_own = fake_meet(&own);
    stage_check(stage, actor_said(requester, "requester > monitor.online fake#own"));
    stage_check(stage, !actor_said(requester, "fake#all"));
    raw_close(&of_all);
    raw_close(&of_own);
    fake_close(&all);
    fake_close(&own);
}

/* What a monitor says means nothing, and what makes no sense ends its own connection alone. */
static void test_monitor_that_talks(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "requester");
    responder_on(stage, loop, "responder");
    actor_wait_connected(requester, 1);
    fake monitor = fake_monitor(stage, "monitor", NULL);
    raw_peer peer = fake_meet(&monitor);
    raw_expect(&peer);
    raw_send_request(&peer, "{\"type\":\"x\"}", "1");
    raw_send(&peer, "\x22\0\0\0\x01x", 6); /* a version that there is not */
    raw_expect_closed(&peer);
    raw_close(&peer);
    peer = raw_accept(monitor.listener);
    raw_expect(&peer);
    stage_check(stage, requester->connected == 1 && requester->connections == 1);
    raw_close(&peer);
    fake_close(&monitor);
}

/* To a monitor of Node.js responders and publishers tell nothing: the requester's connection is the
 * first one. */
static void test_listeners_tell_nothing(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    int ear = raw_udp_ear(stage);
    test_actor *responder = responder_on(stage, loop, "responder");
    raw_udp_await_hello(ear, actor_id(responder));
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    raw_udp_await_hello(ear, actor_id(publisher));
    fake monitor = fake_monitor(stage, "monitor", NULL);
    raw_say_hello(stage, monitor.mouth, &monitor.hello);
    test_actor *requester = requester_on(stage, loop, "requester");
    raw_peer peer = fake_meet(&monitor);
    raw_expect(&peer);
    assert_non_null(memmem(raw_frame_bytes(&peer), peer.frame.size, actor_id(requester),
                           strlen(actor_id(requester))));
    close(ear);
    raw_close(&peer);
    fake_close(&monitor);
}

/* To one of ours they tell what they have counted. */
static void test_listeners_tell_ours(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    fake monitor = fake_open(stage, "monitor", true);
    monitor.hello.axon_type = NULL;
    test_actor *responder = responder_on(stage, loop, "responder");
    raw_peer peer = fake_meet(&monitor);
    expect_status(&peer, responder, "[]");
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    raw_peer other = fake_meet(&monitor);
    expect_status(&other, publisher, "[]");
    cote__slice status = other.frame.arguments[1];
    assert_non_null(memmem(status.data, status.size, "{\"published\":0,\"dropped\":0}", 27));
    /* It is no partner. */
    stage_check(stage, responder->added == 0 && publisher->added == 0);
    actor_close(responder);
    raw_expect_closed(&peer);
    raw_close(&peer);
    raw_close(&other);
    fake_close(&monitor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_status_of_a_requester),
        stage_test(test_status_of_a_subscriber),
        stage_test(test_keys),
        stage_test(test_two_monitors),
        stage_test(test_log),
        stage_test(test_monitor_that_talks),
        stage_test(test_listeners_tell_nothing),
        stage_test(test_listeners_tell_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
