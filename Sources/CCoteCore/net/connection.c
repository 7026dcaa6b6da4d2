#include "net/connection.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/connection_uv.h"
#include "net/timer.h"
#include "state/queue.h"
#include "wire/error.h"

enum {
    KEEP_CAPACITY = 256 * 1024, /* a buffer that grew beyond is given back when it is empty */
    LINGER = 2000,              /* ms for a reader that is slow to take the last of it */
    IDLE = 15,                  /* s without a byte, then the system looks whether */
    BETWEEN_PROBES = 5,         /* s, */
    PROBES = 3,                 /* the other side is there still */
    MAX_PIECES = 64,            /* of one write */
    MAX_PIECE = 1 << 24         /* bytes; so that what one write reports fits an int */
};

struct cote__connection {
    uv_tcp_t tcp;
    cote_loop *loop;
    const cote__connection_events *events;
    void *owner;
    cote__traffic *traffic; /* NULL: nobody counts */
    size_t max_frame;
    bool open, closing;
    cote__time heard;    /* of the loop's clock, which stands still during a turn */
    cote__timer *linger; /* while it only writes what is left */
    int status;          /* what `closed` will say */

    cote__buffer input;  /* the part of a frame that came so far */
    size_t input_needed; /* bytes that the frame at its start has at least */
    uint64_t read_at;    /* us; 0: nobody has asked yet */

    cote__outbox output;  /* gathered in this turn */
    cote__outbox writing; /* libuv writes from it, until it is done */
    size_t write_size;
    bool write_pending;
    uv_write_t write;
    uv_connect_t connect;
    cote__flush flush;
};

static void flush(cote__flush *task);

static void trim(cote__buffer *buffer)
{
    cote__buffer_clear(buffer);
    if (buffer->capacity > KEEP_CAPACITY) cote__buffer_fini(buffer);
}

/* MARK: life */

cote__connection *cote__connection_create(cote_loop *loop, size_t max_frame,
                                          const cote__connection_events *events, void *owner)
{
    cote__connection *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->loop = loop;
    self->events = events;
    self->owner = owner;
    self->max_frame = max_frame;
    self->flush.run = flush;
    uv_tcp_init(loop->uv, &self->tcp); /* makes no socket yet, so cannot fail */
    self->tcp.data = self;
    return self;
}

uv_stream_t *cote__connection_stream(cote__connection *self)
{
    return (uv_stream_t *)&self->tcp;
}

static void release(cote__connection *self)
{
    cote__buffer_fini(&self->input);
    cote__outbox_fini(&self->output);
    cote__outbox_fini(&self->writing);
    free(self);
}

static void on_closed(uv_handle_t *handle)
{
    cote__connection *self = handle->data;
    self->events->closed(self->owner, self->status);
    release(self);
}

static void on_discarded(uv_handle_t *handle)
{
    release(handle->data);
}

void cote__connection_discard(cote__connection *self)
{
    uv_close((uv_handle_t *)&self->tcp, on_discarded);
}

static void end(cote__connection *self, int status)
{
    if (self->closing) return;
    self->closing = true;
    self->open = false;
    self->status = status;
    cote__loop_flush_cancel(self->loop, &self->flush);
    cote__timer_destroy(self->linger);
    uv_close((uv_handle_t *)&self->tcp, on_closed);
}

void cote__connection_close(cote__connection *self)
{
    if (self->open) flush(&self->flush);
    end(self, COTE_OK);
}

static void on_linger_over(void *context)
{
    end(context, COTE_OK);
}

void cote__connection_finish(cote__connection *self)
{
    if (self->open) flush(&self->flush);
    if (self->closing || self->linger) return;
    if (self->open && cote__connection_backlog(self) > 0)
        self->linger = cote__timer_create(self->loop, on_linger_over, self);
    if (!self->linger) {
        end(self, COTE_OK);
        return;
    }
    uv_read_stop((uv_stream_t *)&self->tcp);
    cote__timer_start(self->linger, LINGER);
}

