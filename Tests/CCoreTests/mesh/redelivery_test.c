/* redelivery_test.c - what becomes of a request whose connection is lost. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"
#include "support/heard.h"

enum { HUGE_SIZE = 32 * 1024 * 1024 /* more than the system takes at once */ };

static test_actor *requester_of(test_stage *stage, cote_redelivery redelivery)
{
    test_actor *actor = actor_create(stage, "client");
    actor->options.redelivery = redelivery;
    actor_request(actor, stage_loop(stage));
    return actor;
}

static test_ask *ask_idempotent(test_actor *requester, const cote_value *payload, uint32_t timeout)
{
    cote_send_options options = COTE_SEND_OPTIONS_INIT;
    options.flags = COTE_SEND_IDEMPOTENT;
    options.timeout_ms = timeout;
    test_ask *ask;
    assert_int_equal(ask_try(requester, "t", payload, &options, &ask), COTE_OK);
    return ask;
}

/* Raw bytes that the system does not take all of while nobody reads. */
static test_ask *ask_huge(test_actor *requester)
{
    char *bytes = calloc(1, HUGE_SIZE);
    assert_non_null(bytes);
    test_ask *ask = ask_raw(requester, "huge", bytes, HUGE_SIZE);
    free(bytes);
    return ask;
}

/* What was sent before is on the connection, and so is this, which nobody waits for. */
static void fence(test_actor *requester)
{
    actor_wait_connected(requester, 1);
    test_ask *ask = ask_send(requester, "fence", NULL);
    assert_int_equal(cote_requester_cancel(requester->requester, ask->id), COTE_OK);
    ask_expect(ask, COTE_ECANCELED);
}

/* The system has taken the beginning of what is huge. */
static void wait_until_some_left(const test_actor *requester)
{
    cote_counters counters = COTE_COUNTERS_INIT;
    uint64_t until = stage_now() + 30000;
    do {
        sched_yield();
        assert_int_equal(cote_requester_counters(requester->requester, &counters), COTE_OK);
    } while (counters.bytes_sent < 1000 && stage_now() < until);
    assert_true(counters.bytes_sent >= 1000);
}

/* The id of the last frame. */
static void copy_id(const raw_peer *peer, char id[80])
{
    cote__slice last = peer->frame.arguments[peer->frame.count - 1];
    assert_in_range(last.size, 1, 79);
    memcpy(id, last.data, last.size);
    id[last.size] = '\0';
}

/* The connection is lost, and made again. */
static void meet_again(fake *responder, raw_peer *peer)
{
    raw_close(peer);
    *peer = raw_accept(responder->listener);
}

static void answer_at_last(fake *responder, raw_peer *peer, test_ask *ask)
{
    fake_reply_text(peer, NULL, "s:done");
    ask_expect_result(ask, "done");
    raw_close(peer);
    fake_close(responder);
}

/* MARK: not again */

static void test_what_may_have_arrived_fails(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_of(stage, COTE_REDELIVER_WHEN_SAFE);
    fake responder = fake_open(stage, "the id", false);
    raw_peer peer = fake_meet(&responder);
    ask_send(requester, "t", NULL);
    test_ask *second = ask_send(requester, "t", NULL);
    raw_expect(&peer);
    raw_expect(&peer);
    meet_again(&responder, &peer);
    ask_expect(second, COTE_ECONNLOST);
    assert_string_equal(second->message,
                        "the connection to fake (the id) was lost before it answered request 1");
    assert_string_equal(second->peer_id, "the id");
    assert_string_equal(second->peer_name, "fake");
    /* Nothing of it comes over the new connection. */
    test_ask *next = ask_send(requester, "next", NULL);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:{\"type\":\"next\"}"));
    fake_reply_text(&peer, NULL, "s:done");
    ask_expect_result(next, "done");
    raw_close(&peer);
    fake_close(&responder);
}

