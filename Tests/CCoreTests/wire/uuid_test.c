#include "wire/uuid.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/random.h"

static void bytes_become_text(void **state)
{
    (void)state;
    static const struct {
        uint8_t random[16];
        const char *text;
    } cases[] = {
        {{0}, "00000000-0000-4000-8000-000000000000"},
        {{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
         "ffffffff-ffff-4fff-bfff-ffffffffffff"},
        {{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd,
          0xef},
         "01234567-89ab-4def-8123-456789abcdef"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[COTE__UUID_SIZE + 1];
        cote__uuid_format(cases[i].random, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void what_is_formatted_is_valid(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (int round = 0; round < 1000; round++) {
        uint8_t bytes[16];
        char text[COTE__UUID_SIZE + 1];
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)cote_test_random(&random);
        cote__uuid_format(bytes, text);
        assert_int_equal(strlen(text), COTE__UUID_SIZE);
        assert_int_equal(text[14], '4');
        assert_non_null(strchr("89ab", text[19]));
        assert_true(cote__uuid_valid(cote__slice_of(text)));
    }
}

static void anything_else_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid;
    } cases[] = {
        {"01234567-89ab-4def-8123-456789abcdef", true},
        {"01234567-89AB-4DEF-8123-456789ABCDEF", true},
        {"01234567-89ab-1def-0123-456789abcdef", true}, /* another version */
        {"", false},
        {"01234567-89ab-4def-8123-456789abcde", false},
        {"01234567-89ab-4def-8123-456789abcdef0", false},
        {"0123456789ab4def8123456789abcdef0123", false},
        {"01234567-89ab-4def-8123-456789abcdeg", false},
        {"01234567-89ab-4def-8123-456789abcde ", false},
        {"0123456-789ab-4def-8123-456789abcdef", false},
        {"01234567-89ab-4def-8123-45678-abcdef", false},
        {"{1234567-89ab-4def-8123-456789abcde}", false},
        {"01234567-89ab-4def-8123-456789abcd\xc3\xa9", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cote__uuid_valid(cote__slice_of(cases[i].text)) != cases[i].valid)
            fail_msg("%s", cases[i].text);
    assert_false(cote__uuid_valid((cote__slice){NULL, 0}));
    assert_false(cote__uuid_valid((cote__slice){"01234567-89ab-4def-8123\0"
                                                "456789abcdef",
                                                36}));
}

static void ids_of_requests(void **state)
{
    (void)state;
#define IID "01234567-89ab-4DEF-8123-456789abcdef"
    static const struct {
        const char *text;
        uint64_t number;
    } ours[] = {
        {IID ":0", 0},
        {IID ":42", 42},
        {IID ":18446744073709551615", UINT64_MAX},
    };
    static const char *const others[] = {
        "",
        "4242:0",
        IID,
        IID ":",
        IID ":x",
        IID ": 1",
        IID ":1 ",
        IID ":-1",
        IID "1:1",
        IID ":18446744073709551616",
        IID ":99999999999999999999999",
        "x" IID ":1",
        "g1234567-89ab-4def-8123-456789abcdef:1",
    };
    static const uint8_t bytes[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0x4d, 0xef,
                                      0x81, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    uint8_t iid[16];
    uint64_t number;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        assert_true(cote__request_id_parse(cote__slice_of(ours[i].text), iid, &number));
        assert_memory_equal(iid, bytes, sizeof iid);
        assert_int_equal(number, ours[i].number);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (cote__request_id_parse(cote__slice_of(others[i]), iid, &number))
            fail_msg("%s", others[i]);
    assert_false(cote__request_id_parse((cote__slice){NULL, 0}, iid, &number));
}

static void what_is_formatted_is_parsed(void **state)
{
    static const char iid[] = "01234567-89ab-4def-8123-456789abcdef";
    static const uint64_t numbers[] = {0, 9, 10, 1234567890, UINT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char id[COTE__REQUEST_ID_SIZE], expected[COTE__REQUEST_ID_SIZE + 1];
        size_t size = cote__request_id_format(iid, numbers[i], id);
        snprintf(expected, sizeof expected, "%s:%" PRIu64, iid, numbers[i]);
        assert_int_equal(size, strlen(expected));
        assert_memory_equal(id, expected, size);
        uint8_t bytes[16];
        uint64_t number;
        assert_true(cote__request_id_parse((cote__slice){id, size}, bytes, &number));
        assert_true(number == numbers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_text),           cmocka_unit_test(what_is_formatted_is_valid),
        cmocka_unit_test(anything_else_is_not),        cmocka_unit_test(ids_of_requests),
        cmocka_unit_test(what_is_formatted_is_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
