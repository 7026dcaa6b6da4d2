/* connection_write.c - what leaves over a connection. */
#include <stdlib.h>

#include "net/connection_own.h"
#include "state/queue.h"

enum {
    MAX_PIECES = 64,     /* of one write */
    HANDED_SIZE = 4096,  /* bytes that are copied for libuv, to hear when more can leave */
    MAX_PIECE = 1 << 24, /* bytes; so that what one write reports fits an int */
    CLOCK_PERIOD = 16,   /* frames between two looks at the clock */
    LONG_TURN = 50       /* us */
};

cote__buffer *cote__connection_output(cote__connection *self)
{
    return &self->output.own;
}

static void write_early(cote__connection *self);

/* All that is written in a turn leaves at its end, unless the turn takes long: then the other side,
 * which may well have a core of its own, need not wait for all of it. */
void cote__connection_written(cote__connection *self)
{
    cote__outbox_appended(&self->output);
    if (self->closing) return;
    if (!self->flush.queued) self->gathered = 0;
    cote__loop_flush_later(self->loop, &self->flush);
    if (++self->gathered % CLOCK_PERIOD != 0) return;
    uint64_t now = cote__now_us();
    bool first = self->gathered == CLOCK_PERIOD;
    if (!first && now - self->gathering_since < LONG_TURN) return;
    self->gathering_since = now;
    if (!first) write_early(self);
}

uint64_t cote__connection_position(const cote__connection *self)
{
    return self->taken + cote__connection_backlog(self);
}

uint64_t cote__connection_taken(const cote__connection *self)
{
    return self->taken;
}

size_t cote__connection_backlog(const cote__connection *self)
{
    return self->output.size + self->handed_size;
}

void cote__connection_bound(cote__connection *self, size_t max_unsent)
{
    self->max_unsent = max_unsent;
}

static bool fits(const cote__connection *self, size_t size)
{
    size_t backlog = cote__connection_backlog(self);
    return backlog == 0 || (size <= self->max_unsent && backlog <= self->max_unsent - size);
}

bool cote__connection_has_room(cote__connection *self, size_t size)
{
    if (fits(self, size)) return true;
    cote__connection_flush(&self->flush);
    return self->closing || fits(self, size);
}

bool cote__connection_share(cote__connection *self, cote__frame *frame)
{
    if (!cote__connection_has_room(self, frame->size)) return false;
    if (self->closing) return true;
    cote__outbox_share(&self->output, frame);
    cote__loop_flush_later(self->loop, &self->flush);
    return true;
}

size_t cote__connection_make_room(cote__connection *self, size_t size)
{
    if (self->closing) return 0;
    size_t taken = self->handed_size;
    bool some = size <= self->max_unsent && taken <= self->max_unsent - size;
    return cote__outbox_drop(&self->output, some ? self->max_unsent - size - taken : 0);
}

static unsigned gather(const cote__outbox *box, uv_buf_t *buffers, size_t *size)
{
    cote__slice pieces[MAX_PIECES];
    unsigned count = cote__outbox_pieces(box, pieces, MAX_PIECES);
    *size = 0;
    for (unsigned i = 0; i < count; i++) {
        size_t length = pieces[i].size < MAX_PIECE ? pieces[i].size : MAX_PIECE;
        buffers[i] = (uv_buf_t){.base = (char *)pieces[i].data, .len = length};
        *size += length;
        if (length < pieces[i].size) return i + 1; /* the rest of it comes before the next */
    }
    return count;
}

static void count_sent(cote__connection *self, size_t size)
{
    if (self->traffic) cote__counter_add(&self->traffic->sent, size);
}

/*
 * A unix socket tells who writes at once that the other side has gone, before what that wrote last
 * was read; TCP takes what is written, and lets it be read. So here, too, what is read ends the
 * connection, and what is written goes nowhere.
 */
static void cut_off(cote__connection *self, int error)
{
    bool gone = error == UV_EPIPE || error == UV_ECONNRESET;
    if (!gone || !cote__connection_is_unix(self)) {
        cote__connection_end(self, COTE_ECONNLOST);
        return;
    }
    self->cut = true;
    cote__outbox_fini(&self->output);
}

