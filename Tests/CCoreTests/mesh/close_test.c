/* close_test.c - closing in every state: one on_close, before it every response, and nothing left
 * behind. The stage counts them. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mesh/component.h"
#include "support/ask.h"
#include "support/fake.h"

/* MARK: by itself */

static void test_at_once(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    for (int i = 0; i < 20; i++) {
        actor_close(requester_on(stage, loop, "client"));
        actor_close(responder_on(stage, loop, "server"));
    }
    stage_end_loop(stage, loop);
    for (test_actor *actor = stage->actors; actor; actor = actor->next)
        stage_check(stage, actor->closed == 1);
}

static void test_twice(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    test_actor *responder = responder_on(stage, loop, "server");
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    /* Held, the loop cannot begin on_close between the two. */
    stage_lock(stage);
    actor_close(requester);
    actor_close(responder);
    stage_unlock(stage);
    cote_requester_close(NULL);
    cote_responder_close(NULL);
    stage_wait(stage, requester->closed == 1 && responder->closed == 1);
}

static void test_with_requests_queued(void **state)
{
    enum { COUNT = 1000 };
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *asks[COUNT];
    for (uint32_t i = 0; i < COUNT; i++)
        asks[i] = ask_within(requester, "echo", i % 2 ? COTE_NO_TIMEOUT : 60000 + i);
    actor_close(requester);
    stage_wait(stage, requester->closed == 1);
    for (int i = 0; i < COUNT; i++) ask_expect(asks[i], COTE_ECLOSED);
}

static void test_with_requests_under_way(void **state)
{
    enum { COUNT = 100 };
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    /* Connected: of what waits for that, no more than four would come without an answer. */
    test_ask *first = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    fake_reply_text(&peer, NULL, "j:1");
    ask_expect(first, COTE_OK);
    test_ask *asks[COUNT];
    for (int i = 0; i < COUNT; i++) asks[i] = ask_send(requester, "any", NULL);
    for (int i = 0; i < COUNT; i++) raw_expect(&peer);
    actor_close(requester);
    for (int i = 0; i < COUNT; i++) {
        ask_expect(asks[i], COTE_ECLOSED);
        assert_string_equal(asks[i]->peer_id, "fake");
    }
    raw_expect_closed(&peer);
    stage_wait(stage, requester->closed == 1);
    raw_close(&peer);
    fake_close(&responder);
}

static void test_responder_with_requests_under_way(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    actor_respond(responder, stage_loop(stage));
    raw_peer peer = raw_connect(actor_port(responder));
    /* Nobody handles it yet: it waits for its handler. */
    raw_send_request(&peer, "{\"type\":\"parked\"}", "1");
    actor_on(responder, "echo", actor_echo);
    raw_send_request(&peer, "{\"type\":\"echo\"}", "2");
    raw_expect(&peer);
    actor_close(responder);
    raw_expect_closed(&peer);
    stage_wait(stage, responder->closed == 1);
    raw_close(&peer);
}

/* MARK: from inside a callback */

typedef struct closer {
    test_stage *stage;
    test_actor *actor;
    int after; /* what calls returned afterwards */
    unsigned called;
} closer;

static void never_respond(void *context, const cote_response *response)
{
    (void)context;
    (void)response;
    abort();
}

static void close_in_response(void *context, const cote_response *response)
{
    closer *self = context;
    (void)response;
    actor_close(self->actor);
    actor_close(self->actor);
    int after =
        cote_requester_send(self->actor->requester, "echo", NULL, NULL, never_respond, NULL, NULL);
    int cancel = cote_requester_cancel(self->actor->requester, 0);
    stage_lock(self->stage);
    self->after = after == cancel ? after : 0;
    self->called++;
    stage_unlock(self->stage);
}

/* On the loop, so that no answer comes in between: whoever closes in one ends the handle. */
static void send_ten(void *context)
{
    closer *self = context;
    for (int i = 0; i < 10; i++)
        if (cote_requester_send(self->actor->requester, "echo", NULL, NULL, close_in_response, self,
                                NULL) != COTE_OK)
            abort();
}

static void test_in_a_response(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    responder_on(stage, loop, "server");
    static closer closing;
    closing = (closer){.stage = stage, .actor = requester};
    /* The first one closes, and the others end with it. */
    assert_int_equal(cote_loop_call(loop, send_ten, &closing), COTE_OK);
    stage_wait(stage, requester->closed == 1);
    stage_check(stage, closing.called == 10 && closing.after == COTE_ECLOSED);
}

