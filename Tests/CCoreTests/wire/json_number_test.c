/* json_number_test.c - numbers are read and written as JavaScript does, in any locale. */
#include "wire/json.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/random.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static cote__json parse(const char *text)
{
    cote__json value;
    if (!cote__json_parse(cote__slice_of(text), 0, &value)) fail_msg("does not parse: %s", text);
    return value;
}

static double read_number(const char *text)
{
    double value;
    assert_true(cote__json_number(parse(text), &value));
    return value;
}

/* Equal to the bit, so that -0 differs from 0. */
static void assert_reads(const char *text, double expected)
{
    double value = read_number(text);
    if (memcmp(&value, &expected, sizeof value) != 0)
        fail_msg("%.60s reads %a and not %a", text, value, expected);
}

static void assert_writes(double value, const char *expected)
{
    cote__buffer out = {0};
    cote__json_write_number(&out, value);
    if (!cote__slice_equal(cote__buffer_slice(&out), cote__slice_of(expected)))
        fail_msg("%a is written %.*s and not %s", value, (int)out.size, out.data, expected);
    cote__buffer_fini(&out);
}

/* MARK: reading */

static void numbers_are_read(void **state)
{
    (void)state;
    assert_reads("0", 0.0);
    assert_reads("-0", -0.0);
    assert_reads("-0.0e5", -0.0);
    assert_reads("1", 1);
    assert_reads("-1.5", -1.5);
    assert_reads("0.1", 0.1);
    assert_reads("1e3", 1000);
    assert_reads("1E+03", 1000);
    assert_reads("1200e-2", 12);
    assert_reads("0.00012e4", 1.2);
    assert_reads("-0.1795525378959", -0.1795525378959);
    assert_reads("123456789.123456789", 123456789.123456789);
    assert_reads("1.7976931348623157e308", 0x1.fffffffffffffp+1023);
    assert_reads("2.2250738585072014e-308", 0x1p-1022);
    assert_reads("5e-324", 0x1p-1074);
}

static void numbers_beyond_a_double_are_infinite_or_zero(void **state)
{
    (void)state;
    assert_reads("1e309", HUGE_VAL);
    assert_reads("-1e309", -HUGE_VAL);
    assert_reads("1e99999999999999999999999999", HUGE_VAL);
    assert_reads("1e-400", 0.0);
    assert_reads("-1e-99999999999999999999999999", -0.0);
    assert_reads("0e99999999999999999999999999", 0.0);
}

static void ties_go_to_the_even_one(void **state)
{
    (void)state;
    assert_reads("9007199254740993", 0x1p53);
    assert_reads("9007199254740993.0000000000000000001", 9007199254740994.0);
    assert_reads("9007199254740995", 9007199254740996.0);
    assert_reads("2.47032822920623272e-324", 0.0);
    assert_reads("2.4703282292062328e-324", 0x1p-1074);
}

/* Decimals between 0 and 1, all with one more place than the least double needs. */
enum { PLACES = 1075, DECIMAL_SIZE = PLACES + 3 };

static void halve(char *decimal)
{
    int rest = 0;
    for (size_t i = 2; i < PLACES + 2; i++) {
        int digit = rest * 10 + decimal[i] - '0';
        decimal[i] = (char)('0' + digit / 2);
        rest = digit % 2;
    }
}

static void add(char *decimal, const char *other)
{
    int carry = 0;
    for (size_t i = PLACES + 1; i >= 2; i--) {
        int digit = decimal[i] - '0' + other[i] - '0' + carry;
        decimal[i] = (char)('0' + digit % 10);
        carry = digit / 10;
    }
}

/* The middle between a small double and the next one, exactly. */
static void write_middle(char *decimal, double small)
{
    char half[DECIMAL_SIZE];
    snprintf(decimal, DECIMAL_SIZE, "%.1074f0", small);
    snprintf(half, DECIMAL_SIZE, "%.1074f0", 0x1p-1074);
    halve(half);
    add(decimal, half);
}

static void every_digit_counts(void **state)
{
    (void)state;
    const double even = 0x1.ffffffffffffep-1022, odd = 0x1.fffffffffffffp-1022, next = 0x1p-1021;
    char middle[DECIMAL_SIZE], text[DECIMAL_SIZE + 64];
    write_middle(middle, odd);
    assert_int_equal(strlen(middle + 2 + strspn(middle + 2, "0")), 768); /* no double needs more */
    assert_reads(middle, next);
    middle[PLACES + 1]--;
    snprintf(text, sizeof text, "%s99999", middle);
    assert_reads(text, odd);

    write_middle(middle, even);
    assert_reads(middle, even);
    snprintf(text, sizeof text, "%s%050d", middle, 0);
    assert_reads(text, even);
    snprintf(text, sizeof text, "%s%050d", middle, 1);
    assert_reads(text, odd);
}

static void numbers_may_be_of_any_length(void **state)
{
    (void)state;
    enum { ZEROS = 1000000 };
    char *text = malloc(ZEROS + 64);
    memset(text, '0', ZEROS + 1);
    text[1] = '.';
    snprintf(text + ZEROS, 64, "123e%d", ZEROS);
    assert_reads(text, 12.3);
    text[0] = '7';
    text[1] = '0';
    snprintf(text + ZEROS, 64, ".0e-%d", ZEROS - 1);
    assert_reads(text, 7);
    memset(text, '9', ZEROS);
    snprintf(text + ZEROS, 64, "e-%d", ZEROS);
    assert_reads(text, 1);
    free(text);
}

