#include "net/connection.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/connection_own.h"
#include "wire/error.h"

static const bool never = false;

enum {
    KEEP_CAPACITY = 256 * 1024,       /* a buffer that grew beyond is given back when it is empty */
    LINGER = 2000,                    /* ms for a reader that is slow to take the last of it */
    IDLE = 15,                        /* s without a byte, then the system looks whether */
    BETWEEN_PROBES = 5,               /* s, */
    PROBES = 3,                       /* the other side is there still */
    MOST_MOVED = COTE__READ_SIZE / 2, /* bytes of a frame that are read anew with the rest of it */
    UNIX_BUFFER = 2 * 1024 * 1024, /* bytes, or what the system allows: of itself it has less room
                                      than TCP, and a stream would halt at each turn */
};

static void trim(cote__buffer *buffer)
{
    cote__buffer_clear(buffer);
    if (buffer->capacity > KEEP_CAPACITY) cote__buffer_fini(buffer);
}

/* MARK: life */

cote__connection *cote__connection_create(cote_loop *loop, uv_handle_type type, size_t max_frame,
                                          const cote__connection_events *events, void *owner)
{
    cote__connection *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->loop = loop;
    self->events = events;
    self->owner = owner;
    self->max_frame = max_frame;
    self->max_unsent = self->most_unread = SIZE_MAX;
    self->held = &never;
    self->flush.run = cote__connection_flush;
    if (type == UV_NAMED_PIPE) /* neither makes a socket yet, so they cannot fail */
        uv_pipe_init(loop->uv, &self->socket.pipe, 0);
    else
        uv_tcp_init(loop->uv, &self->socket.tcp);
    self->socket.handle.data = self;
    return self;
}

bool cote__connection_is_unix(const cote__connection *self)
{
    return self->socket.handle.type == UV_NAMED_PIPE;
}

int cote__connection_take(cote__connection *self, int descriptor)
{
    return cote__connection_is_unix(self) ? uv_pipe_open(&self->socket.pipe, descriptor)
                                          : uv_tcp_open(&self->socket.tcp, descriptor);
}

static void release(cote__connection *self)
{
    cote__buffer_fini(&self->input);
    cote__outbox_fini(&self->output);
    if (self->handed_frame) cote__frame_release(self->handed_frame);
    free(self->handed);
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
    uv_close(&self->socket.handle, on_discarded);
}

void cote__connection_end(cote__connection *self, int status)
{
    if (self->closing) return;
    self->closing = true;
    self->open = false;
    self->status = status;
    if (self->write_pending) /* it has taken a part of that */
        self->taken += self->handed_size - uv_stream_get_write_queue_size(&self->socket.stream);
    cote__loop_flush_cancel(self->loop, &self->opening);
    cote__loop_flush_cancel(self->loop, &self->flush);
    cote__timer_destroy(self->linger);
    uv_close(&self->socket.handle, on_closed);
}

void cote__connection_close(cote__connection *self)
{
    if (self->open) cote__connection_flush(&self->flush);
    cote__connection_end(self, COTE_OK);
}

static void on_linger_over(void *context)
{
    cote__connection_end(context, COTE_OK);
}

void cote__connection_finish(cote__connection *self)
{
    if (self->open) cote__connection_flush(&self->flush);
    if (self->closing || self->linger) return;
    if (self->open && cote__connection_backlog(self) > 0)
        self->linger = cote__timer_create(self->loop, on_linger_over, self);
    if (!self->linger) {
        cote__connection_end(self, COTE_OK);
        return;
    }
    uv_read_stop(&self->socket.stream);
    cote__timer_start(self->linger, LINGER);
}

bool cote__connection_is_open(const cote__connection *self)
{
    return self->open && !self->cut;
}

static uint32_t address_by(int (*get)(const uv_tcp_t *, struct sockaddr *, int *),
                           const cote__connection *self)
{
    struct sockaddr_in address;
    int size = sizeof address;
    if (get(&self->socket.tcp, (struct sockaddr *)&address, &size) != 0 ||
        address.sin_family != AF_INET)
        return 0;
    return ntohl(address.sin_addr.s_addr);
}

uint32_t cote__connection_peer(const cote__connection *self)
{
    if (cote__connection_is_unix(self)) return INADDR_LOOPBACK;
    return address_by(uv_tcp_getpeername, self);
}

bool cote__connection_is_local(const cote__connection *self)
{
    uint32_t peer = cote__connection_peer(self);
    return peer >> 24 == 127 || peer == address_by(uv_tcp_getsockname, self);
}

cote__time cote__connection_heard(const cote__connection *self)
{
    return self->heard;
}

cote__time cote__connection_framed(const cote__connection *self)
{
    return self->framed;
}

bool cote__connection_is_beyond(const cote__connection *self, uint64_t bytes)
{
    return cote__connection_is_in_frame(self) && self->received - self->input.size < bytes &&
           bytes <= self->received;
}

bool cote__connection_delivery(const cote__connection *self, cote__delivery *delivery)
{
    uv_os_fd_t descriptor;
    return self->open && !cote__connection_is_unix(self) &&
           uv_fileno(&self->socket.handle, &descriptor) == 0 &&
           cote__delivery_of(descriptor, delivery);
}

