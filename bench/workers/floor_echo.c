/* floor_echo.c - the floor of requests and answers: the same bytes there and back over libuv's TCP,
 * gathered, with nothing between them and the socket. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "floor.h"

/* MARK: server: everything that is read goes back in one write */

static void on_echo_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    if (size < 0)
        uv_close((uv_handle_t *)stream, floor_free);
    else if (size > 0)
        floor_write(stream, buffer->base, (size_t)size);
}

static void on_connection(uv_stream_t *listener, int status)
{
    uv_stream_t *stream = status == 0 ? floor_accept(listener) : NULL;
    if (stream) uv_read_start(stream, floor_buffer, on_echo_read);
}

int bench_floor_echo_server(const bench_work *work)
{
    (void)work;
    return floor_serve(on_connection);
}

/* MARK: client */

typedef struct client {
    bench_meter meter;
    uv_stream_t *stream;
    char *messages;    /* as many as are ever sent at once */
    uint64_t *sent_at; /* of those under way, in their order */
    size_t oldest;
    size_t partial; /* bytes of the answer that is coming in */
} client;

static void ask(client *self, size_t count, size_t first, uint64_t now)
{
    const bench_work *work = self->meter.work;
    for (size_t i = 0; i < count; i++) self->sent_at[(first + i) % work->in_flight] = now;
    floor_write(self->stream, self->messages, count * work->size);
}

static void on_answer(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    (void)buffer;
    client *self = stream->data;
    const bench_work *work = self->meter.work;
    if (size < 0) {
        fprintf(stderr, "bench: floor: %s\n", uv_strerror((int)size));
        exit(1);
    }
    self->partial += (size_t)size;
    size_t whole = self->partial / work->size;
    if (whole == 0) return;
    self->partial %= work->size;
    uint64_t now = bench_now();
    for (size_t i = 0; i < whole && self->meter.begun; i++)
        bench_histogram_add(self->meter.latencies,
                            now - self->sent_at[(self->oldest + i) % work->in_flight]);
    bench_meter_count(&self->meter, now, whole);
    ask(self, whole, self->oldest, now);
    self->oldest = (self->oldest + whole) % work->in_flight;
}

static void on_connected(uv_connect_t *request, int status)
{
    client *self = request->data;
    if (status != 0) {
        fprintf(stderr, "bench: floor: %s\n", uv_strerror(status));
        exit(1);
    }
    self->stream = request->handle;
    self->stream->data = self;
    uv_tcp_nodelay((uv_tcp_t *)self->stream, 1);
    uv_read_start(self->stream, floor_buffer, on_answer);
    ask(self, self->meter.work->in_flight, 0, bench_now());
}

int bench_floor_echo_client(const bench_work *work)
{
    client self = {
        .messages = calloc(work->in_flight, work->size),
        .sent_at = calloc(work->in_flight, sizeof *self.sent_at),
    };
    if (!self.messages || !self.sent_at || !bench_meter_begin(&self.meter, work)) return 1;
    uv_tcp_t connection;
    uv_connect_t request = {.data = &self};
    if (!floor_connect(work->port, &connection, &request, on_connected)) return 1;
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
