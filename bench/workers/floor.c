/* floor.c - what the floors share. */
#include "floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char read_buffer[64 * 1024]; /* as large as the library's */

void floor_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)handle, (void)suggested;
    *buffer = uv_buf_init(read_buffer, sizeof read_buffer);
}

void floor_free(uv_handle_t *handle)
{
    free(handle);
}

/* MARK: writing */

static void on_written(uv_write_t *request, int status)
{
    (void)status;
    free(request);
}

void floor_write(uv_stream_t *stream, const char *bytes, size_t size)
{
    uv_buf_t all = uv_buf_init((char *)bytes, (unsigned)size);
    int written = uv_try_write(stream, &all, 1);
    if (written == UV_EAGAIN) written = 0;
    if (written < 0 || (size_t)written == size) return;
    size_t rest = size - (size_t)written;
    uv_write_t *request = malloc(sizeof *request + rest);
    if (!request) abort();
    uv_buf_t copy = uv_buf_init(memcpy(request + 1, bytes + written, rest), (unsigned)rest);
    uv_write(request, stream, &copy, 1, on_written);
}

/* MARK: connections */

static void on_input(uv_stream_t *input, ssize_t size, const uv_buf_t *buffer)
{
    (void)input, (void)buffer;
    if (size < 0) exit(0);
}

int floor_serve(uv_connection_cb on_connection)
{
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t listener;
    uv_pipe_t input;
    struct sockaddr_in address;
    int size = sizeof address;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &listener);
    int status = uv_tcp_bind(&listener, (const struct sockaddr *)&address, 0);
    if (status == 0) status = uv_listen((uv_stream_t *)&listener, 128, on_connection);
    if (status == 0) status = uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &size);
    if (status != 0) {
        fprintf(stderr, "bench: floor: %s\n", uv_strerror(status));
        return 1;
    }
    uv_pipe_init(loop, &input, 0);
    uv_pipe_open(&input, STDIN_FILENO);
    uv_read_start((uv_stream_t *)&input, floor_buffer, on_input);
    bench_ready(ntohs(address.sin_port));
    return uv_run(loop, UV_RUN_DEFAULT);
}

uv_stream_t *floor_accept(uv_stream_t *listener)
{
    uv_tcp_t *connection = malloc(sizeof *connection);
    if (!connection) return NULL;
    uv_tcp_init(listener->loop, connection);
    if (uv_accept(listener, (uv_stream_t *)connection) != 0) {
        uv_close((uv_handle_t *)connection, floor_free);
        return NULL;
    }
    uv_tcp_nodelay(connection, 1);
    return (uv_stream_t *)connection;
}

bool floor_connect(uint16_t port, uv_tcp_t *connection, uv_connect_t *request,
                   uv_connect_cb on_connected)
{
    struct sockaddr_in address;
    uv_ip4_addr("127.0.0.1", port, &address);
    uv_tcp_init(uv_default_loop(), connection);
    int status =
        uv_tcp_connect(request, connection, (const struct sockaddr *)&address, on_connected);
    if (status != 0) fprintf(stderr, "bench: floor: %s\n", uv_strerror(status));
    return status == 0;
}
