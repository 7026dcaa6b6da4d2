/* json_test.c - what is JSON and what is not, and walking through it. */
#include "wire/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/fixture.h"
#include "support/json_compact.h"
#include "support/mutation.h"

/* The texts y_*.json, n_*.json and i_*.json of the public suite for JSON parsers. */
#define DEFAULT_SUITE COTE_FIXTURES "/../../../../shared/json-test-suite/test_parsing"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool parses(const char *text, size_t size)
{
    char *copy = cote_test_exact_copy(text, size);
    bool valid;
    const char *fault = cote_test_json_fault((cote__slice){copy, size}, &valid);
    if (fault) fail_msg("%s: %.*s", fault, (int)size, text);
    free(copy);
    return valid;
}

static cote__json parse(const char *text)
{
    cote__json value;
    if (!cote__json_parse(cote__slice_of(text), COTE__JSON_MAX_DEPTH, &value))
        fail_msg("does not parse: %s", text);
    return value;
}

static void assert_text(cote__json value, const char *expected)
{
    if (!cote__slice_equal(value.text, cote__slice_of(expected)))
        fail_msg("%.*s and not %s", (int)value.text.size, value.text.data, expected);
}

/* MARK: what is JSON */

static void the_conformance_suite_is_judged_rightly(void **state)
{
    (void)state;
    const char *folder = getenv("COTE_JSON_TEST_SUITE");
    size_t count, must = 0, must_not = 0;
    char **paths = cote_test_list(folder ? folder : DEFAULT_SUITE, ".json", &count);
    if (!paths && folder) fail_msg("COTE_JSON_TEST_SUITE: no such folder: %s", folder);
    if (!paths) skip();
    for (size_t i = 0; i < count; i++) {
        size_t size;
        char *text = cote_test_read_file(paths[i], &size);
        char verdict = strrchr(paths[i], '/')[1];
        bool valid = parses(text, size);
        if (verdict == 'y' && !valid) fail_msg("refused: %s", paths[i]);
        if (verdict == 'n' && valid) fail_msg("taken: %s", paths[i]);
        must += verdict == 'y';
        must_not += verdict == 'n';
        free(text);
    }
    cote_test_list_free(paths);
    assert_true(must > 0);
    assert_true(must_not > 0);
}

static void scalars_have_their_types(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        cote__json_type type;
        const char *value;
    } all[] = {
        {"null", COTE__JSON_NULL, "null"},    {" true\n", COTE__JSON_TRUE, "true"},
        {"false", COTE__JSON_FALSE, "false"}, {"\t-1.5e+3 ", COTE__JSON_NUMBER, "-1.5e+3"},
        {"0", COTE__JSON_NUMBER, "0"},        {"\"a\\\"\"", COTE__JSON_STRING, "\"a\\\"\""},
        {"\"\"", COTE__JSON_STRING, "\"\""},  {" [ ] ", COTE__JSON_ARRAY, "[ ]"},
        {"{\r}", COTE__JSON_OBJECT, "{\r}"},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        cote__json value = parse(all[i].text);
        assert_int_equal(value.type, all[i].type);
        assert_text(value, all[i].value);
    }
}

static void what_is_not_json_is_refused(void **state)
{
    (void)state;
    static const char *const all[] = {
        "",
        " ",
        "nul",
        "nulll",
        "True",
        "+1",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "1 2",
        "NaN",
        "Infinity",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\t\"",
        "'a'",
        "[",
        "]",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{,}",
        "{\"a\":1",
        "{\"a\" 1}",
        "[]]",
        "{}}",
        "[1]x",
        "\v1",
        "[1,\f2]",
        "\xc2\xa0 1",
        "\xef\xbb\xbf{}",
        "/**/1",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1]",
        "[\"a\":1]",
    };
    for (size_t i = 0; i < COUNT(all); i++)
        if (parses(all[i], strlen(all[i]))) fail_msg("taken: %s", all[i]);
    assert_false(parses("1\0", 2));
    assert_false(parses("\"a\0b\"", 5));
}