static void test_name_is_made_fit_for_a_terminal(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_of(stage, COTE_REDELIVER_DEFAULT);
    fake responder = fake_open(stage, "id", false);
    responder.hello.name = "bad\\u001b[2Jname";
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "t", NULL);
    raw_expect(&peer);
    raw_close(&peer);
    ask_expect(ask, COTE_ECONNLOST);
    assert_string_equal(
        ask->message,
        "the connection to bad\\x1b[2Jname (id) was lost before it answered request 0");
    fake_close(&responder);
}

static void test_never(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_of(stage, COTE_REDELIVER_NEVER);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *huge = ask_huge(requester), *idempotent = ask_idempotent(requester, NULL, 0);
    fence(requester);
    raw_close(&peer);
    ask_expect(huge, COTE_ECONNLOST);
    ask_expect(idempotent, COTE_ECONNLOST);
    fake_close(&responder);
}

/* MARK: again */

static void test_what_never_left_goes_again_in_order(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_of(stage, COTE_REDELIVER_WHEN_SAFE);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *huge = ask_huge(requester), *asks[3];
    for (int i = 0; i < 3; i++) {
        char json[16];
        snprintf(json, sizeof json, "{\"n\":%d}", i);
        asks[i] = ask_send(requester, "t", json);
    }
    fence(requester);
    wait_until_some_left(requester);
    meet_again(&responder, &peer);
    ask_expect(huge, COTE_ECONNLOST);
    for (int i = 0; i < 3; i++) {
        char payload[48];
        snprintf(payload, sizeof payload, "j:{\"type\":\"t\",\"n\":%d}", i);
        raw_expect(&peer);
        assert_true(
            raw_argument_is(&peer, 0, payload)); /* without a mark: it did not come before */
        fake_reply_text(&peer, NULL, "s:done");
        ask_expect_result(asks[i], "done");
    }
    raw_close(&peer);
    fake_close(&responder);
}

static void test_idempotent_goes_again_with_its_id(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_of(stage, COTE_REDELIVER_WHEN_SAFE);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    static const char text[] = "{\"a\":1,\"__coteRedelivered\":9}";
    cote_value json = {COTE_KIND_JSON, text, sizeof text - 1};
    test_ask *ask = ask_idempotent(requester, &json, 0);
    char id[80], again[80];
    raw_expect(&peer);
    copy_id(&peer, id);
    assert_true(raw_argument_is(&peer, 0, "j:{\"type\":\"t\",\"a\":1}"));
    meet_again(&responder, &peer);
    raw_expect(&peer);
    copy_id(&peer, again);
    assert_string_equal(id, again);
    assert_true(raw_argument_is(&peer, 0, "j:{\"type\":\"t\",\"a\":1,\"__coteRedelivered\":1}"));
    answer_at_last(&responder, &peer, ask);
}

/* The mark is never among the bytes. */
static void test_raw_request_goes_again(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_of(stage, COTE_REDELIVER_WHEN_SAFE);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    cote_value raw = {COTE_KIND_BYTES, "{}", 2};
    test_ask *ask = ask_idempotent(requester, &raw, 0);
    raw_expect(&peer);
    meet_again(&responder, &peer);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:{\"type\":\"t\",\"__coteRedelivered\":1}"));
    assert_true(raw_argument_is(&peer, 1, "{}"));
    answer_at_last(&responder, &peer, ask);
}

static void test_always(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_of(stage, COTE_REDELIVER_ALWAYS);
    fake responder = fake_open(stage, "fake", false);
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "t", NULL);
    raw_expect(&peer);
    meet_again(&responder, &peer);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:{\"type\":\"t\",\"__coteRedelivered\":1}"));
    answer_at_last(&responder, &peer, ask);
}

/* Another one, that has long been there and had nothing to wait for, gets it. */
static void test_goes_to_who_is_there(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_of(stage, COTE_REDELIVER_WHEN_SAFE);
    fake one = fake_open(stage, "one", true), other = fake_open(stage, "other", true);
    raw_peer peer = fake_meet(&one), second = fake_meet(&other);
    actor_wait_connected(requester, 2);
    test_ask *asks[] = {ask_idempotent(requester, NULL, 0), ask_idempotent(requester, NULL, 0)};
    raw_expect(&peer);
    raw_expect(&second);
    fake_reply_text(&second, NULL, "s:done");
    close(one.listener); /* it does not come back */
    one.listener = -1;
    raw_close(&peer);
    raw_expect(&second);
    assert_true(raw_argument_is(&second, 0, "j:{\"type\":\"t\",\"__coteRedelivered\":1}"));
    fake_reply_text(&second, NULL, "s:done");
    for (int i = 0; i < 2; i++) ask_expect_result(asks[i], "done");
    raw_close(&second);
    fake_close(&one);
    fake_close(&other);
}

