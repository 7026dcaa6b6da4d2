#include "net/outbox.h"

#include <stdlib.h>

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

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

static void empty(cote__outbox *box)
{
    if (box->own.capacity > KEEP_CAPACITY)
        cote__buffer_fini(&box->own);
    else
        cote__buffer_clear(&box->own);
    box->own_start = box->own_end = box->own_tail = 0;
    if (box->share_capacity > KEEP_CAPACITY / sizeof *box->shares) {
        free(box->shares);
        box->shares = NULL;
        box->share_capacity = 0;
    }
    box->first_share = 0;
}

void cote__outbox_consume(cote__outbox *box, size_t count)
{
    box->size -= count;
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
        cote__frame_release(share->frame);
        box->first_share++;
        box->share_count--;
        box->share_start = 0;
    }
    box->own_start += count;
    box->own_tail -= count;
    if (box->size == 0) empty(box);
}
