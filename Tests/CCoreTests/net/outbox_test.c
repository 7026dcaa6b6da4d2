/* outbox_test.c - what goes in comes out, in order, however little is taken at a time; and a shared
 * frame is kept exactly as long as a box needs it. */
#include "net/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/random.h"
#include "wire/gap.h"

enum {
    COPIED = 512,      /* the largest frame that is copied */
    KEPT = 256 * 1024, /* the largest buffer that an empty box keeps */
    MOST_PIECES = 64
};

/* MARK: a box, and what must be in it */

typedef struct model {
    cote__outbox box;
    char *bytes; /* what was ever put in */
    size_t taken, size, capacity;
} model;

static void model_free(model *self)
{
    cote__outbox_fini(&self->box);
    free(self->bytes);
}

static void put_in(model *self, const char *bytes, size_t size)
{
    if (self->size + size >= self->capacity) {
        self->capacity = 2 * (self->size + size) + 1;
        self->bytes = realloc(self->bytes, self->capacity);
        assert_non_null(self->bytes);
    }
    memcpy(self->bytes + self->size, bytes, size);
    self->size += size;
}

static char *random_bytes(uint64_t *random, size_t size)
{
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) bytes[i] = (char)cote_test_random(random);
    return bytes;
}

static cote__frame *frame_create(uint64_t *random, size_t size)
{
    cote__frame *frame = malloc(sizeof *frame + size);
    assert_non_null(frame);
    *frame = (cote__frame){.size = size};
    atomic_init(&frame->references, 1);
    for (size_t i = 0; i < size; i++) frame->bytes[i] = (char)cote_test_random(random);
    return frame;
}

static void append(model *self, uint64_t *random, size_t size)
{
    char *bytes = random_bytes(random, size);
    cote__buffer_append(&self->box.own, bytes, size);
    cote__outbox_appended(&self->box);
    put_in(self, bytes, size);
    free(bytes);
}

static void share(model *self, cote__frame *frame)
{
    cote__outbox_share(&self->box, frame);
    put_in(self, frame->bytes, frame->size);
}

static void share_new(model *self, uint64_t *random, size_t size)
{
    cote__frame *frame = frame_create(random, size);
    share(self, frame);
    cote__frame_release(frame);
}

static void take(model *self, size_t count)
{
    cote__outbox_consume(&self->box, count);
    self->taken += count;
}

/* The pieces are the beginning of what has to come, or all of it if there is room for more. */
static void check(const model *self, unsigned most)
{
    cote__slice pieces[MOST_PIECES];
    unsigned count = cote__outbox_pieces(&self->box, pieces, most);
    assert_true(count <= most);
    assert_false(self->box.own.failed);
    assert_int_equal(self->box.size, self->size - self->taken);
    const char *expected = self->bytes + self->taken;
    size_t size = 0;
    for (unsigned i = 0; i < count; i++) {
        assert_true(pieces[i].size > 0 && pieces[i].size <= self->box.size - size);
        assert_memory_equal(pieces[i].data, expected + size, pieces[i].size);
        size += pieces[i].size;
    }
    if (count < most) assert_int_equal(size, self->box.size);
}

/* MARK: all ways to take it out */

/* Own bytes and frames on both sides of the limit, in every neighbourhood. */
static void fill(model *self)
{
    uint64_t random = 1;
    append(self, &random, 3);
    share_new(self, &random, COPIED + 1);
    share_new(self, &random, COPIED + 70);
    append(self, &random, 1);
    append(self, &random, 40);
    share_new(self, &random, COPIED);
    share_new(self, &random, COPIED + 2);
    append(self, &random, 0);
    share_new(self, &random, 1);
    share_new(self, &random, 2 * COPIED);
    append(self, &random, 17);
}

static void an_empty_one_has_nothing(void **state)
{
    (void)state;
    model self = {0};
    check(&self, MOST_PIECES);
    append(&self, &(uint64_t){0}, 0);
    check(&self, MOST_PIECES);
    model_free(&self);
}

static void any_part_is_taken_and_then_the_rest(void **state)
{
    (void)state;
    model self = {0};
    size_t whole = 1;
    for (size_t part = 0; part <= whole; part++) {
        self.taken = self.size = 0;
        fill(&self);
        whole = self.size;
        take(&self, part);
        for (unsigned most = 1; most <= 12; most++) check(&self, most);
        take(&self, whole - part);
        check(&self, MOST_PIECES);
    }
    model_free(&self);
}

