#include "wire/amp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/fixture.h"
#include "support/mutation.h"
#include "support/random.h"
#include "support/vectors.h"
#include "wire/message.h"

enum { DEPTH = 64 };

static const size_t no_limit = SIZE_MAX;

/* MARK: every recording, however it arrives */

static void assert_argument(const char *name, cote__slice argument, cote_value expected)
{
    cote_value value = cote__argument_decode(argument);
    if (value.kind != expected.kind || value.size != expected.size ||
        memcmp(value.data, expected.data, expected.size) != 0)
        fail_msg("%s: an argument of kind %d and %zu bytes, not of kind %d and %zu bytes", name,
                 (int)value.kind, value.size, (int)expected.kind, expected.size);
}

/* What a connection does: takes pieces, hands on whole frames, and ends at a breach. */
typedef struct receiver {
    const cote_test_vector *vector;
    cote__buffer input;
    size_t needed;
    unsigned frames;
    cote__amp_result last;
} receiver;

static void take_frames(receiver *self)
{
    cote__amp_frame frame;
    while (self->input.size > 0) {
        self->last = cote__amp_decode(self->input.data, self->input.size, no_limit, &frame);
        if (self->last != COTE__AMP_FRAME) break;
        assert_true(self->frames < cote_test_vector_frames(self->vector));
        assert_int_equal(frame.count, cote_test_vector_arguments(self->vector, self->frames));
        for (unsigned i = 0; i < frame.count; i++)
            assert_argument(self->vector->name, frame.arguments[i],
                            self->vector->frames[self->frames][i]);
        self->frames++;
        cote__buffer_consume(&self->input, frame.size);
    }
    if (self->input.size == 0) {
        self->needed = 1;
        self->last = COTE__AMP_PARTIAL;
    } else if (self->last == COTE__AMP_PARTIAL) {
        assert_true(frame.size > self->input.size); /* or it could not make progress */
        self->needed = frame.size;
    }
}

static void receive(receiver *self, const char *data, size_t size)
{
    if (self->last < 0) return;
    cote__buffer_append(&self->input, data, size);
    if (self->input.size < self->needed) return;
    take_frames(self);
}

static void finish(receiver *self)
{
    assert_int_equal(self->frames, cote_test_vector_frames(self->vector));
    assert_int_equal(self->last, self->vector->end);
    if (self->vector->end == COTE__AMP_PARTIAL) assert_int_equal(self->input.size, 0);
    cote__buffer_fini(&self->input);
}

static void every_recording_decodes_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        size_t size;
        char *bytes = cote_test_vector_bytes(&cote_test_vectors[i], &size);
        receiver whole = {.vector = &cote_test_vectors[i]};
        receive(&whole, bytes, size);
        finish(&whole);
        free(bytes);
    }
}

static void every_recording_decodes_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        size_t size;
        char *bytes = cote_test_vector_bytes(&cote_test_vectors[i], &size);
        receiver drop = {.vector = &cote_test_vectors[i]};
        for (size_t at = 0; at < size; at++) receive(&drop, bytes + at, 1);
        finish(&drop);
        free(bytes);
    }
}

static void every_recording_decodes_at_every_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        size_t size;
        char *bytes = cote_test_vector_bytes(&cote_test_vectors[i], &size);
        for (size_t split = 0; split <= size; split++) {
            receiver half = {.vector = &cote_test_vectors[i]};
            receive(&half, bytes, split);
            receive(&half, bytes + split, size - split);
            finish(&half);
        }
        free(bytes);
    }
}

static void every_recording_has_an_expectation(void **state)
{
    (void)state;
    size_t count;
    char **paths = cote_test_list(COTE_FIXTURES "/tcp", ".json", &count);
    assert_non_null(paths);
    for (size_t i = 0; i < count; i++) {
        const char *name = strrchr(paths[i], '/') + 1;
        size_t size = strlen(name) - strlen(".json");
        bool known = false;
        for (size_t j = 0; j < cote_test_vector_count; j++)
            known = known || (strlen(cote_test_vectors[j].name) == size &&
                              strncmp(cote_test_vectors[j].name, name, size) == 0);
        if (!known) fail_msg("%s: nothing says what it means", paths[i]);
    }
    assert_int_equal(count, cote_test_vector_count);
    cote_test_list_free(paths);
}

static void what_was_recorded_is_what_we_encode(void **state)
{
    (void)state;
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        const cote_test_vector *vector = &cote_test_vectors[i];
        if (vector->end != COTE__AMP_PARTIAL) continue; /* a mistake that we cannot make */
        cote__buffer out = {0};
        for (unsigned f = 0; f < cote_test_vector_frames(vector); f++) {
            unsigned count = cote_test_vector_arguments(vector, f);
            cote__amp_begin(&out, count);
            for (unsigned j = 0; j < count; j++) cote__argument_encode(&out, vector->frames[f][j]);
        }
        size_t size;
        char *bytes = cote_test_vector_bytes(vector, &size);
        assert_int_equal(out.size, size);
        if (size > 0) assert_memory_equal(out.data, bytes, size);
        free(bytes);
        cote__buffer_fini(&out);
    }
}

