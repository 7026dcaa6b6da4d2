/* hello_encode_test.c - what we say is, byte for byte, what Node.js says. */
#include "wire/hello.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/fixture.h"
#include "support/hello_check.h"
#include "support/hello_fixture.h"

#define OURS ",\"cote\":{\"v\":1,\"raw\":true}}"

typedef struct recording {
    char *text, *scratch;
    cote__hello hello;
} recording;

static recording read_recording(const char *file)
{
    char path[512];
    size_t size;
    snprintf(path, sizeof path, "%s/%s", COTE_FIXTURES, file);
    recording self = {.text = cote_test_read_file(path, &size)};
    self.scratch = malloc(size);
    assert_int_equal(cote__hello_decode(self.text, size, self.scratch, &self.hello),
                     COTE__HELLO_OK);
    return self;
}

static void recording_free(recording *self)
{
    free(self->text);
    free(self->scratch);
}

static void assert_text(const cote__buffer *buffer, const char *expected)
{
    assert_false(buffer->failed);
    if (!cote__slice_equal(cote__buffer_slice(buffer), cote__slice_of(expected)))
        fail_msg("%.*s\nand not\n%s", (int)buffer->size, buffer->data, expected);
}

static void encode_advertisement(cote__buffer *out, const hello_fixture *fixture)
{
    cote__advertisement advertisement = {
        .type = cote__slice_of(fixture->type),
        .name = cote__slice_of(fixture->name),
        .key = cote__slice_of(fixture->key),
        .key_given = fixture->key_given,
        .name_space = cote__slice_of(fixture->name_space),
        .responds_to = cote__slice_of(fixture->responds_to),
        .broadcasts = cote__slice_of(fixture->broadcasts),
        .subscribes_to = cote__slice_of(fixture->subscribes_to),
        .requests = cote__slice_of(fixture->requests),
        .subset = cote__slice_of(fixture->subset),
        .timeout = fixture->timeout,
        .port = fixture->port,
        .port_given = fixture->port_given,
        .extra = cote__slice_of(fixture->extra),
        .axon_type = fixture->axon_type,
    };
    cote__advertisement_encode(out, &advertisement);
}

static void advertisements_are_as_recorded(void **state)
{
    (void)state;
    for (size_t i = 0; i < hello_fixture_count; i++) {
        recording recorded = read_recording(hello_fixtures[i].file);
        cote__buffer out = {0};
        encode_advertisement(&out, &hello_fixtures[i]);
        char *expected =
            strndup(recorded.hello.advertisement.data, recorded.hello.advertisement.size);
        assert_text(&out, expected);
        free(expected);
        cote__buffer_fini(&out);
        recording_free(&recorded);
    }
}

/* The recording as we would say it: no candidate for master, and with our extension at its end. */
static char *as_ours(const char *recorded)
{
    static const char eligible[] = "\"isMasterEligible\":true";
    const char *at = strstr(recorded, eligible), *end = strrchr(recorded, '}');
    assert_non_null(at);
    const char *rest = at + strlen(eligible);
    size_t size = strlen(recorded) + 64;
    char *expected = malloc(size);
    snprintf(expected, size, "%.*s\"isMasterEligible\":false%.*s" OURS, (int)(at - recorded),
             recorded, (int)(end - rest), rest);
    return expected;
}

static cote__hello_envelope envelope_of(const recording *recorded)
{
    cote__hello_envelope envelope = {
        .pid = recorded->hello.pid,
        .iid = recorded->hello.iid,
        .host_name = recorded->hello.host_name,
        .advertisement = recorded->hello.advertisement,
    };
    cote__json hello, data, member;
    assert_true(cote__json_parse(cote__slice_of(recorded->text), 8, &hello));
    assert_true(cote__json_member(hello, "data", &data));
    assert_true(cote__json_member(data, "weight", &member));
    assert_true(cote__json_number(member, &envelope.weight));
    assert_true(cote__json_member(data, "processCommand", &member));
    assert_true(cote__json_string(member, recorded->scratch, &envelope.process_command));
    return envelope;
}

static void hellos_are_as_recorded(void **state)
{
    (void)state;
    for (size_t i = 0; i < hello_fixture_count; i++) {
        recording recorded = read_recording(hello_fixtures[i].file);
        cote__hello_envelope envelope = envelope_of(&recorded);
        cote__buffer out = {0};
        cote__hello_encode(&out, &envelope);
        char *expected = as_ours(recorded.text);
        assert_text(&out, expected);
        assert_in_range(out.size, 1, COTE__HELLO_AIM);
        free(expected);
        cote__buffer_fini(&out);
        recording_free(&recorded);
    }
}

