/* request_test.c - every way in which a request can end. */
#include <string.h>

#include "support/ask.h"
#include "support/fake.h"

static void never_called(void *context, const cote_response *response)
{
    (void)response;
    *(bool *)context = true;
}

/* MARK: what is not let in */

static void test_impossible_requests_are_refused(void **state)
{
    static const struct {
        const char *type;
        cote_kind kind;
        const char *payload, *told;
    } cases[] = {
        {NULL, COTE_KIND_JSON, "{}", "type:"},
        {"", COTE_KIND_JSON, "{}", "type:"},
        {"t", COTE_KIND_JSON, "", "payload: not JSON"},
        {"t", COTE_KIND_JSON, "{bad", "payload: not JSON: {bad"},
        {"t", COTE_KIND_JSON, "[1]", "payload: JSON, but not an object"},
        {"t", COTE_KIND_JSON, "null", "payload: JSON, but not an object"},
        {"t", COTE_KIND_JSON, "{\"type\":\"u\"}", "\"type\""},
        {"t", COTE_KIND_JSON, "{\"type\":7}", "\"type\""},
        {"t", COTE_KIND_STRING, "text", "payload:"},
        {"t", COTE_KIND_BIGINT, "1", "payload:"},
    };
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cote_value payload = {cases[i].kind, cases[i].payload, strlen(cases[i].payload)};
        assert_int_equal(ask_try(requester, cases[i].type, &payload, NULL, NULL), COTE_EINVAL);
        if (!strstr(cote_error_detail(), cases[i].told)) fail_msg("%s", cote_error_detail());
    }
    cote_value nowhere = {COTE_KIND_BYTES, NULL, 5};
    assert_int_equal(ask_try(requester, "t", &nowhere, NULL, NULL), COTE_EINVAL);
    assert_int_equal(cote_requester_send(requester->requester, "t", NULL, NULL, NULL, NULL, NULL),
                     COTE_EINVAL);
    bool called = false;
    assert_int_equal(cote_requester_send(NULL, "t", NULL, NULL, never_called, &called, NULL),
                     COTE_EINVAL);
    assert_int_equal(cote_requester_cancel(NULL, 0), COTE_EINVAL);
    assert_false(called);
}

static void test_full_queue_is_told_at_once(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = actor_create(stage, "client");
    requester->options.max_queued = 3;
    actor_request(requester, loop);
    test_ask *asks[3], *after;
    for (int i = 0; i < 3; i++) asks[i] = ask_send(requester, "echo", NULL);
    assert_int_equal(ask_try(requester, "echo", NULL, NULL, NULL), COTE_EQUEUEFULL);
    assert_non_null(strstr(cote_error_detail(), "3 requests"));
    assert_int_equal(cote_requester_cancel(requester->requester, asks[1]->id), COTE_OK);
    ask_expect(asks[1], COTE_ECANCELED);
    after = ask_send(requester, "echo", NULL);
    assert_int_equal(ask_try(requester, "echo", NULL, NULL, NULL), COTE_EQUEUEFULL);
    responder_on(stage, loop, "server");
    ask_expect(asks[0], COTE_OK);
    ask_expect(asks[2], COTE_OK);
    ask_expect(after, COTE_OK);
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
}

static void test_full_of_bytes(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = actor_create(stage, "client");
    requester->options.max_queued_bytes = 10000;
    actor_request(requester, loop);
    char payload[4000];
    memset(payload, 'x', sizeof payload);
    memcpy(payload, "{\"a\":\"", 6);
    memcpy(payload + sizeof payload - 2, "\"}", 2);
    cote_value large = {COTE_KIND_JSON, payload, sizeof payload};
    test_ask *asks[3];
    for (int i = 0; i < 2; i++)
        assert_int_equal(ask_try(requester, "echo", &large, NULL, &asks[i]), COTE_OK);
    assert_int_equal(ask_try(requester, "echo", &large, NULL, NULL), COTE_EQUEUEFULL);
    assert_non_null(strstr(cote_error_detail(), "10000 bytes"));
    asks[2] = ask_send(requester, "echo", NULL); /* a small one still fits */
    responder_on(stage, loop, "server");
    for (int i = 0; i < 3; i++) ask_expect(asks[i], COTE_OK);
    assert_int_equal(ask_try(requester, "echo", &large, NULL, &asks[0]), COTE_OK);
    ask_expect(asks[0], COTE_OK);
}

/* MARK: timeouts */

static void test_timeout_without_responder(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    uint64_t began = stage_now();
    test_ask *ask = ask_within(requester, "echo", 200);
    ask_expect(ask, COTE_ETIMEDOUT);
    assert_in_range(ask->time - began, 199, 5000);
    assert_string_equal(ask->message, cote_strerror(COTE_ETIMEDOUT));
    assert_string_equal(ask->peer_id, "");
    test_actor *responder = responder_on(stage, loop, "server");
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    stage_check(stage, responder->handled == 1);
}

