/* recent_test.c - so many of the last requests, by their ids. */
#include "state/recent.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint64_t seed[2] = {1, 2};

static cote__recent_key key(uint8_t iid, uint64_t number)
{
    return (cote__recent_key){{iid}, number};
}

static void *value(uintptr_t number)
{
    return (void *)number; /* which is not looked at */
}

static void test_nothing_is_remembered_at_first(void **state)
{
    (void)state;
    cote__recent recent = {0};
    cote__recent_key one = key(1, 1);
    assert_null(cote__recent_find(&recent, &one));
    assert_true(cote__recent_init(&recent, 3, seed));
    assert_null(cote__recent_find(&recent, &one));
    cote__recent_fini(&recent, NULL);
    assert_null(cote__recent_find(&recent, &one));
}

static void test_both_parts_of_the_id_count(void **state)
{
    (void)state;
    cote__recent recent;
    assert_true(cote__recent_init(&recent, 8, seed));
    cote__recent_key keys[] = {key(1, 1), key(1, 2), key(2, 1)};
    for (uintptr_t i = 0; i < 3; i++)
        assert_null(cote__recent_put(&recent, &keys[i], value(i + 1)));
    for (uintptr_t i = 0; i < 3; i++)
        assert_ptr_equal(cote__recent_find(&recent, &keys[i]), value(i + 1));
    cote__recent_key other = key(2, 2);
    assert_null(cote__recent_find(&recent, &other));
    cote__recent_fini(&recent, NULL);
}

/* Against what a ring says, for capacities around powers of two. */
static void test_the_oldest_goes_first(void **state)
{
    (void)state;
    for (size_t capacity = 1; capacity < 70; capacity++) {
        cote__recent recent;
        assert_true(cote__recent_init(&recent, capacity, seed));
        for (uint64_t i = 1; i <= 300; i++) {
            cote__recent_key now = key((uint8_t)(i % 3), i);
            void *forgotten = cote__recent_put(&recent, &now, value(i));
            assert_ptr_equal(forgotten, value(i > capacity ? i - capacity : 0));
            cote__recent_key oldest = key((uint8_t)((i - capacity + 1) % 3), i - capacity + 1);
            if (i >= capacity)
                assert_ptr_equal(cote__recent_find(&recent, &oldest), value(oldest.number));
            cote__recent_key gone = key((uint8_t)((i - capacity) % 3), i - capacity);
            if (i > capacity) assert_null(cote__recent_find(&recent, &gone));
        }
        cote__recent_fini(&recent, NULL);
    }
}

static void test_the_last_of_one_id_counts(void **state)
{
    (void)state;
    cote__recent recent;
    assert_true(cote__recent_init(&recent, 2, seed));
    cote__recent_key one = key(1, 1), other = key(1, 2);
    cote__recent_put(&recent, &one, value(1));
    cote__recent_put(&recent, &one, value(2));
    assert_ptr_equal(cote__recent_find(&recent, &one), value(2));
    assert_ptr_equal(cote__recent_put(&recent, &other, value(3)), value(1));
    assert_ptr_equal(cote__recent_find(&recent, &one), value(2));
    cote__recent_fini(&recent, NULL);
}

static unsigned released;

static void count_release(void *self)
{
    assert_non_null(self);
    released++;
}

static void test_fini_releases_those_that_are_there(void **state)
{
    (void)state;
    cote__recent recent;
    for (uint64_t puts = 0; puts < 6; puts++) {
        assert_true(cote__recent_init(&recent, 4, seed));
        for (uint64_t i = 0; i < puts; i++) {
            cote__recent_key one = key(0, i);
            cote__recent_put(&recent, &one, value(i + 1));
        }
        released = 0;
        cote__recent_fini(&recent, count_release);
        assert_int_equal(released, puts < 4 ? puts : 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_remembered_at_first),
        cmocka_unit_test(test_both_parts_of_the_id_count),
        cmocka_unit_test(test_the_oldest_goes_first),
        cmocka_unit_test(test_the_last_of_one_id_counts),
        cmocka_unit_test(test_fini_releases_those_that_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
