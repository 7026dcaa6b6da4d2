#include "wire/resp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LIMIT = 4096 };

/* A reply, and what it means. */
typedef struct sample {
    const char *bytes;
    bool array;
    unsigned count;
    cote__resp_value values[4];
} sample;

#define STATUS(TEXT)                                   \
    {                                                  \
        COTE__RESP_STATUS, {TEXT, sizeof(TEXT) - 1}, 0 \
    }
#define FAULT(TEXT)                                   \
    {                                                 \
        COTE__RESP_ERROR, {TEXT, sizeof(TEXT) - 1}, 0 \
    }
#define NUMBER(VALUE)                        \
    {                                        \
        COTE__RESP_INTEGER, {NULL, 0}, VALUE \
    }
#define BYTES(TEXT)                                   \
    {                                                 \
        COTE__RESP_BYTES, {TEXT, sizeof(TEXT) - 1}, 0 \
    }
#define NIL                          \
    {                                \
        COTE__RESP_NIL, {NULL, 0}, 0 \
    }

static const sample samples[] = {
    {"+OK\r\n", false, 1, {STATUS("OK")}},
    {"+\r\n", false, 1, {STATUS("")}},
    {"-WRONGPASS invalid username-password pair\r\n",
     false,
     1,
     {FAULT("WRONGPASS invalid username-password pair")}},
    {":0\r\n", false, 1, {NUMBER(0)}},
    {":-1\r\n", false, 1, {NUMBER(-1)}},
    {":9223372036854775807\r\n", false, 1, {NUMBER(INT64_MAX)}},
    {":-9223372036854775808\r\n", false, 1, {NUMBER(INT64_MIN)}},
    {"$0\r\n\r\n", false, 1, {BYTES("")}},
    {"$6\r\na\r\nb\r\n\r\n", false, 1, {BYTES("a\r\nb\r\n")}},
    {"$-1\r\n", false, 1, {NIL}},
    {"*0\r\n", true, 0, {NIL}},
    {"*-1\r\n", true, 0, {NIL}},
    {"*3\r\n$9\r\nsubscribe\r\n$4\r\ncote\r\n:1\r\n",
     true,
     3,
     {BYTES("subscribe"), BYTES("cote"), NUMBER(1)}},
    {"*3\r\n$7\r\nmessage\r\n$4\r\ncote\r\n$2\r\n{}\r\n",
     true,
     3,
     {BYTES("message"), BYTES("cote"), BYTES("{}")}},
    {"*2\r\n$4\r\npong\r\n$0\r\n\r\n", true, 2, {BYTES("pong"), BYTES("")}},
    {"*4\r\n+a\r\n-b\r\n$-1\r\n:7\r\n", true, 4, {STATUS("a"), FAULT("b"), NIL, NUMBER(7)}},
};

enum { SAMPLES = sizeof samples / sizeof *samples };

static void assert_is(const cote__resp_reply *reply, const sample *expected)
{
    assert_int_equal(reply->size, strlen(expected->bytes));
    assert_int_equal(reply->array, expected->array);
    assert_int_equal(reply->count, expected->count);
    for (unsigned i = 0; i < reply->count; i++) {
        assert_int_equal(reply->values[i].kind, expected->values[i].kind);
        assert_true(cote__slice_equal(reply->values[i].text, expected->values[i].text));
        assert_true(reply->values[i].integer == expected->values[i].integer);
    }
}

/* MARK: decoding */

static void every_reply_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        cote__resp_reply reply;
        size_t size = strlen(samples[i].bytes);
        assert_int_equal(cote__resp_decode(samples[i].bytes, size, LIMIT, &reply),
                         COTE__RESP_REPLY);
        assert_is(&reply, &samples[i]);
    }
}

/* The bytes stand in memory of their own size, so that a sanitizer sees what is read behind them.
 */
static void a_part_of_a_reply_asks_for_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t whole = strlen(samples[i].bytes);
        for (size_t size = 0; size < whole; size++) {
            char *part = malloc(size + 1);
            assert_non_null(part);
            memcpy(part, samples[i].bytes, size);
            part = realloc(part, size ? size : 1);
            cote__resp_reply reply;
            assert_int_equal(cote__resp_decode(part, size, LIMIT, &reply), COTE__RESP_PARTIAL);
            assert_true(reply.size > size && reply.size <= whole);
            free(part);
        }
    }
}