/* MARK: the edges of the decoder */

static cote__amp_result decode(const char *data, size_t size, size_t max_size,
                               cote__amp_frame *frame)
{
    char *exact = malloc(size + 1); /* a block that ends where the bytes do */
    assert_non_null(exact);
    char *start = exact + 1;
    memcpy(start, data, size);
    cote__amp_result result = cote__amp_decode(start, size, max_size, frame);
    free(exact);
    return result;
}

static void a_partial_frame_says_how_much_it_needs(void **state)
{
    (void)state;
    static const char bytes[] = "\x12\0\0\0\3abc\0\0\0\2de";
    static const size_t needed[] = {1, 9, 9, 9, 9, 12, 12, 12, 12, 12, 12, 12, 14, 14};
    cote__amp_frame frame;
    for (size_t size = 0; size < sizeof bytes - 1; size++) {
        assert_int_equal(decode(bytes, size, no_limit, &frame), COTE__AMP_PARTIAL);
        assert_int_equal(frame.size, needed[size]);
    }
    assert_int_equal(decode(bytes, sizeof bytes - 1, no_limit, &frame), COTE__AMP_FRAME);
    assert_int_equal(frame.size, 14);
    assert_int_equal(frame.count, 2);
    assert_int_equal(frame.arguments[0].size, 3);
    assert_int_equal(frame.arguments[1].size, 2);
}

static void what_follows_a_frame_is_left_alone(void **state)
{
    (void)state;
    static const char bytes[] = "\x11\0\0\0\1a\xff\xff";
    cote__amp_frame frame;
    assert_int_equal(cote__amp_decode(bytes, sizeof bytes - 1, no_limit, &frame), COTE__AMP_FRAME);
    assert_int_equal(frame.size, 6);
    assert_ptr_equal(frame.arguments[0].data, bytes + 5);
}

static void empty_arguments_are_there(void **state)
{
    (void)state;
    static const char bytes[] = "\x12\0\0\0\0\0\0\0\0";
    cote__amp_frame frame;
    assert_int_equal(cote__amp_decode(bytes, sizeof bytes - 1, no_limit, &frame), COTE__AMP_FRAME);
    assert_int_equal(frame.count, 2);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(frame.arguments[i].size, 0);
        assert_non_null(frame.arguments[i].data);
    }
}

static void only_version_1_with_arguments_is_a_frame(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        char first = (char)byte;
        cote__amp_frame frame;
        cote__amp_result expected = byte >> 4 != 1     ? COTE__AMP_BAD_VERSION
                                    : (byte & 15) == 0 ? COTE__AMP_NO_ARGUMENTS
                                                       : COTE__AMP_PARTIAL;
        assert_int_equal(decode(&first, 1, no_limit, &frame), expected);
        if (expected == COTE__AMP_PARTIAL) assert_int_equal(frame.size, 1 + 4 * (byte & 15));
    }
}

static void the_limit_counts_the_whole_frame(void **state)
{
    (void)state;
    static const char bytes[] = "\x12\0\0\0\3abc\0\0\0\2de";
    const size_t size = sizeof bytes - 1;
    cote__amp_frame frame;
    assert_int_equal(decode(bytes, size, size, &frame), COTE__AMP_FRAME);
    for (size_t limit = 0; limit < size; limit++)
        assert_int_equal(decode(bytes, size, limit, &frame), COTE__AMP_TOO_BIG);
}

static void the_limit_holds_before_the_bytes_are_there(void **state)
{
    (void)state;
    static const char huge[] = "\x12\xff\xff\xff\xff";
    cote__amp_frame frame;
    assert_int_equal(decode(huge, 4, 1 << 20, &frame), COTE__AMP_PARTIAL);
    assert_int_equal(decode(huge, 5, 1 << 20, &frame), COTE__AMP_TOO_BIG);
    assert_int_equal(decode(huge, 5, no_limit, &frame), COTE__AMP_PARTIAL);
    assert_int_equal(frame.size, 9 + (size_t)UINT32_MAX);
    static const char second[] = "\x12\0\0\0\1a\0\x10\0\0";
    assert_int_equal(decode(second, 10, 10 + 0x100000, &frame), COTE__AMP_PARTIAL);
    assert_int_equal(decode(second, 10, 9 + 0x100000, &frame), COTE__AMP_TOO_BIG);
}

/* MARK: the edges of the encoder */

static void a_frame_that_cannot_be_is_refused(void **state)
{
    (void)state;
    static const unsigned counts[] = {0, 16, 17, 32, 256};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        cote__buffer out = {0};
        cote__amp_begin(&out, counts[i]);
        assert_true(out.failed);
        assert_int_equal(out.size, 0);
        cote__buffer_fini(&out);
    }
    cote__buffer out = {0};
    cote__amp_begin(&out, 1);
    cote__amp_argument_begin(&out, "j:", UINT32_MAX - 1);
    assert_true(out.failed);
    assert_int_equal(out.size, 1);
    cote__buffer_fini(&out);
}