static void steps_of_every_size(void **state)
{
    (void)state;
    for (size_t step = 1; step <= 3 * COPIED; step++) {
        model self = {0};
        fill(&self);
        while (self.taken < self.size) {
            take(&self, step < self.box.size ? step : self.box.size);
            check(&self, MOST_PIECES);
        }
        model_free(&self);
    }
}

/* As a connection does it: writes what the pieces hold, or a part of it, while more comes. */
static void anything_in_any_order(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        uint64_t random = seed;
        model self = {0};
        for (unsigned i = 0; i < 3000; i++) {
            switch (cote_test_random_below(&random, 5)) {
            case 0: append(&self, &random, cote_test_random_below(&random, 2000)); break;
            case 1: share_new(&self, &random, cote_test_random_below(&random, 3000)); break;
            case 2: share_new(&self, &random, COPIED + cote_test_random_below(&random, 3)); break;
            case 3: take(&self, cote_test_random_below(&random, self.box.size + 1)); break;
            case 4:
                if (cote_test_random_below(&random, 20) == 0) take(&self, self.box.size);
                break;
            }
            check(&self, 1 + (unsigned)cote_test_random_below(&random, MOST_PIECES));
        }
        model_free(&self);
    }
}

/* More shares wait all the time than the array had at first: it grows, or moves to its front. */
static void many_shares_wait(void **state)
{
    (void)state;
    uint64_t random = 9;
    model self = {0};
    cote__frame *frame = frame_create(&random, COPIED + 1);
    for (unsigned waiting = 1; waiting < 100; waiting += 7) {
        for (unsigned i = 0; i < waiting; i++) share(&self, frame);
        for (unsigned i = 0; i < 200; i++) {
            share(&self, frame);
            take(&self, frame->size);
            check(&self, MOST_PIECES);
            assert_int_equal(self.box.share_count, waiting);
        }
        assert_int_equal(frame->references, waiting + 1);
        take(&self, self.box.size);
        check(&self, MOST_PIECES);
    }
    assert_true(self.box.share_capacity <= 4 * 100);
    cote__frame_release(frame);
    model_free(&self);
}

/* MARK: references */

static void a_small_frame_is_copied(void **state)
{
    (void)state;
    uint64_t random = 2;
    for (size_t size = COPIED - 1; size <= COPIED + 2; size++) {
        cote__outbox box = {0};
        cote__frame *frame = frame_create(&random, size);
        cote__outbox_share(&box, frame);
        assert_int_equal(frame->references, size > COPIED ? 2 : 1);
        cote__outbox_fini(&box);
        assert_int_equal(frame->references, 1);
        cote__frame_release(frame);
    }
}

static void each_box_holds_it_until_its_last_byte(void **state)
{
    (void)state;
    enum { BOXES = 5 };
    uint64_t random = 3;
    cote__outbox boxes[BOXES] = {0};
    cote__frame *frame = frame_create(&random, 5000);
    for (unsigned i = 0; i < BOXES; i++) cote__outbox_share(&boxes[i], frame);
    cote__outbox_share(&boxes[0], frame); /* one may have it twice */
    assert_int_equal(frame->references, BOXES + 2);
    for (unsigned i = 0; i < BOXES; i++) {
        unsigned before = frame->references;
        cote__outbox_consume(&boxes[i], 1);
        cote__outbox_consume(&boxes[i], frame->size - 2);
        assert_int_equal(frame->references, before);
        cote__outbox_consume(&boxes[i], 1);
        assert_int_equal(frame->references, before - 1);
    }
    assert_int_equal(frame->references, 2);
    assert_int_equal(boxes[0].size, frame->size);
    cote__frame_release(frame); /* its maker's: the box keeps it */
    cote__slice piece;
    assert_int_equal(cote__outbox_pieces(&boxes[0], &piece, 1), 1);
    assert_int_equal(piece.size, 5000);
    for (unsigned i = 0; i < BOXES; i++) cote__outbox_fini(&boxes[i]);
}