static void close_in_handler(void *context, const cote_request *request, cote_reply *reply)
{
    test_actor *self = context;
    actor_echo(self, request, reply);
    actor_close(self);
    int after = cote_responder_on(self->responder, "more", actor_echo, NULL, self, NULL);
    if (after != COTE_ECLOSED) abort();
}

static void test_in_a_handler(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    actor_on(responder, "end", close_in_handler);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    ask_expect_result(ask_send(requester, "end", NULL), "{\"type\":\"end\"}");
    stage_wait(stage, responder->closed == 1);
    stage_wait(stage, requester->removed == 1);
}

static void close_when_met(void *context, cote_peer_event event, const cote_peer *peer)
{
    (void)event;
    (void)peer;
    actor_close(context);
}

/*
 * The connection has been asked for, and the loop has not looked at its socket yet. The request is
 * sent before there is anybody to meet: whoever closes ends the handle.
 */
static void test_while_connecting(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    for (int i = 0; i < 20; i++) {
        test_actor *requester = actor_create(stage, "client");
        requester->options.on_peer = close_when_met;
        actor_request(requester, loop);
        test_ask *ask = ask_send(requester, "echo", NULL);
        test_actor *responder = responder_on(stage, loop, "server");
        stage_wait(stage, requester->closed == 1);
        ask_expect(ask, COTE_ECLOSED);
        actor_close(responder);
        stage_wait(stage, responder->closed == 1);
    }
}

/* A responder is announced at a port where nobody answers: it is tried again and again. */
static void test_while_waiting_to_connect_again(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    for (int i = 0; i < 3; i++) {
        fake responder = fake_open(stage, "fake", true);
        test_actor *requester = requester_on(stage, loop, "client");
        raw_peer peer = fake_meet(&responder);
        test_ask *ask = ask_send(requester, "any", NULL);
        raw_expect(&peer);
        fake_close(&responder);
        raw_close(&peer);
        ask_expect(ask, COTE_ECONNLOST);
        ask = ask_send(requester, "any", NULL);
        actor_close(requester);
        ask_expect(ask, COTE_ECLOSED);
        stage_wait(stage, requester->closed == 1);
    }
}

static void close_when_logging(void *context, cote_log_level level, const char *message)
{
    (void)level;
    (void)message;
    actor_close(context);
}

static void test_in_a_log_line(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    for (int kind = 0; kind < 2; kind++) {
        test_actor *actor = actor_create(stage, "talker");
        actor->options.on_log = close_when_logging;
        actor->options.log = COTE_ON;
        if (kind == 0)
            actor_request(actor, loop);
        else
            actor_respond(actor, loop);
        stage_wait(stage, actor->closed == 1);
    }
}

/* MARK: with the loop */

static void test_loop_ends_under_everything(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage), *other = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    test_actor *waiting = actor_create(stage, "of another mesh");
    waiting->options.key = "k";
    actor_request(waiting, loop);
    responder_on(stage, loop, "server");
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *asks[60];
    for (int i = 0; i < 60; i++) asks[i] = ask_send(i % 3 ? requester : waiting, "echo", NULL);
    test_actor *watcher = responder_on(stage, other, "watcher");
    stage_wait(stage, watcher->added == 1);
    stage_end_loop(stage, loop);
    /* Everything has been told when that returns. */
    for (int i = 0; i < 60; i++) stage_check(stage, asks[i]->ended == 1);
    stage_check(stage, requester->closed == 1 && waiting->closed == 1);
    stage_wait(stage, watcher->removed == 1);
    raw_close(&peer);
    fake_close(&responder);
}

typedef struct late {
    cote_loop *loop;
    int requester, responder, call;
} late;

static void never(void *context)
{
    (void)context;
}

static void create_late(void *context)
{
    late *self = context;
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "late";
    options.broadcast = "127.255.255.255";
    cote_requester *requester = NULL;
    cote_responder *responder = NULL;
    self->requester = cote_requester_create(self->loop, &options, &requester);
    self->responder = cote_responder_create(self->loop, &options, &responder);
    self->call = cote_loop_call(self->loop, never, NULL);
    if (requester || responder) abort();
}