bool cote__connection_is_open(const cote__connection *self)
{
    return self->open;
}

cote__time cote__connection_heard(const cote__connection *self)
{
    return self->heard;
}

uint32_t cote__connection_peer(const cote__connection *self)
{
    struct sockaddr_in peer;
    int size = sizeof peer;
    if (uv_tcp_getpeername(&self->tcp, (struct sockaddr *)&peer, &size) != 0 ||
        peer.sin_family != AF_INET)
        return 0;
    return ntohl(peer.sin_addr.s_addr);
}

void cote__connection_meter(cote__connection *self, cote__traffic *traffic)
{
    self->traffic = traffic;
}

/* MARK: reading */

uint64_t cote__connection_read_at(cote__connection *self)
{
    if (self->read_at == 0) self->read_at = cote__now_us();
    return self->read_at;
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    cote__connection *self = handle->data;
    if (self->input.size == 0) {
        *buffer = uv_buf_init(self->loop->read_buffer, COTE__READ_SIZE);
        return;
    }
    /* The rest of a frame goes behind its beginning. Memory grows with what arrives, not with what
     * is announced. */
    char *room = cote__buffer_reserve(&self->input, COTE__READ_SIZE);
    *buffer = uv_buf_init(room, room ? COTE__READ_SIZE : 0);
}

/* Hands on every whole frame; returns how many bytes they were. */
static size_t parse(cote__connection *self, const char *data, size_t size)
{
    size_t done = 0;
    self->input_needed = 0;
    while (done < size && !self->closing) {
        cote__amp_frame frame;
        cote__amp_result result =
            cote__amp_decode(data + done, size - done, self->max_frame, &frame);
        if (result == COTE__AMP_PARTIAL) {
            self->input_needed = frame.size;
            break;
        }
        if (result != COTE__AMP_FRAME) {
            end(self, result == COTE__AMP_TOO_BIG ? COTE_ETOOBIG : COTE_EPROTOCOL);
            break;
        }
        if (!self->events->frame(self->owner, &frame)) {
            end(self, COTE_EINVAL);
            break;
        }
        done += frame.size;
    }
    return done;
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    cote__connection *self = stream->data;
    if (self->closing || size == 0) return;
    if (size < 0) {
        end(self, size == UV_ENOBUFS ? COTE_ENOMEM : COTE_ECONNLOST);
        return;
    }
    self->read_at = 0;
    if (self->traffic) cote__counter_add(&self->traffic->received, (size_t)size);
    self->heard = uv_now(self->loop->uv);
    if (self->input.size == 0) {
        size_t done = parse(self, buffer->base, (size_t)size);
        cote__buffer_append(&self->input, buffer->base + done, (size_t)size - done);
        if (self->input.failed) end(self, COTE_ENOMEM);
        return;
    }
    self->input.size += (size_t)size;
    if (self->input.size < self->input_needed) return;
    cote__buffer_consume(&self->input, parse(self, self->input.data, self->input.size));
    if (self->input.size == 0) trim(&self->input);
}

