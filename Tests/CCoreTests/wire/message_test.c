#include "wire/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/vectors.h"

enum { DEPTH = 64 };

static void assert_slice(cote__slice slice, const void *data, size_t size)
{
    assert_int_equal(slice.size, size);
    assert_non_null(slice.data);
    assert_memory_equal(slice.data, data, size);
}

static void assert_text(cote__slice slice, const char *text)
{
    assert_slice(slice, text, strlen(text));
}

static void assert_value(cote_value value, cote_value expected)
{
    assert_int_equal(value.kind, expected.kind);
    assert_slice((cote__slice){value.data, value.size}, expected.data, expected.size);
}

static void assert_encoded(cote__buffer *out, const char *expected, size_t size)
{
    assert_false(out->failed);
    assert_slice(cote__buffer_slice(out), expected, size);
    cote__buffer_fini(out);
}

/* MARK: what the recordings mean */

static cote__amp_frame decode(const char *bytes, size_t size)
{
    cote__amp_frame frame;
    assert_int_equal(cote__amp_decode(bytes, size, SIZE_MAX, &frame), COTE__AMP_FRAME);
    return frame;
}

static void check_request(const cote_test_vector *vector, const cote_value *expected,
                          unsigned count, const cote__amp_frame *frame)
{
    cote__request request;
    const cote_value *id = &expected[count - 1];
    if (vector->meaning == MEANS_NO_REQUEST) {
        assert_int_equal(cote__request_decode(frame, DEPTH, &request), COTE__MESSAGE_IGNORED);
        if (id->kind == COTE_KIND_STRING)
            assert_slice(request.id, id->data, id->size); /* to be told */
        else
            assert_null(request.id.data);
        return;
    }
    assert_int_equal(cote__request_decode(frame, DEPTH, &request), COTE__MESSAGE_OK);
    assert_slice(request.payload.text, expected[0].data, expected[0].size);
    assert_int_equal(request.payload.type, COTE__JSON_OBJECT);
    assert_true(cote__json_string_equal(request.type, cote__slice_of(vector->text)));
    assert_slice(request.id, id->data, id->size);
    assert_int_equal(request.extra_count, count - 2);
    for (unsigned i = 0; i < request.extra_count; i++)
        assert_value(cote__argument_decode(request.extra[i]), expected[i + 1]);
    if (count > 2 && expected[1].kind == COTE_KIND_BYTES)
        assert_value(request.bytes, expected[1]);
    else
        assert_null(request.bytes.data);
}

static void check_reply(const cote_test_vector *vector, const cote_value *expected, unsigned count,
                        const cote__amp_frame *frame)
{
    cote__reply reply;
    assert_int_equal(cote__reply_decode(frame, DEPTH, &reply), COTE__MESSAGE_OK);
    assert_int_equal(reply.failed, vector->meaning == MEANS_FAILURE);
    assert_value(reply.error, expected[0]);
    assert_int_equal(reply.value_count, count - 2);
    for (unsigned i = 0; i < reply.value_count; i++) assert_value(reply.values[i], expected[i + 1]);
    assert_slice(reply.id, expected[count - 1].data, expected[count - 1].size);
}

static void every_recording_means_what_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        const cote_test_vector *vector = &cote_test_vectors[i];
        size_t size, at = 0;
        char *bytes = cote_test_vector_bytes(vector, &size);
        for (unsigned f = 0; f < cote_test_vector_frames(vector); f++) {
            cote__amp_frame frame = decode(bytes + at, size - at);
            unsigned count = cote_test_vector_arguments(vector, f);
            if (vector->meaning == MEANS_REQUEST || vector->meaning == MEANS_NO_REQUEST)
                check_request(vector, vector->frames[f], count, &frame);
            if (vector->meaning == MEANS_SUCCESS || vector->meaning == MEANS_FAILURE)
                check_reply(vector, vector->frames[f], count, &frame);
            at += frame.size;
        }
        free(bytes);
    }
}

