/* floor_stream.c - the floor of publishing: a stream of the same bytes to each receiver, as fast as
 * the slowest takes them, over libuv's TCP. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "floor.h"

enum {
    MOST = 128 * 1024, /* bytes of one write */
    TURN = 16          /* writes to one receiver before the next one has its turn */
};

/* MARK: server: writes whenever the system has taken what was written */

typedef struct stream {
    uv_stream_t *to;
    uv_write_t request;
    uv_buf_t piece;
} stream;

static void write_on(uv_write_t *request, int status)
{
    stream *self = request->data;
    if (status != 0) return; /* the receiver is gone, and the process about to go */
    /* What is taken of a piece does not matter: receivers count bytes. */
    for (int i = 0; i < TURN; i++)
        if (uv_try_write(self->to, &self->piece, 1) != (int)self->piece.len) break;
    uv_write(&self->request, self->to, &self->piece, 1, write_on);
}

static size_t message_size;

static void on_connection(uv_stream_t *listener, int status)
{
    stream *self = status == 0 ? calloc(1, sizeof *self) : NULL;
    if (!self || !(self->to = floor_accept(listener))) return;
    size_t size = message_size < MOST ? MOST / message_size * message_size : message_size;
    self->piece = uv_buf_init(calloc(1, size), (unsigned)size);
    self->request.data = self;
    if (self->piece.base) write_on(&self->request, 0);
}

int bench_floor_stream_server(const bench_work *work)
{
    message_size = work->size;
    return floor_serve(on_connection);
}

/* MARK: client */

static bench_meter meter;

typedef struct client {
    uv_tcp_t connection;
    uv_connect_t request;
    size_t partial;
} client;

static void on_bytes(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    (void)buffer;
    client *self = stream->data;
    if (size < 0) exit(1);
    self->partial += (size_t)size;
    size_t whole = self->partial / meter.work->size;
    self->partial %= meter.work->size;
    if (whole > 0) bench_meter_count(&meter, bench_now(), whole);
}

static void on_connected(uv_connect_t *request, int status)
{
    if (status != 0) exit(1);
    request->handle->data = request->data;
    uv_read_start(request->handle, floor_buffer, on_bytes);
}

int bench_floor_stream_client(const bench_work *work)
{
    client *clients = calloc(work->subscribers, sizeof *clients);
    if (!clients || !bench_meter_begin(&meter, work)) return 1;
    for (unsigned i = 0; i < work->subscribers; i++) {
        clients[i].request.data = &clients[i];
        if (!floor_connect(work->port, &clients[i].connection, &clients[i].request, on_connected))
            return 1;
    }
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