static void integers_are_read_by_what_they_mean(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"0.0", 0},
        {"0e-5", 0},
        {"8000", 8000},
        {"8e3", 8000},
        {"8000.0", 8000},
        {"80000e-1", 8000},
        {"0.08e5", 8000},
        {"18446744073709551615", UINT64_MAX},
        {"1844674407370955161.5e1", UINT64_MAX},
        {"9007199254740993", 9007199254740993u},
        {"1e19", 10000000000000000000u},
    };
    static const char *const bad[] = {
        "-1",
        "0.5",
        "1e-1",
        "18446744073709551616",
        "1e20",
        "2e19",
        "99999999999999999999",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "-1e19",
        "1.0000000000000000000001",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        uint64_t value;
        assert_true(cote__json_u64(parse(good[i].text), &value));
        if (value != good[i].value) fail_msg("%s", good[i].text);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        uint64_t value = 42;
        if (cote__json_u64(parse(bad[i]), &value)) fail_msg("taken: %s", bad[i]);
    }
}

static void only_numbers_are_numbers(void **state)
{
    (void)state;
    static const char *const all[] = {"\"1\"", "null", "true", "[]"};
    for (size_t i = 0; i < COUNT(all); i++) {
        cote__json value;
        double number;
        uint64_t integer;
        assert_true(cote__json_parse(cote__slice_of(all[i]), 1, &value));
        assert_false(cote__json_number(value, &number));
        assert_false(cote__json_u64(value, &integer));
    }
}

/* MARK: writing */

static void numbers_are_written_as_javascript_does(void **state)
{
    (void)state;
    assert_writes(0, "0");
    assert_writes(-0.0, "0");
    assert_writes(1, "1");
    assert_writes(-1.5, "-1.5");
    assert_writes(0.1, "0.1");
    assert_writes(0.1 + 0.2, "0.30000000000000004");
    assert_writes(-0.1795525378959, "-0.1795525378959");
    assert_writes(100, "100");
    assert_writes(123456.789, "123456.789");
    assert_writes(1e20, "100000000000000000000");
    assert_writes(123456789012345680000.0, "123456789012345680000");
    assert_writes(1e21, "1e+21");
    assert_writes(1.5e300, "1.5e+300");
    assert_writes(0.000001, "0.000001");
    assert_writes(0.00000123, "0.00000123");
    assert_writes(1e-7, "1e-7");
    assert_writes(1.5e-10, "1.5e-10");
    assert_writes(0x1.fffffffffffffp+1023, "1.7976931348623157e+308");
    assert_writes(0x1p-1022, "2.2250738585072014e-308");
    assert_writes(0x1p-1074, "5e-324");
    assert_writes(0x1p-44, "5.684341886080802e-14"); /* the closest of 16 digits reads as another */
    assert_writes(0x1p53, "9007199254740992");
    assert_writes(9.5, "9.5");
    assert_writes(NAN, "null");
    assert_writes(HUGE_VAL, "null");
    assert_writes(-HUGE_VAL, "null");
}

static void what_is_written_reads_the_same(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = cote_test_random(&random);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value) || value == 0) continue;
        cote__buffer out = {0};
        cote__json_write_number(&out, value);
        cote__buffer_append_byte(&out, '\0');
        assert_reads(out.data, value);
        assert_true(strtod(out.data, NULL) == value); /* in the C locale, another reader agrees */
        cote__buffer_fini(&out);
    }
}

/* MARK: locales */

static void the_locale_does_not_matter(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8",  "fr_FR.UTF-8",
                                        "ru_RU.UTF-8", "da_DK.UTF-8", "ps_AF.UTF-8"};
    size_t tried = 0;
    for (size_t i = 0; i < COUNT(names); i++) {
        if (!setlocale(LC_ALL, names[i]) || strcmp(localeconv()->decimal_point, ".") == 0) continue;
        tried++;
        numbers_are_read(NULL);
        ties_go_to_the_even_one(NULL);
        integers_are_read_by_what_they_mean(NULL);
        numbers_are_written_as_javascript_does(NULL);
    }
    setlocale(LC_ALL, "C");
    if (tried == 0) skip(); /* no locale with another decimal point is installed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(numbers_beyond_a_double_are_infinite_or_zero),
        cmocka_unit_test(ties_go_to_the_even_one),
        cmocka_unit_test(every_digit_counts),
        cmocka_unit_test(numbers_may_be_of_any_length),
        cmocka_unit_test(integers_are_read_by_what_they_mean),
        cmocka_unit_test(only_numbers_are_numbers),
        cmocka_unit_test(numbers_are_written_as_javascript_does),
        cmocka_unit_test(what_is_written_reads_the_same),
        cmocka_unit_test(the_locale_does_not_matter),
    };
    return cmocka_run_group_tests_name("wire/json_number", tests, NULL, NULL);
}
