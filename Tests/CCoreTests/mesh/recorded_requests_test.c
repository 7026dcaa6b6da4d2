/* recorded_requests_test.c - the recorded requests of Node.js, played to a live responder, and what
 * that answers compared with what Node.js does. */
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

/* MARK: requests of Node.js, and what a responder makes of them */

typedef struct seen {
    test_stage *stage;
    char type[16];
    kept payload, extra[COTE__AMP_MAX_ARGUMENTS];
    size_t extra_count;
    char id[16], address[16];
    unsigned count;
} seen;

static kept copy_of(cote_value value)
{
    kept copy = {value.kind, malloc(value.size + 1), value.size};
    if (!copy.data) abort();
    if (value.size > 0) memcpy(copy.data, value.data, value.size);
    return copy;
}

static void see(void *context, const cote_request *request, cote_reply *reply)
{
    seen *self = context;
    stage_lock(self->stage);
    snprintf(self->type, sizeof self->type, "%.*s", (int)request->type_size, request->type);
    self->payload = copy_of(request->payload);
    self->extra_count = request->extra_count;
    for (size_t i = 0; i < request->extra_count; i++) self->extra[i] = copy_of(request->extra[i]);
    snprintf(self->id, sizeof self->id, "%s", request->id);
    snprintf(self->address, sizeof self->address, "%s", request->peer_address);
    self->count++;
    stage_unlock(self->stage);
    cote_reply_send(reply, NULL, 0);
}

static void forget(seen *self)
{
    free(self->payload.data);
    for (size_t i = 0; i < self->extra_count; i++) free(self->extra[i].data);
    *self = (seen){.stage = self->stage};
}

static void check_request(const cote_test_vector *vector, const seen *seen_request)
{
    const cote_value *sent = vector->frames[0];
    unsigned count = cote_test_vector_arguments(vector, 0);
    assert_string_equal(seen_request->type, vector->text);
    assert_int_equal(strlen(seen_request->id), sent[count - 1].size);
    assert_memory_equal(seen_request->id, sent[count - 1].data, sent[count - 1].size);
    assert_string_equal(seen_request->address, "127.0.0.1");
    /* Raw bytes behind the payload are what the request is about. */
    unsigned first = count > 2 && sent[1].kind == COTE_KIND_BYTES ? 1 : 0;
    assert_true(same_value(sent[first], &seen_request->payload));
    assert_int_equal(seen_request->extra_count, count - 2 - first);
    for (size_t i = 0; i < seen_request->extra_count; i++)
        assert_true(same_value(sent[1 + first + i], &seen_request->extra[i]));
}

static void test_requests_of_node(void **state)
{
    static const char *const types[] = {"x", "b", "m", "add", "n", "u", "t"};
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    actor_respond(responder, stage_loop(stage));
    seen seen_request = {.stage = stage};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        cote_responder_on(responder->responder, types[i], see, NULL, &seen_request, NULL);
    raw_peer peer = raw_connect(actor_port(responder));
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        const cote_test_vector *vector = &cote_test_vectors[i];
        if (vector->meaning != MEANS_REQUEST) continue;
        size_t size;
        char *bytes = cote_test_vector_bytes(vector, &size);
        raw_send(&peer, bytes, size);
        free(bytes);
        raw_expect(&peer);
        stage_check(stage, seen_request.count == 1);
        check_request(vector, &seen_request);
        forget(&seen_request);
        unsigned last = cote_test_vector_arguments(vector, 0) - 1;
        assert_int_equal(peer.frame.count, 3);
        assert_true(raw_argument_is(&peer, 0, "j:null") && raw_argument_is(&peer, 1, "j:null"));
        cote__slice id = peer.frame.arguments[2];
        assert_int_equal(id.size, vector->frames[0][last].size + 2);
        assert_memory_equal(id.data + 2, vector->frames[0][last].data, id.size - 2);
    }
    raw_close(&peer);
}

