/* drain_test.c - components that end when their work is done, and not before. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"
#include "support/heard.h"
#include "wire/message.h"

enum { LONG = 60000 /* ms: no drain here is waited for that long */ };

#define OUR_ID "366b00d0-5fc6-4d08-a02b-39a719952738:0"

/* A responder whose handler keeps its one token. */
typedef struct keeper {
    test_actor *responder;
    cote_reply *token;
    unsigned gone;
} keeper;

static void note_gone(void *context)
{
    keeper *self = context;
    stage_lock(self->responder->stage);
    self->gone++;
    stage_unlock(self->responder->stage);
}

static void keep_token(void *context, const cote_request *request, cote_reply *reply)
{
    (void)request;
    keeper *self = context;
    if (cote_reply_watch(reply, note_gone, NULL, self) != COTE_OK) abort();
    stage_lock(self->responder->stage);
    self->token = reply;
    stage_unlock(self->responder->stage);
}

static void keeper_on(keeper *self, test_stage *stage)
{
    *self = (keeper){.responder = responder_on(stage, stage_loop(stage), "keeper")};
    assert_int_equal(
        cote_responder_on(self->responder->responder, "keep", keep_token, NULL, self, NULL),
        COTE_OK);
}

static void answer(keeper *self, const char *json)
{
    cote_value value = {COTE_KIND_JSON, json, strlen(json)};
    assert_int_equal(cote_reply_send(self->token, &value, 0), COTE_OK);
}

static void expect_farewell(raw_peer *peer)
{
    raw_expect(peer);
    assert_true(cote__is_farewell(&peer->frame));
}

static void expect_answer(raw_peer *peer, const char *id)
{
    raw_expect(peer);
    cote__reply reply;
    assert_int_equal(cote__reply_decode(&peer->frame, COTE__JSON_MAX_DEPTH, &reply),
                     COTE__MESSAGE_OK);
    assert_false(reply.failed);
    assert_true(cote__slice_equal(reply.id, cote__slice_of(id)));
}

/* MARK: responders */

