/* siphash_test.c - the values that the authors of SipHash-2-4 published for its key 00 01 ... 0f.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "state/siphash.h"

static void values_are_as_published(void **state)
{
    (void)state;
    static const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    static const struct {
        size_t size;
        uint64_t value;
    } all[] = {
        {0, UINT64_C(0x726fdb47dd0e0e31)},  {1, UINT64_C(0x74f839c593dc67fd)},
        {7, UINT64_C(0xab0200f58b01d137)},  {8, UINT64_C(0x93f5f5799a932462)},
        {15, UINT64_C(0xa129ca6149be45e5)},
    };
    unsigned char text[16];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (unsigned char)i;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_true(cote__siphash(key, text, all[i].size) == all[i].value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_are_as_published)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