static void the_end_lets_go_of_what_was_not_taken(void **state)
{
    (void)state;
    uint64_t random = 4;
    cote__frame *frame = frame_create(&random, COPIED * 2);
    for (size_t taken = 0; taken <= 4 * COPIED; taken += COPIED / 2) {
        cote__outbox box = {0};
        for (unsigned i = 0; i < 10; i++) {
            cote__outbox_share(&box, frame);
            cote__buffer_append_text(&box.own, "between");
            cote__outbox_appended(&box);
        }
        cote__outbox_consume(&box, taken);
        cote__outbox_fini(&box);
        assert_int_equal(frame->references, 1);
        assert_int_equal(box.size, 0);
    }
    cote__frame_release(frame);
}

/* MARK: memory */

static void an_empty_one_keeps_little(void **state)
{
    (void)state;
    uint64_t random = 5;
    model self = {0};
    append(&self, &random, 100);
    take(&self, 100);
    assert_true(self.box.own.capacity > 0); /* for the next time */
    append(&self, &random, 2 * KEPT);
    take(&self, 2 * KEPT - 1);
    check(&self, MOST_PIECES);
    take(&self, 1);
    assert_int_equal(self.box.own.capacity, 0);
    cote__frame *frame = frame_create(&random, COPIED + 1);
    share(&self, frame);
    take(&self, frame->size);
    assert_true(self.box.share_capacity > 0);
    size_t many = KEPT / sizeof *self.box.shares + 1;
    for (size_t i = 0; i < many; i++) cote__outbox_share(&self.box, frame);
    cote__outbox_consume(&self.box, many * frame->size);
    assert_int_equal(self.box.share_capacity, 0);
    assert_int_equal(frame->references, 1);
    cote__frame_release(frame);
    append(&self, &random, 10);
    check(&self, MOST_PIECES);
    model_free(&self);
}

/* MARK: dropping */

/* Frames with numbers from 0, and what came out of the box: each number once, in order, but for
 * those that a gap tells of just where they are missing. */
typedef struct numbered {
    cote__outbox box;
    cote__buffer out;
    uint32_t next_in, next_out;
    uint64_t dropped, told;
} numbered;

/* A small one as bytes of the box's own, or a frame, which the box copies or refers to. */
static void put_number(numbered *self, size_t size, bool own)
{
    cote__frame *frame = malloc(sizeof *frame + size + 16);
    assert_non_null(frame);
    *frame = (cote__frame){0};
    atomic_init(&frame->references, 1);
    cote__buffer bytes = {0}, body = {0};
    cote__buffer_append(&body, &self->next_in, sizeof self->next_in);
    self->next_in++;
    for (size_t i = 0; i < size; i++) cote__buffer_append_byte(&body, (char)i);
    cote__amp_begin(&bytes, 1);
    cote__amp_argument(&bytes, "", cote__buffer_slice(&body));
    frame->size = bytes.size;
    memcpy(frame->bytes, bytes.data, bytes.size);
    if (own) {
        cote__buffer_append(&self->box.own, bytes.data, bytes.size);
        cote__outbox_appended(&self->box);
    } else {
        cote__outbox_share(&self->box, frame);
    }
    cote__frame_release(frame);
    cote__buffer_fini(&bytes);
    cote__buffer_fini(&body);
}

/* Word of numbers that were never put in. */
static void miss_numbers(numbered *self, uint32_t count)
{
    self->next_in += count;
    self->dropped += count;
    cote__gap_encode(&self->box.own, count);
    cote__outbox_appended(&self->box);
}

/* Takes bytes out as a connection does: a shared frame of which some were taken is taken whole. */
static void take_bytes(numbered *self, size_t count)
{
    if (count > self->box.size) count = self->box.size;
    while (count > 0) {
        cote__slice piece;
        assert_int_equal(cote__outbox_pieces(&self->box, &piece, 1), 1);
        cote__frame *frame = cote__outbox_next_share(&self->box);
        if (frame) cote__frame_release(frame);
        size_t size = frame || piece.size < count ? piece.size : count;
        cote__buffer_append(&self->out, piece.data, size);
        cote__outbox_consume(&self->box, size);
        count -= size < count ? size : count;
    }
}