static void test_answers_are_waited_for(void **state)
{
    test_stage *stage = *state;
    keeper server;
    keeper_on(&server, stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *under_way = ask_send(requester, "keep", NULL);
    stage_wait(stage, server.token != NULL);
    cote_responder_drain(server.responder->responder, LONG);
    actor_wait_connected(requester, 0); /* so it has heard the goodbye, and sends nothing new */
    test_ask *waits = ask_send(requester, "echo", NULL);
    responder_on(stage, stage_loop(stage), "next");
    ask_expect(waits, COTE_OK);
    assert_string_equal(waits->peer_name, "next");
    stage_check(stage, server.responder->closed == 0 && server.gone == 0);
    answer(&server, "1");
    ask_expect_result(under_way, "1");
    stage_wait(stage, server.responder->closed == 1);
}

static void test_alone(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    cote_responder_drain(responder->responder, LONG);
    stage_wait(stage, responder->closed == 1);
}

/* A requester of ours may have sent what it had to before it reads the goodbye. */
static void test_what_was_on_its_way_is_answered(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer peer = raw_connect(actor_port(responder));
    raw_send_request(&peer, "{\"type\":\"echo\"}", OUR_ID);
    expect_answer(&peer, OUR_ID);
    cote_responder_drain(responder->responder, LONG);
    expect_farewell(&peer);
    for (int i = 0; i < 3; i++) {
        raw_send_request(&peer, "{\"type\":\"echo\"}", OUR_ID);
        expect_answer(&peer, OUR_ID);
    }
    raw_peer late = raw_connect(actor_port(responder));
    expect_farewell(&late);
    raw_send_request(&late, "{\"type\":\"echo\"}", OUR_ID);
    expect_answer(&late, OUR_ID);
    raw_close(&late);
    stage_check(stage, responder->closed == 0);
    raw_close(&peer);
    stage_wait(stage, responder->closed == 1);
}

/* It drops the goodbye, and never closes: it is shown out when it pauses. */
static void test_a_requester_of_nodejs(void **state)
{
    test_stage *stage = *state;
    keeper server;
    keeper_on(&server, stage);
    raw_peer busy = raw_connect(actor_port(server.responder)),
             idle = raw_connect(actor_port(server.responder));
    raw_send_request(&busy, "{\"type\":\"keep\"}", "4242:0");
    stage_wait(stage, server.token != NULL);
    cote_responder_drain(server.responder->responder, LONG);
    expect_farewell(&busy);
    raw_expect_closed(&idle);
    raw_send_request(&busy, "{\"type\":\"echo\"}", "4242:1");
    expect_answer(&busy, "4242:1");
    stage_check(stage, server.responder->closed == 0);
    answer(&server, "1");
    expect_answer(&busy, "4242:0");
    raw_expect_closed(&busy);
    stage_wait(stage, server.responder->closed == 1);
    raw_close(&busy);
    raw_close(&idle);
}

static void test_a_handler_whose_requester_is_gone(void **state)
{
    test_stage *stage = *state;
    keeper server;
    keeper_on(&server, stage);
    raw_peer peer = raw_connect(actor_port(server.responder)),
             idle = raw_connect(actor_port(server.responder));
    raw_send_request(&peer, "{\"type\":\"keep\"}", OUR_ID);
    stage_wait(stage, server.token != NULL);
    raw_close(&peer);
    stage_wait(stage, server.gone == 1);
    cote_responder_drain(server.responder->responder, LONG);
    raw_expect_closed(&idle); /* from here on it waits for the handler alone */
    stage_check(stage, server.responder->closed == 0);
    cote_reply_drop(server.token);
    stage_wait(stage, server.responder->closed == 1);
    raw_close(&idle);
}

static void test_the_deadline(void **state)
{
    test_stage *stage = *state;
    keeper server;
    keeper_on(&server, stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "keep", NULL);
    stage_wait(stage, server.token != NULL);
    cote_responder_drain(server.responder->responder, 100);
    ask_expect(ask, COTE_ECONNLOST);
    stage_wait(stage, server.responder->closed == 1);
    stage_check(stage, server.gone == 1 && actor_said(server.responder, "the time to drain"));
    assert_int_equal(cote_reply_send(server.token, NULL, 0), COTE_ECLOSED);
}

/* MARK: who hears the goodbye */

static void test_a_requester_leaves_with_its_last_answer(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "leaver", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *first = ask_send(requester, "any", NULL), *second = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    cote__buffer farewell = {0};
    cote__farewell_encode(&farewell);
    raw_send(&peer, farewell.data, farewell.size);
    cote__buffer_fini(&farewell);
    actor_wait_connected(requester, 0);
    /* Neither the same hello nor another one makes it go on with this connection. */
    responder.hello.name = "renamed";
    raw_peer again = fake_meet(&responder);
    test_ask *next = ask_send(requester, "any", NULL);
    raw_expect(&again);
    fake_reply_text(&again, NULL, "s:next");
    ask_expect_result(next, "next");

    fake_reply_text(&peer, NULL, "s:first");
    ask_expect_result(first, "first");
    raw_expect(&peer);
    fake_reply_text(&peer, NULL, "s:second");
    ask_expect_result(second, "second");
    assert_false(raw_read(&peer)); /* closed */
    raw_close(&peer);
    raw_close(&again);
    fake_close(&responder);
}

static void test_a_request_that_is_given_up_holds_up_nobody(void **state)
{
    test_stage *stage = *state;
    keeper server;
    keeper_on(&server, stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "keep", NULL);
    stage_wait(stage, server.token != NULL);
    cote_responder_drain(server.responder->responder, LONG);
    actor_wait_connected(requester, 0);
    assert_int_equal(cote_requester_cancel(requester->requester, ask->id), COTE_OK);
    ask_expect(ask, COTE_ECANCELED);
    stage_wait(stage, server.gone == 1); /* since the connection was closed */
    stage_check(stage, server.responder->closed == 0);
    cote_reply_drop(server.token);
    stage_wait(stage, server.responder->closed == 1);
}

/* MARK: requesters */

static void test_a_requester(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *answered = ask_send(requester, "keep", NULL);
    test_ask *cancelled = ask_send(requester, "keep", NULL);
    cote_requester_drain(requester->requester, LONG);
    assert_int_equal(ask_try(requester, "echo", NULL, NULL, NULL), COTE_ECLOSED);
    assert_int_equal(cote_requester_cancel(requester->requester, cancelled->id), COTE_OK);
    ask_expect(cancelled, COTE_ECANCELED);
    keeper server; /* the other one finds its responder still */
    keeper_on(&server, stage);
    stage_wait(stage, server.token != NULL);
    stage_check(stage, requester->closed == 0);
    answer(&server, "1");
    ask_expect_result(answered, "1");
    stage_wait(stage, requester->closed == 1);
}

static void test_a_requester_at_the_deadline(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "any", NULL);
    cote_requester_drain(requester->requester, 100);
    ask_expect(ask, COTE_ECLOSED);
    stage_wait(stage, requester->closed == 1);
}

