/* recall_test.c - a peer of Node.js that lost its connection comes back to a fresh id only. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/raw_tcp.h"
#include "support/raw_udp.h"

/* A component as Node.js has them: it says hello, and connects to an id that it does not know. */
typedef struct node {
    test_stage *stage;
    raw_hello hello;
    int mouth, ear;
    char known[64]; /* the last id of the listener that it heard */
    raw_peer peer;
} node;

/* The next hello from that port with an id that is not known yet, which is known then. */
static void hear_fresh_id(node *self, uint16_t port)
{
    char place[32], text[RAW_DATAGRAM], *iid;
    snprintf(place, sizeof place, "\"port\":%u", port);
    do {
        raw_udp_hear(self->ear, text);
        iid = strstr(text, "\"iid\":\"");
        if (iid) iid[7 + 36] = '\0';
    } while (!iid || !strstr(iid + 7 + 36 + 1, place) || !strstr(text, "\"event\":\"hello\"") ||
             strcmp(iid + 7, self->known) == 0);
    snprintf(self->known, sizeof self->known, "%s", iid + 7);
}

static node node_of(test_stage *stage, const char *iid, const char *axon_type, const char *key)
{
    node self = {.stage = stage, .mouth = raw_udp_from("127.0.0.1"), .ear = raw_udp_ear(stage)};
    self.hello = (raw_hello){iid, "node", axon_type, 0, false, key};
    return self;
}

static void node_meet(node *self, test_actor *listener)
{
    hear_fresh_id(self, actor_port(listener));
    self->peer = raw_connect(actor_port(listener));
    raw_say_hello(self->stage, self->mouth, &self->hello);
    stage_wait(self->stage, actor_heard(listener, COTE_PEER_ADDED, self->hello.iid) == 1 &&
                                listener->connected > 0);
}

static void node_end(node *self)
{
    raw_close(&self->peer);
    close(self->mouth);
    close(self->ear);
}

/* Also with a frame that makes no sense, for which the listener closes it. */
static void check_recall(node *self, test_actor *listener, const char *(*id)(test_actor *listener))
{
    node_meet(self, listener);
    const char *first = id(listener);
    assert_string_equal(self->known, first);
    raw_close(&self->peer);
    hear_fresh_id(self, actor_port(listener));
    const char *second = id(listener);
    assert_string_equal(self->known, second);
    assert_string_not_equal(first, second); /* the old text is still there */
    self->peer = raw_connect(actor_port(listener));
    raw_send(&self->peer, "GET / HTTP/1.1\r\n\r\n", 18);
    raw_expect_closed(&self->peer);
    hear_fresh_id(self, actor_port(listener));
    assert_string_not_equal(self->known, second);
    node_end(self);
}

static const char *responder_id(test_actor *actor)
{
    return cote_responder_id(actor->responder);
}

static const char *publisher_id(test_actor *actor)
{
    return cote_publisher_id(actor->publisher);
}

static void test_responder(void **state)
{
    test_stage *stage = *state;
    node requester = node_of(stage, "requester", "req", NULL);
    check_recall(&requester, responder_on(stage, stage_loop(stage), "server"), responder_id);
}

static void test_publisher(void **state)
{
    test_stage *stage = *state;
    node subscriber = node_of(stage, "subscriber", "sub-emitter", NULL);
    check_recall(&subscriber, publisher_on(stage, stage_loop(stage), "news"), publisher_id);
}

static const char *monitor_id(test_actor *actor)
{
    return cote_monitor_id(actor->monitor);
}

static void test_monitor(void **state)
{
    test_stage *stage = *state;
    node requester = node_of(stage, "requester", "req", NULL);
    test_actor *monitor = actor_create(stage, "monitor");
    assert_int_equal(
        cote_monitor_create(stage_loop(stage), &monitor->options, NULL, &monitor->monitor),
        COTE_OK);
    monitor->port = cote_monitor_port(monitor->monitor);
    check_recall(&requester, monitor, monitor_id);
}

/* With the lock held: what it handles, as the last event of that peer says. */
static bool handles(const test_actor *actor, const char *id, const char *list)
{
    const char *last = "";
    for (unsigned i = 0; i < actor->event_count && i < ACTOR_EVENTS; i++)
        if (strcmp(actor->events[i].id, id) == 0) last = actor->events[i].handles;
    return strcmp(last, list) == 0;
}

