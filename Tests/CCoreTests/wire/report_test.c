/* report_test.c - statuses for monitors: what the recording of Node.js means, that we write the
 * same bytes, and what is no status. */
#include "wire/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/vectors.h"

static const cote_test_vector *recorded(void)
{
    for (size_t i = 0; i < cote_test_vector_count; i++)
        if (cote_test_vectors[i].meaning == MEANS_STATUS) return &cote_test_vectors[i];
    fail_msg("no recording");
    return NULL;
}

static void assert_text(cote__slice slice, const char *text)
{
    assert_non_null(slice.data);
    assert_int_equal(slice.size, strlen(text));
    assert_memory_equal(slice.data, text, slice.size);
}

static void test_status_of_node(void **state)
{
    (void)state;
    const cote_test_vector *vector = recorded();
    size_t size;
    char *bytes = cote_test_vector_bytes(vector, &size);
    cote__amp_frame frame;
    assert_int_equal(cote__amp_decode(bytes, size, SIZE_MAX, &frame), COTE__AMP_FRAME);
    cote__buffer scratch = {0};
    cote__report report;
    assert_int_equal(cote__report_decode(&frame, &scratch, &report), COTE__MESSAGE_OK);
    assert_text(report.id, "7a939a7e-8ad5-415a-97cb-2003fd146394");
    assert_text(report.nodes, "[\"10dd97a7-30c1-4dec-aece-6fa0b599f1b2\"]");
    assert_text(report.status, vector->frames[0][1].data);

    cote__buffer out = {0};
    size_t begun = cote__report_begin(&out, report.id);
    cote__report_node(&out, cote__slice_of("10dd97a7-30c1-4dec-aece-6fa0b599f1b2"));
    cote__report_end(&out, begun, COTE__AXON_NONE, NULL);
    assert_int_equal(out.size, size);
    assert_memory_equal(out.data, bytes, size);
    cote__buffer_fini(&out);
    cote__buffer_fini(&scratch);
    free(bytes);
}

/* What is written reads as what was to be said, however many there are, and behind other frames. */
static void test_numbers_of_nodes(void **state)
{
    static const char *const expected[] = {"[]", "[\"a\"]", "[\"a\",\"[\"]", "[\"a\",\"[\",\"c\"]"};
    static const char *const ids[] = {"a", "[", "c"};
    (void)state;
    for (unsigned count = 0; count <= 3; count++) {
        cote__buffer out = {0}, scratch = {0};
        cote__amp_begin(&out, 1);
        cote__amp_argument(&out, "", cote__slice_of("before"));
        size_t before = out.size;
        size_t begun = cote__report_begin(&out, cote__slice_of("x\"y"));
        for (unsigned i = 0; i < count; i++) cote__report_node(&out, cote__slice_of(ids[i]));
        cote__report_end(&out, begun, COTE__AXON_NONE, NULL);
        cote__amp_frame frame;
        cote__report report;
        assert_int_equal(cote__amp_decode(out.data + before, out.size - before, SIZE_MAX, &frame),
                         COTE__AMP_FRAME);
        assert_int_equal(cote__report_decode(&frame, &scratch, &report), COTE__MESSAGE_OK);
        assert_text(report.id, "x\"y");
        assert_text(report.nodes, expected[count]);
        cote__buffer_fini(&out);
        cote__buffer_fini(&scratch);
    }
}

/* MARK: counters */

static uint64_t *numbers_of(cote_counters *counters)
{
    return (uint64_t *)(void *)((char *)counters + sizeof counters->size);
}

enum { NUMBERS = (sizeof(cote_counters) - sizeof(size_t)) / sizeof(uint64_t) };

static cote__report report_of(cote__buffer *frame, cote__buffer *scratch)
{
    cote__amp_frame decoded;
    cote__report report;
    assert_int_equal(cote__amp_decode(frame->data, frame->size, SIZE_MAX, &decoded),
                     COTE__AMP_FRAME);
    assert_int_equal(cote__report_decode(&decoded, scratch, &report), COTE__MESSAGE_OK);
    return report;
}

/* Behind what Node.js says stand all numbers of the kind, and each number is some kind's. */
static void test_counters(void **state)
{
    static const cote__axon_type kinds[] = {COTE__AXON_REQ, COTE__AXON_REP, COTE__AXON_PUB,
                                            COTE__AXON_SUB};
    (void)state;
    cote_counters counters = COTE_COUNTERS_INIT, seen = COTE_COUNTERS_INIT;
    for (unsigned i = 0; i < NUMBERS; i++) numbers_of(&counters)[i] = UINT64_MAX - i;
    for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        cote__buffer out = {0}, scratch = {0};
        size_t begun = cote__report_begin(&out, cote__slice_of("a"));
        cote__report_node(&out, cote__slice_of("b"));
        cote__report_end(&out, begun, kinds[k], &counters);
        cote__report report = report_of(&out, &scratch);
        static const char start[] = "{\"id\":\"a\",\"nodes\":[\"b\"],\"cote\":{\"";
        assert_memory_equal(report.status.data, start, strlen(start));
        assert_true(report.counts);
        for (unsigned i = 0; i < NUMBERS; i++) {
            uint64_t read = numbers_of(&report.counters)[i];
            if (read != 0) numbers_of(&seen)[i] = read;
        }
        cote__buffer_fini(&out);
        cote__buffer_fini(&scratch);
    }
    assert_memory_equal(&seen, &counters, sizeof counters);
}