bool cote__connection_is_in_frame(const cote__connection *self)
{
    return self->input.size > 0 && !self->stopped && !self->clogged;
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

/*
 * What came so far of a frame is small mostly: it is put in front of where the rest goes, and a
 * connection that waits in the middle of one takes no more memory than that. Of a large one the
 * rest goes behind its beginning. Memory grows with what arrives, not with what is announced.
 */
static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    cote__connection *self = handle->data;
    size_t begun = self->input.size;
    if (begun <= MOST_MOVED) {
        if (begun > 0) memcpy(self->loop->read_buffer, self->input.data, begun);
        *buffer = uv_buf_init(self->loop->read_buffer + begun, (unsigned)(COTE__READ_SIZE - begun));
        return;
    }
    char *room = cote__buffer_reserve(&self->input, COTE__READ_SIZE);
    *buffer = uv_buf_init(room, room ? COTE__READ_SIZE : 0);
}

static void stop(cote__connection *self)
{
    self->stopped = true;
    uv_read_stop(&self->socket.stream);
    self->events->held(self->owner);
}

/* What was written in this turn may leave at once. */
static bool is_clogged(cote__connection *self)
{
    if (cote__connection_backlog(self) <= self->most_unread) return false;
    cote__connection_flush(&self->flush);
    return cote__connection_backlog(self) > self->most_unread;
}

static void stop_clogged(cote__connection *self)
{
    self->clogged = true;
    uv_read_stop(&self->socket.stream);
}

/* Hands on every whole frame; returns how many bytes they were. */
static size_t parse(cote__connection *self, const char *data, size_t size)
{
    size_t done = 0;
    self->input_needed = 0;
    while (done < size && !*self->held && !is_clogged(self) && !self->closing) {
        cote__amp_frame frame;
        cote__amp_result result =
            cote__amp_decode(data + done, size - done, self->max_frame, &frame);
        if (result == COTE__AMP_PARTIAL) {
            self->input_needed = frame.size;
            break;
        }
        if (result != COTE__AMP_FRAME) {
            cote__connection_end(self, result == COTE__AMP_TOO_BIG ? COTE_ETOOBIG : COTE_EPROTOCOL);
            break;
        }
        if (!self->events->frame(self->owner, &frame)) {
            cote__connection_end(self, COTE_EINVAL);
            break;
        }
        done += frame.size;
    }
    if (done > 0) self->framed = uv_now(self->loop->uv);
    if (done == size || self->closing) return done;
    if (*self->held)
        stop(self);
    else if (is_clogged(self))
        stop_clogged(self);
    return done;
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    cote__connection *self = stream->data;
    if (self->closing || size == 0) return;
    if (size < 0) {
        cote__connection_end(self, size == UV_ENOBUFS ? COTE_ENOMEM : COTE_ECONNLOST);
        return;
    }
    self->read_at = 0;
    if (self->traffic) cote__counter_add(&self->traffic->received, (size_t)size);
    self->heard = uv_now(self->loop->uv);
    self->received += (size_t)size;
    size_t begun = self->input.size, all = begun + (size_t)size;
    if (begun > MOST_MOVED) {
        self->input.size = all;
        if (all < self->input_needed) return;
        cote__buffer_consume(&self->input, parse(self, self->input.data, all));
    } else if (all < self->input_needed) {
        cote__buffer_append(&self->input, buffer->base, (size_t)size);
    } else {
        size_t done = parse(self, self->loop->read_buffer, all);
        cote__buffer_clear(&self->input);
        cote__buffer_append(&self->input, self->loop->read_buffer + done, all - done);
    }
    if (self->input.failed) cote__connection_end(self, COTE_ENOMEM);
    if (self->input.size == 0) trim(&self->input);
    if (!self->closing && self->events->partial && cote__connection_is_in_frame(self))
        self->events->partial(self->owner);
}

static int read_on(cote__connection *self)
{
    self->heard = uv_now(self->loop->uv);
    return uv_read_start(&self->socket.stream, give_buffer, on_read);
}

void cote__connection_hold_while(cote__connection *self, const bool *held)
{
    self->held = held;
}

void cote__connection_hold_above(cote__connection *self, size_t most_unsent)
{
    self->most_unread = most_unsent;
}

void cote__connection_resume(cote__connection *self)
{
    self->stopped = self->clogged = false;
    if (self->closing || self->linger) return;
    cote__buffer_consume(&self->input, parse(self, self->input.data, self->input.size));
    if (self->input.size == 0) trim(&self->input);
    if (!self->stopped && !self->clogged && !self->closing && read_on(self) != 0)
        cote__connection_end(self, COTE_ECONNLOST);
}

void cote__connection_unclog(cote__connection *self)
{
    if (self->clogged && cote__connection_backlog(self) <= self->most_unread)
        cote__connection_resume(self);
}

/* A host that went without a word is missed though nothing is to be sent to it. */
static void keep_alive(cote__connection *self)
{
    uv_os_fd_t descriptor;
    if (uv_tcp_keepalive(&self->socket.tcp, 1, IDLE) != 0 ||
        uv_fileno(&self->socket.handle, &descriptor) != 0)
        return;
    int interval = BETWEEN_PROBES, count = PROBES;
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

int cote__connection_start(cote__connection *self)
{
    if (cote__connection_is_unix(self)) {
        int size = UNIX_BUFFER;
        uv_send_buffer_size(&self->socket.handle, &size);
    } else {
        uv_tcp_nodelay(&self->socket.tcp, 1);
        keep_alive(self);
    }
    int status = read_on(self);
    if (status != 0) return cote__fail(COTE_ESYSTEM, "read: %s", uv_strerror(status));
    self->open = true;
    self->heard = self->framed = uv_now(self->loop->uv);
    return COTE_OK;
}
