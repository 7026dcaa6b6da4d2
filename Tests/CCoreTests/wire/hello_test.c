/* hello_test.c - every recorded hello means what it says, and every hostile one is judged rightly.
 */
#include "wire/hello.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/fixture.h"
#include "support/hello_check.h"
#include "support/hello_fixture.h"
#include "support/mutation.h"

static char *read_fixture(const char *file, size_t *size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", COTE_FIXTURES, file);
    return cote_test_read_file(path, size);
}

/* `expected` NULL: absent. */
static void assert_slice(const char *what, cote__slice actual, const char *expected)
{
    if (!cote__slice_equal(actual, cote__slice_of(expected)))
        fail_msg("%s: \"%.*s\" and not \"%s\"", what, (int)actual.size,
                 actual.data ? actual.data : "", expected ? expected : "(absent)");
}

/* The text of a member of the recording, found as text. */
static char *text_between(const char *text, const char *before, const char *after)
{
    const char *start = strstr(text, before);
    assert_non_null(start);
    start += strlen(before);
    const char *end = strstr(start, after);
    assert_non_null(end);
    return strndup(start, (size_t)(end - start));
}

static void assert_says(const hello_fixture *fixture, const char *text, const cote__hello *hello)
{
    char *pid = text_between(text, "\"pid\":\"", "\"");
    char *host = text_between(text, "\"hostName\":\"", "\"");
    char *advertisement = text_between(text, "\"advertisement\":", ",\"id\":");
    assert_int_equal(hello->event, COTE__HELLO_HELLO);
    assert_slice("pid", hello->pid, pid);
    assert_slice("hostName", hello->host_name, host);
    assert_slice("advertisement", hello->advertisement, advertisement);
    free(pid);
    free(host);
    free(advertisement);

    assert_slice("iid", hello->iid, fixture->iid);
    assert_slice("type", hello->type, fixture->type);
    assert_slice("name", hello->name, fixture->name);
    assert_slice("key", hello->key, fixture->key);
    assert_slice("namespace", hello->name_space, fixture->name_space);
    assert_slice("subset", hello->subset, fixture->subset);
    assert_slice("respondsTo", hello->responds_to, fixture->responds_to);
    assert_slice("broadcasts", hello->broadcasts, fixture->broadcasts);
    assert_slice("subscribesTo", hello->subscribes_to, fixture->subscribes_to);
    assert_slice("requests", hello->requests, fixture->requests);
    assert_int_equal(hello->axon_type, fixture->axon_type);
    assert_int_equal(hello->port, fixture->port);
    assert_int_equal(hello->timeout, fixture->timeout);
    assert_false(hello->is_master);
    assert_true(hello->is_master_eligible);
    assert_int_equal(hello->cote_version, 0);
    assert_false(hello->raw);
}

static void every_recorded_hello_means_what_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < hello_fixture_count; i++) {
        size_t size;
        char *text = read_fixture(hello_fixtures[i].file, &size), *scratch = malloc(size);
        cote__hello hello;
        assert_int_equal(cote__hello_decode(text, size, scratch, &hello), COTE__HELLO_OK);
        assert_says(&hello_fixtures[i], text, &hello);
        free(scratch);
        free(text);
    }
}

static void every_recorded_hello_has_its_expectation(void **state)
{
    (void)state;
    size_t hellos = 0, redis = 0;
    char **hello_paths = cote_test_list(COTE_FIXTURES "/hello", ".json", &hellos);
    char **redis_paths = cote_test_list(COTE_FIXTURES "/redis", ".json", &redis);
    assert_int_equal(hellos + redis, hello_fixture_count);
    cote_test_list_free(hello_paths);
    cote_test_list_free(redis_paths);
}

static void a_part_of_a_hello_is_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < hello_fixture_count; i++) {
        size_t size;
        char *text = read_fixture(hello_fixtures[i].file, &size);
        while (size > 0 && text[size - 1] != '}') size--;
        for (size_t part = 0; part < size; part++) {
            char *copy = cote_test_exact_copy(text, part);
            cote__hello_result result;
            assert_null(cote_test_hello_fault((cote__slice){copy, part}, &result));
            assert_int_equal(result, COTE__HELLO_NONE);
            free(copy);
        }
        free(text);
    }
}

