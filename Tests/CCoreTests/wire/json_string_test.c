/* json_string_test.c - what JSON strings mean, and bytes written as JSON strings. */
#include "wire/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/mutation.h"
#include "support/random.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define BYTES(literal)               \
    {                                \
        literal, sizeof(literal) - 1 \
    }

typedef struct pair {
    cote__slice text, bytes;
} pair;

static cote__json parse(cote__slice text)
{
    cote__json value;
    if (!cote__json_parse(text, 0, &value))
        fail_msg("does not parse: %.*s", (int)text.size, text.data);
    return value;
}

static void assert_means(cote__slice text, cote__slice bytes)
{
    /* The scratch space is as large as it must be and no larger, for a sanitizer to see. */
    char *scratch = malloc(text.size);
    cote__slice meaning;
    assert_true(cote__json_string(parse(text), scratch, &meaning));
    if (!cote__slice_equal(meaning, bytes))
        fail_msg("%.*s means %.*s", (int)text.size, text.data, (int)meaning.size, meaning.data);
    assert_true(cote__json_string_equal(parse(text), bytes));
    free(scratch);
}

/* MARK: reading */

static void escapes_mean_their_characters(void **state)
{
    (void)state;
    static const pair all[] = {
        {BYTES("\"\""), BYTES("")},
        {BYTES("\"abc\""), BYTES("abc")},
        {BYTES("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), BYTES("\"\\/\b\f\n\r\t")},
        {BYTES("\"a\\nb\""), BYTES("a\nb")},
        {BYTES("\"\\u0041\\u00e9\\u00E9\\u2713\""), BYTES("A\xc3\xa9\xc3\xa9\xe2\x9c\x93")},
        {BYTES("\"\\u0000\""), BYTES("\0")},
        {BYTES("\"\\u007f\\u0080\\u07ff\\u0800\\uffff\""),
         BYTES("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf")},
        {BYTES("\"\xc3\xa9\\\\\xf0\x9f\x98\x80\""), BYTES("\xc3\xa9\\\xf0\x9f\x98\x80")},
        {BYTES("\"\\ud83d\\ude00\""), BYTES("\xf0\x9f\x98\x80")},
        {BYTES("\"\\uD800\\uDC00\\udbff\\udfff\""), BYTES("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")},
    };
    for (size_t i = 0; i < COUNT(all); i++) assert_means(all[i].text, all[i].bytes);
}

static void half_a_character_is_replaced(void **state)
{
    (void)state;
    static const pair all[] = {
        {BYTES("\"\\ud800\""), BYTES("\xef\xbf\xbd")},
        {BYTES("\"\\udfff\""), BYTES("\xef\xbf\xbd")},
        {BYTES("\"\\ud83dx\""), BYTES("\xef\xbf\xbdx")},
        {BYTES("\"\\ud83d\\n\""), BYTES("\xef\xbf\xbd\n")},
        {BYTES("\"\\ud83d\\u0041\""), BYTES("\xef\xbf\xbd"
                                            "A")},
        {BYTES("\"\\ude00\\ud83d\""), BYTES("\xef\xbf\xbd\xef\xbf\xbd")},
        {BYTES("\"\\ud83d\\ud83d\\ude00\""), BYTES("\xef\xbf\xbd\xf0\x9f\x98\x80")},
        {BYTES("\"\\ud83d\\\\ude00\""), BYTES("\xef\xbf\xbd\\ude00")},
    };
    for (size_t i = 0; i < COUNT(all); i++) assert_means(all[i].text, all[i].bytes);
}

static void a_string_without_escapes_is_not_copied(void **state)
{
    (void)state;
    cote__slice text = cote__slice_of("\"h\xc3\xa9llo\""), meaning;
    char scratch[16] = "untouched";
    assert_true(cote__json_string(parse(text), scratch, &meaning));
    assert_ptr_equal(meaning.data, text.data + 1);
    assert_string_equal(scratch, "untouched");
}

static void only_strings_have_a_meaning(void **state)
{
    (void)state;
    static const char *const all[] = {"1", "null", "true"};
    for (size_t i = 0; i < COUNT(all); i++) {
        char scratch[16];
        cote__slice meaning;
        cote__json value = parse(cote__slice_of(all[i]));
        assert_false(cote__json_string(value, scratch, &meaning));
        assert_false(cote__json_string_equal(value, cote__slice_of(all[i])));
    }
}

