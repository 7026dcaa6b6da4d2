/* histogram_test.c - percentiles: how exact they are, and that they are of the last seconds only.
 */
#include "state/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double fractions[] = {0.5, 0.99};

typedef struct percentiles {
    uint64_t p50, p99;
} percentiles;

static percentiles read_at(const cote__histogram *histogram, cote__time now)
{
    uint64_t values[2];
    cote__histogram_read(histogram, now, 2, fractions, values);
    return (percentiles){values[0], values[1]};
}

static void test_empty(void **state)
{
    (void)state;
    cote__histogram histogram = {0};
    percentiles read = read_at(&histogram, 12345);
    assert_int_equal(read.p50, 0);
    assert_int_equal(read.p99, 0);
    assert_in_range(sizeof histogram, 1, 2048);
}

/* Every value is read as one that is less than 6.5% away; small ones as themselves. */
static void test_exactness(void **state)
{
    (void)state;
    for (uint64_t value = 0; value < (uint64_t)1 << 32; value += 1 + value / 97) {
        cote__histogram histogram = {0};
        cote__histogram_add(&histogram, value, 100);
        uint64_t read = read_at(&histogram, 100).p50;
        uint64_t error = read > value ? read - value : value - read;
        if (value < 16 ? error > 0 : (double)error > 0.065 * (double)value)
            fail_msg("%llu read as %llu", (unsigned long long)value, (unsigned long long)read);
    }
}

static void test_largest(void **state)
{
    (void)state;
    cote__histogram histogram = {0};
    cote__histogram_add(&histogram, UINT64_MAX, 0);
    assert_in_range(read_at(&histogram, 0).p50, UINT32_MAX - UINT32_MAX / 14, UINT32_MAX);
}

static void test_ranks(void **state)
{
    (void)state;
    cote__histogram histogram = {0};
    for (int i = 0; i < 98; i++) cote__histogram_add(&histogram, i < 60 ? 3 : 7, 0);
    cote__histogram_add(&histogram, 12, 0);
    cote__histogram_add(&histogram, 100000, 0);
    percentiles read = read_at(&histogram, 0);
    assert_int_equal(read.p50, 3);
    assert_int_equal(read.p99, 12); /* one of a hundred may be larger */
    cote__histogram_add(&histogram, 100000, 0);
    assert_in_range(read_at(&histogram, 0).p99, 93500, 106500);

    const double ends[] = {0, 1};
    uint64_t values[2];
    cote__histogram_read(&histogram, 0, 2, ends, values);
    assert_int_equal(values[0], 3);
    assert_in_range(values[1], 93500, 106500);
}

/* What happened is remembered for at least ten seconds, and for twenty at most. */
static void test_forgets(void **state)
{
    (void)state;
    const cote__time start = 1000000;
    cote__histogram histogram = {0};
    cote__histogram_add(&histogram, 5, start);
    cote__histogram_add(&histogram, 5, start + 9999);
    assert_int_equal(read_at(&histogram, start + 19999).p50, 5);
    assert_int_equal(read_at(&histogram, start + 20000).p50, 0);

    /* The next window begins with the next value, and the one before it still counts. */
    for (int i = 0; i < 3; i++) cote__histogram_add(&histogram, 9, start + 12000);
    percentiles read = read_at(&histogram, start + 12000);
    assert_int_equal(read.p50, 9);
    const double low = 0.4;
    uint64_t value;
    cote__histogram_read(&histogram, start + 12000, 1, &low, &value);
    assert_int_equal(value, 5);
    cote__histogram_read(&histogram, start + 20000, 1, &low, &value);
    assert_int_equal(value, 9);

    /* The third takes the place of the first. */
    cote__histogram_add(&histogram, 2, start + 22000);
    cote__histogram_read(&histogram, start + 22000, 1, &low, &value);
    assert_int_equal(value, 9);
    const double lowest = 0.01;
    cote__histogram_read(&histogram, start + 22000, 1, &lowest, &value);
    assert_int_equal(value, 2);
    /* Silence forgets everything. */
    assert_int_equal(read_at(&histogram, start + 42000).p99, 0);
    cote__histogram_add(&histogram, 4, start + 100000);
    assert_int_equal(read_at(&histogram, start + 100000).p99, 4);
}

/* A reader may have looked at the clock before the writer did. */
static void test_reader_behind(void **state)
{
    (void)state;
    cote__histogram histogram = {0};
    cote__histogram_add(&histogram, 6, 50000);
    assert_int_equal(read_at(&histogram, 49999).p50, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),   cmocka_unit_test(test_exactness),
        cmocka_unit_test(test_largest), cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_forgets), cmocka_unit_test(test_reader_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