static void an_argument_can_be_announced_or_measured(void **state)
{
    (void)state;
    static const char expected[] = "\x13\0\0\0\5j:123\0\0\0\5j:123\0\0\0\2s:";
    cote__buffer out = {0};
    cote__amp_begin(&out, 3);
    cote__amp_argument_begin(&out, "j:", 3);
    cote__buffer_append_text(&out, "123");
    size_t opened = cote__amp_argument_open(&out, "j:");
    cote__buffer_append_text(&out, "123");
    cote__amp_argument_close(&out, opened);
    cote__amp_argument(&out, "s:", (cote__slice){NULL, 0});
    assert_false(out.failed);
    assert_int_equal(out.size, sizeof expected - 1);
    assert_memory_equal(out.data, expected, sizeof expected - 1);
    cote__buffer_fini(&out);
}

/* MARK: random frames, there and back */

static void random_frames_come_back(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int round = 0; round < 2000; round++) {
        char content[300];
        for (size_t i = 0; i < sizeof content; i++) content[i] = (char)cote_test_random(&random);
        unsigned count = 1 + (unsigned)cote_test_random_below(&random, COTE__AMP_MAX_ARGUMENTS);
        size_t sizes[COTE__AMP_MAX_ARGUMENTS];
        cote__buffer out = {0};
        cote__amp_begin(&out, count);
        for (unsigned i = 0; i < count; i++) {
            sizes[i] = cote_test_random_below(&random, sizeof content);
            cote__amp_argument(&out, "", (cote__slice){content, sizes[i]});
        }
        cote__amp_frame frame;
        for (size_t size = 0; size < out.size; size++) {
            assert_int_equal(cote__amp_decode(out.data, size, out.size, &frame), COTE__AMP_PARTIAL);
            assert_true(frame.size > size && frame.size <= out.size);
        }
        assert_int_equal(cote__amp_decode(out.data, out.size, out.size, &frame), COTE__AMP_FRAME);
        assert_int_equal(frame.size, out.size);
        assert_int_equal(frame.count, count);
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(frame.arguments[i].size, sizes[i]);
            assert_memory_equal(frame.arguments[i].data, content, sizes[i]);
        }
        cote__buffer_fini(&out);
    }
}

/* MARK: hostile bytes */

static bool within(const void *data, size_t size, const char *bytes, size_t byte_count)
{
    const char *start = data;
    return size == 0 || (start >= bytes && start + size <= bytes + byte_count);
}

/* Whatever was decoded lies inside of the bytes. */
static void decode_all(const char *bytes, size_t size)
{
    cote__amp_frame frame;
    for (size_t at = 0; cote__amp_decode(bytes + at, size - at, 1 << 16, &frame) == COTE__AMP_FRAME;
         at += frame.size) {
        assert_true(frame.count >= 1 && frame.size <= size - at);
        for (unsigned i = 0; i < frame.count; i++)
            assert_true(within(frame.arguments[i].data, frame.arguments[i].size, bytes, size));
        cote__request request;
        if (cote__request_decode(&frame, DEPTH, &request) == COTE__MESSAGE_OK) {
            assert_true(within(request.payload.text.data, request.payload.text.size, bytes, size));
            assert_true(request.type.text.size > 2);
            assert_int_equal(request.extra_count, frame.count - 2);
        }
        cote__reply reply;
        if (cote__reply_decode(&frame, DEPTH, &reply) == COTE__MESSAGE_OK) {
            assert_true(reply.value_count < frame.count);
            if (reply.failed) assert_true(within(reply.error.data, reply.error.size, bytes, size));
            if (reply.id.data) assert_true(within(reply.id.data, reply.id.size, bytes, size));
        }
    }
}

static void mutated_recordings_do_no_harm(void **state)
{
    (void)state;
    uint64_t random = 7;
    unsigned made = 0;
    for (size_t i = 0; made < 10000; i++) {
        size_t size, mutated_size;
        char *bytes = cote_test_vector_bytes(&cote_test_vectors[i % cote_test_vector_count], &size);
        for (unsigned n = 0; n < 100 && size > 0; n++, made++) {
            char *mutated = cote_test_mutate(&random, bytes, size, &mutated_size);
            assert_non_null(mutated);
            decode_all(mutated, mutated_size);
            free(mutated);
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recording_has_an_expectation),
        cmocka_unit_test(every_recording_decodes_at_once),
        cmocka_unit_test(every_recording_decodes_byte_by_byte),
        cmocka_unit_test(every_recording_decodes_at_every_split),
        cmocka_unit_test(what_was_recorded_is_what_we_encode),
        cmocka_unit_test(a_partial_frame_says_how_much_it_needs),
        cmocka_unit_test(what_follows_a_frame_is_left_alone),
        cmocka_unit_test(empty_arguments_are_there),
        cmocka_unit_test(only_version_1_with_arguments_is_a_frame),
        cmocka_unit_test(the_limit_counts_the_whole_frame),
        cmocka_unit_test(the_limit_holds_before_the_bytes_are_there),
        cmocka_unit_test(a_frame_that_cannot_be_is_refused),
        cmocka_unit_test(an_argument_can_be_announced_or_measured),
        cmocka_unit_test(random_frames_come_back),
        cmocka_unit_test(mutated_recordings_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
