/* running_test.c - a responder handles no more requests at once than it may, reads no further, and
 * loses none of those that wait. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/heard.h"
#include "support/raw_tcp.h"

enum { MOST = 2, KEPT = 4096 };

/* A responder whose requests are answered by the test. */
typedef struct keeper {
    test_actor *actor;
    struct {
        cote_reply *reply;
        char id[32];
    } kept[KEPT];
    unsigned count, answered, most; /* under the lock */
} keeper;

static keeper self;

static void keep(void *context, const cote_request *request, cote_reply *reply)
{
    (void)context;
    stage_lock(self.actor->stage);
    self.kept[self.count].reply = reply;
    snprintf(self.kept[self.count].id, sizeof self.kept->id, "%s", request->id);
    self.count++;
    if (self.count - self.answered > self.most) self.most = self.count - self.answered;
    stage_unlock(self.actor->stage);
}

static void keep_on(void)
{
    assert_int_equal(cote_responder_on(self.actor->responder, "keep", keep, NULL, NULL, NULL),
                     COTE_OK);
}

static void begin(test_stage *stage, size_t most)
{
    self = (keeper){0};
    self.actor = actor_create(stage, "keeper");
    self.actor->options.max_running = most;
    actor_respond(self.actor, stage_loop(stage));
}

static cote_reply *next_kept(void)
{
    test_stage *stage = self.actor->stage;
    stage_wait(stage, self.count > self.answered);
    stage_lock(stage);
    cote_reply *reply = self.kept[self.answered++].reply;
    stage_unlock(stage);
    return reply;
}

static void answer_one(void)
{
    assert_int_equal(cote_reply_send(next_kept(), NULL, 0), COTE_OK);
}

static void send_numbered(raw_peer *peer, const char *name, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char id[32];
        sprintf(id, "%s:%u", name, i);
        raw_send_request(peer, "{\"type\":\"keep\"}", id);
    }
}

/* Reads answers to requests of these numbers, in their order. */
static void expect_numbered(raw_peer *peer, const char *name, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char id[32];
        sprintf(id, "s:%s:%u", name, i);
        raw_expect(peer);
        if (!raw_argument_is(peer, peer->frame.count - 1, id))
            fail_msg("%s, and not %.*s", id, (int)peer->frame.size, raw_frame_bytes(peer));
    }
}

/* MARK: as many as may be, in order */

static void test_no_more_than_may(void **state)
{
    enum { COUNT = 50 };
    test_stage *stage = *state;
    begin(stage, MOST);
    keep_on();
    raw_peer peer = raw_connect(self.actor->port);
    send_numbered(&peer, "1", COUNT);
    stage_wait(stage, self.count == MOST);
    for (unsigned i = 0; i < COUNT; i++) answer_one();
    expect_numbered(&peer, "1", COUNT);
    assert_int_equal(self.most, MOST);
    raw_close(&peer);
}

/* A token that is dropped makes room as well. */
static void test_dropped_tokens(void **state)
{
    begin(*state, 1);
    keep_on();
    raw_peer peer = raw_connect(self.actor->port);
    send_numbered(&peer, "1", 20);
    for (unsigned i = 0; i < 20; i++) cote_reply_drop(next_kept());
    expect_numbered(&peer, "1", 20);
    assert_int_equal(self.most, 1);
    raw_close(&peer);
}

/* A handler that answers at once never fills it. */
static void test_answers_at_once(void **state)
{
    test_stage *stage = *state;
    begin(stage, 1);
    actor_on(self.actor, "keep", actor_echo);
    raw_peer peer = raw_connect(self.actor->port);
    send_numbered(&peer, "1", 1000);
    expect_numbered(&peer, "1", 1000);
    stage_check(stage, self.actor->handled == 1000);
    raw_close(&peer);
}

/* MARK: who sends */

enum { LARGE = 60000, LARGE_ONES = 1000 /* together more than the system keeps by itself */ };

typedef struct sender {
    raw_peer peer;
    atomic_uint sent;
} sender;

static void *send_large(void *context)
{
    sender *of = context;
    static char json[LARGE + 64];
    memset(json, ' ', LARGE);
    memcpy(json, "{\"type\":\"keep\"", 14);
    strcpy(json + LARGE, "}");
    for (unsigned i = 0; i < LARGE_ONES; i++) {
        char id[32];
        sprintf(id, "1:%u", i);
        raw_send_request(&of->peer, json, id);
        atomic_fetch_add(&of->sent, 1);
    }
    return NULL;
}