static void utf8_is_checked(void **state)
{
    (void)state;
    static const char *const good[] = {"\x7f",         "\xc2\x80",         "\xdf\xbf",
                                       "\xe0\xa0\x80", "\xed\x9f\xbf",     "\xee\x80\x80",
                                       "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc2",
        "\xc2x",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xe1\x80",
        "\xe1\x80x",
        "\xe1\xc0\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf0\x90\x80",
        "\xfe",
        "\xff",
        "\xf1\x80\x80\xff",
    };
    /* At every distance from a boundary of eight bytes, and cut off. */
    for (int lead = 0; lead < 17; lead++) {
        char text[64];
        for (size_t i = 0; i < COUNT(good); i++) {
            int size =
                snprintf(text, sizeof text, "\"%.*s%sx\"", lead, "aaaaaaaaaaaaaaaaa", good[i]);
            if (!parses(text, (size_t)size)) fail_msg("refused: %s", text);
        }
        for (size_t i = 0; i < COUNT(bad); i++) {
            int size = snprintf(text, sizeof text, "\"%.*s%s\"", lead, "aaaaaaaaaaaaaaaaa", bad[i]);
            if (parses(text, (size_t)size)) fail_msg("taken: %s", text);
            assert_false(parses(text, (size_t)size - 1));
        }
    }
}

static void every_byte_of_a_string_is_looked_at(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
        for (size_t place = 1; place <= 20; place++) {
            char text[] = "\"aaaaaaaaaaaaaaaaaaaa\"";
            text[place] = (char)byte;
            assert_int_equal(parses(text, sizeof text - 1), plain);
        }
    }
}

static char *nested(size_t depth, const char *opening, const char *inside, const char *closing)
{
    cote__buffer out = {0};
    for (size_t i = 0; i < depth; i++) cote__buffer_append_text(&out, opening);
    cote__buffer_append_text(&out, inside);
    for (size_t i = 0; i < depth; i++) cote__buffer_append_text(&out, closing);
    cote__buffer_append_byte(&out, '\0');
    assert_false(out.failed);
    return out.data;
}

static void depth_is_limited(void **state)
{
    (void)state;
    cote__json value;
    static const unsigned limits[] = {0, 1, 2, 63, 64, 65, 511, 512, 513, 100000};
    for (size_t i = 0; i < COUNT(limits); i++) {
        size_t most = limits[i] < COTE__JSON_MAX_DEPTH ? limits[i] : COTE__JSON_MAX_DEPTH;
        for (size_t depth = most; depth <= most + 1; depth++) {
            char *texts[] = {nested(depth, "[", "1", "]"), nested(depth, "{\"a\":", "1", "}"),
                             nested(depth, "[0,", "1", ",2]")};
            for (size_t form = 0; form < COUNT(texts); form++) {
                assert_int_equal(cote__json_parse(cote__slice_of(texts[form]), limits[i], &value),
                                 depth == most);
                free(texts[form]);
            }
        }
    }
    assert_false(cote__json_parse(cote__slice_of("[]"), 0, &value)); /* even if nothing is inside */
    char *deep = nested(100000, "[", "", "");
    assert_false(cote__json_parse(cote__slice_of(deep), COTE__JSON_MAX_DEPTH, &value));
    free(deep);
}

static void siblings_do_not_add_to_the_depth(void **state)
{
    (void)state;
    cote__json value;
    cote__slice text = cote__slice_of("[[1],[],{\"a\":1},{},[2]]");
    assert_true(cote__json_parse(text, 2, &value));
    assert_false(cote__json_parse(text, 1, &value));
}

/* MARK: walking through it */

static void elements_come_in_order(void **state)
{
    (void)state;
    static const char *const expected[] = {"1",          "\"a,]\"", "[2,[3]]",
                                           "{\"b\":[]}", "null",    "-0.5e1"};
    cote__json_iterator elements =
        cote__json_iterate(parse("[1 ,\"a,]\",[2,[3]], {\"b\":[]}\n,null,-0.5e1 ]"));
    cote__json element;
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_true(cote__json_next(&elements, NULL, &element));
        assert_text(element, expected[i]);
    }
    assert_false(cote__json_next(&elements, NULL, &element));
    assert_false(cote__json_next(&elements, NULL, &element));
}

static void members_come_with_their_names(void **state)
{
    (void)state;
    cote__json_iterator members =
        cote__json_iterate(parse("{ \"a\" : {\"}\":\"{\"} ,\"b\\\"\":2}"));
    cote__json key, value;
    assert_true(cote__json_next(&members, &key, &value));
    assert_text(key, "\"a\"");
    assert_text(value, "{\"}\":\"{\"}");
    assert_int_equal(value.type, COTE__JSON_OBJECT);
    assert_true(cote__json_next(&members, &key, &value));
    assert_text(key, "\"b\\\"\"");
    assert_int_equal(key.type, COTE__JSON_STRING);
    assert_text(value, "2");
    assert_false(cote__json_next(&members, &key, &value));
}

