/* vitals_test.c - who is well, who is suspect and who is gone, tick by tick. */
#include "state/vitals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const cote__vitals_limits limits = {.suspect = 300, .timeout = 500, .interval = 75};

enum { HEARD = 1000 };

static cote__verdict node(cote__vitals *vitals, cote__time now)
{
    return cote__vitals_judge(vitals, &limits, false, HEARD, now);
}

static cote__verdict ours(cote__vitals *vitals, cote__time now)
{
    return cote__vitals_judge(vitals, &limits, true, HEARD, now);
}

static void limits_follow_the_intervals(void **state)
{
    (void)state;
    cote__vitals_limits usual = cote__vitals_limits_of(2000, 5000);
    assert_int_equal(usual.suspect, 3500);
    assert_int_equal(usual.timeout, 5000);
    assert_int_equal(usual.interval, 875);
    /* Nobody is suspect between two hellos, however close the two are. */
    cote__vitals_limits close = cote__vitals_limits_of(5000, 5001);
    assert_in_range(close.suspect, 5000, 5001);
    cote__vitals_limits least = cote__vitals_limits_of(1, 2);
    assert_int_equal(least.interval, 1);
    assert_in_range(least.suspect, 1, 2);
}

static void who_says_hello_need_not_say_more(void **state)
{
    (void)state;
    cote__vitals vitals = {0};
    assert_int_equal(node(&vitals, 1000000), COTE__WELL);
    assert_int_equal(ours(&vitals, 1000000), COTE__WELL);
    assert_false(cote__vitals_probe(&vitals, &limits, false, HEARD, 1000000));
}

static void bytes_stand_for_hellos(void **state)
{
    (void)state;
    cote__vitals vitals = {0};
    cote__vitals_quiet(&vitals, 1200);
    assert_int_equal(node(&vitals, 1300), COTE__WELL);
    assert_int_equal(node(&vitals, 1301), COTE__SUSPECT);
    assert_int_equal(cote__vitals_judge(&vitals, &limits, false, 1290, 1590), COTE__WELL);
    assert_int_equal(cote__vitals_judge(&vitals, &limits, false, 1290, 1591), COTE__SUSPECT);
    assert_int_equal(cote__vitals_judge(&vitals, &limits, false, 1290, 1790), COTE__SUSPECT);
    assert_int_equal(cote__vitals_judge(&vitals, &limits, false, 1290, 1791), COTE__GONE);
}

static void the_end_takes_hellos_that_are_missing_for_as_long(void **state)
{
    (void)state;
    cote__vitals vitals = {0};
    cote__vitals_quiet(&vitals, 2000); /* nothing was heard since 1700, nor a byte since 1000 */
    cote__vitals_quiet(&vitals, 2100); /* and it stays as it is */
    assert_int_equal(node(&vitals, 2199), COTE__SUSPECT);
    assert_int_equal(node(&vitals, 2200), COTE__GONE);
    cote__vitals_back(&vitals);
    assert_int_equal(node(&vitals, 2200), COTE__WELL);
    cote__vitals_quiet(&vitals, 3000);
    assert_int_equal(node(&vitals, 3199), COTE__SUSPECT);
}

static void who_can_be_probed_is_probed_first(void **state)
{
    (void)state;
    cote__vitals vitals = {0};
    cote__vitals_quiet(&vitals, 2000);
    assert_int_equal(ours(&vitals, 9000), COTE__SUSPECT); /* not gone: nobody has asked */
    assert_true(cote__vitals_probe(&vitals, &limits, false, HEARD, 9000));
    assert_false(cote__vitals_probe(&vitals, &limits, false, HEARD, 9100)); /* one is enough */
    assert_int_equal(ours(&vitals, 9199), COTE__SUSPECT);
    assert_int_equal(ours(&vitals, 9200), COTE__GONE);
    /* The answer makes it well, and it is asked again after a while. */
    assert_int_equal(cote__vitals_judge(&vitals, &limits, true, 9150, 9200), COTE__WELL);
    assert_false(cote__vitals_probe(&vitals, &limits, false, 9150, 9224));
    assert_true(cote__vitals_probe(&vitals, &limits, false, 9150, 9225));
}

static void who_owes_answers_and_gives_no_sign_is_suspect(void **state)
{
    (void)state;
    cote__vitals vitals = {0};
    assert_false(cote__vitals_probe(&vitals, &limits, true, HEARD, 1074));
    assert_true(cote__vitals_probe(&vitals, &limits, true, HEARD, 1075));
    assert_int_equal(ours(&vitals, 1149), COTE__WELL);
    assert_int_equal(ours(&vitals, 1150), COTE__SUSPECT);
    assert_int_equal(ours(&vitals, 1000000), COTE__SUSPECT); /* it says hello, so it is there */
    assert_int_equal(cote__vitals_judge(&vitals, &limits, true, 1075, 1000000), COTE__WELL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_follow_the_intervals),
        cmocka_unit_test(who_says_hello_need_not_say_more),
        cmocka_unit_test(bytes_stand_for_hellos),
        cmocka_unit_test(the_end_takes_hellos_that_are_missing_for_as_long),
        cmocka_unit_test(who_can_be_probed_is_probed_first),
        cmocka_unit_test(who_owes_answers_and_gives_no_sign_is_suspect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