/* Whoever sends is held up, and all that was sent is handled in the end. */
static void test_sender_is_held_up(void **state)
{
    test_stage *stage = *state;
    begin(stage, MOST);
    keep_on();
    sender of = {.peer = raw_connect(self.actor->port)};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, send_large, &of), 0);
    stage_wait(stage, self.count == MOST);
    /* It comes to a standstill, and not because it is through. */
    unsigned before, still = 0;
    do {
        before = atomic_load(&of.sent);
        usleep(10000);
        still = atomic_load(&of.sent) == before ? still + 1 : 0;
    } while (still < 20);
    assert_true(atomic_load(&of.sent) < LARGE_ONES);
    for (unsigned i = 0; i < LARGE_ONES; i++) answer_one();
    assert_int_equal(pthread_join(thread, NULL), 0);
    expect_numbered(&of.peer, "1", LARGE_ONES);
    assert_int_equal(self.most, MOST);
    raw_close(&of.peer);
}

static uint64_t bytes_received(void)
{
    cote_counters counters = COTE_COUNTERS_INIT;
    assert_int_equal(cote_responder_counters(self.actor->responder, &counters), COTE_OK);
    return counters.bytes_received;
}

/* Each connection has its turn. */
static void test_connections_take_turns(void **state)
{
    enum { COUNT = 100 };
    test_stage *stage = *state;
    begin(stage, 1);
    keep_on();
    raw_peer first = raw_connect(self.actor->port);
    send_numbered(&first, "1", COUNT);
    stage_wait(stage, self.count == 1);
    uint64_t before = bytes_received(); /* and no more of the first, which is held up */
    raw_peer second = raw_connect(self.actor->port);
    send_numbered(&second, "2", COUNT);
    while (bytes_received() == before) sched_yield();
    for (unsigned i = 0; i < 2 * COUNT; i++) answer_one();
    expect_numbered(&first, "1", COUNT);
    expect_numbered(&second, "2", COUNT);
    unsigned of_first = 0;
    for (unsigned i = 0; i < COUNT; i++) of_first += self.kept[i].id[0] == '1';
    assert_in_range(of_first, COUNT / 4, COUNT - COUNT / 4);
    raw_close(&first);
    raw_close(&second);
}

/* What a requester asked for that is gone still runs, and still counts. */
static void test_requesters_that_are_gone(void **state)
{
    test_stage *stage = *state;
    begin(stage, MOST);
    keep_on();
    raw_peer gone = raw_connect(self.actor->port);
    send_numbered(&gone, "1", MOST);
    stage_wait(stage, self.count == MOST);
    raw_close(&gone);
    actor_wait_connected(self.actor, 0);
    raw_peer peer = raw_connect(self.actor->port);
    send_numbered(&peer, "2", 1);
    assert_int_equal(cote_reply_send(next_kept(), NULL, 0), COTE_ECLOSED);
    stage_wait(stage, self.count == MOST + 1);
    cote_reply_drop(next_kept());
    answer_one();
    expect_numbered(&peer, "2", 1);
    assert_int_equal(self.most, MOST);
    raw_close(&peer);
}

/* MARK: handlers */

/* Requests that came before their handler are not let in all at once. */
static void test_requests_before_their_handler(void **state)
{
    enum { COUNT = 20 };
    test_stage *stage = *state;
    begin(stage, MOST);
    actor_on(self.actor, "echo", actor_echo);
    raw_peer peer = raw_connect(self.actor->port);
    send_numbered(&peer, "1", COUNT);
    raw_send_request(&peer, "{\"type\":\"echo\"}", "1:last");
    raw_expect(&peer); /* so the others were read */
    keep_on();
    stage_wait(stage, self.count == MOST);
    for (unsigned i = 0; i < COUNT; i++) answer_one();
    expect_numbered(&peer, "1", COUNT);
    assert_int_equal(self.most, MOST);
    raw_close(&peer);
}

/* Closes while connections are held, with tokens that outlive it. */
static void test_close_while_full(void **state)
{
    test_stage *stage = *state;
    begin(stage, MOST);
    keep_on();
    raw_peer peer = raw_connect(self.actor->port);
    send_numbered(&peer, "1", 20);
    stage_wait(stage, self.count == MOST);
    actor_close(self.actor);
    stage_wait(stage, self.actor->closed == 1);
    for (unsigned i = 0; i < MOST; i++)
        assert_int_equal(cote_reply_send(next_kept(), NULL, 0), COTE_ECLOSED);
    raw_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_no_more_than_may),
        stage_test(test_dropped_tokens),
        stage_test(test_answers_at_once),
        stage_test(test_sender_is_held_up),
        stage_test(test_connections_take_turns),
        stage_test(test_requesters_that_are_gone),
        stage_test(test_requests_before_their_handler),
        stage_test(test_close_while_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
