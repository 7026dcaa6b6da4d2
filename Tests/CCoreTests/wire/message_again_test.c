#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wire/message.h"

enum { DEPTH = 64 };

static void assert_text(cote__slice slice, const char *text)
{
    assert_true(cote__slice_equal(slice, cote__slice_of(text)));
}

static cote__amp_frame decode(const char *bytes, size_t size)
{
    cote__amp_frame frame;
    assert_int_equal(cote__amp_decode(bytes, size, SIZE_MAX, &frame), COTE__AMP_FRAME);
    return frame;
}

static void a_request_says_that_it_comes_again(void **state)
{
    (void)state;
    static const cote_value bytes = {COTE_KIND_BYTES, "j:x", 3};
    const cote__request_parts parts[] = {
        {.type = cote__slice_of("t"), .id = cote__slice_of("7")},
        {.whole = cote__slice_of("{ \"type\" : \"t\" } "), .timeout = 5, .id = cote__slice_of("7")},
        {.type = cote__slice_of("t"),
         .bytes = &bytes,
         .extra = &bytes,
         .extra_count = 1,
         .id = cote__slice_of("7")},
    };
    static const char *const payloads[] = {
        "{\"type\":\"t\",\"__coteRedelivered\":2}",
        "{ \"type\" : \"t\" ,\"__timeout\":5,\"__coteRedelivered\":2}",
        "{\"type\":\"t\",\"__coteRaw\":true,\"__coteRedelivered\":2}",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        cote__buffer once = {0}, again = {0};
        cote__request request;
        cote__request_encode(&once, &parts[i]);
        cote__request_encode_again(&again, cote__buffer_slice(&once), 2);
        cote__amp_frame first = decode(once.data, once.size);
        cote__amp_frame second = decode(again.data, again.size);
        assert_int_equal(cote__request_decode(&second, DEPTH, &request), COTE__MESSAGE_OK);
        assert_int_equal(request.redelivered, 2);
        assert_text(request.payload.text, payloads[i]);
        assert_text(request.id, "7");
        assert_int_equal(second.count, first.count);
        for (unsigned at = 1; at < first.count; at++)
            assert_true(cote__slice_equal(first.arguments[at], second.arguments[at]));
        cote__buffer_fini(&once);
        cote__buffer_fini(&again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_says_that_it_comes_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
