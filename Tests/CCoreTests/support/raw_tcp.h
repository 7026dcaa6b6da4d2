/* raw_tcp.h - the other side of a connection, byte for byte: blocking sockets with a deadline. */
#ifndef COTE_TEST_RAW_TCP_H
#define COTE_TEST_RAW_TCP_H

#include "support/stage.h"
#include "wire/amp.h"

/* A connection. Zero-initialised but for `fd` is one from which nothing was read yet. */
typedef struct raw_peer {
    int fd;
    cote__buffer input;
    size_t taken;          /* bytes at its start that were frames */
    cote__amp_frame frame; /* the last one, until the next is read */
    char addressee[40];    /* the id that it is for, if it has said so; such a frame is skipped */
} raw_peer;

/* Listens on 127.0.0.1 and a port that the system chooses. All fail the test if they cannot. */
int raw_listen(uint16_t *port);
raw_peer raw_accept(int listener);
raw_peer raw_connect(uint16_t port);
raw_peer raw_connect_by(int fd, uint16_t port); /* with a socket of the caller's, now its own */
void raw_close(raw_peer *peer);

void raw_send(raw_peer *peer, const void *bytes, size_t size);
/* False if the other side takes nothing more. */
bool raw_try_send(raw_peer *peer, const void *bytes, size_t size);
void raw_send_request(raw_peer *peer, const char *json, const char *id);

/* The next frame, in `peer->frame`. False if the connection ended before it. */
bool raw_read(raw_peer *peer);
/* The same, and fails the test if there is none. */
void raw_expect(raw_peer *peer);
/* Reads until the other side closes, and fails the test if it does not. Frames are skipped. */
void raw_expect_closed(raw_peer *peer);

/* The bytes of the last frame. */
const char *raw_frame_bytes(const raw_peer *peer);
/* An argument of the last frame, tag included. */
bool raw_argument_is(const raw_peer *peer, unsigned index, const char *text);

#endif