static void a_damaged_hello_keeps_its_bounds(void **state)
{
    (void)state;
    uint64_t random = 1;
    size_t taken = 0;
    for (size_t i = 0; i < 10000; i++) {
        size_t size;
        char *text = read_fixture(hello_fixtures[i % hello_fixture_count].file, &size);
        char *damaged = cote_test_mutate(&random, text, size, &size);
        cote__hello_result result;
        const char *fault = cote_test_hello_fault((cote__slice){damaged, size}, &result);
        if (fault) fail_msg("number %zu: %s: %.*s", i, fault, (int)size, damaged);
        taken += result == COTE__HELLO_OK;
        free(damaged);
        free(text);
    }
    assert_in_range(taken, 100, 9900); /* else the damage would be too great, or none */
}

/* MARK: hostile hellos */

typedef struct judged {
    cote__hello_result result;
    const char *text;
} judged;

static void assert_judged(const judged *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(all[i].text);
        char *copy = cote_test_exact_copy(all[i].text, size);
        cote__hello_result result;
        const char *fault = cote_test_hello_fault((cote__slice){copy, size}, &result);
        if (fault) fail_msg("%s: %s", fault, all[i].text);
        if (result != all[i].result)
            fail_msg("%d and not %d: %s", result, all[i].result, all[i].text);
        free(copy);
    }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define OK           COTE__HELLO_OK
#define IGNORED      COTE__HELLO_IGNORED
#define MALFORMED    COTE__HELLO_MALFORMED
#define NONE         COTE__HELLO_NONE
#define IDS          "\"pid\":\"p\",\"iid\":\"i\""

/* A hello that says only what it must, and what is given. */
#define SAYS(members) "{\"event\":\"hello\"," IDS ",\"data\":{\"advertisement\":{" members "}}}"

static void what_is_no_hello_is_dropped(void **state)
{
    (void)state;
    static const judged all[] = {
        {NONE, ""},
        {NONE, "garbage"},
        {NONE, "null"},
        {NONE, "5"},
        {NONE, "\"hello\""},
        {NONE, "[]"},
        {NONE, "{}"},
        {NONE, SAYS("") "x"},
        {NONE, "\xef\xbb\xbf" SAYS("")},
        {NONE, "{" IDS ",\"data\":{\"advertisement\":{}}}"},
        {NONE, "{\"event\":5," IDS ",\"data\":{\"advertisement\":{}}}"},
        {NONE, "{\"event\":null," IDS ",\"data\":{\"advertisement\":{}}}"},
        {MALFORMED, "{\"event\":\"hello\"," IDS "}"},
        {MALFORMED, "{\"event\":\"hello\"," IDS ",\"data\":null}"},
        {MALFORMED, "{\"event\":\"hello\"," IDS ",\"data\":5}"},
        {MALFORMED, "{\"event\":\"hello\"," IDS ",\"data\":[]}"},
        {MALFORMED, "{\"event\":\"hello\"," IDS ",\"data\":{}}"},
        {MALFORMED, "{\"event\":\"hello\"," IDS ",\"data\":{\"advertisement\":null}}"},
        {MALFORMED, "{\"event\":\"hello\"," IDS ",\"data\":{\"advertisement\":[]}}"},
        {MALFORMED, "{\"event\":\"hello\"," IDS ",\"data\":{\"advertisement\":\"{}\"}}"},
        {OK, SAYS("")},
        {OK, " \r\n\t" SAYS("") "\n"},
    };
    assert_judged(all, COUNT(all));
}

static void other_events_are_ignored(void **state)
{
    (void)state;
    static const judged all[] = {
        {IGNORED, "{\"event\":\"error\"," IDS ",\"data\":{\"advertisement\":{}}}"},
        {IGNORED, "{\"event\":\"error\"}"},
        {IGNORED, "{\"event\":\"\"}"},
        {IGNORED, "{\"event\":\"Hello\"," IDS "}"},
        {IGNORED, "{\"event\":\"hello\\u0000\"," IDS "}"},
        {IGNORED, "{\"event\":\"cote:other\"," IDS "}"},
        {OK, "{\"event\":\"h\\u0065llo\"," IDS ",\"data\":{\"advertisement\":{}}}"},
        {OK, "{\"event\":\"error\",\"event\":\"hello\"," IDS ",\"data\":{\"advertisement\":{}}}"},
    };
    assert_judged(all, COUNT(all));
}

#define HELLO_OF(ids) "{\"event\":\"hello\"," ids ",\"data\":{\"advertisement\":{}}}"
#define SIXTEEN       "0123456789abcdef"
#define ID_OF_128     SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN

