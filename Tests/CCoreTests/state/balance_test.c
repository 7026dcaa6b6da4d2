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
} candidates;

static bool eligible(const void *context, size_t index)
{
    candidates *self = (candidates *)context;
    assert_true(index < self->count);
    self->asked++;
    return self->eligible[index];
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
    candidates all = {{true, true, true}, 3, 0};
    for (size_t i = 0; i < 30; i++) assert_int_equal(choose(&balancer, &all), i % 3);
}

static void who_is_not_eligible_is_passed_over(void **state)
{
    (void)state;
    cote__balancer balancer;
    cote__balancer_init_round_robin(&balancer);
    candidates some = {{false, true, false, true, false}, 5, 0};
    for (size_t i = 0; i < 10; i++) assert_int_equal(choose(&balancer, &some), i % 2 ? 3 : 1);
}

static void nobody_is_nobody(void **state)
{
    (void)state;
    cote__balancer balancer;
    cote__balancer_init_round_robin(&balancer);
    candidates none = {{false}, 0, 0};
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
    candidates all = {{true, true, true, true}, 4, 0};
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
    candidates self = {{false}, MOST, 0};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_turn),
        cmocka_unit_test(who_is_not_eligible_is_passed_over),
        cmocka_unit_test(nobody_is_nobody),
        cmocka_unit_test(fewer_and_more_are_no_harm),
        cmocka_unit_test(it_is_always_the_next_in_the_circle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
