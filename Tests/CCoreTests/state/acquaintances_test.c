/* acquaintances_test.c - who is greeted, how often, and when he is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "state/acquaintances.h"

enum { PATIENCE = 5000, PLACE = 77 };

static unsigned rounds_greeted(cote__acquaintances *all, uint64_t place, unsigned rounds,
                               cote__time now)
{
    unsigned greeted = 0;
    for (unsigned i = 0; i < rounds; i++) {
        cote__acquaintances_expire(all, now);
        cote__acquaintance *one = cote__acquaintances_find(all, place);
        greeted += one && cote__acquaintance_is_due(one, now);
    }
    return greeted;
}

static void a_stranger_is_greeted_a_few_times(void **state)
{
    (void)state;
    cote__acquaintances all = {.patience = PATIENCE};
    cote__acquaintances_hear_of(&all, PLACE, 0);
    assert_int_equal(rounds_greeted(&all, PLACE, 100, 0), COTE__STRANGER_TRIES);
    cote__acquaintances_hear_of(&all, PLACE, 10); /* is told of again and again */
    assert_int_equal(rounds_greeted(&all, PLACE, 100, COTE__STRANGER_TIME - 1), 0);
    assert_int_equal(rounds_greeted(&all, PLACE, 1, COTE__STRANGER_TIME), 0);
    assert_null(cote__acquaintances_find(&all, PLACE));
    cote__acquaintances_hear_of(&all, PLACE, COTE__STRANGER_TIME);
    assert_int_equal(rounds_greeted(&all, PLACE, 100, COTE__STRANGER_TIME), COTE__STRANGER_TRIES);
}

static void strangers_are_few(void **state)
{
    (void)state;
    cote__acquaintances all = {.patience = PATIENCE};
    for (uint64_t place = 1; place <= 1000; place++) cote__acquaintances_hear_of(&all, place, 0);
    assert_int_equal(all.count, COTE__STRANGERS);
    /* Seeds and those that prove themselves have room beside them, up to a limit. */
    bool is_new;
    for (uint64_t place = 2000; place < 2100; place++)
        assert_non_null(cote__acquaintances_heard(&all, place, 0, &is_new));
    for (uint64_t place = 3000; all.count < COTE__ACQUAINTANCES; place++)
        assert_non_null(cote__acquaintances_seed(&all, place, 1, 0));
    assert_null(cote__acquaintances_seed(&all, 4000, 1, 0));
    assert_null(cote__acquaintances_heard(&all, 4001, 0, &is_new));
    assert_non_null(cote__acquaintances_heard(&all, 1, 0, &is_new)); /* who is there already */
    assert_true(is_new);
}

static void a_seed_is_greeted_as_long_as_it_is_one(void **state)
{
    (void)state;
    cote__acquaintances all = {.patience = PATIENCE};
    cote__acquaintances_seed(&all, PLACE, 90000, 0);
    assert_int_equal(rounds_greeted(&all, PLACE, 1000, 89999), 1000);
    cote__acquaintances_seed(&all, PLACE, 180000, 89999); /* is looked up again */
    assert_int_equal(all.count, 1);
    assert_int_equal(rounds_greeted(&all, PLACE, 10, 179999), 10);
    assert_int_equal(rounds_greeted(&all, PLACE, 10, 180000), 0);
    assert_int_equal(all.count, 0);
}

static void who_proved_himself_is_greeted_until_he_is_silent(void **state)
{
    (void)state;
    cote__acquaintances all = {.patience = PATIENCE};
    bool is_new;
    cote__acquaintance *one = cote__acquaintances_heard(&all, PLACE, 0, &is_new);
    assert_true(is_new);
    one->echo = 9;
    assert_int_equal(rounds_greeted(&all, PLACE, 10, PATIENCE), 10);
    cote__acquaintances_heard(&all, PLACE, PATIENCE, &is_new);
    assert_false(is_new);
    assert_int_equal(rounds_greeted(&all, PLACE, 10, 2 * PATIENCE), 10);
    /* Then he is a stranger again. */
    assert_int_equal(rounds_greeted(&all, PLACE, 10, 2 * PATIENCE + 1), COTE__STRANGER_TRIES);
    assert_int_equal(cote__acquaintances_find(&all, PLACE)->echo, 0);
    cote__acquaintances_heard(&all, PLACE, 2 * PATIENCE + 2, &is_new);
    assert_true(is_new);
}

static void who_is_relayed_is_greeted_by_the_relay(void **state)
{
    (void)state;
    cote__acquaintances all = {.patience = PATIENCE};
    bool is_new;
    cote__acquaintances_heard(&all, PLACE, 0, &is_new)->relayed = true;
    assert_int_equal(rounds_greeted(&all, PLACE, 10, PATIENCE), 0);
    assert_true(cote__acquaintances_find(&all, PLACE)->proven);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stranger_is_greeted_a_few_times),
        cmocka_unit_test(strangers_are_few),
        cmocka_unit_test(a_seed_is_greeted_as_long_as_it_is_one),
        cmocka_unit_test(who_proved_himself_is_greeted_until_he_is_silent),
        cmocka_unit_test(who_is_relayed_is_greeted_by_the_relay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