static void ids_are_judged(void **state)
{
    (void)state;
    static const judged all[] = {
        {MALFORMED, HELLO_OF("\"pid\":\"p\"")},
        {MALFORMED, HELLO_OF("\"iid\":\"i\"")},
        {MALFORMED, HELLO_OF("\"pid\":\"p\",\"iid\":5")},
        {MALFORMED, HELLO_OF("\"pid\":5,\"iid\":\"i\"")},
        {MALFORMED, HELLO_OF("\"pid\":\"p\",\"iid\":null")},
        {MALFORMED, HELLO_OF("\"pid\":\"\",\"iid\":\"i\"")},
        {MALFORMED, HELLO_OF("\"pid\":\"p\",\"iid\":\"\"")},
        {MALFORMED, HELLO_OF("\"pid\":\"p\",\"iid\":\"i\\u0000\"")},
        {MALFORMED, HELLO_OF("\"pid\":\"\\u0000p\",\"iid\":\"i\"")},
        {MALFORMED, HELLO_OF("\"pid\":\"p\",\"iid\":\"" ID_OF_128 "x\"")},
        {MALFORMED, HELLO_OF("\"pid\":\"" ID_OF_128 "x\",\"iid\":\"i\"")},
        {MALFORMED, HELLO_OF(IDS ",\"hostName\":5")},
        {MALFORMED, HELLO_OF(IDS ",\"hostName\":\"a\\u0000b\"")},
        {OK, HELLO_OF(IDS ",\"hostName\":null")},
        {OK, HELLO_OF("\"pid\":\"" ID_OF_128 "\",\"iid\":\"" ID_OF_128 "\"")},
        {OK, HELLO_OF("\"pid\":\"p\",\"iid\":\"__proto__\"")},
        {OK, HELLO_OF("\"pid\":\"\\u0001\\n\",\"iid\":\"\xf0\x9f\x98\x80\"")},
    };
    assert_judged(all, COUNT(all));
}

static void ports_are_judged(void **state)
{
    (void)state;
    static const judged all[] = {
        {MALFORMED, SAYS("\"port\":null")},
        {MALFORMED, SAYS("\"port\":0")},
        {MALFORMED, SAYS("\"port\":65536")},
        {MALFORMED, SAYS("\"port\":70000")},
        {MALFORMED, SAYS("\"port\":-1")},
        {MALFORMED, SAYS("\"port\":8000.5")},
        {MALFORMED, SAYS("\"port\":\"abc\"")},
        {MALFORMED, SAYS("\"port\":\"9\"")},
        {MALFORMED, SAYS("\"port\":{}")},
        {MALFORMED, SAYS("\"port\":true")},
        {MALFORMED, SAYS("\"port\":[8000]")},
        {MALFORMED, SAYS("\"port\":1e400")},
        {OK, SAYS("\"port\":1")},
        {OK, SAYS("\"port\":65535")},
        {OK, SAYS("\"port\":8e3")},
        {OK, SAYS("\"axon_type\":\"rep\"")},
    };
    assert_judged(all, COUNT(all));
}

static void members_of_the_wrong_type_are_malformed(void **state)
{
    (void)state;
    static const judged all[] = {
        {MALFORMED, SAYS("\"type\":5")},
        {MALFORMED, SAYS("\"name\":{}")},
        {MALFORMED, SAYS("\"name\":true")},
        {MALFORMED, SAYS("\"key\":5")},
        {MALFORMED, SAYS("\"namespace\":[]")},
        {MALFORMED, SAYS("\"subset\":false")},
        {MALFORMED, SAYS("\"axon_type\":1")},
        {MALFORMED, SAYS("\"timeout\":\"5\"")},
        {MALFORMED, SAYS("\"respondsTo\":\"add\"")},
        {MALFORMED, SAYS("\"respondsTo\":[\"add\",5]")},
        {MALFORMED, SAYS("\"broadcasts\":{}")},
        {MALFORMED, SAYS("\"subscribesTo\":[[\"x\"]]")},
        {MALFORMED, SAYS("\"requests\":[null]")},
        {MALFORMED, SAYS("\"name\":\"a\\u0000b\"")},
        {MALFORMED, SAYS("\"key\":\"$$\\u0000b\"")},
        {MALFORMED, SAYS("\"namespace\":\"\\u0000\"")},
        {OK, SAYS("\"type\":null,\"name\":null,\"key\":null,\"namespace\":null,\"subset\":null")},
        {OK, SAYS("\"axon_type\":null,\"timeout\":null,\"respondsTo\":null,\"requests\":null")},
        {OK, SAYS("\"name\":\"\\u0007\\u001b[31m\"")},
        {OK, SAYS("\"respondsTo\":[],\"other\":[5,{}]")},
    };
    assert_judged(all, COUNT(all));
}

/* MARK: what particular hellos say */

static cote__hello decode(const char *text)
{
    static char scratch[COTE__HELLO_MAX_SIZE];
    cote__hello hello;
    assert_int_equal(cote__hello_decode(text, strlen(text), scratch, &hello), COTE__HELLO_OK);
    return hello;
}