/* MARK: what was recorded is what we send for the same call */

static cote__slice slice_of(cote_value value)
{
    return (cote__slice){value.data, value.size};
}

/* False for calls that our encoders do not offer. */
static bool encode_call(cote__buffer *out, const cote_test_vector *vector,
                        const cote_value *arguments, unsigned count)
{
    cote__slice id = slice_of(arguments[count - 1]);
    bool raw = count == 3 && arguments[1].kind == COTE_KIND_BYTES;
    if (vector->meaning == MEANS_REQUEST && (count == 2 || raw))
        cote__request_encode(out, &(cote__request_parts){.type = cote__slice_of(vector->text),
                                                         .object = slice_of(arguments[0]),
                                                         .bytes = raw ? &arguments[1] : NULL,
                                                         .id = id});
    else if (vector->meaning == MEANS_SUCCESS && count == 3)
        cote__reply_encode(out, arguments[1], id);
    else if ((vector->meaning == MEANS_SUCCESS || vector->meaning == MEANS_FAILURE) && count == 2)
        cote__reply_error_encode(out, arguments[0], id);
    else
        return false;
    return true;
}

static void the_same_call_is_the_same_bytes(void **state)
{
    (void)state;
    unsigned compared = 0;
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        const cote_test_vector *vector = &cote_test_vectors[i];
        size_t size, at = 0;
        char *bytes = cote_test_vector_bytes(vector, &size);
        for (unsigned f = 0; f < cote_test_vector_frames(vector); f++) {
            cote__amp_frame frame = decode(bytes + at, size - at);
            cote__buffer out = {0};
            if (encode_call(&out, vector, vector->frames[f], frame.count)) {
                assert_encoded(&out, bytes + at, frame.size);
                compared++;
            }
            at += frame.size;
        }
        free(bytes);
    }
    assert_int_equal(compared, 42); /* 8 requests, 34 replies */
}

/* MARK: arguments */