/* Reads the frames that came out. */
static void read_out(numbered *self)
{
    size_t at = 0;
    cote__amp_frame frame;
    while (cote__amp_decode(self->out.data + at, self->out.size - at, SIZE_MAX, &frame) ==
           COTE__AMP_FRAME) {
        uint64_t gap = cote__gap_decode(&frame);
        at += frame.size;
        self->next_out += (uint32_t)gap;
        self->told += gap;
        if (gap > 0) continue;
        uint32_t number;
        assert_int_equal(frame.count, 1);
        memcpy(&number, frame.arguments[0].data, sizeof number);
        assert_int_equal(number, self->next_out);
        self->next_out++;
    }
    cote__buffer_consume(&self->out, at);
}

static void drop_to(numbered *self, size_t most)
{
    enum { MOST_KEPT = 1200 /* the rest of one frame, and two gaps */ };
    self->dropped += cote__outbox_drop(&self->box, most);
    assert_true(self->box.size <= (most > MOST_KEPT ? most : most + MOST_KEPT));
}

static void test_drops_whole_frames(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        uint64_t random = seed;
        numbered self = {0};
        for (int i = 0; i < 400; i++) {
            size_t size = cote_test_random_below(&random, seed % 2 ? 40 : 1000);
            switch (cote_test_random_below(&random, 9)) {
            case 0: drop_to(&self, cote_test_random_below(&random, self.box.size + 1)); break;
            case 1: take_bytes(&self, cote_test_random_below(&random, 2000)); break;
            case 2: take_bytes(&self, cote_test_random_below(&random, 30)); break;
            case 3: put_number(&self, size % 500, true); break;
            case 4: miss_numbers(&self, (uint32_t)size + 1); break;
            default: put_number(&self, size, false); break;
            }
            read_out(&self);
        }
        take_bytes(&self, SIZE_MAX);
        read_out(&self);
        assert_int_equal(self.out.size, 0);
        assert_int_equal(self.next_out, self.next_in);
        assert_int_equal(self.told, self.dropped);
        cote__outbox_fini(&self.box);
        cote__buffer_fini(&self.out);
    }
}

/* Of a reader that takes nothing any more only what has begun is kept, and one word of the rest. */
static void test_one_gap_for_all(void **state)
{
    (void)state;
    numbered self = {0};
    put_number(&self, 100, false);
    take_bytes(&self, 10);
    for (int i = 0; i < 1000; i++) {
        put_number(&self, i % 2 ? 30 : 600, false);
        drop_to(&self, 0);
    }
    size_t left = self.box.size;
    assert_true(left < 100 + 60);
    take_bytes(&self, SIZE_MAX);
    read_out(&self);
    assert_int_equal(self.told, 1000);
    assert_int_equal(self.next_out, 1001);
    cote__outbox_fini(&self.box);
    cote__buffer_fini(&self.out);
}

/* Who reads on, but never all of it, does not make the box grow. */
static void test_slow_reader_keeps_memory_small(void **state)
{
    (void)state;
    enum { BACKLOG = 20000 };
    numbered self = {0};
    while (self.box.size < BACKLOG) put_number(&self, 100, false);
    for (int i = 0; i < 100000; i++) {
        put_number(&self, 100, false);
        take_bytes(&self, self.box.size - BACKLOG);
        if (i % 100 == 0) read_out(&self);
    }
    assert_true(self.box.own.capacity <= 4 * KEPT);
    take_bytes(&self, SIZE_MAX);
    read_out(&self);
    assert_int_equal(self.next_out, self.next_in);
    cote__outbox_fini(&self.box);
    cote__buffer_fini(&self.out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_has_nothing),
        cmocka_unit_test(any_part_is_taken_and_then_the_rest),
        cmocka_unit_test(steps_of_every_size),
        cmocka_unit_test(anything_in_any_order),
        cmocka_unit_test(many_shares_wait),
        cmocka_unit_test(a_small_frame_is_copied),
        cmocka_unit_test(each_box_holds_it_until_its_last_byte),
        cmocka_unit_test(the_end_lets_go_of_what_was_not_taken),
        cmocka_unit_test(an_empty_one_keeps_little),
        cmocka_unit_test(test_drops_whole_frames),
        cmocka_unit_test(test_one_gap_for_all),
        cmocka_unit_test(test_slow_reader_keeps_memory_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