static void absent_differs_from_empty(void **state)
{
    (void)state;
    cote__hello hello = decode(SAYS("\"key\":\"\",\"namespace\":\"\",\"respondsTo\":[]"));
    assert_slice("key", hello.key, "");
    assert_slice("namespace", hello.name_space, "");
    assert_slice("respondsTo", hello.responds_to, "[]");
    assert_slice("name", hello.name, ""); /* the one that is never absent */
    hello = decode(SAYS("\"namespace\":null"));
    assert_slice("key", hello.key, NULL);
    assert_slice("namespace", hello.name_space, NULL);
    assert_slice("respondsTo", hello.responds_to, NULL);
    assert_slice("type", hello.type, NULL);
    assert_slice("hostName", hello.host_name, NULL);
    assert_int_equal(hello.port, 0);
    assert_int_equal(hello.axon_type, COTE__AXON_NONE);
}

static void escapes_are_undone(void **state)
{
    (void)state;
    cote__hello hello =
        decode("{\"event\":\"hello\",\"pid\":\"\\u0070\",\"iid\":\"a\\\"b\",\"data\":{"
               "\"advertisement\":{\"n\\u0061me\":\"\\ud83d\\ude00 \\ud800\","
               "\"key\":\"$$\\/\",\"\\u006bey2\":1}}}");
    assert_slice("pid", hello.pid, "p");
    assert_slice("iid", hello.iid, "a\"b");
    assert_slice("name", hello.name, "\xf0\x9f\x98\x80 \xef\xbf\xbd");
    assert_slice("key", hello.key, "$$/");
}

static void the_last_of_a_name_counts(void **state)
{
    (void)state;
    cote__hello hello =
        decode(SAYS("\"port\":null,\"name\":\"one\",\"port\":9000,\"name\":\"two\""));
    assert_slice("name", hello.name, "two");
    assert_int_equal(hello.port, 9000);
}

static void a_number_is_taken_as_a_name(void **state)
{
    (void)state;
    assert_slice("name", decode(SAYS("\"name\":-42.5")).name, "-42.5");
}

static void axon_types_and_masters(void **state)
{
    (void)state;
    assert_int_equal(decode(SAYS("\"axon_type\":\"push\"")).axon_type, COTE__AXON_NONE);
    assert_int_equal(decode(SAYS("\"axon_type\":\"r\\u0065q\"")).axon_type, COTE__AXON_REQ);
    cote__hello hello = decode("{\"event\":\"hello\"," IDS ",\"data\":{\"isMaster\":true,"
                               "\"isMasterEligible\":1,\"advertisement\":{}}}");
    assert_true(hello.is_master);
    assert_false(hello.is_master_eligible);
}

static void timeouts_are_taken_as_node_takes_them(void **state)
{
    (void)state;
    assert_int_equal(decode(SAYS("\"timeout\":1500")).timeout, 1500);
    assert_int_equal(decode(SAYS("\"timeout\":1500.9")).timeout, 1500);
    assert_int_equal(decode(SAYS("\"timeout\":0.9")).timeout, 0);
    assert_int_equal(decode(SAYS("\"timeout\":-5")).timeout, 0);
    assert_int_equal(decode(SAYS("\"timeout\":18446744073709551615")).timeout, UINT64_MAX);
    assert_int_equal(decode(SAYS("\"timeout\":1e300")).timeout, UINT64_MAX);
}

static void the_extension_tells_who_is_ours(void **state)
{
    (void)state;
    static const struct {
        const char *ours;
        unsigned version;
        bool raw;
    } all[] = {
        {"{\"v\":1,\"raw\":true}", 1, true},
        {"{\"raw\":true,\"more\":[],\"v\":2}", 2, true},
        {"{\"v\":1}", 1, false},
        {"{\"v\":1,\"raw\":1}", 1, false},
        {"{\"v\":4294967295,\"raw\":true}", 4294967295u, true},
        {"{\"v\":4294967296,\"raw\":true}", 0, false},
        {"{\"v\":0,\"raw\":true}", 0, false},
        {"{\"v\":\"1\",\"raw\":true}", 0, false},
        {"{\"raw\":true}", 0, false},
        {"[1,true]", 0, false},
        {"null", 0, false},
        {"true", 0, false},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        char text[256];
        snprintf(text, sizeof text, HELLO_OF(IDS ",\"cote\":%s"), all[i].ours);
        cote__hello hello = decode(text);
        assert_int_equal(hello.cote_version, all[i].version);
        assert_int_equal(hello.raw, all[i].raw);
    }
}

