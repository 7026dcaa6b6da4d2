/* gap_test.c - word of dropped messages: what is written is read, and nothing else is. */
#include "wire/gap.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint64_t decode(unsigned count, const char *event, const char *gap)
{
    cote__buffer bytes = {0};
    cote__amp_begin(&bytes, count);
    cote__amp_argument(&bytes, "", cote__slice_of(event));
    if (count > 1) cote__amp_argument(&bytes, "", cote__slice_of(gap));
    cote__amp_frame frame;
    assert_int_equal(cote__amp_decode(bytes.data, bytes.size, SIZE_MAX, &frame), COTE__AMP_FRAME);
    uint64_t dropped = cote__gap_decode(&frame);
    cote__buffer_fini(&bytes);
    return dropped;
}

static void test_written_and_read(void **state)
{
    (void)state;
    const uint64_t numbers[] = {1, 9, 10, 4294967296u, 9999999999999999999u};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        cote__buffer out = {0};
        cote__amp_frame frame;
        cote__gap_encode(&out, numbers[i]);
        assert_int_equal(cote__amp_decode(out.data, out.size, SIZE_MAX, &frame), COTE__AMP_FRAME);
        assert_int_equal(frame.size, out.size);
        assert_true(cote__gap_decode(&frame) == numbers[i]);
        cote__buffer_fini(&out);
    }
}

static void test_what_is_a_gap(void **state)
{
    (void)state;
    const struct {
        const char *event, *gap;
        uint64_t dropped;
    } cases[] = {
        {"s:cote:gap", "j:{\"dropped\":7}", 7},
        {"s:cote:gap", "j:{\"from\":[],\"dropped\": 12 }", 12},
        {"s:cote:gap", "j:{\"dropped\":0}", 0},
        {"s:cote:gap", "j:{\"dropped\":-1}", 0},
        {"s:cote:gap", "j:{\"dropped\":1.5}", 0},
        {"s:cote:gap", "j:{\"dropped\":1e3}", 0},
        {"s:cote:gap", "j:{\"dropped\":\"7\"}", 0},
        {"s:cote:gap", "j:{\"dropped\":10000000000000000000}", 0},
        {"s:cote:gap", "j:{\"dropped\":7", 0},
        {"s:cote:gap", "j:{}", 0},
        {"s:cote:gap", "j:7", 0},
        {"s:cote:gap", "{\"dropped\":7}", 0},
        {"s:cote:gaps", "j:{\"dropped\":7}", 0},
        {"s:message::cote:gap", "j:{\"dropped\":7}", 0},
        {"cote:gap", "j:{\"dropped\":7}", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (decode(2, cases[i].event, cases[i].gap) != cases[i].dropped)
            fail_msg("%s %s", cases[i].event, cases[i].gap);
    assert_int_equal(decode(1, "s:cote:gap", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_and_read),
        cmocka_unit_test(test_what_is_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