/* What makes no sense is not there. */
static void test_strange_counters(void **state)
{
    static const struct {
        const char *own;
        bool counts;
        uint64_t sent, connections;
    } cases[] = {
        {"{}", true, 0, 0},
        {"null", false, 0, 0},
        {"[{\"requests\":{\"sent\":1}}]", false, 0, 0},
        {"{\"requests\":[1],\"traffic\":{\"connections\":2}}", true, 0, 2},
        {"{\"requests\":{\"sent\":-1},\"more\":{\"sent\":3}}", true, 0, 0},
        {"{\"requests\":{\"sent\":\"1\",\"connections\":4}}", true, 0, 0},
        {"{\"requests\":{\"sent\":1.5}}", true, 0, 0},
        {"{\"requests\":{\"sent\":18446744073709551616}}", true, 0, 0},
        {"{\"re\\u0071uests\":{\"sent\":18446744073709551615}}", true, UINT64_MAX, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "j:{\"id\":\"a\",\"cote\":%s,\"nodes\":[]}", cases[i].own);
        cote__buffer frame = {0}, scratch = {0};
        cote__amp_begin(&frame, 2);
        cote__amp_argument(&frame, "s:", cote__slice_of("status"));
        cote__amp_argument(&frame, "", cote__slice_of(text));
        cote__report report = report_of(&frame, &scratch);
        if (report.counts != cases[i].counts || report.counters.requests_sent != cases[i].sent ||
            report.counters.connections != cases[i].connections)
            fail_msg("%s", text);
        cote__buffer_fini(&frame);
        cote__buffer_fini(&scratch);
    }
}

/* MARK: what is none */

static cote__message_result decode(const char *event, const char *status)
{
    cote__buffer bytes = {0}, scratch = {0};
    cote__amp_begin(&bytes, status ? 2 : 1);
    cote__amp_argument(&bytes, "", cote__slice_of(event));
    if (status) cote__amp_argument(&bytes, "", cote__slice_of(status));
    cote__amp_frame frame;
    assert_int_equal(cote__amp_decode(bytes.data, bytes.size, SIZE_MAX, &frame), COTE__AMP_FRAME);
    cote__report report;
    cote__message_result result = cote__report_decode(&frame, &scratch, &report);
    cote__buffer_fini(&bytes);
    cote__buffer_fini(&scratch);
    return result;
}

static void test_what_is_a_status(void **state)
{
    (void)state;
    char deep[256] = "j:{\"id\":\"a\",\"nodes\":[],\"x\":";
    memset(deep + strlen(deep), '[', 100);
    char wide[256] = "j:{\"nodes\":[],\"id\":\"";
    memset(wide + strlen(wide), 'a', 129);
    strcat(wide, "\"}");
    const struct {
        const char *event, *status;
        cote__message_result result;
    } cases[] = {
        {"s:status", "j:{\"id\":\"a\",\"nodes\":[]}", COTE__MESSAGE_OK},
        {"s:status", "j:{\"nodes\":[null,\"b\",null],\"id\":\"a\",\"x\":{}}", COTE__MESSAGE_OK},
        {"s:status", NULL, COTE__MESSAGE_IGNORED},
        {"s:statuses", "j:{\"id\":\"a\",\"nodes\":[]}", COTE__MESSAGE_IGNORED},
        {"j:\"status\"", "j:{\"id\":\"a\",\"nodes\":[]}", COTE__MESSAGE_IGNORED},
        {"status", "j:{\"id\":\"a\",\"nodes\":[]}", COTE__MESSAGE_IGNORED},
        {"s:status", "s:{\"id\":\"a\",\"nodes\":[]}", COTE__MESSAGE_IGNORED},
        {"s:status", "{\"id\":\"a\",\"nodes\":[]}", COTE__MESSAGE_IGNORED},
        {"s:status", "j:null", COTE__MESSAGE_IGNORED},
        {"s:status", "j:[\"id\",\"nodes\"]", COTE__MESSAGE_IGNORED},
        {"s:status", "j:{\"nodes\":[]}", COTE__MESSAGE_IGNORED},
        {"s:status", "j:{\"id\":\"\",\"nodes\":[]}", COTE__MESSAGE_IGNORED},
        {"s:status", "j:{\"id\":7,\"nodes\":[]}", COTE__MESSAGE_IGNORED},
        {"s:status", "j:{\"id\":\"a\\u0000\",\"nodes\":[]}", COTE__MESSAGE_IGNORED},
        {"s:status", wide, COTE__MESSAGE_IGNORED},
        {"s:status", "j:{\"id\":\"a\"}", COTE__MESSAGE_IGNORED},
        {"s:status", "j:{\"id\":\"a\",\"nodes\":{}}", COTE__MESSAGE_IGNORED},
        {"s:status", "j:{\"id\":\"a\",\"nodes\":[1]}", COTE__MESSAGE_IGNORED},
        {"s:status", "j:{\"id\":\"a\",\"nodes\":[[]]}", COTE__MESSAGE_IGNORED},
        {"s:status", "j:", COTE__MESSAGE_MALFORMED},
        {"s:status", "j:{\"id\":\"a\",\"nodes\":[]", COTE__MESSAGE_MALFORMED},
        {"s:status", "j:{\"id\":\"\xff\",\"nodes\":[]}", COTE__MESSAGE_MALFORMED},
        {"s:status", deep, COTE__MESSAGE_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (decode(cases[i].event, cases[i].status) != cases[i].result)
            fail_msg("%s %s", cases[i].event, cases[i].status ? cases[i].status : "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_of_node),   cmocka_unit_test(test_numbers_of_nodes),
        cmocka_unit_test(test_counters),         cmocka_unit_test(test_strange_counters),
        cmocka_unit_test(test_what_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
