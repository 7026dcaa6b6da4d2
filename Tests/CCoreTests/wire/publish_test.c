/* publish_test.c - messages of publishers: what the recordings of Node.js mean, and that we write
 * the same bytes. */
#include "wire/publish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/fixture.h"
#include "support/vectors.h"

static const cote__slice none = {NULL, 0};

static void assert_slice(cote__slice slice, cote__slice expected)
{
    assert_non_null(slice.data);
    assert_int_equal(slice.size, expected.size);
    assert_memory_equal(slice.data, expected.data, expected.size);
}

static void assert_value(cote_value value, cote_value expected)
{
    assert_int_equal(value.kind, expected.kind);
    assert_slice((cote__slice){value.data, value.size},
                 (cote__slice){expected.data, expected.size});
}

static cote__amp_frame frame_in(const char *bytes, size_t size)
{
    cote__amp_frame frame;
    assert_int_equal(cote__amp_decode(bytes, size, SIZE_MAX, &frame), COTE__AMP_FRAME);
    assert_int_equal(frame.size, size);
    return frame;
}

/* MARK: the recordings */

/* What a recording says of itself: publish("TOPIC", DATA), perhaps on a namespace. */
typedef struct said {
    char *file;      /* all others point into it or into one another */
    char *arguments; /* a JSON array of both */
    char topic[32], name_space[32], bytes[32], text[64];
    cote_value data;
} said;

static void copy_meaning(cote__json string, char *copy, size_t room)
{
    cote__slice meaning;
    char *scratch = malloc(string.text.size);
    assert_true(scratch && cote__json_string(string, scratch, &meaning));
    assert_true(meaning.size < room);
    memcpy(copy, meaning.data, meaning.size);
    copy[meaning.size] = '\0';
    free(scratch);
}

/* As Node.js sends it: strings and buffers not as JSON, `undefined` as null. */
static void data_of(said *self, cote__json data)
{
    cote__json list, element;
    if (data.type == COTE__JSON_STRING) {
        copy_meaning(data, self->text, sizeof self->text);
        self->data = (cote_value){COTE_KIND_STRING, self->text, strlen(self->text)};
    } else if (cote__json_member(data, "data", &list)) {
        cote__json_iterator elements = cote__json_iterate(list);
        size_t size = 0;
        uint64_t byte;
        for (; cote__json_next(&elements, NULL, &element); size++) {
            assert_true(size < sizeof self->bytes && cote__json_u64(element, &byte));
            self->bytes[size] = (char)byte;
        }
        self->data = (cote_value){COTE_KIND_BYTES, self->bytes, size};
    } else {
        self->data = (cote_value){COTE_KIND_JSON, data.text.data, data.text.size};
    }
}

static void read_said(said *self, const char *name)
{
    static const char call[] = "publish(", on[] = ") on namespace \"";
    char path[256], meaning[256];
    snprintf(path, sizeof path, "%s/tcp/%s.json", COTE_FIXTURES, name);
    *self = (said){.file = cote_test_read_file(path, NULL)};
    cote__json file, string;
    assert_true(cote__json_parse(cote__slice_of(self->file), 64, &file));
    assert_true(cote__json_member(file, "meaning", &string));
    copy_meaning(string, meaning, sizeof meaning);

    char *named = strstr(meaning, on), *undefined = strstr(meaning, ", undefined");
    if (named) {
        assert_int_equal(sscanf(named + sizeof on - 1, "%31[^\"]", self->name_space), 1);
        *named = '\0';
    } else {
        assert_int_equal(meaning[strlen(meaning) - 1], ')');
        meaning[strlen(meaning) - 1] = '\0';
    }
    if (undefined) strcpy(undefined, ", null");
    assert_memory_equal(meaning, call, sizeof call - 1);
    size_t room = strlen(meaning) + 3;
    self->arguments = malloc(room);
    assert_non_null(self->arguments);
    snprintf(self->arguments, room, "[%s]", meaning + sizeof call - 1);

    cote__json arguments, topic, data;
    assert_true(cote__json_parse(cote__slice_of(self->arguments), 64, &arguments));
    cote__json_iterator both = cote__json_iterate(arguments);
    assert_true(cote__json_next(&both, NULL, &topic));
    assert_true(cote__json_next(&both, NULL, &data));
    copy_meaning(topic, self->topic, sizeof self->topic);
    data_of(self, data);
}

