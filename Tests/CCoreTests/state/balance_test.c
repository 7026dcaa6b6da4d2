#include "state/balance.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/random.h"

enum { MOST = 16 };

typedef struct candidates {
    bool eligible[MOST];
    size_t count;
    size_t asked; /* how often */
    cote__load loads[MOST];
} candidates;

static const cote__load *eligible(const void *context, size_t index)
{
    candidates *self = (candidates *)context;
    assert_true(index < self->count);
    self->asked++;
    return self->eligible[index] ? &self->loads[index] : NULL;
}

static size_t choose(cote__balancer *balancer, candidates *self)
{
    self->asked = 0;
    size_t choice = balancer->choose(balancer, self->count, eligible, self);
    assert_true(self->asked <= self->count);
    return choice;
}

static void each_has_its_turn(void **state)
{
    (void)state;
    cote__balancer balancer;
    cote__balancer_init_round_robin(&balancer);
    candidates all = {.eligible = {true, true, true}, .count = 3};
    for (size_t i = 0; i < 30; i++) assert_int_equal(choose(&balancer, &all), i % 3);
}

static void who_is_not_eligible_is_passed_over(void **state)
{
    (void)state;
    cote__balancer balancer;
    cote__balancer_init_round_robin(&balancer);
    candidates some = {.eligible = {false, true, false, true, false}, .count = 5};
    for (size_t i = 0; i < 10; i++) assert_int_equal(choose(&balancer, &some), i % 2 ? 3 : 1);
}

static void nobody_is_nobody(void **state)
{
    (void)state;
    cote__balancer balancer;
    cote__balancer_init_round_robin(&balancer);
    candidates none = {.count = 0};
    assert_true(choose(&balancer, &none) == COTE__NOBODY);
    none.count = 4;
    assert_true(choose(&balancer, &none) == COTE__NOBODY);
    assert_int_equal(none.asked, 4);
    none.eligible[2] = true;
    assert_int_equal(choose(&balancer, &none), 2);
    assert_int_equal(choose(&balancer, &none), 2);
}

static void fewer_and_more_are_no_harm(void **state)
{
    (void)state;
    cote__balancer balancer;
    cote__balancer_init_round_robin(&balancer);
    candidates all = {.eligible = {true, true, true, true}, .count = 4};
    for (size_t i = 0; i < 3; i++) assert_int_equal(choose(&balancer, &all), i);
    all.count = 2;
    assert_int_equal(choose(&balancer, &all), 0);
    all.count = 3;
    assert_int_equal(choose(&balancer, &all), 1);
    assert_int_equal(choose(&balancer, &all), 2);
    assert_int_equal(choose(&balancer, &all), 0);
}

/* Whoever comes and goes: the next in the circle after the last choice is chosen. */
static void it_is_always_the_next_in_the_circle(void **state)
{
    (void)state;
    uint64_t random = 31;
    cote__balancer balancer;
    cote__balancer_init_round_robin(&balancer);
    size_t last = MOST - 1; /* before the first turn, as if the last one had had its turn */
    candidates self = {.count = MOST};
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < MOST; i++)
            self.eligible[i] = cote_test_random_below(&random, 4) == 0;
        size_t expected = COTE__NOBODY;
        for (size_t i = MOST; i > 0; i--)
            if (self.eligible[(last + i) % MOST]) expected = (last + i) % MOST;
        assert_int_equal(choose(&balancer, &self), expected);
        if (expected != COTE__NOBODY) last = expected;
    }
}

static void the_least_busy_is_chosen_and_equals_in_turn(void **state)
{
    (void)state;
    cote__balancer balancer;
    cote__balancer_init_least_pending(&balancer);
    candidates all = {.eligible = {true, true, true}, .count = 3};
    for (size_t i = 0; i < 9; i++) assert_int_equal(choose(&balancer, &all), i % 3);
    all.loads[0].pending = 2;
    all.loads[1].pending = 1;
    all.loads[2].pending = 2;
    assert_int_equal(choose(&balancer, &all), 1);
    all.eligible[1] = false;
    assert_int_equal(choose(&balancer, &all), 2);
    assert_int_equal(choose(&balancer, &all), 0);
    all.count = 0;
    assert_true(choose(&balancer, &all) == COTE__NOBODY);
}

static void the_slow_one_of_two_is_not_chosen(void **state)
{
    (void)state;
    cote__balancer balancer;
    cote__balancer_init_least_latency(&balancer, 7);
    candidates two = {.eligible = {true, true}, .count = 2};
    cote__load_answered(&two.loads[0], 10, 0);
    cote__load_answered(&two.loads[1], 1, 0);
    for (int i = 0; i < 100; i++) {
        two.asked = 0;
        assert_int_equal(balancer.choose(&balancer, 2, eligible, &two), 1);
    }
    two.loads[1].pending = 20; /* by now the other is sooner done */
    assert_int_equal(balancer.choose(&balancer, 2, eligible, &two), 0);
    two.eligible[0] = false;
    assert_int_equal(balancer.choose(&balancer, 2, eligible, &two), 1);
    two.eligible[1] = false;
    assert_true(balancer.choose(&balancer, 2, eligible, &two) == COTE__NOBODY);
}

static void who_is_avoided_is_tried_again(void **state)
{
    (void)state;
    cote__balancer balancer;
    cote__balancer_init_least_latency(&balancer, 7);
    candidates two = {.eligible = {true, true}, .count = 2};
    cote__load_answered(&two.loads[0], 20, 1000);
    cote__load_answered(&two.loads[1], 10, 1000);
    balancer.now = 1000;
    assert_int_equal(balancer.choose(&balancer, 2, eligible, &two), 1);
    balancer.now = 21000;
    cote__load_answered(&two.loads[1], 10, 21000); /* it goes on answering as soon as that */
    assert_int_equal(balancer.choose(&balancer, 2, eligible, &two), 0);
}

/* Of ten equal ones each is chosen about as often: a generator that favours some would show. */
static void equals_share_by_latency(void **state)
{
    (void)state;
    cote__balancer balancer;
    cote__balancer_init_least_latency(&balancer, 99);
    candidates ten = {.count = 10};
    size_t chosen[10] = {0};
    for (size_t i = 0; i < 10; i++) ten.eligible[i] = true;
    for (int i = 0; i < 10000; i++) chosen[balancer.choose(&balancer, 10, eligible, &ten)]++;
    for (size_t i = 0; i < 10; i++) assert_in_range(chosen[i], 700, 1300);
}

static void latency_jumps_up_and_sinks_slowly(void **state)
{
    (void)state;
    cote__load load = {0};
    cote__load_answered(&load, 2, 1000);
    assert_true(load.latency == 2);
    cote__load_answered(&load, 100, 1001);
    assert_true(load.latency == 100);
    cote__load_answered(&load, 2, 1002);
    assert_true(load.latency > 99 && load.latency < 100);
    cote__load_answered(&load, 2, 11002);
    assert_true(load.latency > 50 && load.latency < 52);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_turn),
        cmocka_unit_test(who_is_not_eligible_is_passed_over),
        cmocka_unit_test(nobody_is_nobody),
        cmocka_unit_test(fewer_and_more_are_no_harm),
        cmocka_unit_test(it_is_always_the_next_in_the_circle),
        cmocka_unit_test(the_least_busy_is_chosen_and_equals_in_turn),
        cmocka_unit_test(the_slow_one_of_two_is_not_chosen),
        cmocka_unit_test(who_is_avoided_is_tried_again),
        cmocka_unit_test(equals_share_by_latency),
        cmocka_unit_test(latency_jumps_up_and_sinks_slowly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
