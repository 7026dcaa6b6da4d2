/* admission_test.c - a flood of new peers from one address is held back, and nobody else is. */
#include "state/admission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { RATE = 100, BURST = RATE * COTE__ADMISSION_BURST, FLOODER = 0x0a000001, OTHER = 0x0a000002 };

static unsigned next_id;

/* Somebody new. */
static bool pass_new(cote__admission *admission, uint32_t source, cote__time now)
{
    char id[32];
    int size = snprintf(id, sizeof id, "id %u", next_id++);
    return cote__admission_pass(admission, source, (cote__slice){id, (size_t)size}, now);
}

static unsigned pass_many(cote__admission *admission, uint32_t source, unsigned count,
                          cote__time now)
{
    unsigned passed = 0;
    for (unsigned i = 0; i < count; i++) passed += pass_new(admission, source, now);
    return passed;
}

static void test_so_many_a_second(void **state)
{
    (void)state;
    cote__admission admission = {.rate = RATE};
    assert_int_equal(pass_many(&admission, FLOODER, 5000, 1000), BURST);
    assert_int_equal(pass_many(&admission, FLOODER, 5000, 1009), 0);
    assert_int_equal(pass_many(&admission, FLOODER, 5000, 1010), 1);
    assert_int_equal(pass_many(&admission, FLOODER, 5000, 2010), RATE);
    assert_int_equal(pass_many(&admission, FLOODER, 5000, 2000000), BURST);
    assert_int_equal(pass_many(&admission, FLOODER, 5000, UINT64_MAX - 1), BURST);
    cote__admission_fini(&admission);
}

static void test_of_each_address(void **state)
{
    (void)state;
    cote__admission admission = {.rate = RATE};
    pass_many(&admission, FLOODER, 5000, 1000);
    assert_int_equal(pass_many(&admission, OTHER, 5000, 1000), BURST);
    assert_false(pass_new(&admission, FLOODER, 1000));
    assert_int_equal(pass_many(&admission, 0, 50000, 1000), 50000); /* unknown: any */
    cote__admission_fini(&admission);
}

/* Ten thousand new ones a second for ten seconds from where real peers are too, which say hello
 * every two seconds: few of those are let in, and all of these, soon. */
static void test_flood(void **state)
{
    (void)state;
    enum { REAL = 50, SECONDS = 10, HELLO = 2000 };
    cote__admission admission = {.rate = RATE};
    unsigned passed = pass_many(&admission, FLOODER, BURST, 1), found = 0;
    bool is_found[REAL] = {false};
    for (cote__time now = 2; now < SECONDS * 1000; now++) {
        passed += pass_many(&admission, FLOODER, 10, now);
        for (unsigned i = 0; i < REAL; i++) {
            char id[32];
            int size = snprintf(id, sizeof id, "real %u", i);
            if (is_found[i] || now % HELLO != i * 7) continue;
            is_found[i] =
                cote__admission_pass(&admission, FLOODER, (cote__slice){id, (size_t)size}, now);
            found += is_found[i];
        }
    }
    assert_true(passed <= BURST + SECONDS * RATE);
    assert_int_equal(found, REAL);
    cote__admission_fini(&admission);
}

/* More addresses than are kept apart cost the others nothing for long. */
static void test_many_addresses(void **state)
{
    (void)state;
    cote__admission admission = {.rate = 1};
    for (uint32_t source = 1; source <= 100000; source++) pass_new(&admission, source, source);
    assert_true(pass_new(&admission, OTHER, 100001));
    assert_null(admission.turned_away);
    cote__admission_fini(&admission);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_so_many_a_second),
        cmocka_unit_test(test_of_each_address),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_many_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