static void free_said(said *self)
{
    free(self->file);
    free(self->arguments);
}

static void each_recording_means_what_it_says(void **state)
{
    (void)state;
    unsigned count = 0;
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        const cote_test_vector *vector = &cote_test_vectors[i];
        if (vector->meaning != MEANS_PUBLISH) continue;
        said expected;
        read_said(&expected, vector->name);
        size_t size;
        char *bytes = cote_test_vector_bytes(vector, &size);
        cote__amp_frame frame = frame_in(bytes, size);
        cote__slice name_space =
            expected.name_space[0] ? cote__slice_of(expected.name_space) : none;

        cote__published published;
        assert_true(cote__publish_decode(&frame, name_space, &published));
        assert_slice(published.topic, cote__slice_of(expected.topic));
        assert_value(published.data, expected.data);
        assert_int_equal(published.extra_count, 0);

        cote__buffer out = {0};
        cote__publish_encode(&out, name_space, cote__slice_of(expected.topic), expected.data);
        assert_false(out.failed);
        assert_slice(cote__buffer_slice(&out), (cote__slice){bytes, size});
        cote__buffer_fini(&out);
        free(bytes);
        free_said(&expected);
        count++;
    }
    assert_int_equal(count, 16);
}

/* No request, reply or status is taken for a message. */
static void the_other_recordings_are_no_messages(void **state)
{
    (void)state;
    unsigned count = 0;
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        const cote_test_vector *vector = &cote_test_vectors[i];
        if (vector->meaning == MEANS_PUBLISH || cote_test_vector_frames(vector) == 0) continue;
        size_t size;
        char *bytes = cote_test_vector_bytes(vector, &size);
        cote__amp_frame frame;
        cote__published published;
        assert_int_equal(cote__amp_decode(bytes, size, SIZE_MAX, &frame), COTE__AMP_FRAME);
        assert_false(cote__publish_decode(&frame, none, &published));
        free(bytes);
        count++;
    }
    assert_true(count > 40);
}

/* MARK: what is a message, and of whom */