/* Each alone on a connection, followed by one that is answered unless the connection is closed. */
static void test_what_node_sends_that_is_no_request(void **state)
{
    static const struct {
        const char *name;
        bool refused, closed;
    } cases[] = {
        {"req-array-data", true, false},  {"req-no-type", true, false},
        {"req-string-data", true, false}, {"req-15-args", false, true},
        {"req-16-args", false, true},
    };
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cote_test_vector vector = {.name = cases[i].name};
        raw_peer peer = raw_connect(actor_port(responder));
        size_t size;
        char *bytes = cote_test_vector_bytes(&vector, &size);
        raw_send(&peer, bytes, size);
        free(bytes);
        if (cases[i].closed) {
            raw_expect_closed(&peer);
        } else {
            raw_send_request(&peer, "{\"type\":\"echo\"}", "4242:99");
            if (cases[i].refused) {
                raw_expect(&peer);
                assert_int_equal(peer.frame.count, 2);
                assert_non_null(strstr(peer.frame.arguments[0].data, "invalidRequest"));
            }
            raw_expect(&peer);
            assert_true(raw_argument_is(&peer, 2, "s:4242:99"));
        }
        raw_close(&peer);
    }
}

/* MARK: what ours send */

#define J(TEXT)                                \
    {                                          \
        COTE_KIND_JSON, TEXT, sizeof(TEXT) - 1 \
    }
#define S(TEXT)                                  \
    {                                            \
        COTE_KIND_STRING, TEXT, sizeof(TEXT) - 1 \
    }
#define R(BYTES)                                  \
    {                                             \
        COTE_KIND_BYTES, BYTES, sizeof(BYTES) - 1 \
    }

static const struct {
    const char *name;
    cote_value value;
} answers[] = {
    {"resp-object", J("{\"sum\":3}")},
    {"resp-array", J("[1,\"a\",null]")},
    {"resp-bool", J("false")},
    {"resp-float", J("0.1")},
    {"resp-number", J("42")},
    {"resp-null", J("null")},
    {"resp-date", J("\"1970-01-01T00:00:00.000Z\"")},
    {"resp-string", S("hi")},
    {"resp-empty-string", S("")},
    {"resp-buffer", R("\xde\xad\xbe\xef")},
    {"resp-empty-buffer", R("")},
    {"resp-undefined", {0}},
};

static void answer(void *context, const cote_request *request, cote_reply *reply)
{
    (void)context;
    size_t index = request->extra_count ? strtoul(request->extra[0].data, NULL, 10) : 0;
    cote_reply_send(reply, answers[index].value.data ? &answers[index].value : NULL, 0);
}

static void ask_for_answer(raw_peer *peer, size_t index)
{
    char argument[16];
    snprintf(argument, sizeof argument, "%zu ", index); /* ends the number */
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 3);
    cote__amp_argument(&frame, "j:", cote__slice_of("{\"type\":\"x\"}"));
    cote__amp_argument(&frame, "j:", cote__slice_of(argument));
    cote__amp_argument(&frame, "s:", cote__slice_of("4242:7"));
    raw_send(peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
}

static void test_replies_are_those_of_node(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    cote_responder_on(responder->responder, "x", answer, NULL, NULL, NULL);
    raw_peer peer = raw_connect(actor_port(responder));
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        cote_test_vector vector = {.name = answers[i].name};
        size_t size;
        char *bytes = cote_test_vector_bytes(&vector, &size);
        ask_for_answer(&peer, i);
        raw_expect(&peer);
        assert_int_equal(peer.frame.size, size);
        assert_memory_equal(raw_frame_bytes(&peer), bytes, size);
        free(bytes);
    }
    raw_close(&peer);
}

/* To Node.js, since the id is one of its own: as it writes bytes inside of JSON. */
static void test_reply_that_would_kill_node(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer peer = raw_connect(actor_port(responder));
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 3);
    cote__amp_argument(&frame, "j:", cote__slice_of("{\"type\":\"echo\",\"__coteRaw\":true}"));
    cote__amp_argument(&frame, "", cote__slice_of("j:{"));
    cote__amp_argument(&frame, "s:", cote__slice_of("4242:7"));
    raw_send(&peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:null"));
    assert_true(raw_argument_is(&peer, 1, "j:{\"type\":\"Buffer\",\"data\":[106,58,123]}"));
    raw_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_requests_of_node),
        stage_test(test_what_node_sends_that_is_no_request),
        stage_test(test_replies_are_those_of_node),
        stage_test(test_reply_that_would_kill_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
