/* printable_test.c - what a terminal is shown of the text of others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cote/log.h"
#include "support/random.h"
#include "wire/utf8.h"

static void expect_shown(const char *text, size_t size, const char *shown)
{
    char out[128];
    assert_int_equal(cote_printable(text, size, out, sizeof out), strlen(shown));
    assert_string_equal(out, shown);
}

static void harmless_text_stays(void **state)
{
    static const char *const texts[] = {
        "",
        "bank",
        "back\\slash \"quotes\" ~!",
        "Überweisung für 5 €",
        "支払い",
        "\xf0\x9f\x92\xb6",                                                  /* U+1F4B6 */
        "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac",                      /* joined by U+200D */
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85", /* from the right */
        "e\xcc\x81",                            /* a combining accent */
        "\xc2\xa0\xee\x80\x80\xf4\x8f\xbf\xbf", /* at the ends of ranges */
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_shown(texts[i], strlen(texts[i]), texts[i]);
}

static void what_does_something_is_written_out(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        const char *shown;
    } cases[] = {
#define CASE(TEXT, SHOWN) {TEXT, sizeof(TEXT) - 1, SHOWN}
        CASE("a\0b", "a\\x00b"),
        CASE("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        CASE("line\r\n\tnext\x7f", "line\\x0d\\x0a\\x09next\\x7f"),
        CASE("\xc2\x80\xc2\x9b"
             "31m\xc2\x9f",
             "\\u0080\\u009b31m\\u009f"),
        CASE("\xc2\xad\xd8\x9c\xe1\xa0\x8e", "\\u00ad\\u061c\\u180e"),
        CASE("\xe2\x80\x8b\xe2\x80\x8e\xe2\x80\x8f", "\\u200b\\u200e\\u200f"),
        CASE("a\xe2\x80\xae"
             "b",
             "a\\u202eb"),
        CASE("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", "\\u2028\\u2029\\u202a"),
        CASE("\xe2\x81\xa6\xe2\x81\xa9\xef\xbb\xbf", "\\u2066\\u2069\\ufeff"),
        CASE("\xf3\xa0\x81\x81", "\\U000e0041"),
        CASE("\xff\xfe", "\\xff\\xfe"),
        CASE("\xc0\xaf", "\\xc0\\xaf"),          /* an overlong slash */
        CASE("\xed\xa0\x80", "\\xed\\xa0\\x80"), /* half a surrogate pair */
        CASE("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"),
        CASE("cut \xe2\x82", "cut \\xe2\\x82"),
        CASE("\xe2\x1b", "\\xe2\\x1b"),
#undef CASE
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_shown(cases[i].text, cases[i].size, cases[i].shown);
}

static void only_what_fits_is_written(void **state)
{
    (void)state;
    static const char text[] = "a\x1b\xe2\x82\xac"
                               "b"; /* shown as a\x1b€b */
    static const char *const shown[] = {"",
                                        "",
                                        "a",
                                        "a",
                                        "a",
                                        "a",
                                        "a\\x1b",
                                        "a\\x1b",
                                        "a\\x1b",
                                        "a\\x1b\xe2\x82\xac",
                                        "a\\x1b\xe2\x82\xac\142"};
    for (size_t capacity = 0; capacity <= 10; capacity++) {
        char out[12];
        memset(out, '#', sizeof out);
        assert_int_equal(cote_printable(text, sizeof text - 1, out, capacity), 9);
        if (capacity > 0) assert_string_equal(out, shown[capacity]);
        for (size_t i = capacity; i < sizeof out; i++) assert_int_equal(out[i], '#');
    }
    assert_int_equal(cote_printable(text, sizeof text - 1, NULL, 0), 9);
    assert_int_equal(cote_printable(NULL, 0, NULL, 0), 0);
}

/* Whatever it is made of, the outcome is UTF-8, and printable as it is. */
static void printable_text_stays_as_it_is(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int round = 0; round < 20000; round++) {
        char text[24], once[256], twice[256];
        size_t size = (size_t)(cote_test_random(&random) % sizeof text);
        for (size_t i = 0; i < size; i++) {
            uint64_t one = cote_test_random(&random);
            text[i] = one & 256 ? "\xe2\x80\xae\xc2\x9b\x1b\xf3\xa0\x81"[one % 9] : (char)one;
        }
        size_t once_size = cote_printable(text, size, once, sizeof once);
        assert_true(once_size < sizeof once);
        for (size_t at = 0; at < once_size;) {
            bool valid;
            assert_in_range((unsigned char)once[at], 0x20, 0xff);
            at += cote__utf8_character(once + at, once + once_size, &valid);
            assert_true(valid);
        }
        assert_int_equal(cote_printable(once, once_size, twice, sizeof twice), once_size);
        assert_string_equal(once, twice);
    }
}

static void a_cut_is_at_a_whole_character(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size, whole;
    } cases[] = {
        {"", 0, 0},
        {"ab", 2, 2},
        {"a\xc3", 2, 1},
        {"a\xc3\xa4", 3, 3},
        {"\xe2\x82", 2, 0},
        {"a\xf0\x9f\x92", 4, 1},
        {"a\xf0\x9f\x92\xb6", 5, 5},
        {"\x80\x80\x80\x80", 4, 4}, /* is no text anyway */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cote__utf8_cut(cases[i].text, cases[i].size), cases[i].whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmless_text_stays),
        cmocka_unit_test(what_does_something_is_written_out),
        cmocka_unit_test(only_what_fits_is_written),
        cmocka_unit_test(printable_text_stays_as_it_is),
        cmocka_unit_test(a_cut_is_at_a_whole_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