static void test_timeouts_end_in_their_order(void **state)
{
    enum { COUNT = 20 };
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *asks[COUNT];
    for (unsigned i = 0; i < COUNT; i++)
        asks[i] = ask_within(requester, "echo", 400 + (i * 7 % COUNT) * 10);
    for (unsigned i = 0; i < COUNT; i++) ask_expect(asks[i], COTE_ETIMEDOUT);
    for (unsigned i = 0; i < COUNT; i++)
        for (unsigned k = 0; k < COUNT; k++)
            if (i * 7 % COUNT > k * 7 % COUNT) assert_true(asks[i]->time >= asks[k]->time);
}

static void test_timeout_of_the_component(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "client");
    requester->options.timeout_ms = 100;
    actor_request(requester, stage_loop(stage));
    test_ask *patient = ask_within(requester, "echo", COTE_NO_TIMEOUT);
    test_ask *other = ask_within(requester, "echo", 60000);
    ask_expect(ask_send(requester, "echo", NULL), COTE_ETIMEDOUT);
    stage_check(stage, patient->ended == 0 && other->ended == 0);
    actor_close(requester);
    ask_expect(patient, COTE_ECLOSED);
    ask_expect(other, COTE_ECLOSED);
}

/* MARK: what is under way */

static void test_late_answers_are_dropped(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *slow = ask_within(requester, "slow", 100);
    raw_expect(&peer);
    ask_expect(slow, COTE_ETIMEDOUT);
    assert_string_equal(slow->peer_id, "fake");
    fake_reply_text(&peer, NULL, "j:1");
    test_ask *cancelled = ask_send(requester, "cancelled", NULL);
    raw_expect(&peer);
    assert_int_equal(cote_requester_cancel(requester->requester, cancelled->id), COTE_OK);
    ask_expect(cancelled, COTE_ECANCELED);
    fake_reply_text(&peer, NULL, "j:2");
    test_ask *last = ask_send(requester, "last", NULL);
    raw_expect(&peer);
    fake_reply_text(&peer, NULL, "j:3");
    ask_expect_result(last, "3");
    fake_reply_text(&peer, NULL, "j:4"); /* a second time */
    ask_expect(ask_within(requester, "nobody answers", 50), COTE_ETIMEDOUT);
    raw_close(&peer);
    fake_close(&responder);
}

static void test_cancelled_is_never_delivered(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    test_ask *ask = ask_send(requester, "echo", NULL);
    assert_int_equal(cote_requester_cancel(requester->requester, ask->id), COTE_OK);
    assert_int_equal(cote_requester_cancel(requester->requester, ask->id), COTE_OK);
    assert_int_equal(cote_requester_cancel(requester->requester, 12345), COTE_OK);
    ask_expect(ask, COTE_ECANCELED);
    test_actor *responder = responder_on(stage, loop, "server");
    test_ask *fence = ask_send(requester, "echo", NULL);
    ask_expect(fence, COTE_OK);
    assert_int_equal(cote_requester_cancel(requester->requester, fence->id), COTE_OK);
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    stage_check(stage, responder->handled == 2);
}

static void test_answers_in_any_order(void **state)
{
    enum { COUNT = 5 };
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", false);
    raw_peer peer = fake_meet(&responder);
    test_ask *asks[COUNT];
    char ids[COUNT][80];
    for (int i = 0; i < COUNT; i++) {
        asks[i] = ask_send(requester, "any", NULL);
        raw_expect(&peer);
        cote__slice id = peer.frame.arguments[1];
        assert_true(id.size < sizeof ids[i]);
        memcpy(ids[i], id.data, id.size);
        ids[i][id.size] = '\0';
    }
    static const int order[COUNT] = {3, 0, 4, 2, 1};
    for (int i = 0; i < COUNT; i++) {
        char result[] = {'j', ':', (char)('0' + order[i]), '\0'};
        cote__buffer frame = {0};
        cote__amp_begin(&frame, 3);
        cote__amp_argument(&frame, "j:", cote__slice_of("null"));
        cote__amp_argument(&frame, "", cote__slice_of(result));
        cote__amp_argument(&frame, "", cote__slice_of(ids[order[i]]));
        raw_send(&peer, frame.data, frame.size);
        cote__buffer_fini(&frame);
        ask_expect_result(asks[order[i]], result + 2);
    }
    raw_close(&peer);
    fake_close(&responder);
}

