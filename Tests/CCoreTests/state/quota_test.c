/* quota_test.c - both bounds hold exactly, also when several threads take at once. */
#include "state/quota.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_count(void **state)
{
    (void)state;
    cote__quota quota = {0};
    for (int i = 0; i < 3; i++) assert_true(cote__quota_take(&quota, 0, 3, 10));
    assert_true(cote__quota_is_full(&quota, 3, 10));
    assert_false(cote__quota_take(&quota, 0, 3, 10));
    cote__quota_retake(&quota, 0);
    cote__quota_give(&quota, 0);
    assert_false(cote__quota_take(&quota, 0, 3, 10));
    cote__quota_give(&quota, 0);
    assert_false(cote__quota_is_full(&quota, 3, 10));
    assert_true(cote__quota_take(&quota, 0, 3, 10));
}

static void test_bytes(void **state)
{
    (void)state;
    cote__quota quota = {0};
    assert_false(cote__quota_take(&quota, 11, 3, 10));
    assert_true(cote__quota_take(&quota, 6, 3, 10));
    assert_false(cote__quota_take(&quota, 5, 3, 10));
    assert_false(cote__quota_is_full(&quota, 3, 10));
    assert_true(cote__quota_take(&quota, 4, 3, 10));
    assert_true(cote__quota_is_full(&quota, 3, 10));
    cote__quota_give(&quota, 6);
    cote__quota_give(&quota, 4);
    assert_int_equal(atomic_load(&quota.taken), 0);
}

static void test_largest_bounds(void **state)
{
    (void)state;
    cote__quota quota = {0};
    const uint64_t count = COTE__QUOTA_MAX_COUNT, bytes = COTE__QUOTA_MAX_BYTES;
    const size_t half = (size_t)(bytes / 2), gib4 = UINT32_MAX;
    assert_true(cote__quota_take(&quota, half, count, bytes));
    assert_true(cote__quota_take(&quota, half, count, bytes));
    for (int i = 0; i < 20; i++) cote__quota_retake(&quota, gib4); /* as if all tried at once */
    assert_false(cote__quota_take(&quota, 1, count, bytes));
    for (int i = 0; i < 20; i++) cote__quota_give(&quota, gib4);
    assert_false(cote__quota_take(&quota, 1, count, bytes));
    cote__quota_give(&quota, half);
    assert_true(cote__quota_take(&quota, 1, count, bytes));
}

enum { THREADS = 4, TURNS = 20000, MOST = 5 };

static cote__quota shared;
static atomic_int inside, most_inside;

static void *take_and_give(void *context)
{
    (void)context;
    for (int i = 0; i < TURNS; i++) {
        if (!cote__quota_take(&shared, 10, MOST, 30)) continue;
        int now = atomic_fetch_add(&inside, 1) + 1, most = atomic_load(&most_inside);
        while (now > most && !atomic_compare_exchange_weak(&most_inside, &most, now)) continue;
        atomic_fetch_sub(&inside, 1);
        cote__quota_give(&shared, 10);
    }
    return NULL;
}

static void test_many_threads(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, NULL), 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&shared.taken), 0);
    assert_in_range(atomic_load(&most_inside), 1, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_largest_bounds),
        cmocka_unit_test(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