static void only_those_of_the_namespace(void **state)
{
    (void)state;
    static const struct {
        const char *name_space, *event, *topic; /* no topic: it is none of ours */
    } cases[] = {
        {NULL, "s:message::tick", "tick"},
        {NULL, "s:message::ns::tick", "ns::tick"}, /* there, `::` is a matter of the topic */
        {NULL, "s:message::::", "::"},
        {NULL, "s:message:: ", " "},
        {NULL, "s:message::", NULL},
        {NULL, "s:message:tick", NULL},
        {NULL, "s:message", NULL},
        {NULL, "s:Message::tick", NULL},
        {NULL, "s:status", NULL},
        {NULL, "s:", NULL},
        {NULL, "", NULL},
        {NULL, "message::tick", NULL},
        {NULL, "j:\"message::tick\"", NULL},
        {NULL, "b:message::tick", NULL},
        {"ns", "s:message::ns::tick", "tick"},
        {"ns", "s:message::ns::a::b", "a::b"},
        {"ns", "s:message::ns::ns::tick", "ns::tick"},
        {"ns", "s:message::ns::", NULL},
        {"ns", "s:message::ns:", NULL},
        {"ns", "s:message::ns", NULL},
        {"ns", "s:message::n", NULL},
        {"ns", "s:message::ns2::tick", NULL},
        {"ns", "s:message::nstick", NULL},
        {"ns", "s:message::NS::tick", NULL},
        {"ns", "s:message::other::tick", NULL},
        {"ns", "s:message::tick", NULL},
        {"ns", "s:message::", NULL},
        {"a::b", "s:message::a::b::c", "c"},
        {"a::b", "s:message::a::c", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cote__buffer bytes = {0};
        cote__amp_begin(&bytes, 2);
        cote__amp_argument(&bytes, "", cote__slice_of(cases[i].event));
        cote__amp_argument(&bytes, "j:", cote__slice_of("1"));
        cote__amp_frame frame = frame_in(bytes.data, bytes.size);
        cote__slice name_space = cases[i].name_space ? cote__slice_of(cases[i].name_space) : none;
        cote__published published;
        bool ours = cote__publish_decode(&frame, name_space, &published);
        if (ours != (cases[i].topic != NULL)) fail_msg("%s", cases[i].event);
        if (ours) assert_slice(published.topic, cote__slice_of(cases[i].topic));
        cote__buffer_fini(&bytes);
    }
}

static void no_data_is_null(void **state)
{
    (void)state;
    cote__buffer bytes = {0};
    cote__amp_begin(&bytes, 1);
    cote__amp_argument(&bytes, "s:", cote__slice_of("message::tick"));
    cote__amp_frame frame = frame_in(bytes.data, bytes.size);
    cote__published published;
    assert_true(cote__publish_decode(&frame, none, &published));
    assert_value(published.data, (cote_value){COTE_KIND_JSON, "null", 4});
    assert_int_equal(published.extra_count, 0);
    cote__buffer_fini(&bytes);
}

static void values_behind_the_data_are_extra(void **state)
{
    (void)state;
    static const struct {
        const char *argument;
        cote_value value;
    } cases[] = {
        {"j:not JSON", {COTE_KIND_JSON, "not JSON", 8}}, /* nobody has looked at it */
        {"s:text", {COTE_KIND_STRING, "text", 4}},       {"b:-7", {COTE_KIND_BIGINT, "-7", 2}},
        {"x:raw", {COTE_KIND_BYTES, "x:raw", 5}},        {"", {COTE_KIND_BYTES, "", 0}},
    };
    for (unsigned count = 1; count < COTE__AMP_MAX_ARGUMENTS; count++) {
        cote__buffer bytes = {0};
        cote__amp_begin(&bytes, 1 + count);
        cote__amp_argument(&bytes, "s:", cote__slice_of("message::tick"));
        for (unsigned i = 0; i < count; i++)
            cote__amp_argument(&bytes, "", cote__slice_of(cases[i % 5].argument));
        cote__amp_frame frame = frame_in(bytes.data, bytes.size);
        cote__published published;
        assert_true(cote__publish_decode(&frame, none, &published));
        assert_value(published.data, cases[0].value);
        assert_int_equal(published.extra_count, count - 1);
        for (unsigned i = 1; i < count; i++)
            assert_value(published.extra[i - 1], cases[i % 5].value);
        cote__buffer_fini(&bytes);
    }
}

/* MARK: writing */

static void what_is_written_is_read(void **state)
{
    (void)state;
    static const cote_value values[] = {
        {COTE_KIND_JSON, "{\"a\":[1,2]}", 11}, {COTE_KIND_STRING, "", 0},
        {COTE_KIND_STRING, "j:1", 3},          {COTE_KIND_BIGINT, "123456789012345678901", 21},
        {COTE_KIND_BYTES, "\0\1\2", 3},
    };
    static const char *const topics[] = {"tick", "a::b", "*", "message::x", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        for (size_t topic = 0; topic < sizeof topics / sizeof *topics; topic++) {
            for (int named = 0; named < 2; named++) {
                cote__slice name_space = named ? cote__slice_of("room") : none;
                cote__buffer out = {0};
                cote__publish_encode(&out, name_space, cote__slice_of(topics[topic]), values[i]);
                cote__amp_frame frame = frame_in(out.data, out.size);
                cote__published published;
                assert_true(cote__publish_decode(&frame, name_space, &published));
                assert_slice(published.topic, cote__slice_of(topics[topic]));
                assert_value(published.data, values[i]);
                assert_false(cote__publish_decode(&frame, cote__slice_of("hall"), &published));
                cote__buffer_fini(&out);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_recording_means_what_it_says),
        cmocka_unit_test(the_other_recordings_are_no_messages),
        cmocka_unit_test(only_those_of_the_namespace),
        cmocka_unit_test(no_data_is_null),
        cmocka_unit_test(values_behind_the_data_are_extra),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