static void an_address_counts_if_the_peer_is_ours(void **state)
{
    (void)state;
    static const struct {
        const char *ours, *address;
    } all[] = {
        {"{\"v\":1,\"address\":\"1.2.3.4\"}", "1.2.3.4"},
        {"{\"address\":\"1.2.\\u0033.4\",\"v\":2}", "1.2.3.4"},
        {"{\"v\":1}", NULL},
        {"{\"v\":1,\"address\":null}", NULL},
        {"{\"v\":1,\"address\":5}", NULL},
        {"{\"v\":1,\"address\":\"1.2.3.4\\u0000\"}", NULL},
        {"{\"v\":0,\"address\":\"1.2.3.4\"}", NULL},
        {"{\"address\":\"1.2.3.4\"}", NULL},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        char text[256];
        snprintf(text, sizeof text, HELLO_OF(IDS ",\"cote\":%s"), all[i].ours);
        cote__hello hello = decode(text);
        assert_true(cote__slice_equal(hello.address, cote__slice_of(all[i].address)));
    }
}

static void a_goodbye_needs_no_data(void **state)
{
    (void)state;
    cote__hello bye = decode("{\"event\":\"cote:bye\"," IDS ",\"hostName\":\"h\"}");
    assert_int_equal(bye.event, COTE__HELLO_BYE);
    assert_slice("pid", bye.pid, "p");
    assert_slice("iid", bye.iid, "i");
    assert_slice("hostName", bye.host_name, "h");
    bye = decode("{\"event\":\"cote:bye\"," IDS ",\"data\":5}");
    assert_slice("advertisement", bye.advertisement, NULL);
    static const judged malformed[] = {{MALFORMED, "{\"event\":\"cote:bye\"}"},
                                       {MALFORMED, "{\"event\":\"cote:bye\",\"iid\":\"i\"}"}};
    assert_judged(malformed, COUNT(malformed));
}

static void a_great_advertisement_is_taken(void **state)
{
    (void)state;
    enum { SIZE = 60000 };
    char *filler = calloc(1, SIZE + 1), *text = malloc(SIZE + 256);
    memset(filler, 'x', SIZE);
    snprintf(text, SIZE + 256, SAYS("\"filler\":\"%s\",\"name\":\"great\""), filler);
    assert_slice("name", decode(text).name, "great");
    free(text);
    free(filler);
}

static void deep_nesting_is_refused_beyond_its_limit(void **state)
{
    (void)state;
    enum { DEPTH = 100000, TAKEN = COTE__JSON_MAX_DEPTH - 3 };
    char *brackets = malloc(2 * DEPTH + 1), *text = malloc(2 * DEPTH + 256);
    for (size_t depth = TAKEN; depth <= DEPTH; depth = depth == TAKEN ? TAKEN + 1 : depth * 10) {
        memset(brackets, '[', depth);
        memset(brackets + depth, ']', depth);
        brackets[2 * depth] = '\0';
        snprintf(text, 2 * DEPTH + 256, SAYS("\"deep\":%s"), brackets);
        cote__hello_result result;
        assert_null(cote_test_hello_fault(cote__slice_of(text), &result));
        assert_int_equal(result, depth <= TAKEN ? OK : NONE);
    }
    free(text);
    free(brackets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_hello_means_what_it_says),
        cmocka_unit_test(every_recorded_hello_has_its_expectation),
        cmocka_unit_test(a_part_of_a_hello_is_malformed),
        cmocka_unit_test(a_damaged_hello_keeps_its_bounds),
        cmocka_unit_test(what_is_no_hello_is_dropped),
        cmocka_unit_test(other_events_are_ignored),
        cmocka_unit_test(ids_are_judged),
        cmocka_unit_test(ports_are_judged),
        cmocka_unit_test(members_of_the_wrong_type_are_malformed),
        cmocka_unit_test(absent_differs_from_empty),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(the_last_of_a_name_counts),
        cmocka_unit_test(a_number_is_taken_as_a_name),
        cmocka_unit_test(axon_types_and_masters),
        cmocka_unit_test(timeouts_are_taken_as_node_takes_them),
        cmocka_unit_test(the_extension_tells_who_is_ours),
        cmocka_unit_test(an_address_counts_if_the_peer_is_ours),
        cmocka_unit_test(a_goodbye_needs_no_data),
        cmocka_unit_test(a_great_advertisement_is_taken),
        cmocka_unit_test(deep_nesting_is_refused_beyond_its_limit),
    };
    return cmocka_run_group_tests_name("wire/hello", tests, NULL, NULL);
}