/* One that kills whoever handles it does not kill them all. */
static void test_poison(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_of(stage, COTE_REDELIVER_ALWAYS);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_idempotent(requester, NULL, 0);
    for (int i = 0; i < COTE_MAX_DELIVERIES; i++) {
        raw_expect(&peer);
        stage_check(stage, ask->ended == 0);
        meet_again(&responder, &peer);
    }
    ask_expect(ask, COTE_ECONNLOST);
    assert_string_equal(ask->message, "the connection to fake (fake) was lost before it answered "
                                      "request 0, the last of 3 connections");
    test_ask *next = ask_send(requester, "next", NULL);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:{\"type\":\"next\"}"));
    fake_reply_text(&peer, NULL, "s:done");
    ask_expect_result(next, "done");
    raw_close(&peer);
    fake_close(&responder);
}

/* It keeps its deadline, and can be cancelled, where it waits once more. */
static void test_waiting_again_is_waiting(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_of(stage, COTE_REDELIVER_DEFAULT);
    fake responder = fake_open(stage, "fake", false);
    raw_peer peer = fake_meet(&responder);
    test_ask *timed = ask_idempotent(requester, NULL, 2000);
    test_ask *cancelled = ask_idempotent(requester, NULL, 0);
    uint64_t sent = stage_now();
    raw_expect(&peer);
    raw_expect(&peer);
    close(responder.listener); /* nobody is there to connect to */
    responder.listener = -1;
    raw_close(&peer);
    stage_wait(stage, requester->connected == 0);
    assert_int_equal(cote_requester_cancel(requester->requester, cancelled->id), COTE_OK);
    ask_expect(cancelled, COTE_ECANCELED);
    ask_expect(timed, COTE_ETIMEDOUT);
    assert_in_range(timed->time - sent, 1900, 30000);
    test_ask *waiting = ask_idempotent(requester, NULL, 0);
    actor_close(requester);
    ask_expect(waiting, COTE_ECLOSED);
    fake_close(&responder);
}

/* One that is silent for too long is as good as lost. */
static void test_silent_peer(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "client");
    requester->options.hello_interval_ms = 50;
    requester->options.check_interval_ms = 100;
    requester->options.node_timeout_ms = 2000;
    actor_request(requester, stage_loop(stage));
    fake silent = fake_open(stage, "silent", true);
    raw_peer peer = fake_meet(&silent);
    test_ask *plain = ask_send(requester, "t", NULL);
    test_ask *idempotent = ask_idempotent(requester, NULL, 0);
    raw_expect(&peer);
    raw_expect(&peer);
    ask_expect(plain, COTE_ECONNLOST);
    raw_expect_closed(&peer);
    stage_check(stage, idempotent->ended == 0);
    fake other = fake_open(stage, "other", true);
    raw_peer second = fake_meet(&other);
    raw_expect(&second);
    assert_true(raw_argument_is(&second, 0, "j:{\"type\":\"t\",\"__coteRedelivered\":1}"));
    fake_reply_text(&second, NULL, "s:done");
    ask_expect_result(idempotent, "done");
    raw_close(&peer);
    raw_close(&second);
    fake_close(&silent);
    fake_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_what_may_have_arrived_fails),
        stage_test(test_name_is_made_fit_for_a_terminal),
        stage_test(test_never),
        stage_test(test_what_never_left_goes_again_in_order),
        stage_test(test_idempotent_goes_again_with_its_id),
        stage_test(test_raw_request_goes_again),
        stage_test(test_always),
        stage_test(test_goes_to_who_is_there),
        stage_test(test_poison),
        stage_test(test_waiting_again_is_waiting),
        stage_test(test_silent_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