/* A fresh id handles what the old one did, and stays when that changes. */
static void test_fresh_id_handles_the_same(void **state)
{
    test_stage *stage = *state;
    node lost = node_of(stage, "requester", "req", NULL);
    cote_loop *loop = stage_loop(stage);
    test_actor *responder = actor_create(stage, "server");
    actor_respond(responder, loop);
    actor_on(responder, "first", actor_name);
    test_actor *requester = requester_on(stage, loop, "client");
    ask_expect(ask_send(requester, "first", NULL), COTE_OK);
    node_meet(&lost, responder);
    raw_close(&lost.peer);
    hear_fresh_id(&lost, actor_port(responder));
    stage_wait(stage, handles(requester, lost.known, "[\"first\"]"));
    actor_on(responder, "second", actor_name);
    stage_wait(stage, handles(requester, lost.known, "[\"first\",\"second\"]"));
    test_ask *ask = ask_send(requester, "second", NULL);
    ask_expect(ask, COTE_OK);
    assert_string_equal(ask->peer_id, lost.known);
    stage_check(stage, requester->connections == 1);
    node_end(&lost);
}

/* Those of ours stay where they are, and what is under way is answered. */
static void test_ours_stay_connected(void **state)
{
    test_stage *stage = *state;
    node lost = node_of(stage, "requester", "req", NULL);
    cote_loop *loop = stage_loop(stage);
    test_actor *responder = responder_on(stage, loop, "server");
    test_actor *requester = requester_on(stage, loop, "client");
    test_actor *remote = requester_on(stage, stage_loop(stage), "other client");
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    ask_expect(ask_send(remote, "echo", NULL), COTE_OK);
    node_meet(&lost, responder);
    char before[64];
    snprintf(before, sizeof before, "%s", lost.known);
    raw_close(&lost.peer);
    hear_fresh_id(&lost, actor_port(responder));
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, lost.known) == 1 &&
                          actor_heard(requester, COTE_PEER_REMOVED, before) == 1);
    test_ask *ask = ask_send(requester, "echo", NULL);
    ask_expect(ask, COTE_OK);
    assert_string_equal(ask->peer_id, lost.known);
    ask_expect(ask_send(remote, "echo", NULL), COTE_OK);
    stage_check(stage, requester->connections == 1 && remote->connections == 1);
    node_end(&lost);
}

/* However often connections are lost, the id changes once in a while. */
static void test_not_too_often(void **state)
{
    test_stage *stage = *state;
    node lost = node_of(stage, "requester", "req", NULL);
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    node_meet(&lost, responder);
    uint64_t times[3];
    for (int i = 0; i < 3; i++) {
        raw_close(&lost.peer);
        hear_fresh_id(&lost, actor_port(responder));
        times[i] = stage_now();
        lost.peer = raw_connect(actor_port(responder));
    }
    assert_true(times[1] - times[0] >= 900 && times[2] - times[1] >= 900);
    node_end(&lost);
}

/* Whoever comes back by itself needs no fresh id. */
static void test_not_for_ours(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *spared = actor_create(stage, "spared"), *other = actor_create(stage, "other");
    other->options.key = "k";
    node ours = node_of(stage, "ours", "req", NULL), lost = node_of(stage, "node", "req", "$$k");
    ours.hello.ours = true;
    actor_respond(spared, loop);
    actor_respond(other, loop);
    node_meet(&ours, spared);
    node_meet(&lost, other);
    raw_close(&ours.peer);
    stage_wait(stage, spared->connected == 0);
    raw_close(&lost.peer);
    /* If the first were to change, it would have done so before the second. */
    hear_fresh_id(&lost, actor_port(other));
    assert_string_equal(cote_responder_id(spared->responder), ours.known);
    node_end(&ours);
    node_end(&lost);
}

/* Those of one host count together: who connects over a unix socket shows no address, and who has
 * many may connect from another than it says hello from. */
static void test_several_addresses_of_this_host(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *spared = actor_create(stage, "spared"), *other = actor_create(stage, "other");
    other->options.key = "k";
    node there = node_of(stage, "node", "req", NULL),
         lost = node_of(stage, "other node", "req", "$$k");
    close(there.mouth);
    there.mouth = raw_udp_from("127.0.0.2");
    actor_respond(spared, loop);
    actor_on(spared, "echo", actor_echo);
    actor_respond(other, loop);
    ask_expect(ask_send(requester_on(stage, loop, "ours"), "echo", NULL), COTE_OK);
    node_meet(&there, spared);
    node_meet(&lost, other);
    raw_peer stranger = raw_connect(actor_port(spared));
    stage_wait(stage, spared->connected == 3);
    raw_close(&stranger);
    stage_wait(stage, spared->connected == 2);
    raw_close(&lost.peer);
    /* If the first were to change, it would have done so before the second. */
    hear_fresh_id(&lost, actor_port(other));
    assert_string_equal(cote_responder_id(spared->responder), there.known);
    node_end(&there);
    node_end(&lost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_responder),
        stage_test(test_publisher),
        stage_test(test_monitor),
        stage_test(test_ours_stay_connected),
        stage_test(test_not_too_often),
        stage_test(test_not_for_ours),
        stage_test(test_several_addresses_of_this_host),
        stage_test(test_fresh_id_handles_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