static void what_has_no_elements_ends_at_once(void **state)
{
    (void)state;
    static const char *const all[] = {"[]", "{ }", "\"[1]\"", "1", "null", "true"};
    for (size_t i = 0; i < COUNT(all); i++) {
        cote__json_iterator elements = cote__json_iterate(parse(all[i]));
        cote__json element;
        assert_false(cote__json_next(&elements, NULL, &element));
    }
}

static void the_last_member_of_a_name_counts(void **state)
{
    (void)state;
    cote__json object = parse("{\"a\":1,\"b\":{\"c\":2},\"\\u0061\":3,\"\":4}"), value;
    assert_true(cote__json_member(object, "a", &value));
    assert_text(value, "3");
    assert_true(cote__json_member(object, "b", &value));
    assert_text(value, "{\"c\":2}");
    assert_true(cote__json_member(object, "", &value));
    assert_text(value, "4");
    assert_false(cote__json_member(object, "c", &value));
    assert_false(cote__json_member(parse("[\"a\"]"), "a", &value));
    assert_false(cote__json_member(parse("\"a\""), "a", &value));
}

static void a_document_is_written_anew_without_space(void **state)
{
    (void)state;
    cote__buffer out = {0};
    cote__json value = parse(" { \"a\" : [ 1 , 2.50 , { } , [ ] ] ,\n\"\\u00e9\" : \"\\/\" } ");
    assert_null(cote_test_compact(value, &out));
    assert_true(cote__slice_equal(cote__buffer_slice(&out),
                                  cote__slice_of("{\"a\":[1,2.50,{},[]],\"\xc3\xa9\":\"/\"}")));
    cote__buffer_fini(&out);
}

static void iterating_takes_linear_time(void **state)
{
    (void)state;
    enum { ELEMENTS = 300000 };
    char *text = nested(ELEMENTS, "[],", "[]", "");
    cote__buffer out = {0};
    cote__buffer_append_byte(&out, '[');
    cote__buffer_append_text(&out, text);
    cote__buffer_append_text(&out, "]");
    cote__json value, element;
    assert_true(cote__json_parse(cote__buffer_slice(&out), 2, &value));
    cote__json_iterator elements = cote__json_iterate(value);
    size_t count = 0;
    while (cote__json_next(&elements, NULL, &element)) count++;
    assert_int_equal(count, ELEMENTS + 1); /* quadratic, it would not get there in minutes */
    cote__buffer_fini(&out);
    free(text);
}

/* MARK: hostile text */

static void every_part_of_a_recording_is_refused(void **state)
{
    (void)state;
    size_t count;
    char **paths = cote_test_list(COTE_FIXTURES "/hello", ".json", &count);
    assert_non_null(paths);
    for (size_t i = 0; i < count; i++) {
        size_t size;
        char *text = cote_test_read_file(paths[i], &size);
        while (size > 0 && text[size - 1] != '}') size--;
        assert_true(parses(text, size));
        for (size_t part = 0; part < size; part++) assert_false(parses(text, part));
        free(text);
    }
    cote_test_list_free(paths);
}

static void a_damaged_recording_keeps_its_bounds(void **state)
{
    (void)state;
    static const char *const folders[] = {"hello", "redis", "tcp", "monitoring"};
    for (size_t folder = 0; folder < COUNT(folders); folder++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", COTE_FIXTURES, folders[folder]);
        size_t count, valid = 0;
        char **paths = cote_test_list(path, ".json", &count);
        assert_non_null(paths);
        uint64_t random = folder;
        for (size_t i = 0; i < 10000; i++) {
            size_t size;
            char *text = cote_test_read_file(paths[i % count], &size);
            char *damaged = cote_test_mutate(&random, text, size, &size);
            valid += parses(damaged, size);
            free(damaged);
            free(text);
        }
        assert_in_range(valid, 100, 9900); /* else the damage would be too great, or none */
        cote_test_list_free(paths);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_conformance_suite_is_judged_rightly),
        cmocka_unit_test(scalars_have_their_types),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(every_byte_of_a_string_is_looked_at),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(siblings_do_not_add_to_the_depth),
        cmocka_unit_test(elements_come_in_order),
        cmocka_unit_test(members_come_with_their_names),
        cmocka_unit_test(what_has_no_elements_ends_at_once),
        cmocka_unit_test(the_last_member_of_a_name_counts),
        cmocka_unit_test(a_document_is_written_anew_without_space),
        cmocka_unit_test(iterating_takes_linear_time),
        cmocka_unit_test(every_part_of_a_recording_is_refused),
        cmocka_unit_test(a_damaged_recording_keeps_its_bounds),
    };
    return cmocka_run_group_tests_name("wire/json", tests, NULL, NULL);
}