static void an_argument_is_known_by_its_tag(void **state)
{
    (void)state;
    static const struct {
        const char *argument;
        cote_kind kind;
        const char *bytes;
    } cases[] = {
        {"j:{}", COTE_KIND_JSON, "{}"},     {"s:a:b", COTE_KIND_STRING, "a:b"},
        {"b:-12", COTE_KIND_BIGINT, "-12"}, {"s:", COTE_KIND_STRING, ""},
        {"", COTE_KIND_BYTES, ""},          {"j", COTE_KIND_BYTES, "j"},
        {":j", COTE_KIND_BYTES, ":j"},      {"x:1", COTE_KIND_BYTES, "x:1"},
        {"J:1", COTE_KIND_BYTES, "J:1"},    {"j;1", COTE_KIND_BYTES, "j;1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cote__slice argument = cote__slice_of(cases[i].argument);
        cote_value value = cote__argument_decode(argument);
        assert_value(value, (cote_value){cases[i].kind, cases[i].bytes, strlen(cases[i].bytes)});
        assert_int_equal(cote__looks_tagged(argument), cases[i].kind != COTE_KIND_BYTES);
        cote__buffer out = {0};
        cote__argument_encode(&out, value);
        assert_int_equal(out.size, 4 + argument.size);
        assert_memory_equal(out.data + 4, argument.data, argument.size);
        cote__buffer_fini(&out);
    }
}

/* MARK: requests at the edges */

/* A frame of texts, tags included, decoded where it was encoded. */
static cote__amp_frame frame_of(cote__buffer *buffer, const char *const *arguments)
{
    unsigned count = 0;
    while (arguments[count]) count++;
    cote__buffer_clear(buffer);
    cote__amp_begin(buffer, count);
    for (unsigned i = 0; i < count; i++)
        cote__amp_argument(buffer, "", cote__slice_of(arguments[i]));
    return decode(buffer->data, buffer->size);
}

static void requests_at_the_edges(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[5];
        cote__message_result result;
        const char *type, *id;
        unsigned extra_count;
    } cases[] = {
        /* the last of a name counts, as in JavaScript */
        {{"j:{\"type\":1,\"type\":\"b\"}", "s:1"}, COTE__MESSAGE_OK, "b", "1", 0},
        {{"j:{\"type\":\"a\",\"type\":1}", "s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        {{"j:{\"type\":\"a\",\"\\u0074ype\":\"c\"}", "s:1"}, COTE__MESSAGE_OK, "c", "1", 0},
        {{"j: {\"type\" : \"\\u0061\"} ", "s:1"}, COTE__MESSAGE_OK, "a", "1", 0},
        /* no type */
        {{"j:{\"type\":\"\"}", "s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        {{"j:{\"type\":null}", "s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        {{"j:{\"type\":{}}", "s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        {{"j:{\"a\":{\"type\":\"x\"}}", "s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        /* no object */
        {{"j:null", "s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        {{"j:\"type\"", "s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        {{"raw", "s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        {{"", "s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        {{"b:1", "s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        /* no JSON */
        {{"j:{bad", "s:1"}, COTE__MESSAGE_MALFORMED, NULL, NULL, 0},
        {{"j:", "s:1"}, COTE__MESSAGE_MALFORMED, NULL, NULL, 0},
        {{"j:{\"type\":\"\xff\"}", "s:1"}, COTE__MESSAGE_MALFORMED, NULL, NULL, 0},
        {{"j:{bad"}, COTE__MESSAGE_MALFORMED, NULL, NULL, 0},
        /* nobody waits */
        {{"j:{\"type\":\"x\"}", "j:null"}, COTE__MESSAGE_OK, "x", NULL, 0},
        {{"j:{\"type\":\"x\"}", "raw"}, COTE__MESSAGE_OK, "x", NULL, 0},
        {{"j:{\"type\":\"x\"}", ""}, COTE__MESSAGE_OK, "x", NULL, 0},
        {{"j:{\"type\":\"x\"}", "b:1"}, COTE__MESSAGE_OK, "x", NULL, 0},
        {{"j:{\"type\":\"x\"}", "s:"}, COTE__MESSAGE_OK, "x", "", 0},
        /* one argument is a payload without its id, or an id without its payload */
        {{"j:{\"type\":\"x\"}"}, COTE__MESSAGE_IGNORED, NULL, NULL, 0},
        {{"s:1"}, COTE__MESSAGE_IGNORED, NULL, "1", 0},
        /* what stands between is not looked into */
        {{"j:{\"type\":\"x\"}", "j:{bad", "s:1"}, COTE__MESSAGE_OK, "x", "1", 1},
        {{"j:{\"type\":\"x\"}", "s:a", "raw", "s:1"}, COTE__MESSAGE_OK, "x", "1", 2},
    };
    cote__buffer buffer = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cote__amp_frame frame = frame_of(&buffer, cases[i].arguments);
        cote__request request;
        cote__message_result result = cote__request_decode(&frame, DEPTH, &request);
        if (result != cases[i].result)
            fail_msg("case %zu, %s: %d", i, cases[i].arguments[0], (int)result);
        if (result == COTE__MESSAGE_MALFORMED) continue;
        if (cases[i].id)
            assert_text(request.id, cases[i].id);
        else
            assert_null(request.id.data);
        if (result != COTE__MESSAGE_OK) continue;
        assert_true(cote__json_string_equal(request.type, cote__slice_of(cases[i].type)));
        assert_int_equal(request.extra_count, cases[i].extra_count);
        assert_null(request.bytes.data);
    }
    cote__buffer_fini(&buffer);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    cote__buffer buffer = {0};
    cote__request request;
    cote__reply reply;
    cote__amp_frame frame =
        frame_of(&buffer, (const char *const[]){"j:{\"type\":\"x\",\"a\":[[]]}", "s:1", NULL});
    assert_int_equal(cote__request_decode(&frame, 3, &request), COTE__MESSAGE_OK);
    assert_int_equal(cote__request_decode(&frame, 2, &request), COTE__MESSAGE_MALFORMED);
    frame = frame_of(&buffer, (const char *const[]){"j:[[[]]]", "s:1", NULL});
    assert_int_equal(cote__reply_decode(&frame, 3, &reply), COTE__MESSAGE_OK);
    assert_int_equal(cote__reply_decode(&frame, 2, &reply), COTE__MESSAGE_MALFORMED);
    cote__buffer_fini(&buffer);
}

/* MARK: replies at the edges */

static void replies_at_the_edges(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[5];
        cote__message_result result;
        bool failed;
        const char *error, *id;
        unsigned value_count;
    } cases[] = {
        {{"j: null ", "j:1", "s:1"}, COTE__MESSAGE_OK, false, "null", "1", 1},
        {{"j:false", "s:1"}, COTE__MESSAGE_OK, true, "false", "1", 0},
        {{"s:", "s:1"}, COTE__MESSAGE_OK, true, "", "1", 0},
        {{"", "s:1"}, COTE__MESSAGE_OK, true, "", "1", 0},
        {{"b:5", "s:1"}, COTE__MESSAGE_OK, true, "5", "1", 0},
        {{"raw", "j:1", "s:1"}, COTE__MESSAGE_OK, true, "raw", "1", 1},
        {{"j:{bad", "s:1"}, COTE__MESSAGE_MALFORMED, false, NULL, NULL, 0},
        {{"j:", "s:1"}, COTE__MESSAGE_MALFORMED, false, NULL, NULL, 0},
        {{"j:nullx", "s:1"}, COTE__MESSAGE_MALFORMED, false, NULL, NULL, 0},
        {{"j:{bad"}, COTE__MESSAGE_MALFORMED, false, NULL, NULL, 0},
        {{"j:null", "j:{bad", "s:1"}, COTE__MESSAGE_OK, false, "null", "1", 1},
        /* nobody asked for it */
        {{"j:null", "j:1"}, COTE__MESSAGE_OK, false, "null", NULL, 0},
        {{"j:null"}, COTE__MESSAGE_OK, false, "null", NULL, 0},
        /* an id alone */
        {{"s:1"}, COTE__MESSAGE_OK, false, "null", "1", 0},
    };
    cote__buffer buffer = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cote__amp_frame frame = frame_of(&buffer, cases[i].arguments);
        cote__reply reply;
        cote__message_result result = cote__reply_decode(&frame, DEPTH, &reply);
        if (result != cases[i].result)
            fail_msg("case %zu, %s: %d", i, cases[i].arguments[0], (int)result);
        if (result != COTE__MESSAGE_OK) continue;
        assert_int_equal(reply.failed, cases[i].failed);
        assert_text(slice_of(reply.error), cases[i].error);
        assert_int_equal(reply.value_count, cases[i].value_count);
        if (cases[i].id)
            assert_text(reply.id, cases[i].id);
        else
            assert_null(reply.id.data);
    }
    cote__buffer_fini(&buffer);
}

/* MARK: payloads */

static void the_type_comes_first_and_once(void **state)
{
    (void)state;
    static const struct {
        const char *type, *object, *expected;
    } cases[] = {
        {"add", NULL, "{\"type\":\"add\"}"},
        {"add", "{}", "{\"type\":\"add\"}"},
        {"add", " { \n\t\r} ", "{\"type\":\"add\"}"},
        {"add", "{\"a\":1,\"b\":2}", "{\"type\":\"add\",\"a\":1,\"b\":2}"},
        {"add", " { \"a\" : 1 } ", "{\"type\":\"add\",\"a\" : 1 }"},
        {"add", "{\"type\":\"add\",\"a\":1}", "{\"type\":\"add\",\"a\":1}"},
        {"add", "{\"a\":1,\"type\":\"add\",\"b\":{}}", "{\"type\":\"add\",\"a\":1,\"b\":{}}"},
        {"add", "{\"\\u0074ype\":\"add\"}", "{\"type\":\"add\"}"},
        {"add", "{\"type\":1,\"a\":[],\"type\":\"add\"}", "{\"type\":\"add\",\"a\":[]}"},
        {"add", "{\"a\":{\"type\":2},\"Type\":3}",
         "{\"type\":\"add\",\"a\":{\"type\":2},\"Type\":3}"},
        {"add", "{\"a\":\"type\"}", "{\"type\":\"add\",\"a\":\"type\"}"},
        {"add", "{\"y\":\"y\",\"xtype\":1}", "{\"type\":\"add\",\"y\":\"y\",\"xtype\":1}"},
        {"add", "{\"typ\":1,\"typed\":2}", "{\"type\":\"add\",\"typ\":1,\"typed\":2}"},
        {"add", "{\"y\":\"\\n\"}", "{\"type\":\"add\",\"y\":\"\\n\"}"},
        {"a\"\\\n\x01\xc3\xa9", NULL, "{\"type\":\"a\\\"\\\\\\n\\u0001\xc3\xa9\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cote__buffer out = {0}, expected = {0};
        cote__amp_begin(&expected, 2);
        cote__amp_argument(&expected, "j:", cote__slice_of(cases[i].expected));
        cote__amp_argument(&expected, "s:", cote__slice_of("1"));
        cote__request_encode(&out, &(cote__request_parts){.type = cote__slice_of(cases[i].type),
                                                          .object = cote__slice_of(cases[i].object),
                                                          .id = cote__slice_of("1")});
        assert_encoded(&out, expected.data, expected.size);
        cote__buffer_fini(&expected);
    }
}

static void encoders_append(void **state)
{
    (void)state;
    static const char expected[] = "before"
                                   "\x13\0\0\0\016j:{\"type\":\"t\"}\0\0\0\0\0\0\0\3s:1"
                                   "\x12\0\0\0\3s:e\0\0\0\2s:";
    cote_value nothing = {COTE_KIND_BYTES, NULL, 0};
    cote__buffer out = {0};
    cote__buffer_append_text(&out, "before");
    cote__request_encode(&out, &(cote__request_parts){.type = cote__slice_of("t"),
                                                      .object = (cote__slice){NULL, 0},
                                                      .bytes = &nothing,
                                                      .id = cote__slice_of("1")});
    cote__reply_error_encode(&out, (cote_value){COTE_KIND_STRING, "e", 1}, cote__slice_of(""));
    assert_encoded(&out, expected, sizeof expected - 1);
}

/* MARK: raw bytes that begin like a tag */

static void marked_bytes_come_back_raw(void **state)
{
    (void)state;
    static const char request_text[] =
        "\x13\0\0\0\037j:{\"type\":\"t\",\"__coteRaw\":true}\0\0\0\3j:{\0\0\0\3s:1";
    static const char reply_text[] =
        "\x14\0\0\0\6j:null\0\0\0\3s:a\0\0\0\024j:{\"__coteRaw\":true}\0\0\0\3s:1";
    const cote_value json_like = {COTE_KIND_BYTES, "j:{", 3},
                     text_like = {COTE_KIND_BYTES, "s:a", 3};
    cote__amp_frame frame = decode(request_text, sizeof request_text - 1);
    cote__request request;
    assert_int_equal(cote__request_decode(&frame, DEPTH, &request), COTE__MESSAGE_OK);
    assert_value(request.bytes, json_like);
    assert_int_equal(request.extra_count, 1);

    frame = decode(reply_text, sizeof reply_text - 1);
    cote__reply reply;
    assert_int_equal(cote__reply_decode(&frame, DEPTH, &reply), COTE__MESSAGE_OK);
    assert_false(reply.failed);
    assert_int_equal(reply.value_count, 1);
    assert_value(reply.values[0], text_like);
    assert_text(reply.id, "1");

    cote__buffer out = {0};
    cote__request_encode(&out, &(cote__request_parts){.type = cote__slice_of("t"),
                                                      .object = (cote__slice){NULL, 0},
                                                      .bytes = &json_like,
                                                      .id = cote__slice_of("1")});
    assert_encoded(&out, request_text, sizeof request_text - 1);
    cote__reply_encode(&out, text_like, cote__slice_of("1"));
    assert_encoded(&out, reply_text, sizeof reply_text - 1);
}

static void only_the_whole_mark_is_a_mark(void **state)
{
    (void)state;
    static const char *const requests[][4] = {
        {"j:{\"type\":\"t\",\"__coteRaw\":false}", "j:1", "s:1"},
        {"j:{\"type\":\"t\",\"__coteRaw\":1}", "j:1", "s:1"},
        {"j:{\"type\":\"t\",\"a\":{\"__coteRaw\":true}}", "j:1", "s:1"},
        {"j:{\"type\":\"t\",\"__coteRaw\":true}", "s:1"},
    };
    static const char *const replies[][6] = {
        {"j:null", "j:1", "j:{\"__coteRaw\":false}", "s:1"},
        {"j:null", "j:1", "s:{\"__coteRaw\":true}", "s:1"},
        {"j:null", "j:1", "j:{\"__coteRaw\":true}", "j:2", "s:1"},
        {"j:null", "j:{\"__coteRaw\":true}", "s:1"},
    };
    cote__buffer buffer = {0};
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        cote__amp_frame frame = frame_of(&buffer, requests[i]);
        cote__request request;
        assert_int_equal(cote__request_decode(&frame, DEPTH, &request), COTE__MESSAGE_OK);
        assert_null(request.bytes.data);
    }
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        cote__amp_frame frame = frame_of(&buffer, replies[i]);
        cote__reply reply;
        assert_int_equal(cote__reply_decode(&frame, DEPTH, &reply), COTE__MESSAGE_OK);
        assert_int_equal(reply.value_count, frame.count - 2);
        assert_int_equal(reply.values[0].kind, COTE_KIND_JSON);
    }
    cote__buffer_fini(&buffer);
}

static void a_farewell_is_one_string(void **state)
{
    (void)state;
    static const char bytes[] = "\x11\0\0\0\012s:cote:bye";
    cote__buffer out = {0};
    cote__farewell_encode(&out);
    assert_encoded(&out, bytes, sizeof bytes - 1);
    cote__amp_frame frame = decode(bytes, sizeof bytes - 1);
    assert_true(cote__is_farewell(&frame));
    frame.arguments[0].size--;
    assert_false(cote__is_farewell(&frame));
    frame = decode("\x12\0\0\0\1x\0\0\0\012s:cote:bye", 20);
    assert_false(cote__is_farewell(&frame));
}

static void our_ids_are_known(void **state)
{
    (void)state;
    assert_true(cote__id_is_ours(cote__slice_of("366b00d0-5fc6-4d08-a02b-39a719952738:0")));
    assert_false(cote__id_is_ours(cote__slice_of("366b00d0-5fc6-4d08-a02b-39a719952738")));
    assert_false(cote__id_is_ours(cote__slice_of("366b00d0-5fc6-4d08-a02b-39a71995273x:0")));
    assert_false(cote__id_is_ours(cote__slice_of("4242:0")));
    assert_false(cote__id_is_ours((cote__slice){NULL, 0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recording_means_what_it_says),
        cmocka_unit_test(the_same_call_is_the_same_bytes),
        cmocka_unit_test(an_argument_is_known_by_its_tag),
        cmocka_unit_test(requests_at_the_edges),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(replies_at_the_edges),
        cmocka_unit_test(the_type_comes_first_and_once),
        cmocka_unit_test(encoders_append),
        cmocka_unit_test(a_farewell_is_one_string),
        cmocka_unit_test(our_ids_are_known),
        cmocka_unit_test(marked_bytes_come_back_raw),
        cmocka_unit_test(only_the_whole_mark_is_a_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