static void test_nothing_is_made_on_an_ending_loop(void **state)
{
    test_stage *stage = *state;
    late late_ones = {.loop = stage_loop(stage)};
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "early";
    options.broadcast = "127.255.255.255";
    options.discovery_port = stage->port;
    options.context = &late_ones;
    options.on_close = create_late;
    cote_requester *requester;
    assert_int_equal(cote_requester_create(late_ones.loop, &options, &requester), COTE_OK);
    stage_end_loop(stage, late_ones.loop);
    assert_int_equal(late_ones.requester, COTE_ECLOSED);
    assert_int_equal(late_ones.responder, COTE_ECLOSED);
    assert_int_equal(late_ones.call, COTE_OK); /* it has not ended yet, and calls it */
}

/* MARK: while others use it */

enum { SENDERS = 4 };

typedef struct crowd {
    test_stage *stage;
    cote_requester *requester;
    atomic_uint sent, ended;
    atomic_bool go;
    bool closed; /* under the stage's lock */
} crowd;

static void count_end(void *context, const cote_response *response)
{
    (void)response;
    atomic_fetch_add(&((crowd *)context)->ended, 1);
}

static void note_close(void *context)
{
    crowd *self = context;
    stage_lock(self->stage);
    self->closed = true;
    stage_unlock(self->stage);
}

/* Stops at the first refusal, as it must: behind on_close the handle is dead. */
static void *send_until_closed(void *context)
{
    crowd *self = context;
    while (!atomic_load(&self->go)) {
    }
    uint64_t id;
    for (unsigned i = 0; i < 200; i++) {
        if (cote_requester_send(self->requester, "echo", NULL, NULL, count_end, self, &id) !=
            COTE_OK)
            break;
        atomic_fetch_add(&self->sent, 1);
        if (i % 7 == 0 && cote_requester_cancel(self->requester, id) != COTE_OK) break;
    }
    return NULL;
}

/*
 * The closing thread is the loop's, held until the senders have stopped: so each of their calls
 * comes before on_close, and many of them after close.
 */
typedef struct held_close {
    crowd *crowd;
    pthread_t *threads;
} held_close;

static void close_and_join(void *context)
{
    held_close *self = context;
    cote_requester_close(self->crowd->requester);
    for (int i = 0; i < SENDERS; i++) pthread_join(self->threads[i], NULL);
}

static void test_while_threads_send(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    responder_on(stage, stage_loop(stage), "server");
    for (int round = 0; round < 20; round++) {
        crowd senders = {.stage = stage};
        cote_options options = COTE_OPTIONS_INIT;
        options.name = "client";
        options.broadcast = "127.255.255.255";
        options.discovery_port = stage->port;
        options.context = &senders;
        options.on_close = note_close;
        assert_int_equal(cote_requester_create(loop, &options, &senders.requester), COTE_OK);
        pthread_t threads[SENDERS];
        for (int i = 0; i < SENDERS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, send_until_closed, &senders), 0);
        held_close closing = {&senders, threads};
        atomic_store(&senders.go, true);
        assert_int_equal(cote_loop_call(loop, close_and_join, &closing), COTE_OK);
        stage_wait(stage, senders.closed);
        assert_int_equal(senders.sent, senders.ended);
    }
}

static void count_turn(void *context)
{
    test_stage *stage = ((test_actor *)context)->stage;
    stage_lock(stage);
    ((test_actor *)context)->handled++;
    stage_unlock(stage);
}

/* A call that another thread has begun holds up on_close, even when all else has ended. */
static void test_waits_for_calls_under_way(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    int ear = raw_udp_ear(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    cote__component *component = (cote__component *)requester->requester;
    assert_true(cote__component_enter(component));
    actor_close(requester);
    raw_udp_await(ear, "cote:bye", actor_id(requester));
    for (unsigned turn = 1; turn <= 100; turn++) {
        assert_int_equal(cote_loop_call(loop, count_turn, requester), COTE_OK);
        stage_wait(stage, requester->handled == turn);
    }
    stage_check(stage, requester->closed == 0);
    cote__component_exit(component);
    stage_wait(stage, requester->closed == 1);
    close(ear);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_at_once),
        stage_test(test_twice),
        stage_test(test_with_requests_queued),
        stage_test(test_with_requests_under_way),
        stage_test(test_responder_with_requests_under_way),
        stage_test(test_in_a_response),
        stage_test(test_in_a_handler),
        stage_test(test_while_connecting),
        stage_test(test_while_waiting_to_connect_again),
        stage_test(test_in_a_log_line),
        stage_test(test_loop_ends_under_everything),
        stage_test(test_nothing_is_made_on_an_ending_loop),
        stage_test(test_while_threads_send),
        stage_test(test_waits_for_calls_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
