/* breaker_test.c - who fails again and again, tick by tick. */
#include "state/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const cote__breaker_limits limits = {.failures = 3, .pause = 100, .longest = 350};

static void open_it(cote__breaker *breaker, cote__time now)
{
    assert_false(cote__breaker_failed(breaker, &limits, now));
    assert_false(cote__breaker_failed(breaker, &limits, now));
    assert_false(cote__breaker_is_shut(breaker));
    assert_true(cote__breaker_failed(breaker, &limits, now));
    assert_true(cote__breaker_is_shut(breaker));
}

static void failures_in_a_row_open_it(void **state)
{
    (void)state;
    cote__breaker breaker = {0};
    assert_false(cote__breaker_failed(&breaker, &limits, 1));
    assert_false(cote__breaker_failed(&breaker, &limits, 2));
    cote__breaker_answered(&breaker); /* so the row begins anew */
    open_it(&breaker, 10);
    assert_int_equal(breaker.state, COTE__BREAKER_OPEN);
    assert_int_equal(breaker.until, 110);
}

static void what_fails_while_it_is_open_is_nothing_new(void **state)
{
    (void)state;
    cote__breaker breaker = {0};
    open_it(&breaker, 10);
    assert_false(cote__breaker_failed(&breaker, &limits, 50));
    assert_int_equal(breaker.until, 110);
}

static void one_request_tries_it_when_its_time_is_over(void **state)
{
    (void)state;
    cote__breaker breaker = {0};
    open_it(&breaker, 10);
    cote__breaker_tick(&breaker, 109);
    assert_int_equal(breaker.state, COTE__BREAKER_OPEN);
    cote__breaker_tick(&breaker, 110);
    assert_int_equal(breaker.state, COTE__BREAKER_HALF_OPEN);
    assert_false(cote__breaker_is_shut(&breaker));
    cote__breaker_sent(&breaker);
    assert_true(cote__breaker_is_shut(&breaker));
    cote__breaker_tick(&breaker, 10000);
    assert_true(cote__breaker_is_shut(&breaker)); /* however long that takes */
    cote__breaker_answered(&breaker);
    assert_int_equal(breaker.state, COTE__BREAKER_CLOSED);
    assert_int_equal(breaker.failures, 0);
}

static void each_trial_that_fails_doubles_the_pause(void **state)
{
    (void)state;
    cote__breaker breaker = {0};
    cote__time now = 10;
    open_it(&breaker, now);
    static const cote__time pauses[] = {100, 200, 350, 350};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(breaker.until, now + pauses[i]);
        now = breaker.until;
        cote__breaker_tick(&breaker, now);
        cote__breaker_sent(&breaker);
        assert_true(cote__breaker_failed(&breaker, &limits, now));
    }
    /* An answer forgets all that. */
    cote__breaker_answered(&breaker);
    open_it(&breaker, 5000);
    assert_int_equal(breaker.until, 5100);
}

static void a_trial_without_a_verdict_is_repeated(void **state)
{
    (void)state;
    cote__breaker breaker = {0};
    open_it(&breaker, 10);
    cote__breaker_idle(&breaker);
    assert_int_equal(breaker.state, COTE__BREAKER_OPEN);
    cote__breaker_tick(&breaker, 110);
    cote__breaker_sent(&breaker);
    cote__breaker_idle(&breaker);
    assert_int_equal(breaker.state, COTE__BREAKER_HALF_OPEN);
}

static void without_a_limit_it_never_opens(void **state)
{
    (void)state;
    const cote__breaker_limits none = {.failures = 0, .pause = 1, .longest = 1};
    cote__breaker breaker = {0};
    for (int i = 0; i < 1000; i++) assert_false(cote__breaker_failed(&breaker, &none, 1));
    assert_int_equal(breaker.state, COTE__BREAKER_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_in_a_row_open_it),
        cmocka_unit_test(what_fails_while_it_is_open_is_nothing_new),
        cmocka_unit_test(one_request_tries_it_when_its_time_is_over),
        cmocka_unit_test(each_trial_that_fails_doubles_the_pause),
        cmocka_unit_test(a_trial_without_a_verdict_is_repeated),
        cmocka_unit_test(without_a_limit_it_never_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
