/* addressee_test.c - the bytes of whom a connection is for, and of who is somebody else. */
#include "wire/addressee.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define IID "0d3a71d9-1f4e-4a33-8d7e-6c1a2f6a1c01"

static cote__amp_frame decoded(const cote__buffer *bytes)
{
    cote__amp_frame frame;
    assert_int_equal(cote__amp_decode(bytes->data, bytes->size, SIZE_MAX, &frame), COTE__AMP_FRAME);
    assert_int_equal(frame.size, bytes->size);
    return frame;
}

static void test_bytes(void **state)
{
    static const char meant[] = "\x12\0\0\0\x0as:cote:for\0\0\0\x2bs:cote:" IID;
    static const char elsewhere[] = "\x12\0\0\0\x10s:cote:elsewhere\0\0\0\x08s:cote:0";
    (void)state;
    cote__buffer one = {0}, other = {0};
    cote__addressee_encode(&one, cote__slice_of(IID));
    cote__elsewhere_encode(&other);
    assert_int_equal(one.size, sizeof meant - 1);
    assert_memory_equal(one.data, meant, one.size);
    assert_int_equal(other.size, sizeof elsewhere - 1);
    assert_memory_equal(other.data, elsewhere, other.size);

    cote__slice iid;
    cote__amp_frame frame = decoded(&one);
    assert_true(cote__addressee_decode(&frame, &iid));
    assert_true(cote__slice_equal(iid, cote__slice_of(IID)));
    assert_false(cote__is_elsewhere(&frame));
    frame = decoded(&other);
    assert_true(cote__is_elsewhere(&frame));
    assert_false(cote__addressee_decode(&frame, &iid));
    cote__buffer_fini(&one);
    cote__buffer_fini(&other);
}

static void expect_neither(unsigned count, const char *const *arguments)
{
    cote__buffer bytes = {0};
    cote__slice iid;
    cote__amp_begin(&bytes, count);
    for (unsigned i = 0; i < count; i++)
        cote__amp_argument(&bytes, "", cote__slice_of(arguments[i]));
    cote__amp_frame frame = decoded(&bytes);
    assert_false(cote__addressee_decode(&frame, &iid) || cote__is_elsewhere(&frame));
    cote__buffer_fini(&bytes);
}

static void test_other_frames(void **state)
{
    (void)state;
    expect_neither(1, (const char *[]){"s:cote:for"});
    expect_neither(2, (const char *[]){"s:cote:for", "s:cote"});
    expect_neither(2, (const char *[]){"s:cote:for", ""});
    expect_neither(2, (const char *[]){"s:cote:for", "s:cote:"});
    expect_neither(2, (const char *[]){"j:\"cote:for\"", "s:cote:" IID});
    expect_neither(2, (const char *[]){"s:cote:fore", "s:cote:" IID});
    expect_neither(3, (const char *[]){"s:cote:for", "s:cote:" IID, "s:1"});
    expect_neither(3, (const char *[]){"s:cote:elsewhere", "s:cote:0", "s:1"});
    expect_neither(2, (const char *[]){"s:cote:ping", "s:cote:0"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_other_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
