/* backoff_test.c - when a lost connection is tried again. */
#include "state/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_first_loss_is_tried_at_once(void **state)
{
    (void)state;
    cote__backoff backoff = {0};
    cote__backoff_opened(&backoff, 1000);
    assert_int_equal(cote__backoff_lost(&backoff, 1001, false), 0);
}

static void test_delays_grow_to_the_most(void **state)
{
    (void)state;
    static const cote__time delays[] = {50, 100, 200, 400, 800, 1600, 2000, 2000};
    cote__backoff backoff = {0};
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++)
        assert_int_equal(cote__backoff_lost(&backoff, 5, false), delays[i]);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(cote__backoff_lost(&backoff, 6, false), COTE__BACKOFF_MOST);
}

/* One that opens and closes is not tried in a tight circle. */
static void test_short_connections_prove_nothing(void **state)
{
    (void)state;
    static const cote__time delays[] = {0, 50, 100, 200, 400, 800, 1600, 2000, 2000};
    cote__backoff backoff = {0};
    cote__time now = 0;
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
        cote__backoff_opened(&backoff, now);
        now += COTE__BACKOFF_MOST;
        assert_int_equal(cote__backoff_lost(&backoff, now, false), delays[i]);
    }
}

/* However short it was, and whatever went wrong before. */
static void test_one_that_served_is_tried_at_once(void **state)
{
    (void)state;
    cote__backoff backoff = {0};
    for (unsigned i = 0; i < 5; i++) cote__backoff_lost(&backoff, 0, false);
    cote__backoff_opened(&backoff, 1000);
    cote__backoff_served(&backoff);
    assert_int_equal(cote__backoff_lost(&backoff, 1001, false), 0);
    /* The next one did not get so far, nor the one after it. */
    cote__backoff_opened(&backoff, 1002);
    assert_int_equal(cote__backoff_lost(&backoff, 1003, false), 50);
    assert_int_equal(cote__backoff_lost(&backoff, 1053, false), 100);
    cote__backoff_opened(&backoff, 1153);
    cote__backoff_served(&backoff);
    assert_int_equal(cote__backoff_lost(&backoff, 1154, false), 0);
}

/* One that says something sensible and closes, in a circle: the pauses do not grow, but are there.
 */
static void test_served_again_and_again(void **state)
{
    (void)state;
    cote__backoff backoff = {0};
    cote__time now = 1000, tried = 0;
    for (unsigned i = 0; i < 100; i++) {
        cote__backoff_opened(&backoff, now);
        cote__backoff_served(&backoff);
        now += 7;
        now += cote__backoff_lost(&backoff, now, false);
        if (i > 0) assert_int_equal(now - tried, COTE__BACKOFF_LEAST);
        tried = now;
    }
    cote__backoff_opened(&backoff, now);
    cote__backoff_served(&backoff);
    assert_int_equal(cote__backoff_lost(&backoff, now + COTE__BACKOFF_LEAST, false), 0);
}

static void test_long_connection_begins_anew(void **state)
{
    (void)state;
    cote__backoff backoff = {0};
    for (unsigned i = 0; i < 5; i++) cote__backoff_lost(&backoff, 0, false);
    cote__backoff_opened(&backoff, 100);
    assert_int_equal(cote__backoff_lost(&backoff, 100 + COTE__BACKOFF_MOST + 1, false), 0);
    assert_int_equal(cote__backoff_lost(&backoff, 3000, false), 50);
}

static void test_breach_is_never_tried_at_once(void **state)
{
    (void)state;
    cote__backoff backoff = {0};
    cote__backoff_opened(&backoff, 0);
    assert_int_equal(cote__backoff_lost(&backoff, 1, true), 50);
    assert_true(backoff.breached);
    cote__backoff_opened(&backoff, 10);
    assert_int_equal(cote__backoff_lost(&backoff, 100000, true), 50);
    cote__backoff_opened(&backoff, 100010);
    assert_int_equal(cote__backoff_lost(&backoff, 100020, true), 100);
    assert_int_equal(cote__backoff_lost(&backoff, 100120, false), 200);
    assert_false(backoff.breached);
    /* Something sensible before the breach does not help. */
    cote__backoff_opened(&backoff, 100320);
    cote__backoff_served(&backoff);
    assert_int_equal(cote__backoff_lost(&backoff, 100321, true), 400);
}

static void test_jitter(void **state)
{
    (void)state;
    assert_int_equal(cote__backoff_jitter(50, 0), 50);
    assert_int_equal(cote__backoff_jitter(50, 25), 25);
    assert_int_equal(cote__backoff_jitter(50, 26), 50);
    for (uint64_t random = 0; random < 5000; random++) {
        cote__time delay = cote__backoff_jitter(2000, random);
        assert_in_range(delay, 1000, 2000);
    }
    assert_in_range(cote__backoff_jitter(2000, UINT64_MAX), 1000, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_loss_is_tried_at_once),
        cmocka_unit_test(test_delays_grow_to_the_most),
        cmocka_unit_test(test_short_connections_prove_nothing),
        cmocka_unit_test(test_one_that_served_is_tried_at_once),
        cmocka_unit_test(test_served_again_and_again),
        cmocka_unit_test(test_long_connection_begins_anew),
        cmocka_unit_test(test_breach_is_never_tried_at_once),
        cmocka_unit_test(test_jitter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
