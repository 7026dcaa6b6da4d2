/* peer.h - another system that does the same work; each of these ends with the process. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "bench.h"

int peer_responder(const bench_work *work);
int peer_requester(const bench_work *work);
int peer_publisher(const bench_work *work);
int peer_subscriber(const bench_work *work);

/* Prints what failed, and ends the process. */
void peer_fail(const char *what, const char *why) __attribute__((noreturn));

/* When the requests that are under way were sent, for systems that answer in order. */
typedef struct peer_times {
    uint64_t *sent_at;
    size_t capacity, oldest, count;
} peer_times;
void peer_times_init(peer_times *times, size_t capacity);
void peer_times_push(peer_times *times, uint64_t now);
uint64_t peer_times_pop(peer_times *times);

#endif
