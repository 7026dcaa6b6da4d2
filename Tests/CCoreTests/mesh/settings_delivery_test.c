/* settings_delivery_test.c - what is said of requests whose connection is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/resolve.h"

static void test_redelivery_at_three_levels(void **state)
{
    (void)state;
    cote_options options = named();
    assert_int_equal(resolve(&options).redelivery, COTE_REDELIVER_WHEN_SAFE);
    setenv("COTE_REDELIVERY", "never", 1);
    assert_int_equal(resolve(&options).redelivery, COTE_REDELIVER_NEVER);
    options.redelivery = COTE_REDELIVER_WHEN_SAFE;
    assert_int_equal(resolve(&options).redelivery, COTE_REDELIVER_WHEN_SAFE);
    options.redelivery = COTE_REDELIVER_DEFAULT;
    setenv("COTE_REDELIVERY", "always", 1);
    assert_int_equal(resolve(&options).redelivery, COTE_REDELIVER_ALWAYS);
    setenv("COTE_REDELIVERY", "whenSafe", 1);
    assert_int_equal(resolve(&options).redelivery, COTE_REDELIVER_WHEN_SAFE);
    setenv("COTE_REDELIVERY", "sometimes", 1);
    expect_refused(&options,
                   "COTE_REDELIVERY: \"sometimes\" is none of whenSafe, always and never");
    unsetenv("COTE_REDELIVERY");
    options.redelivery = 4;
    expect_refused(&options, "redelivery: 4 is none");
}

static void test_deduplicate_at_three_levels(void **state)
{
    (void)state;
    cote_options options = named();
    assert_int_equal(resolve(&options).deduplicate, 0);
    setenv("COTE_DEDUPLICATE", "10000", 1);
    assert_int_equal(resolve(&options).deduplicate, 10000);
    options.deduplicate = 5;
    assert_int_equal(resolve(&options).deduplicate, 5);
    options.deduplicate = COTE_NO_DEDUPLICATION;
    assert_int_equal(resolve(&options).deduplicate, 0);
    options.deduplicate = 10000001;
    expect_refused(&options,
                   "deduplicate: 10000001 is not a number of requests from 0 to 10000000");
    options.deduplicate = 0;
    setenv("COTE_DEDUPLICATE", "all", 1);
    expect_refused(&options,
                   "COTE_DEDUPLICATE: \"all\" is not a number of requests from 0 to 10000000");
    setenv("COTE_DEDUPLICATE", "0", 1);
    assert_int_equal(resolve(&options).deduplicate, 0);
    unsetenv("COTE_DEDUPLICATE");
}

int main(void)
{
    unsetenv("COTE_REDELIVERY");
    unsetenv("COTE_DEDUPLICATE");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redelivery_at_three_levels),
        cmocka_unit_test(test_deduplicate_at_three_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
