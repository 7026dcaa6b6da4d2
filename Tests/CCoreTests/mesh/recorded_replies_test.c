/* recorded_replies_test.c - the recorded replies of Node.js, played to a live requester, and what
 * that sends compared with what Node.js does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ask.h"
#include "support/fake.h"
#include "support/vectors.h"

static bool same_value(cote_value expected, const kept *given)
{
    return given->kind == expected.kind && given->size == expected.size &&
           memcmp(given->data, expected.data, expected.size) == 0;
}

/* MARK: replies of Node.js, and what a requester makes of them */

/* Sends the recorded bytes, with the id of the request that was read last in place of theirs. */
static void replay_reply(raw_peer *peer, const char *bytes, size_t size)
{
    cote__slice id = peer->frame.arguments[peer->frame.count - 1];
    cote__buffer out = {0};
    cote__amp_frame frame;
    size_t at = 0;
    for (; cote__amp_decode(bytes + at, size - at, size, &frame) == COTE__AMP_FRAME;
         at += frame.size) {
        cote__amp_begin(&out, frame.count);
        for (unsigned i = 0; i + 1 < frame.count; i++)
            cote__amp_argument(&out, "", frame.arguments[i]);
        cote__amp_argument(&out, "", id);
    }
    cote__buffer_append(&out, bytes + at, size - at);
    raw_send(peer, out.data, out.size);
    cote__buffer_fini(&out);
}

static void check_success(const cote_test_vector *vector, const test_ask *ask)
{
    unsigned count = cote_test_vector_arguments(vector, 0);
    cote_value none = {COTE_KIND_JSON, "null", 4};
    assert_true(same_value(count > 2 ? vector->frames[0][1] : none, &ask->result));
    assert_int_equal(ask->extra_count, count > 3 ? count - 3 : 0);
    for (size_t i = 0; i < ask->extra_count; i++)
        assert_true(same_value(vector->frames[0][i + 2], &ask->extra[i]));
    assert_string_equal(ask->message, "");
    assert_int_equal(ask->error.size, 0);
}

static void check_failure(const cote_test_vector *vector, const test_ask *ask)
{
    assert_true(same_value(vector->frames[0][0], &ask->error));
    assert_true(ask->message[0] != '\0');
}

static void test_replies_of_node(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "node", false);
    raw_peer peer = fake_meet(&responder);
    unsigned played = 0;
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        const cote_test_vector *vector = &cote_test_vectors[i];
        if (vector->meaning != MEANS_SUCCESS && vector->meaning != MEANS_FAILURE) continue;
        test_ask *ask = ask_send(requester, "any", NULL);
        raw_expect(&peer);
        size_t size;
        char *bytes = cote_test_vector_bytes(vector, &size);
        replay_reply(&peer, bytes, size);
        free(bytes);
        ask_expect(ask, vector->meaning == MEANS_SUCCESS ? COTE_OK : COTE_EREMOTE);
        if (vector->meaning == MEANS_SUCCESS)
            check_success(vector, ask);
        else
            check_failure(vector, ask);
        played++;
    }
    assert_true(played > 25);
    raw_close(&peer);
    fake_close(&responder);
}

static void test_reply_that_breaks_the_stream(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "node", false);
    raw_peer peer = fake_meet(&responder);
    static const cote_test_vector vector = {.name = "resp-16-fields"};
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    size_t size;
    char *bytes = cote_test_vector_bytes(&vector, &size);
    raw_send(&peer, bytes, size);
    free(bytes);
    ask_expect(ask, COTE_ECONNLOST);
    raw_expect_closed(&peer);
    raw_close(&peer);
    peer = raw_accept(responder.listener); /* and it tries again */
    raw_close(&peer);
    fake_close(&responder);
}

static void test_errors_of_every_shape(void **state)
{
    static const struct {
        const char *error, *message, *code, *details;
    } cases[] = {
        {"s:bad", "bad", "", ""},
        {"s:", "the responder answered with an error", "", ""},
        {"j:\"quoted \\u00e9\"", "quoted \xc3\xa9", "", ""},
        {"j:{}", "the responder sent an error without a message", "", ""},
        {"j:{\"message\":\"m\"}", "m", "", ""},
        {"j:{\"message\":\"\"}", "the responder sent an error without a message", "", ""},
        {"j:{\"message\":\"a\\nb\",\"code\":\"E1\"}", "a\nb", "E1", ""},
        {"j:{\"code\":7,\"message\":\"m\"}", "m", "7", ""},
        {"j:{\"code\":null,\"message\":{\"x\":1}}", "{\"x\":1}", "", ""},
        {"j:{\"message\":\"m\",\"details\":{\"a\":[1]}}", "m", "", "{\"a\":[1]}"},
        {"j:7", "7", "", ""},
        {"j:false", "false", "", ""},
        {"j:[1,2]", "[1,2]", "", ""},
        {"b:123", "123", "", ""},
        {"\x01\x02", "the responder answered with an error", "", ""},
    };
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_ask *ask = ask_send(requester, "any", NULL);
        raw_expect(&peer);
        fake_reply_text(&peer, cases[i].error, NULL);
        ask_expect(ask, COTE_EREMOTE);
        assert_string_equal(ask->message, cases[i].message);
        assert_string_equal(ask->code, cases[i].code);
        assert_string_equal(ask->details.data, cases[i].details);
        assert_string_equal(ask->peer_id, "fake");
    }
    raw_close(&peer);
    fake_close(&responder);
}

/* MARK: what ours send */

/* Requests of one object, sent by ours: the same frame but for the id. */
static void test_requests_are_those_of_node(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "node", false);
    raw_peer peer = fake_meet(&responder);
    unsigned played = 0;
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        const cote_test_vector *vector = &cote_test_vectors[i];
        if (vector->meaning != MEANS_REQUEST || cote_test_vector_arguments(vector, 0) != 2)
            continue;
        cote_value payload = vector->frames[0][0];
        test_ask *ask;
        assert_int_equal(ask_try(requester, vector->text, &payload, NULL, &ask), COTE_OK);
        raw_expect(&peer);
        assert_int_equal(peer.frame.count, 2);
        assert_int_equal(peer.frame.arguments[0].size, payload.size + 2);
        assert_memory_equal(peer.frame.arguments[0].data + 2, payload.data, payload.size);
        char id[96];
        snprintf(id, sizeof id, "s:%s:%llu", actor_id(requester), (unsigned long long)ask->id);
        assert_true(raw_argument_is(&peer, 1, id));
        fake_reply_text(&peer, NULL, "j:1");
        ask_expect_result(ask, "1");
        played++;
    }
    assert_true(played >= 6);
    raw_close(&peer);
    fake_close(&responder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_replies_of_node),
        stage_test(test_reply_that_breaks_the_stream),
        stage_test(test_errors_of_every_shape),
        stage_test(test_requests_are_those_of_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
