/* probe_test.c - the bytes of a probe and of its answer, and what is neither. */
#include "wire/probe.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "wire/message.h"
#include "wire/publish.h"

static cote__amp_frame decoded(const cote__buffer *bytes)
{
    cote__amp_frame frame;
    assert_int_equal(cote__amp_decode(bytes->data, bytes->size, SIZE_MAX, &frame), COTE__AMP_FRAME);
    assert_int_equal(frame.size, bytes->size);
    return frame;
}

static void assert_bytes(const cote__buffer *bytes, const char *expected, size_t size)
{
    assert_int_equal(bytes->size, size);
    assert_memory_equal(bytes->data, expected, size);
}

static void test_bytes(void **state)
{
    (void)state;
    static const char ping[] = "\x12\0\0\0\x0bs:cote:ping\0\0\0\x08s:cote:0";
    static const char pong[] = "\x12\0\0\0\x0bs:cote:pong\0\0\0\x08s:cote:0";
    cote__buffer probe = {0}, answer = {0};
    cote__probe_encode(&probe);
    cote__probe_answer(&answer);
    assert_bytes(&probe, ping, sizeof ping - 1);
    assert_bytes(&answer, pong, sizeof pong - 1);
    cote__amp_frame frame = decoded(&probe);
    assert_true(cote__is_probe(&frame) && !cote__is_probe_answer(&frame));
    frame = decoded(&answer);
    assert_false(cote__is_probe(&frame)); /* or two would go on for ever */
    assert_true(cote__is_probe_answer(&frame));
    cote__buffer_fini(&probe);
    cote__buffer_fini(&answer);
}

static void test_other_frames(void **state)
{
    (void)state;
    static const char *const firsts[] = {
        "s:cote:pin", "s:cote:pings", "j:cote:ping", "s:", "", "s:message::cote:ping"};
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        cote__buffer bytes = {0};
        cote__amp_begin(&bytes, 2);
        cote__amp_argument(&bytes, "", cote__slice_of(firsts[i]));
        cote__amp_argument(&bytes, "", cote__slice_of("s:cote:0"));
        cote__amp_frame frame = decoded(&bytes);
        assert_false(cote__is_probe(&frame) || cote__is_probe_answer(&frame));
        cote__buffer_fini(&bytes);
    }
    cote__buffer alone = {0};
    cote__amp_begin(&alone, 1);
    cote__amp_argument(&alone, "", cote__slice_of("s:cote:ping"));
    cote__amp_frame frame = decoded(&alone);
    assert_false(cote__is_probe(&frame));
    cote__buffer_fini(&alone);
}

/* Who does not know an answer must take it for nothing. */
static void test_an_answer_is_no_message_and_no_reply_to_a_request(void **state)
{
    (void)state;
    cote__buffer answer = {0};
    cote__probe_answer(&answer);
    cote__amp_frame frame = decoded(&answer);
    cote__published published;
    cote__reply reply;
    assert_false(cote__publish_decode(&frame, (cote__slice){NULL, 0}, &published));
    assert_int_equal(cote__reply_decode(&frame, COTE__JSON_MAX_DEPTH, &reply), COTE__MESSAGE_OK);
    assert_true(cote__slice_equal(reply.id, cote__slice_of("cote:0")));
    cote__buffer_fini(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_other_frames),
        cmocka_unit_test(test_an_answer_is_no_message_and_no_reply_to_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
