/* unknown_test.c - each name once in a while, and not more lines than a reader can read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "state/unknown.h"

static bool is_news(cote__unknown *unknown, unsigned number, cote__time now)
{
    char name[16];
    snprintf(name, sizeof name, "name %u", number);
    return cote__unknown_is_news(unknown, cote__slice_of(name), now);
}

static void a_name_is_told_once(void **state)
{
    (void)state;
    cote__unknown unknown = {0};
    assert_true(is_news(&unknown, 1, 0));
    assert_false(is_news(&unknown, 1, 0));
    assert_true(is_news(&unknown, 2, 0));
    assert_false(is_news(&unknown, 1, 1000000));
    assert_false(is_news(&unknown, 2, 1000000));
    assert_true(cote__unknown_is_news(&unknown, cote__slice_of(""), 1000000));
    assert_false(cote__unknown_is_news(&unknown, cote__slice_of(""), 1000000));
}

static void lines_are_limited_and_what_was_not_told_is_told_later(void **state)
{
    (void)state;
    cote__unknown unknown = {0};
    for (unsigned i = 0; i < COTE__UNKNOWN_LINES; i++) assert_true(is_news(&unknown, i, 500));
    assert_false(is_news(&unknown, COTE__UNKNOWN_LINES, 500));
    assert_false(is_news(&unknown, COTE__UNKNOWN_LINES, 1499));
    assert_true(is_news(&unknown, COTE__UNKNOWN_LINES, 1500));
}

static void names_of_long_ago_are_forgotten(void **state)
{
    (void)state;
    cote__unknown unknown = {0};
    cote__time now = 0;
    for (unsigned i = 0; i <= COTE__UNKNOWN_NAMES; i++) {
        assert_true(is_news(&unknown, i, now));
        now += 1000;
    }
    assert_true(is_news(&unknown, 0, now));
    assert_false(is_news(&unknown, COTE__UNKNOWN_NAMES, now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_told_once),
        cmocka_unit_test(lines_are_limited_and_what_was_not_told_is_told_later),
        cmocka_unit_test(names_of_long_ago_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