/* Whoever was not asked has no say in it. */
static void test_answers_of_others_are_dropped(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake first = fake_open(stage, "first", true), second = fake_open(stage, "second", true);
    raw_peer asked = fake_meet(&first);
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&asked);
    raw_peer stranger = fake_meet(&second);
    cote__slice id = asked.frame.arguments[1];
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 3);
    cote__amp_argument(&frame, "j:", cote__slice_of("null"));
    cote__amp_argument(&frame, "s:", cote__slice_of("of a stranger"));
    cote__amp_argument(&frame, "", id);
    raw_send(&stranger, frame.data, frame.size);
    cote__buffer_fini(&frame);
    /* When it has closed the connection after that, it has read it. */
    raw_send(&stranger, "\x21", 1);
    raw_expect_closed(&stranger);
    stage_check(stage, ask->ended == 0);
    fake_reply_text(&asked, NULL, "s:of the one that was asked");
    ask_expect_result(ask, "of the one that was asked");
    raw_close(&stranger);
    raw_close(&asked);
    fake_close(&first);
    fake_close(&second);
}

static void test_lost_connection(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", false);
    raw_peer peer = fake_meet(&responder);
    test_ask *first = ask_send(requester, "first", NULL), *second = ask_send(requester, "x", NULL);
    raw_expect(&peer);
    raw_expect(&peer);
    raw_close(&peer);
    ask_expect(first, COTE_ECONNLOST);
    ask_expect(second, COTE_ECONNLOST);
    assert_string_equal(first->peer_id, "fake");
    /* It comes back by itself, and what was sent meanwhile with it. */
    test_ask *third = ask_send(requester, "third", NULL);
    peer = raw_accept(responder.listener);
    raw_expect(&peer);
    fake_reply_text(&peer, NULL, "s:here");
    ask_expect_result(third, "here");
    raw_close(&peer);
    fake_close(&responder);
}

/* MARK: what others would not understand */

static void test_raw_requests_go_to_ours_only(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    test_ask *early = ask_raw(requester, "echo", "\x01\x02", 2);
    fake other = fake_open(stage, "node", false);
    raw_peer peer = fake_meet(&other);
    ask_expect(early, COTE_EUNSUPPORTED);
    ask_expect(ask_raw(requester, "echo", "\x01\x02", 2), COTE_EUNSUPPORTED);
    /* A Node.js process without a handler for it dies of this one. */
    ask_expect(ask_send(requester, "error", NULL), COTE_EUNSUPPORTED);

    test_actor *responder = responder_on(stage, loop, "server");
    actor_on(responder, "error", actor_echo);
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, actor_id(responder)) == 1);
    static const char *const bytes[] = {"\x01\x02", "", "j:{", "s:text", "b:12", "\xff"};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        test_ask *ask = ask_raw(requester, "echo", bytes[i], strlen(bytes[i]));
        ask_expect_result(ask, bytes[i]);
        assert_int_equal(ask->result.kind, COTE_KIND_BYTES);
        assert_string_equal(ask->peer_name, "server");
    }
    ask_expect_result(ask_send(requester, "error", NULL), "{\"type\":\"error\"}");
    /* Nothing of all this went to the other one. */
    test_ask *plain = ask_send(requester, "plain", NULL), *second = ask_send(requester, "x", NULL);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:{\"type\":\"plain\"}") ||
                raw_argument_is(&peer, 0, "j:{\"type\":\"x\"}"));
    actor_close(requester);
    ask_wait(plain);
    ask_wait(second);
    raw_close(&peer);
    fake_close(&other);
}

static void test_encoded_payload_goes_as_it_is(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", false);
    raw_peer peer = fake_meet(&responder);
    static const char text[] = "{ \"a\":1, \"type\":\"t\" }";
    cote_value payload = {COTE_KIND_JSON, text, sizeof text - 1};
    cote_send_options options = COTE_SEND_OPTIONS_INIT;
    options.timeout_ms = 0;
    options.flags = COTE_SEND_ENCODED;
    test_ask *ask;
    assert_int_equal(ask_try(requester, "t", &payload, &options, &ask), COTE_OK);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:{ \"a\":1, \"type\":\"t\" }"));
    fake_reply_text(&peer, NULL, NULL);
    ask_expect_result(ask, "null");
    raw_close(&peer);
    fake_close(&responder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_impossible_requests_are_refused),
        stage_test(test_full_queue_is_told_at_once),
        stage_test(test_full_of_bytes),
        stage_test(test_timeout_without_responder),
        stage_test(test_timeouts_end_in_their_order),
        stage_test(test_timeout_of_the_component),
        stage_test(test_late_answers_are_dropped),
        stage_test(test_cancelled_is_never_delivered),
        stage_test(test_answers_in_any_order),
        stage_test(test_answers_of_others_are_dropped),
        stage_test(test_lost_connection),
        stage_test(test_raw_requests_go_to_ours_only),
        stage_test(test_encoded_payload_goes_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