static void what_means_something_else_is_not_equal(void **state)
{
    (void)state;
    static const pair all[] = {
        {BYTES("\"abc\""), BYTES("ab")},       {BYTES("\"ab\""), BYTES("abc")},
        {BYTES("\"\""), BYTES("a")},           {BYTES("\"a\""), BYTES("")},
        {BYTES("\"abc\""), BYTES("abd")},      {BYTES("\"\\u0061\""), BYTES("\\u0061")},
        {BYTES("\"\\u00e9\""), BYTES("\xc3")}, {BYTES("\"\\n\""), BYTES("n")},
        {BYTES("\"a\\u0000\""), BYTES("a")},   {BYTES("\"\\\\\""), BYTES("\\\\")},
    };
    for (size_t i = 0; i < COUNT(all); i++)
        assert_false(cote__json_string_equal(parse(all[i].text), all[i].bytes));
    assert_true(cote__json_string_equal(parse(cote__slice_of("\"\"")), (cote__slice){NULL, 0}));
    assert_false(cote__json_string_equal(parse(cote__slice_of("\"a\"")), (cote__slice){NULL, 0}));
}

/* MARK: writing */

static void assert_written(cote__slice bytes, cote__slice text)
{
    cote__buffer out = {0};
    cote__json_write_string(&out, bytes);
    if (!cote__slice_equal(cote__buffer_slice(&out), text))
        fail_msg("%.*s and not %.*s", (int)out.size, out.data, (int)text.size, text.data);
    cote__buffer_fini(&out);
}

static void bytes_are_escaped_as_javascript_does(void **state)
{
    (void)state;
    static const pair all[] = {
        {BYTES("\"\""), BYTES("")},
        {BYTES("\"plain / text\""), BYTES("plain / text")},
        {BYTES("\"\\\"\\\\\""), BYTES("\"\\")},
        {BYTES("\"\\u0000\\u0001\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u001f \x7f\""),
         BYTES("\0\x01\x07\b\t\n\x0b\f\r\x0e\x1f \x7f")},
        {BYTES("\"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80\""),
         BYTES("\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80")},
        {BYTES("\"12345678\\n12345678\""), BYTES("12345678\n12345678")},
    };
    for (size_t i = 0; i < COUNT(all); i++) assert_written(all[i].bytes, all[i].text);
    assert_written((cote__slice){NULL, 0}, cote__slice_of("\"\""));
}

#define FFFD "\xef\xbf\xbd"

static void invalid_utf8_is_replaced_as_decoders_do(void **state)
{
    (void)state;
    static const pair all[] = {
        {BYTES("\"" FFFD "\""), BYTES("\x80")},
        {BYTES("\"a" FFFD FFFD "b\""), BYTES("a\xff\xfe"
                                             "b")},
        {BYTES("\"" FFFD "\""), BYTES("\xe2\x82")},
        {BYTES("\"" FFFD "x\""), BYTES("\xe2\x82x")},
        {BYTES("\"" FFFD "x\""), BYTES("\xf0\x9f\x98x")},
        {BYTES("\"" FFFD FFFD "\""), BYTES("\xc0\x80")},
        {BYTES("\"" FFFD FFFD FFFD "\""), BYTES("\xed\xa0\x80")},
        {BYTES("\"" FFFD FFFD FFFD FFFD "\""), BYTES("\xf4\x90\x80\x80")},
        {BYTES("\"" FFFD "\xc3\xa9\""), BYTES("\xe2\xc3\xa9")},
    };
    for (size_t i = 0; i < COUNT(all); i++) assert_written(all[i].bytes, all[i].text);
}

static void any_bytes_are_written_as_a_string(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 10000; i++) {
        char bytes[40];
        size_t size = cote_test_random_below(&random, sizeof bytes);
        for (size_t at = 0; at < size; at++) bytes[at] = (char)cote_test_random(&random);
        char *copy = cote_test_exact_copy(bytes, size), scratch[sizeof bytes * 6 + 2];
        cote__buffer out = {0}, again = {0};
        cote__json_write_string(&out, (cote__slice){copy, size});
        cote__slice meaning;
        assert_true(cote__json_string(parse(cote__buffer_slice(&out)), scratch, &meaning));
        cote__json_write_string(&again, meaning); /* valid now, so it stays as it is */
        assert_true(cote__slice_equal(cote__buffer_slice(&out), cote__buffer_slice(&again)));
        cote__buffer_fini(&out);
        cote__buffer_fini(&again);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_mean_their_characters),
        cmocka_unit_test(half_a_character_is_replaced),
        cmocka_unit_test(a_string_without_escapes_is_not_copied),
        cmocka_unit_test(only_strings_have_a_meaning),
        cmocka_unit_test(what_means_something_else_is_not_equal),
        cmocka_unit_test(bytes_are_escaped_as_javascript_does),
        cmocka_unit_test(invalid_utf8_is_replaced_as_decoders_do),
        cmocka_unit_test(any_bytes_are_written_as_a_string),
    };
    return cmocka_run_group_tests_name("wire/json_string", tests, NULL, NULL);
}