static void what_follows_is_left(void **state)
{
    (void)state;
    cote__buffer all = {0};
    for (size_t i = 0; i < SAMPLES; i++) cote__buffer_append_text(&all, samples[i].bytes);
    size_t done = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        cote__resp_reply reply;
        assert_int_equal(cote__resp_decode(all.data + done, all.size - done, LIMIT, &reply),
                         COTE__RESP_REPLY);
        assert_is(&reply, &samples[i]);
        done += reply.size;
    }
    assert_int_equal(done, all.size);
    cote__buffer_fini(&all);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "HTTP/1.1 400 Bad Request\r\n",
        "\r\n",
        "OK\r\n",
        "+OK\rX",
        ":\r\n",
        ":-\r\n",
        ":1x\r\n",
        ": 1\r\n",
        ":+1\r\n",
        ":9223372036854775808\r\n",
        ":-9223372036854775809\r\n",
        "$\r\n",
        "$-2\r\n",
        "$x\r\n",
        "$2\r\nabc\r\n",
        "*\r\n",
        "*-2\r\n",
        "*9\r\n",
        "*1\r\n*1\r\n:1\r\n",
        "*1\r\n?\r\n",
        "%1\r\n+a\r\n+b\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cote__resp_reply reply;
        if (cote__resp_decode(texts[i], strlen(texts[i]), LIMIT, &reply) != COTE__RESP_MALFORMED)
            fail_msg("\"%s\" is not refused", texts[i]);
    }
}

/* MARK: limits */

static void the_limit_is_of_the_whole_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        cote__resp_reply reply;
        size_t size = strlen(samples[i].bytes);
        assert_int_equal(cote__resp_decode(samples[i].bytes, size, size, &reply), COTE__RESP_REPLY);
        assert_int_equal(cote__resp_decode(samples[i].bytes, size, size - 1, &reply),
                         COTE__RESP_TOO_BIG);
    }
}

static void an_announced_length_is_checked_at_once(void **state)
{
    (void)state;
    static const char *const texts[] = {"$4096\r\n", "$9223372036854775807\r\n", "*2\r\n$4080\r\n",
                                        "*2\r\n+a\r\n$9223372036854775807\r\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cote__resp_reply reply;
        assert_int_equal(cote__resp_decode(texts[i], strlen(texts[i]), 4090, &reply),
                         COTE__RESP_TOO_BIG);
    }
}

static void a_line_without_an_end_is_too_big_in_the_end(void **state)
{
    (void)state;
    char line[64];
    memset(line, 'x', sizeof line);
    cote__resp_reply reply;
    assert_int_equal(cote__resp_decode(line, 62, 64, &reply), COTE__RESP_PARTIAL);
    assert_int_equal(cote__resp_decode(line, 63, 64, &reply), COTE__RESP_TOO_BIG);
}

/* MARK: encoding */

static void a_command_is_an_array_of_its_words(void **state)
{
    (void)state;
    static const char zero[] = {'a', '\0', '\r', '\n'};
    const cote__slice words[] = {
        cote__slice_of("PUBLISH"), cote__slice_of(""), {zero, sizeof zero}};
    static const char expected[] = "*3\r\n$7\r\nPUBLISH\r\n$0\r\n\r\n$4\r\na\0\r\n\r\n";
    cote__buffer out = {0};
    cote__resp_command(&out, words, 3);
    assert_false(out.failed);
    assert_int_equal(out.size, sizeof expected - 1);
    assert_memory_equal(out.data, expected, out.size);

    cote__resp_reply reply; /* and a server reads the same */
    assert_int_equal(cote__resp_decode(out.data, out.size, LIMIT, &reply), COTE__RESP_REPLY);
    assert_int_equal(reply.count, 3);
    for (unsigned i = 0; i < 3; i++) assert_true(cote__slice_equal(reply.values[i].text, words[i]));
    cote__buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reply_is_read),
        cmocka_unit_test(a_part_of_a_reply_asks_for_more),
        cmocka_unit_test(what_follows_is_left),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(the_limit_is_of_the_whole_reply),
        cmocka_unit_test(an_announced_length_is_checked_at_once),
        cmocka_unit_test(a_line_without_an_end_is_too_big_in_the_end),
        cmocka_unit_test(a_command_is_an_array_of_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
