/* boundary_test.c - the bytes of a boundary, and what is none. */
#include "wire/boundary.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define IID "11111111-2222-4333-8444-555555555555"

static bool decode(const char *first, const char *second, const char *third, cote__boundary *out)
{
    static cote__buffer bytes; /* what is decoded points into it */
    cote__buffer_fini(&bytes);
    cote__amp_frame frame;
    cote__amp_begin(&bytes, third ? 3 : 2);
    cote__amp_argument(&bytes, "", cote__slice_of(first));
    cote__amp_argument(&bytes, "", cote__slice_of(second));
    if (third) cote__amp_argument(&bytes, "", cote__slice_of(third));
    assert_int_equal(cote__amp_decode(bytes.data, bytes.size, SIZE_MAX, &frame), COTE__AMP_FRAME);
    return cote__boundary_decode(&frame, out);
}

static void test_bytes(void **state)
{
    (void)state;
    static const char expected[] =
        "\x13\0\0\0\x0fs:cote:boundary\0\0\0\x29s:" IID ":42\0\0\0\x08s:cote:0";
    cote__buffer bytes = {0};
    cote__boundary_encode(&bytes, &(cote__boundary){cote__slice_of(IID), 42});
    assert_int_equal(bytes.size, sizeof expected - 1);
    assert_memory_equal(bytes.data, expected, sizeof expected - 1);
    cote__buffer_fini(&bytes);
}

static void test_round_trip(void **state)
{
    (void)state;
    cote__boundary out;
    assert_true(decode("s:cote:boundary", "s:" IID ":0", "s:cote:0", &out));
    assert_true(cote__slice_equal(out.iid, cote__slice_of(IID)));
    assert_int_equal(out.bytes, 0);
    assert_true(decode("s:cote:boundary", "s:" IID ":9999999999999999999", "s:cote:0", &out));
    assert_true(out.bytes == 9999999999999999999u);
    decode("s:cote:boundary", "", NULL, &out);
}

static void test_others(void **state)
{
    (void)state;
    cote__boundary out;
    assert_false(decode("s:cote:boundary", "s:" IID ":1", NULL, &out));
    assert_false(decode("s:cote:boundar", "s:" IID ":1", "s:cote:0", &out));
    static const char *const seconds[] = {"",
                                          "s:",
                                          IID ":1",
                                          "s:" IID,
                                          "s:" IID ":",
                                          "s:" IID "1",
                                          "s:" IID ":-1",
                                          "s:" IID ":1 ",
                                          "s:" IID ":0x1",
                                          "s:" IID ":10000000000000000000",
                                          "s:11111111-2222-4333-8444-55555555555Z:1"};
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
        assert_false(decode("s:cote:boundary", seconds[i], "s:cote:0", &out));
    decode("s:cote:boundary", "", NULL, &out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
