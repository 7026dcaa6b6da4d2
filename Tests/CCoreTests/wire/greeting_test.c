/* greeting_test.c - what greeters say to each other, byte by byte, and what they do not take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "wire/greeting.h"

#define PLACE (UINT64_C(0x0a000005) << 16 | 12345) /* 10.0.0.5:12345 */

static cote__greeting_kind decode(const char *text, cote__greeting *greeting,
                                  cote__relayed *relayed)
{
    return cote__greeting_decode(cote__slice_of(text), greeting, relayed);
}

static void assert_text(const cote__buffer *out, const char *text)
{
    assert_int_equal(out->size, strlen(text));
    assert_memory_equal(out->data, text, out->size);
}

static void a_greeting_there_and_back(void **state)
{
    (void)state;
    static const char text[] =
        "{\"event\":\"cote:greet\",\"id\":1,\"proof\":18446744073709551615,\"echo\":0,"
        "\"places\":[\"10.0.0.5:12345\",\"127.0.0.1:1\"]}";
    cote__greeting greeting = {
        .id = 1,
        .proof = UINT64_MAX,
        .places = {PLACE, UINT64_C(0x7f000001) << 16 | 1},
        .place_count = 2,
    };
    cote__buffer out = {0};
    cote__greeting_encode(&out, &greeting);
    assert_text(&out, text);
    cote__greeting back;
    cote__relayed relayed;
    assert_int_equal(decode(text, &back, &relayed), COTE__GREETING_GREET);
    assert_memory_equal(&back, &greeting, sizeof back);
    cote__buffer_fini(&out);
}

static void the_longest_greeting_is_not_fragmented(void **state)
{
    (void)state;
    cote__greeting greeting = {UINT64_MAX, UINT64_MAX, UINT64_MAX, {0}, COTE__GREETING_PLACES};
    for (size_t i = 0; i < COTE__GREETING_PLACES; i++)
        greeting.places[i] = UINT64_C(0xdfdfdfdf) << 16 | 65535; /* 223.223.223.223:65535 */
    cote__buffer out = {0};
    cote__greeting_encode(&out, &greeting);
    assert_in_range(out.size, 1, 1200);
    cote__greeting back;
    assert_int_equal(cote__greeting_decode(cote__buffer_slice(&out), &back, NULL),
                     COTE__GREETING_GREET);
    assert_memory_equal(&back, &greeting, sizeof back);
    cote__buffer_fini(&out);
}

static void a_relayed_message_there_and_back(void **state)
{
    (void)state;
    static const char text[] =
        "{\"event\":\"cote:relay\",\"id\":7,\"source\":\"10.0.0.5:12345\",\"message\":"
        "{\"event\":\"hello\", \"x\":[1]}}";
    cote__relayed relayed = {7, PLACE, cote__slice_of("{\"event\":\"hello\", \"x\":[1]}")};
    cote__buffer out = {0};
    cote__relay_encode(&out, &relayed);
    assert_text(&out, text);
    cote__relayed back;
    cote__greeting greeting;
    assert_int_equal(decode(text, &greeting, &back), COTE__GREETING_RELAY);
    assert_true(back.id == 7 && back.source == PLACE);
    assert_true(cote__slice_equal(back.message, relayed.message));
    cote__buffer_fini(&out);
}

static void anything_else_is_left_to_others(void **state)
{
    (void)state;
    static const char *const all[] = {
        "",
        "{",
        "null",
        "{\"event\":\"hello\"}",
        "{\"event\":\"cote:bye\"}",
        " {\"event\":\"cote:greet\"}",
        "{\"event\": \"cote:greet\"}",
        "{\"event\":\"cote:greets\"}",
    };
    cote__greeting greeting;
    cote__relayed relayed;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_int_equal(decode(all[i], &greeting, &relayed), COTE__GREETING_NONE);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const char *const all[] = {
        "{\"event\":\"cote:greet\"",
        "{\"event\":\"cote:greet\"}",
        "{\"event\":\"cote:greet\",\"id\":1,\"proof\":0,\"echo\":0}",
        "{\"event\":\"cote:greet\",\"id\":1,\"proof\":-1,\"echo\":0}",
        "{\"event\":\"cote:greet\",\"id\":1,\"proof\":\"2\",\"echo\":0}",
        "{\"event\":\"cote:greet\",\"id\":1,\"proof\":2}",
        "{\"event\":\"cote:greet\",\"proof\":2,\"echo\":0}",
        "{\"event\":\"cote:greet\",\"id\":1,\"proof\":2,\"echo\":0,\"places\":{}}",
        "{\"event\":\"cote:relay\"}",
        "{\"event\":\"cote:relay\",\"source\":\"10.0.0.5:1\",\"message\":{}}",
        "{\"event\":\"cote:relay\",\"id\":7,\"source\":\"10.0.0.5:1\"}",
        "{\"event\":\"cote:relay\",\"id\":7,\"source\":\"10.0.0.5\",\"message\":{}}",
        "{\"event\":\"cote:relay\",\"id\":7,\"source\":5,\"message\":{}}",
        "{\"event\":\"cote:relay\",\"id\":7,\"source\":\"10.0.0.5:1\",\"message\":\"{}\"}",
        "{\"event\":\"cote:relay\",\"id\":7,\"source\":\"10.0.0.5:1\",\"message\":[]}",
    };
    cote__greeting greeting;
    cote__relayed relayed;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (decode(all[i], &greeting, &relayed) != COTE__GREETING_MALFORMED)
            fail_msg("was taken: %s", all[i]);
}

static void places_at_which_nobody_is_are_left_out(void **state)
{
    (void)state;
    cote__greeting greeting;
    assert_int_equal(decode("{\"event\":\"cote:greet\",\"id\":1,\"proof\":2,\"echo\":3,\"places\":["
                            "\"0.0.0.0:1\",\"239.1.1.1:1\",\"255.255.255.255:1\",\"1.2.3.4:0\",5,"
                            "\"1.2.3.4\",\"1.2.3.4:65536\",\"1.2.3.256:1\",\"1.2.3:1\",\"\",null,"
                            "\"10.0.0.5:12345\",\"1.2.3.4:1 \",\"+1.2.3.4:1\",[\"1.2.3.4:1\"]]}",
                            &greeting, NULL),
                     COTE__GREETING_GREET);
    assert_int_equal(greeting.place_count, 1);
    assert_true(greeting.places[0] == PLACE);
}

static void further_places_are_not_read(void **state)
{
    (void)state;
    cote__buffer text = {0};
    cote__buffer_append_text(
        &text, "{\"event\":\"cote:greet\",\"id\":1,\"proof\":2,\"echo\":3,\"places\":[");
    for (int i = 0; i < 1000; i++) cote__buffer_append_text(&text, "\"10.0.0.5:12345\",");
    cote__buffer_append_text(&text, "\"10.0.0.5:12345\"]}");
    cote__greeting greeting;
    assert_int_equal(cote__greeting_decode(cote__buffer_slice(&text), &greeting, NULL),
                     COTE__GREETING_GREET);
    assert_int_equal(greeting.place_count, COTE__GREETING_PLACES);
    cote__buffer_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_greeting_there_and_back),
        cmocka_unit_test(the_longest_greeting_is_not_fragmented),
        cmocka_unit_test(a_relayed_message_there_and_back),
        cmocka_unit_test(anything_else_is_left_to_others),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(places_at_which_nobody_is_are_left_out),
        cmocka_unit_test(further_places_are_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
