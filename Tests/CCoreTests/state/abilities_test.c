/* abilities_test.c - a name is found by the patterns that a handler would be found by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "state/abilities.h"
#include "state/hash.h"
#include "support/random.h"
#include "wire/topic.h"

enum { SEED = 7 };

static bool includes(cote__abilities *abilities, const char *name)
{
    cote__slice slice = cote__slice_of(name);
    return cote__abilities_include(abilities, slice, cote__hash(SEED, slice));
}

static cote__abilities *create(const char *list)
{
    cote__json json;
    assert_true(cote__json_parse(cote__slice_of(list), 1, &json) && cote__json_is_strings(json));
    cote__abilities *abilities = cote__abilities_create(json.text, SEED);
    assert_non_null(abilities);
    return abilities;
}

static void names_and_patterns(void **state)
{
    (void)state;
    cote__abilities *abilities = create("[\"a\",\"b\\u00e9\\n\",\"c::*\",\"d::**\",\"a\",\"\"]");
    for (int again = 0; again < 2; again++) {
        assert_true(includes(abilities, "a"));
        assert_true(includes(abilities, "b\xc3\xa9\n"));
        assert_true(includes(abilities, "c::x"));
        assert_true(includes(abilities, "d"));
        assert_true(includes(abilities, "d::x::y"));
        assert_false(includes(abilities, "c"));
        assert_false(includes(abilities, "c::x::y"));
        assert_false(includes(abilities, "A"));
        assert_false(includes(abilities, "b"));
        assert_false(includes(abilities, ""));
    }
    cote__abilities_destroy(abilities);
}

static void nothing_and_everything(void **state)
{
    (void)state;
    cote__abilities *nothing = create(" [ ] "), *everything = create("[\"a\",\"**\"]");
    assert_false(includes(nothing, "a"));
    assert_false(includes(nothing, "**"));
    assert_true(includes(everything, "a"));
    assert_true(includes(everything, "b::c"));
    cote__abilities_destroy(nothing);
    cote__abilities_destroy(everything);
    cote__abilities_destroy(NULL);
}

/* Against a walk through all patterns, with few segments, so that many match. */
static void random_name(uint64_t *random, bool stars, char *text)
{
    static const char *const segments[] = {"a", "b", "cc", "*", "**"};
    *text = '\0';
    for (uint64_t left = 1 + cote_test_random_below(random, 4); left > 0; left--) {
        strcat(text, segments[cote_test_random_below(random, stars ? 5 : 3)]);
        if (left > 1) strcat(text, "::");
    }
}

static void as_a_walk_has_it(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int round = 0; round < 500; round++) {
        char patterns[12][32], list[512] = "[", name[32];
        uint64_t count = cote_test_random_below(&random, 12);
        for (uint64_t i = 0; i < count; i++) {
            random_name(&random, i % 3 == 0, patterns[i]);
            sprintf(list + strlen(list), "%s\"%s\"", i > 0 ? "," : "", patterns[i]);
        }
        cote__abilities *abilities = create(strcat(list, "]"));
        for (int asked = 0; asked < 100; asked++) {
            bool expected = false;
            random_name(&random, false, name);
            for (uint64_t i = 0; i < count; i++)
                expected |= cote__topic_matches(cote__slice_of(patterns[i]), cote__slice_of(name));
            assert_int_equal(includes(abilities, name), expected);
        }
        cote__abilities_destroy(abilities);
    }
}

static void very_many(void **state)
{
    (void)state;
    enum { MANY = 50000 };
    char *list = malloc(MANY * 16), name[16];
    char *at = list;
    for (int i = 0; i < MANY; i++) at += sprintf(at, "%s\"type %d\"", i > 0 ? "," : "[", i);
    strcpy(at, "]");
    cote__abilities *abilities = create(list);
    for (int i = 0; i < MANY * 2; i++) {
        sprintf(name, "type %d", i);
        assert_int_equal(includes(abilities, name), i < MANY);
    }
    cote__abilities_destroy(abilities);
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_patterns),
        cmocka_unit_test(nothing_and_everything),
        cmocka_unit_test(as_a_walk_has_it),
        cmocka_unit_test(very_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
