/* value_test.c - values that may be sent, and bytes as Node.js writes them inside of JSON. */
#include "wire/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static cote_value text(cote_kind kind, const char *characters)
{
    return (cote_value){kind, characters, strlen(characters)};
}

static void json_is_checked_unless_trusted(void **state)
{
    (void)state;
    static const char *const good[] = {"null", "0", "-1.5e3", "\"\"", "[]", " {\"a\":[{}]}\n"};
    static const char *const bad[] = {"",     " ",          "{",   "nul",      "01",  "'a'",
                                      "[1,]", "{\"a\":1}}", "NaN", "\"\xff\"", "1 2", "undefined"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(cote__value_is_sound(text(COTE_KIND_JSON, good[i]), false));
        assert_true(cote__value_is_sound(text(COTE_KIND_JSON, good[i]), true));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (cote__value_is_sound(text(COTE_KIND_JSON, bad[i]), false)) fail_msg("%s", bad[i]);
        assert_true(cote__value_is_sound(text(COTE_KIND_JSON, bad[i]), true));
    }
}

static void json_may_be_nested_so_deep(void **state)
{
    (void)state;
    char nested[2 * COTE__JSON_MAX_DEPTH + 2];
    for (size_t depth = COTE__JSON_MAX_DEPTH; depth <= COTE__JSON_MAX_DEPTH + 1; depth++) {
        memset(nested, '[', depth);
        memset(nested + depth, ']', depth);
        assert_int_equal(
            cote__value_is_sound((cote_value){COTE_KIND_JSON, nested, 2 * depth}, false),
            depth <= COTE__JSON_MAX_DEPTH);
    }
}

static void big_integers_are_decimal(void **state)
{
    (void)state;
    static const char *const good[] = {"0", "-1", "007", "123456789012345678901234567890"};
    static const char *const bad[] = {"",  "-",   "+1", "1.0", "1e3", " 1",      "1 ",
                                      "x", "--1", "1-", "0x1", "1_0", "\xd9\xa1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(cote__value_is_sound(text(COTE_KIND_BIGINT, good[i]), false));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (int trusted = 0; trusted < 2; trusted++)
            if (cote__value_is_sound(text(COTE_KIND_BIGINT, bad[i]), trusted))
                fail_msg("%s", bad[i]);
    assert_false(cote__value_is_sound((cote_value){COTE_KIND_BIGINT, "1\0", 2}, false));
}

static void text_and_bytes_are_anything(void **state)
{
    (void)state;
    for (cote_kind kind = COTE_KIND_BYTES; kind <= COTE_KIND_STRING; kind += 2) {
        assert_true(cote__value_is_sound((cote_value){kind, NULL, 0}, false));
        assert_true(cote__value_is_sound((cote_value){kind, "", 0}, false));
        assert_true(cote__value_is_sound((cote_value){kind, "j:\0\xff", 4}, false));
    }
}

static void what_cannot_be_a_value_is_refused(void **state)
{
    (void)state;
    for (int kind = COTE_KIND_BYTES; kind <= COTE_KIND_BIGINT; kind++) {
        for (int trusted = 0; trusted < 2; trusted++) {
            assert_false(cote__value_is_sound((cote_value){(cote_kind)kind, NULL, 1}, trusted));
            /* Nothing of it is read. */
            cote_value huge = {(cote_kind)kind, "1", (size_t)COTE__AMP_MAX_VALUE + 1};
            assert_false(cote__value_is_sound(huge, trusted));
        }
    }
    for (int trusted = 0; trusted < 2; trusted++)
        assert_false(cote__value_is_sound(text((cote_kind)(COTE_KIND_BIGINT + 1), "1"), trusted));
}

/* MARK: buffers */

static void assert_object(const char *bytes, size_t size, const char *expected)
{
    cote__buffer out = {0};
    cote__buffer_append_text(&out, "before");
    cote__buffer_object_encode(&out, (cote__slice){bytes, size});
    assert_false(out.failed);
    assert_int_equal(out.size, strlen("before") + strlen(expected));
    assert_memory_equal(out.data + strlen("before"), expected, strlen(expected));
    cote__buffer_fini(&out);
}

static void bytes_as_an_object(void **state)
{
    (void)state;
    assert_object(NULL, 0, "{\"type\":\"Buffer\",\"data\":[]}");
    assert_object("", 1, "{\"type\":\"Buffer\",\"data\":[0]}");
    assert_object("j:{\x7f\x80\xff", 6, "{\"type\":\"Buffer\",\"data\":[106,58,123,127,128,255]}");
}

static void each_byte_comes_back(void **state)
{
    (void)state;
    char bytes[256];
    for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (char)i;
    cote__buffer out = {0};
    cote__buffer_object_encode(&out, (cote__slice){bytes, sizeof bytes});
    cote__json object, type, data, element;
    assert_true(cote__json_parse(cote__buffer_slice(&out), 2, &object));
    assert_true(cote__json_member(object, "type", &type));
    assert_true(cote__json_string_equal(type, cote__slice_of("Buffer")));
    assert_true(cote__json_member(object, "data", &data));
    cote__json_iterator elements = cote__json_iterate(data);
    uint64_t value;
    for (unsigned i = 0; i < sizeof bytes; i++) {
        assert_true(cote__json_next(&elements, NULL, &element));
        assert_true(cote__json_u64(element, &value));
        assert_int_equal(value, i);
    }
    assert_false(cote__json_next(&elements, NULL, &element));
    cote__buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_checked_unless_trusted),
        cmocka_unit_test(json_may_be_nested_so_deep),
        cmocka_unit_test(big_integers_are_decimal),
        cmocka_unit_test(text_and_bytes_are_anything),
        cmocka_unit_test(what_cannot_be_a_value_is_refused),
        cmocka_unit_test(bytes_as_an_object),
        cmocka_unit_test(each_byte_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
