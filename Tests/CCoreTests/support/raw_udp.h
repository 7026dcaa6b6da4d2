/* raw_udp.h - a peer like one of Node.js, as discovery sees it: datagrams from a socket. */
#ifndef COTE_TEST_RAW_UDP_H
#define COTE_TEST_RAW_UDP_H

#include "support/stage.h"

enum { RAW_DATAGRAM = 65536 };

/* A socket that sends from that IPv4 address, to be closed by close(2). */
int raw_udp_from(const char *address);
/* A socket that hears what everybody on the stage says, to be closed by close(2). */
int raw_udp_ear(const test_stage *stage);

/* To everybody on the stage. */
void raw_udp_send(const test_stage *stage, int fd, const void *bytes, size_t size);
void raw_udp_say(const test_stage *stage, int fd, const char *text);

/* The next datagram as text, with a zero. The test fails if none comes. */
void raw_udp_hear(int ear, char text[RAW_DATAGRAM]);
/* Skips datagrams until one has both texts in it (the second may be NULL). */
void raw_udp_await(int ear, const char *one, const char *other);
/* For an ear that was opened before the component of that id: until that is able to hear others. */
void raw_udp_await_hello(int ear, const char *iid);

/* What a component says of itself. `port` 0 is left out. */
typedef struct raw_hello {
    const char *iid, *name;
    const char *axon_type; /* "req", "rep"; NULL: it is a monitor, which has none */
    uint16_t port;
    bool ours;       /* it claims to be of this library */
    const char *key; /* as it is announced; NULL: "$$" */
} raw_hello;

void raw_say_hello(const test_stage *stage, int fd, const raw_hello *hello);
/* With further members for peers of this library, as in `"handles":[]`; NULL: none. */
void raw_say_hello_with(const test_stage *stage, int fd, const raw_hello *hello, const char *more);
void raw_say_bye(const test_stage *stage, int fd, const raw_hello *hello);

#endif