static void ours_is_known_as_ours(void **state)
{
    (void)state;
    cote__hello_envelope envelope = {.pid = cote__slice_of("p"),
                                     .iid = cote__slice_of("i"),
                                     .host_name = cote__slice_of("h"),
                                     .process_command = cote__slice_of("c"),
                                     .weight = -0.25,
                                     .advertisement = cote__slice_of("{\"name\":\"n\"}")};
    cote__buffer out = {0};
    cote__hello_encode(&out, &envelope);
    char scratch[512];
    cote__hello hello;
    assert_int_equal(cote__hello_decode(out.data, out.size, scratch, &hello), COTE__HELLO_OK);
    assert_int_equal(hello.cote_version, 1);
    assert_true(hello.raw);
    assert_false(hello.is_master);
    assert_false(hello.is_master_eligible);
    cote__buffer_fini(&out);
}

static void what_is_said_to_ours_alone(void **state)
{
    (void)state;
    cote__hello_envelope envelope = {.pid = cote__slice_of("p"),
                                     .iid = cote__slice_of("i"),
                                     .host_name = cote__slice_of("h"),
                                     .advertisement = cote__slice_of("{}"),
                                     .address = cote__slice_of("203.0.113.7"),
                                     .handles = cote__slice_of("[\"a\"]"),
                                     .digest = cote__slice_of("01")};
    cote__buffer out = {0};
    cote__hello_encode(&out, &envelope);
    static const char end[] = "\"cote\":{\"v\":1,\"raw\":true,\"address\":\"203.0.113.7\","
                              "\"handles\":[\"a\"],\"digest\":\"01\"}}";
    assert_true(out.size > sizeof end);
    assert_memory_equal(out.data + out.size - strlen(end), end, strlen(end));
    char scratch[512];
    cote__hello hello;
    assert_int_equal(cote__hello_decode(out.data, out.size, scratch, &hello), COTE__HELLO_OK);
    assert_true(cote__slice_equal(hello.address, envelope.address));
    assert_true(cote__slice_equal(hello.handles, envelope.handles));
    assert_true(cote__slice_equal(hello.digest, envelope.digest));
    cote__buffer_fini(&out);
}

static void a_goodbye_is_short(void **state)
{
    (void)state;
    cote__hello_envelope envelope = {.pid = cote__slice_of("p"),
                                     .iid = cote__slice_of("i"),
                                     .host_name = cote__slice_of("h"),
                                     .advertisement = cote__slice_of("{}")};
    cote__buffer out = {0};
    cote__bye_encode(&out, &envelope);
    assert_text(&out,
                "{\"event\":\"cote:bye\",\"pid\":\"p\",\"iid\":\"i\",\"hostName\":\"h\"" OURS);
    cote__buffer_fini(&out);
}

static void absent_members_are_not_said(void **state)
{
    (void)state;
    cote__buffer out = {0};
    cote__advertisement nothing = {0};
    cote__advertisement_encode(&out, &nothing);
    assert_text(&out, "{}");

    cote__buffer_clear(&out);
    cote__advertisement spaced = {.extra = cote__slice_of("{ \"a\" : [1, 2] , \"b\":{ } }")};
    cote__advertisement_encode(&out, &spaced);
    assert_text(&out, "{\"a\":[1, 2],\"b\":{ }}");

    cote__buffer_clear(&out);
    cote__advertisement empty = {.name = cote__slice_of(""), .extra = cote__slice_of("{}")};
    cote__advertisement_encode(&out, &empty);
    assert_text(&out, "{\"name\":\"\"}");
    cote__buffer_fini(&out);
}

static void texts_are_escaped(void **state)
{
    (void)state;
    cote__buffer out = {0};
    cote__advertisement advertisement = {
        .name = cote__slice_of("a\"b\\c\n\xff{"), .key = cote__slice_of("{"), .port = 1};
    cote__advertisement_encode(&out, &advertisement);
    assert_text(&out, "{\"name\":\"a\\\"b\\\\c\\n\xef\xbf\xbd{\",\"key\":\"{\",\"port\":1}");
    cote__buffer_fini(&out);
}

static void what_is_encoded_is_decoded_to_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < hello_fixture_count; i++) {
        recording recorded = read_recording(hello_fixtures[i].file);
        cote__hello_result result;
        assert_null(cote_test_hello_fault(cote__slice_of(recorded.text), &result));
        assert_int_equal(result, COTE__HELLO_OK);
        recording_free(&recorded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(advertisements_are_as_recorded),
        cmocka_unit_test(hellos_are_as_recorded),
        cmocka_unit_test(ours_is_known_as_ours),
        cmocka_unit_test(what_is_said_to_ours_alone),
        cmocka_unit_test(a_goodbye_is_short),
        cmocka_unit_test(absent_members_are_not_said),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(what_is_encoded_is_decoded_to_the_same),
    };
    return cmocka_run_group_tests_name("wire/hello_encode", tests, NULL, NULL);
}
