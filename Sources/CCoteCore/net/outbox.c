#include "net/outbox.h"

#include <stdlib.h>

#include "wire/gap.h"

enum {
    COPIED = 512,               /* bytes up to which a copy is cheaper than a reference */
    KEEP_CAPACITY = 256 * 1024, /* what grew beyond is given back when it is empty */
    LEAST_SHARES = 16
};

void cote__frame_release(cote__frame *frame)
{
    if (atomic_fetch_sub_explicit(&frame->references, 1, memory_order_acq_rel) == 1) free(frame);
}

static void drop_shares(cote__outbox *box)
{
    for (size_t i = 0; i < box->share_count; i++)
        cote__frame_release(box->shares[box->first_share + i].frame);
    box->share_count = 0;
}

void cote__outbox_fini(cote__outbox *box)
{
    drop_shares(box);
    free(box->shares);
    cote__buffer_fini(&box->own);
    cote__buffer_fini(&box->front);
    *box = (cote__outbox){0};
}

/* MARK: putting in */

void cote__outbox_appended(cote__outbox *box)
{
    size_t count = box->own.size - box->own_end;
    box->own_end = box->own.size;
    box->own_tail += count;
    box->size += count;
}

/* Room for one more share, at the end of the array or, once it is full, where others were. */
static bool make_room(cote__outbox *box)
{
    if (box->first_share + box->share_count < box->share_capacity) return true;
    if (box->first_share > box->share_capacity / 2) {
        memmove(box->shares, box->shares + box->first_share,
                box->share_count * sizeof *box->shares);
        box->first_share = 0;
        return true;
    }
    size_t capacity = box->share_capacity ? box->share_capacity * 2 : LEAST_SHARES;
    cote__share *shares = realloc(box->shares, capacity * sizeof *shares);
    if (!shares) return false;
    box->shares = shares;
    box->share_capacity = capacity;
    return true;
}

void cote__outbox_share(cote__outbox *box, cote__frame *frame)
{
    if (frame->size <= COPIED) {
        cote__buffer_append(&box->own, frame->bytes, frame->size);
        cote__outbox_appended(box);
        return;
    }
    if (!make_room(box)) {
        box->own.failed = true;
        return;
    }
    atomic_fetch_add_explicit(&frame->references, 1, memory_order_relaxed);
    box->shares[box->first_share + box->share_count++] = (cote__share){frame, box->own_tail};
    box->own_tail = 0;
    box->size += frame->size;
}

/* MARK: taking out */

unsigned cote__outbox_pieces(const cote__outbox *box, cote__slice *pieces, unsigned most)
{
    unsigned count = 0;
    const char *own = box->own.data + box->own_start;
    size_t start = box->share_start;
    if (box->front.size > 0 && most > 0)
        pieces[count++] =
            (cote__slice){box->front.data + box->front_start, box->front.size - box->front_start};
    for (size_t i = 0; i < box->share_count && count < most; i++) {
        const cote__share *share = &box->shares[box->first_share + i];
        if (share->own_before > 0) pieces[count++] = (cote__slice){own, share->own_before};
        own += share->own_before;
        if (count < most)
            pieces[count++] =
                (cote__slice){share->frame->bytes + start, share->frame->size - start};
        start = 0;
    }
    if (count < most && box->own_tail > 0) pieces[count++] = (cote__slice){own, box->own_tail};
    return count;
}

cote__frame *cote__outbox_next_share(const cote__outbox *box)
{
    if (box->front.size > 0 || box->share_count == 0) return NULL;
    const cote__share *first = &box->shares[box->first_share];
    if (first->own_before > 0) return NULL;
    atomic_fetch_add_explicit(&first->frame->references, 1, memory_order_relaxed);
    return first->frame;
}

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

static void clear_front(cote__outbox *box)
{
    cote__buffer_clear(&box->front);
    box->front_start = 0;
    box->gap = 0;
}

static void clear(cote__outbox *box)
{
    if (box->own.capacity > KEEP_CAPACITY)
        cote__buffer_fini(&box->own);
    else
        cote__buffer_clear(&box->own);
    box->own_start = box->own_end = box->boundary = 0;
    if (box->share_capacity > KEEP_CAPACITY / sizeof *box->shares) {
        free(box->shares);
        box->shares = NULL;
        box->share_capacity = 0;
    }
    box->first_share = 0;
}

