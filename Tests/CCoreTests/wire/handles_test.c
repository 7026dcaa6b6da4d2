/* handles_test.c - the frame that tells what a responder handles, and whatever looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "wire/handles.h"

/* Whether [first, id] is such a frame, and its list. */
static bool decode(const char *first, const char *id, cote__slice *list)
{
    static cote__buffer bytes;
    cote__amp_frame frame;
    cote__reply reply;
    cote__buffer_clear(&bytes);
    cote__amp_begin(&bytes, 2);
    cote__amp_argument(&bytes, "", cote__slice_of(first));
    cote__amp_argument(&bytes, "", cote__slice_of(id));
    assert_int_equal(cote__amp_decode(bytes.data, bytes.size, bytes.size, &frame), COTE__AMP_FRAME);
    assert_int_equal(cote__reply_decode(&frame, 512, &reply), COTE__MESSAGE_OK);
    return cote__handles_decode(&reply, list);
}

static void it_comes_as_it_went(void **state)
{
    (void)state;
    cote__slice sent = cote__slice_of("[\"a\",\"b::*\"]"), list;
    cote__buffer bytes = {0};
    cote__amp_frame frame;
    cote__reply reply;
    cote__handles_encode(&bytes, sent);
    assert_int_equal(cote__amp_decode(bytes.data, bytes.size, bytes.size, &frame), COTE__AMP_FRAME);
    assert_int_equal(frame.count, 2);
    assert_true(
        cote__slice_equal(frame.arguments[0], cote__slice_of("j:{\"handles\":[\"a\",\"b::*\"]}")));
    assert_true(cote__slice_equal(frame.arguments[1], cote__slice_of("s:cote:handles")));
    assert_int_equal(cote__reply_decode(&frame, 512, &reply), COTE__MESSAGE_OK);
    assert_true(cote__handles_decode(&reply, &list));
    assert_true(cote__slice_equal(list, sent));
    cote__buffer_fini(&bytes);
}

static void what_makes_no_sense_has_no_list(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "j:null", "j:[]", "j:{}",    "j:{\"handles\":{}}",  "j:{\"handles\":[\"a\",1]}", "s:text",
        "b:1",    "raw",  "j:\"a\"", "j:{\"handles\":null}"};
    cote__slice list;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        assert_true(decode(odd[i], "s:cote:handles", &list));
        assert_null(list.data);
    }
    assert_true(decode("j:{\"handles\":[\"b\"],\"more\":1}", "s:cote:handles", &list));
    assert_true(cote__slice_equal(list, cote__slice_of("[\"b\"]")));
}

static void others_are_none(void **state)
{
    (void)state;
    cote__slice list;
    assert_false(decode("j:{\"handles\":[]}", "s:cote:handle", &list));
    assert_false(decode("j:{\"handles\":[]}", "s:", &list));
    assert_false(decode("j:{\"handles\":[]}", "cote:handles", &list));
    assert_false(decode("j:{\"handles\":[]}", "j:\"cote:handles\"", &list));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_comes_as_it_went),
        cmocka_unit_test(what_makes_no_sense_has_no_list),
        cmocka_unit_test(others_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
