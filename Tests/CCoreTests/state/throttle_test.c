/* throttle_test.c - one line a second, and how many it stands for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "state/throttle.h"

static void expect_told(cote__throttle *throttle, cote__time now, uint64_t expected)
{
    uint64_t untold = 99;
    assert_true(cote__throttle_pass(throttle, now, &untold));
    assert_int_equal(untold, expected);
}

static void expect_untold(cote__throttle *throttle, cote__time now)
{
    uint64_t untold = 99;
    assert_false(cote__throttle_pass(throttle, now, &untold));
    assert_int_equal(untold, 99);
}

static void the_first_is_told_at_any_time(void **state)
{
    (void)state;
    static const cote__time times[] = {0, 1, 999, 1000, COTE__NEVER - 1};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        cote__throttle throttle = {0};
        expect_told(&throttle, times[i], 0);
        expect_untold(&throttle, times[i]);
    }
}

static void those_within_a_second_are_counted(void **state)
{
    (void)state;
    cote__throttle throttle = {0};
    expect_told(&throttle, 5000, 0);
    for (cote__time now = 5000; now < 6000; now++) expect_untold(&throttle, now);
    expect_told(&throttle, 6000, 1000);
    expect_untold(&throttle, 6999); /* the second begins with the line */
    expect_told(&throttle, 7500, 1);
    expect_untold(&throttle, 8499);
    expect_told(&throttle, 8500, 1);
    expect_told(&throttle, 1000000, 0);
}

static void a_flood_is_a_line_a_second(void **state)
{
    (void)state;
    cote__throttle throttle = {0};
    uint64_t lines = 0, counted = 0, untold;
    for (unsigned i = 0; i < 100000; i++) {
        if (!cote__throttle_pass(&throttle, i / 10, &untold)) continue;
        lines++;
        counted += 1 + untold;
    }
    assert_int_equal(lines, 10);
    assert_int_equal(counted + throttle.untold, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_told_at_any_time),
        cmocka_unit_test(those_within_a_second_are_counted),
        cmocka_unit_test(a_flood_is_a_line_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