static void on_written(uv_write_t *request, int status)
{
    cote__connection *self = request->data;
    size_t size = self->handed_size;
    self->write_pending = false;
    self->handed_size = 0;
    if (self->handed_frame) cote__frame_release(self->handed_frame);
    self->handed_frame = NULL;
    if (self->closing) return;
    if (status == 0) count_sent(self, size);
    self->heard = uv_now(self->loop->uv);
    self->taken += size; /* or less, if it failed: nobody says how much */
    if (status != 0)
        cut_off(self, status);
    else
        cote__connection_flush(&self->flush);
    if (self->linger && cote__connection_backlog(self) == 0) cote__connection_end(self, COTE_OK);
    cote__connection_unclog(self);
    if (self->events->drained && cote__connection_is_open(self) &&
        cote__connection_backlog(self) == 0)
        self->events->drained(self->owner);
}

/* Hands some of it to the system. Returns what that says: the bytes that it took. `all`: it took
 * whatever it was given. */
static int write_some(cote__connection *self, bool *all)
{
    uv_buf_t buffers[MAX_PIECES];
    size_t size;
    unsigned count = gather(&self->output, buffers, &size);
    int written = uv_try_write(&self->socket.stream, buffers, count);
    *all = written >= 0 && (size_t)written == size;
    if (written <= 0) return written;
    cote__outbox_consume(&self->output, (size_t)written);
    self->taken += (uint64_t)written;
    count_sent(self, (size_t)written);
    return written;
}

/* What the system takes at once. Nothing is done here about a connection that fails, since its
 * owner is in the midst of writing to it: the flush at the end of the turn sees that again. */
static void write_early(cote__connection *self)
{
    if (!self->open || self->write_pending || self->output.own.failed || self->output.front.failed)
        return;
    if (self->events->leaving) self->events->leaving(self->owner);
    bool all;
    write_some(self, &all);
}

/* What libuv is to write stays where it is until it has: the rest of a frame that is shared, or a
 * copy. */
static uv_buf_t take_first(cote__connection *self)
{
    cote__slice first;
    cote__outbox_pieces(&self->output, &first, 1);
    self->handed_frame = cote__outbox_next_share(&self->output);
    if (!self->handed_frame) {
        if (!self->handed) self->handed = malloc(HANDED_SIZE);
        if (!self->handed) return uv_buf_init(NULL, 0);
        if (first.size > HANDED_SIZE) first.size = HANDED_SIZE;
        first.data = memcpy(self->handed, first.data, first.size);
    }
    self->handed_size = first.size;
    cote__outbox_consume(&self->output, first.size);
    return (uv_buf_t){.base = (char *)first.data, .len = first.size};
}

/* The system takes no more now: libuv tells when it does. */
static void wait_for_room(cote__connection *self)
{
    uv_buf_t buffer = take_first(self);
    self->write.data = self;
    int status = buffer.base ? uv_write(&self->write, &self->socket.stream, &buffer, 1, on_written)
                             : UV_ENOMEM;
    self->write_pending = status == 0;
    if (status == UV_ENOMEM)
        cote__connection_end(self, COTE_ENOMEM);
    else if (status != 0)
        cut_off(self, status);
}

void cote__connection_flush(cote__flush *task)
{
    cote__connection *self = COTE__CONTAINER(task, cote__connection, flush);
    if (self->closing || !self->open) return;
    if (self->cut) cote__outbox_fini(&self->output);
    if (self->events->leaving && self->output.size > 0) self->events->leaving(self->owner);
    if (self->write_pending) return;
    if (self->output.own.failed || self->output.front.failed) {
        cote__connection_end(self, COTE_ENOMEM);
        return;
    }
    while (self->output.size > 0) {
        bool all;
        int written = write_some(self, &all);
        if (written < 0 && written != UV_EAGAIN) {
            cut_off(self, written);
            return;
        }
        if (all) continue;
        wait_for_room(self);
        return;
    }
}
