#include "net/redis_line.h"

#include <stdlib.h>

#include "net/loop_uv.h"
#include "wire/error.h"

enum {
    MAX_REPLY = 1024 * 1024,   /* far more than any hello */
    MAX_BACKLOG = 1024 * 1024, /* that the server does not take; commands behind are dropped */
};

struct cote__redis_line {
    uv_tcp_t tcp;
    cote_loop *loop;
    const cote__redis_line_events *events;
    void *owner;
    bool open, closing;
    cote__buffer input;   /* the part of a reply that came so far */
    size_t input_needed;  /* bytes that the reply at its start has at least */
    cote__buffer output;  /* waits to be written */
    cote__buffer writing; /* libuv writes from it, until it is done */
    uv_connect_t connect;
    uv_write_t write;
};

/* MARK: the end */

static void on_closed(uv_handle_t *handle)
{
    cote__redis_line *self = handle->data;
    cote__buffer_fini(&self->input);
    cote__buffer_fini(&self->output);
    cote__buffer_fini(&self->writing);
    free(self);
}

void cote__redis_line_close(cote__redis_line *self)
{
    if (!self || self->closing) return;
    self->closing = true;
    uv_close((uv_handle_t *)&self->tcp, on_closed);
}

static void lose(cote__redis_line *self, const char *reason)
{
    if (self->closing) return;
    cote__redis_line_close(self);
    self->events->lost(self->owner, reason);
}

/* MARK: reading */

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    cote__redis_line *self = handle->data;
    *buffer = uv_buf_init(self->loop->read_buffer, COTE__READ_SIZE);
}

/* Hands on every whole reply; returns how many bytes they were. */
static size_t parse(cote__redis_line *self, const char *data, size_t size)
{
    size_t done = 0;
    self->input_needed = 0;
    while (done < size && !self->closing) {
        cote__resp_reply reply;
        cote__resp_result result = cote__resp_decode(data + done, size - done, MAX_REPLY, &reply);
        if (result == COTE__RESP_PARTIAL) {
            self->input_needed = reply.size;
            break;
        }
        if (result != COTE__RESP_REPLY) {
            lose(self, result == COTE__RESP_TOO_BIG ? "its answer is too large"
                                                    : "what answers there is no redis server");
            break;
        }
        self->events->reply(self->owner, &reply);
        done += reply.size;
    }
    return done;
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    cote__redis_line *self = stream->data;
    if (self->closing || size == 0) return;
    if (size < 0) {
        lose(self, size == UV_EOF ? "it closed the connection" : uv_strerror((int)size));
        return;
    }
    const char *data = buffer->base;
    if (self->input.size == 0) {
        size_t done = parse(self, data, (size_t)size);
        cote__buffer_append(&self->input, data + done, (size_t)size - done);
    } else {
        cote__buffer_append(&self->input, data, (size_t)size);
        if (!self->input.failed && self->input.size >= self->input_needed)
            cote__buffer_consume(&self->input, parse(self, self->input.data, self->input.size));
    }
    if (self->input.failed) lose(self, "out of memory");
}

/* MARK: writing */

static void flush(cote__redis_line *self);

static void on_written(uv_write_t *request, int status)
{
    cote__redis_line *self = request->data;
    cote__buffer_clear(&self->writing);
    if (self->closing) return;
    if (status != 0)
        lose(self, uv_strerror(status));
    else
        flush(self);
}

/* What goes wrong here comes as an event of libuv's, not from inside a call. */
static void flush(cote__redis_line *self)
{
    if (!self->open || self->writing.size > 0 || self->output.size == 0) return;
    uv_stream_t *stream = (uv_stream_t *)&self->tcp;
    uv_buf_t bytes = uv_buf_init(self->output.data, (unsigned)self->output.size);
    int written = uv_try_write(stream, &bytes, 1);
    if (written > 0) cote__buffer_consume(&self->output, (size_t)written);
    if (self->output.size == 0) return;
    cote__buffer rest = self->output;
    self->output = self->writing;
    self->writing = rest;
    bytes = uv_buf_init(rest.data, (unsigned)rest.size);
    uv_write(&self->write, stream, &bytes, 1, on_written);
}

void cote__redis_line_send(cote__redis_line *self, const cote__slice *words, unsigned count)
{
    if (self->closing || self->output.size > MAX_BACKLOG) return;
    cote__resp_command(&self->output, words, count);
    if (self->output.failed) cote__buffer_fini(&self->output);
    flush(self);
}

/* MARK: connecting */

static void on_connected(uv_connect_t *request, int status)
{
    cote__redis_line *self = request->data;
    if (self->closing) return;
    if (status == 0) status = uv_read_start((uv_stream_t *)&self->tcp, give_buffer, on_read);
    if (status != 0) {
        lose(self, uv_strerror(status));
        return;
    }
    self->open = true;
    flush(self);
}

int cote__redis_line_open(cote_loop *loop, uint32_t address, uint16_t port,
                          const cote__redis_line_events *events, void *owner,
                          cote__redis_line **line)
{
    cote__redis_line *self = calloc(1, sizeof *self);
    if (!self) return cote__fail(COTE_ENOMEM, "out of memory");
    self->loop = loop;
    self->events = events;
    self->owner = owner;
    uv_tcp_init(loop->uv, &self->tcp);
    uv_tcp_nodelay(&self->tcp, 1);
    self->tcp.data = self->connect.data = self->write.data = self;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(address);
    int status =
        uv_tcp_connect(&self->connect, &self->tcp, (const struct sockaddr *)&to, on_connected);
    if (status != 0) {
        cote__redis_line_close(self);
        return cote__fail(cote__uv_error(status), "%s", uv_strerror(status));
    }
    *line = self;
    return COTE_OK;
}