/* The size of the frame at the start of those bytes; all of them if they are none. `gap`: how many
 * others it tells of that were dropped. */
static size_t frame_size(const char *data, size_t size, uint64_t *gap)
{
    cote__amp_frame frame;
    bool is_frame = cote__amp_decode(data, size, SIZE_MAX, &frame) == COTE__AMP_FRAME;
    if (gap) *gap = is_frame ? cote__gap_decode(&frame) : 0;
    return is_frame ? frame.size : size;
}

/* Moves the boundary to the beginning of a frame, or behind the one that was written in part. */
static void find_boundary(cote__outbox *box)
{
    while (box->boundary < box->own_start)
        box->boundary +=
            frame_size(box->own.data + box->boundary, box->own.size - box->boundary, NULL);
}

/* Takes back the memory of what is gone: all of it, or half of it or more. */
static void tidy(cote__outbox *box)
{
    if (box->share_count == 0 && box->own_tail == 0) {
        clear(box);
        return;
    }
    if (box->own_start < KEEP_CAPACITY || box->own_start < box->own.size / 2) return;
    find_boundary(box);
    cote__buffer_consume(&box->own, box->own_start);
    box->boundary -= box->own_start;
    box->own_end -= box->own_start;
    box->own_start = 0;
}

static void release_first(cote__outbox *box)
{
    cote__frame_release(box->shares[box->first_share].frame);
    box->first_share++;
    box->share_count--;
    box->share_start = 0;
}

void cote__outbox_consume(cote__outbox *box, size_t count)
{
    box->size -= count;
    size_t front = least(count, box->front.size - box->front_start);
    box->front_start += front;
    count -= front;
    if (box->front_start == box->front.size) clear_front(box);
    while (count > 0 && box->share_count > 0) {
        cote__share *share = &box->shares[box->first_share];
        size_t own = least(count, share->own_before);
        box->own_start += own;
        share->own_before -= own;
        count -= own;
        size_t shared = least(count, share->frame->size - box->share_start);
        box->share_start += shared;
        count -= shared;
        if (box->share_start < share->frame->size) break;
        release_first(box);
    }
    box->own_start += count;
    box->own_tail -= count;
    tidy(box);
}

/* MARK: dropping */

/* Where the bytes of its own are counted that come next. */
static size_t *next_own(cote__outbox *box)
{
    return box->share_count > 0 ? &box->shares[box->first_share].own_before : &box->own_tail;
}

/* Puts the rest of a frame whose beginning was written out of the way. */
static void keep_begun(cote__outbox *box)
{
    find_boundary(box);
    size_t rest = least(box->boundary - box->own_start, *next_own(box));
    cote__buffer_append(&box->front, box->own.data + box->own_start, rest);
    box->own_start += rest;
    *next_own(box) -= rest;
}

/* False if there is none. */
static bool drop_first(cote__outbox *box, uint64_t *gap)
{
    *gap = 0;
    size_t *own = next_own(box);
    if (*own > 0) {
        size_t size = frame_size(box->own.data + box->own_start, *own, gap);
        box->own_start += size;
        box->boundary = box->own_start;
        *own -= size;
        box->size -= size;
        return true;
    }
    if (box->share_count == 0) return false;
    box->size -= box->shares[box->first_share].frame->size;
    release_first(box);
    return true;
}

/* Behind what has begun to leave, and that is another such word perhaps. */
static void tell_of_gap(cote__outbox *box, uint64_t dropped)
{
    cote__buffer *front = &box->front;
    if (box->gap == 0 || box->gap_start < box->front_start) {
        box->gap = 0;
        box->gap_start = front->size;
    }
    box->gap += dropped;
    box->size -= front->size - box->gap_start;
    front->size = box->gap_start;
    cote__gap_encode(front, box->gap);
    box->size += front->size - box->gap_start;
}

size_t cote__outbox_drop(cote__outbox *box, size_t most)
{
    size_t dropped = 0;
    uint64_t gap, told = 0; /* what was told of already, and is to be told still */
    size_t room = most > COTE__GAP_MAX_SIZE ? most - COTE__GAP_MAX_SIZE : 0;
    if (box->size <= most) return 0;
    keep_begun(box);
    while (box->size > room && drop_first(box, &gap)) {
        dropped += gap == 0;
        told += gap;
    }
    if (dropped + told > 0) tell_of_gap(box, dropped + told);
    tidy(box);
    return dropped;
}