/* A host that went without a word is missed though nothing is to be sent to it. */
static void keep_alive(cote__connection *self)
{
    uv_os_fd_t descriptor;
    if (uv_tcp_keepalive(&self->tcp, 1, IDLE) != 0 ||
        uv_fileno((const uv_handle_t *)&self->tcp, &descriptor) != 0)
        return;
    int interval = BETWEEN_PROBES, count = PROBES;
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

int cote__connection_start(cote__connection *self)
{
    uv_tcp_nodelay(&self->tcp, 1);
    keep_alive(self);
    int status = uv_read_start((uv_stream_t *)&self->tcp, give_buffer, on_read);
    if (status != 0) return cote__fail(COTE_ESYSTEM, "read: %s", uv_strerror(status));
    self->open = true;
    self->heard = uv_now(self->loop->uv);
    return COTE_OK;
}

/* MARK: writing */

cote__buffer *cote__connection_output(cote__connection *self)
{
    return &self->output.own;
}

void cote__connection_written(cote__connection *self)
{
    cote__outbox_appended(&self->output);
    if (!self->closing) cote__loop_flush_later(self->loop, &self->flush);
}

void cote__connection_share(cote__connection *self, cote__frame *frame)
{
    if (self->closing) return;
    cote__outbox_share(&self->output, frame);
    cote__loop_flush_later(self->loop, &self->flush);
}

size_t cote__connection_backlog(const cote__connection *self)
{
    return self->output.size + self->writing.size;
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

static void write_rest(cote__connection *self);

static void on_written(uv_write_t *request, int status)
{
    cote__connection *self = request->data;
    self->write_pending = false;
    cote__outbox_consume(&self->writing, self->write_size);
    if (self->closing) return;
    if (status == 0) count_sent(self, self->write_size);
    self->heard = uv_now(self->loop->uv);
    if (status != 0)
        end(self, COTE_ECONNLOST);
    else if (self->writing.size > 0)
        write_rest(self);
    else
        flush(&self->flush);
    if (self->linger && cote__connection_backlog(self) == 0) end(self, COTE_OK);
}

/* The system takes no more now: libuv writes what is in `writing` when it can. */
static void write_rest(cote__connection *self)
{
    uv_buf_t buffers[MAX_PIECES];
    unsigned count = gather(&self->writing, buffers, &self->write_size);
    self->write.data = self;
    self->write_pending = true;
    if (uv_write(&self->write, (uv_stream_t *)&self->tcp, buffers, count, on_written) == 0) return;
    self->write_pending = false;
    end(self, COTE_ECONNLOST);
}

static void flush(cote__flush *task)
{
    cote__connection *self = COTE__CONTAINER(task, cote__connection, flush);
    if (self->closing || !self->open) return;
    if (self->events->leaving && self->output.size > 0) self->events->leaving(self->owner);
    if (self->write_pending) return;
    if (self->output.own.failed) {
        end(self, COTE_ENOMEM);
        return;
    }
    while (self->output.size > 0) {
        uv_buf_t buffers[MAX_PIECES];
        size_t size;
        unsigned count = gather(&self->output, buffers, &size);
        int written = uv_try_write((uv_stream_t *)&self->tcp, buffers, count);
        if (written < 0 && written != UV_EAGAIN) {
            end(self, COTE_ECONNLOST);
            return;
        }
        if (written > 0) {
            cote__outbox_consume(&self->output, (size_t)written);
            count_sent(self, (size_t)written);
        }
        if (written >= 0 && (size_t)written == size) continue;
        cote__outbox rest = self->output;
        self->output = self->writing;
        self->writing = rest;
        write_rest(self);
        return;
    }
}

/* MARK: connecting */

static void on_connected(uv_connect_t *request, int status)
{
    cote__connection *self = request->data;
    if (self->closing) return;
    if (status != 0 || cote__connection_start(self) != COTE_OK) {
        end(self, COTE_ECONNLOST);
        return;
    }
    if (self->events->opened) self->events->opened(self->owner);
}

int cote__connection_open(cote_loop *loop, uint32_t address, uint16_t port, size_t max_frame,
                          const cote__connection_events *events, void *owner,
                          cote__connection **connection)
{
    cote__connection *self = cote__connection_create(loop, max_frame, events, owner);
    if (!self) return cote__fail(COTE_ENOMEM, "connection");
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(address);
    self->connect.data = self;
    int status =
        uv_tcp_connect(&self->connect, &self->tcp, (const struct sockaddr *)&to, on_connected);
    if (status != 0) {
        cote__connection_discard(self);
        return cote__fail(cote__uv_error(status), "connect: %s", uv_strerror(status));
    }
    *connection = self;
    return COTE_OK;
}