/* MARK: publishers */

static void test_a_publisher(void **state)
{
    enum { COUNT = 32, SIZE = 1 << 20 }; /* more than the system takes at once */
    test_stage *stage = *state;
    test_actor *publisher = publisher_on(stage, stage_loop(stage), "publisher");
    raw_peer subscriber = raw_connect(actor_port(publisher));
    actor_wait_connected(publisher, 1);
    char *bytes = calloc(1, SIZE);
    assert_non_null(bytes);
    for (int i = 0; i < COUNT; i++) publish_bytes(publisher, "topic", bytes, SIZE);
    cote_publisher_drain(publisher->publisher, LONG);
    assert_int_equal(cote_publisher_publish(publisher->publisher, "topic", NULL, 0), COTE_ECLOSED);
    raw_expect(&subscriber);
    stage_check(stage, publisher->closed == 0); /* most of it has not left yet */
    for (int i = 1; i < COUNT; i++) raw_expect(&subscriber);
    assert_false(raw_read(&subscriber));
    stage_wait(stage, publisher->closed == 1);
    raw_close(&subscriber);
    free(bytes);
}

/* MARK: in every state */

static void drain(test_actor *actor, uint32_t duration_ms)
{
    if (actor->requester) cote_requester_drain(actor->requester, duration_ms);
    if (actor->responder) cote_responder_drain(actor->responder, duration_ms);
    if (actor->publisher) cote_publisher_drain(actor->publisher, duration_ms);
}

static void test_with_close_in_any_order(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *actors[] = {requester_on(stage, loop, "client"),
                            responder_on(stage, loop, "server"),
                            publisher_on(stage, loop, "publisher")};
    for (size_t i = 0; i < 3; i++) {
        stage_lock(stage); /* so that no on_close begins meanwhile */
        if (i == 0) actor_close(actors[i]);
        drain(actors[i], LONG);
        drain(actors[i], 0);
        if (i > 0) actor_close(actors[i]);
        drain(actors[i], LONG);
        stage_unlock(stage);
        stage_wait(stage, actors[i]->closed == 1);
    }
    cote_requester_drain(NULL, LONG);
    cote_responder_drain(NULL, LONG);
    cote_publisher_drain(NULL, LONG);
}

/* The end of its loop is the end of its patience. */
static void test_when_the_loop_ends(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    test_ask *ask = ask_send(requester, "any", NULL);
    cote_requester_drain(requester->requester, LONG);
    stage_end_loop(stage, loop);
    stage_check(stage, requester->closed == 1 && ask->status == COTE_ECLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_answers_are_waited_for),
        stage_test(test_alone),
        stage_test(test_what_was_on_its_way_is_answered),
        stage_test(test_a_requester_of_nodejs),
        stage_test(test_a_handler_whose_requester_is_gone),
        stage_test(test_the_deadline),
        stage_test(test_a_requester_leaves_with_its_last_answer),
        stage_test(test_a_request_that_is_given_up_holds_up_nobody),
        stage_test(test_a_requester),
        stage_test(test_a_requester_at_the_deadline),
        stage_test(test_a_publisher),
        stage_test(test_with_close_in_any_order),
        stage_test(test_when_the_loop_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
