/* floor.h - what the floors share: connections of libuv, and nothing else. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <uv.h>

#include "bench.h"

/* Listens on loopback, says ready, and runs until standard input ends. */
int floor_serve(uv_connection_cb on_connection);
uv_stream_t *floor_accept(uv_stream_t *listener);
/* Begins to connect. False with a message. */
bool floor_connect(uint16_t port, uv_tcp_t *connection, uv_connect_t *request,
                   uv_connect_cb on_connected);

void floor_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer);
/* At once, and what the system does not take now, later. */
void floor_write(uv_stream_t *stream, const char *bytes, size_t size);
void floor_free(uv_handle_t *handle);

#endif
