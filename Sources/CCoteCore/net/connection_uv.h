/* connection_uv.h - how a listener makes a connection. */
#ifndef COTE_NET_CONNECTION_UV_H
#define COTE_NET_CONNECTION_UV_H

#include "net/connection.h"
#include "net/loop_uv.h"

/* A connection that is not connected yet; freed by cote__connection_close. */
cote__connection *cote__connection_create(cote_loop *loop, uv_handle_type type, size_t max_frame,
                                          const cote__connection_events *events, void *owner);
/* Takes a connected descriptor, unless it fails: libuv's error. */
int cote__connection_take(cote__connection *connection, int descriptor);
/* The stream is connected: reads from now on. */
int cote__connection_start(cote__connection *connection);
/* Frees one that never started: no event is sent. */
void cote__connection_discard(cote__connection *connection);

#endif
