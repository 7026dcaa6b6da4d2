/* counters.h - what a component has done so far, and is doing. */
#ifndef COTE_COUNTERS_H
#define COTE_COUNTERS_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Everything counts from the component's beginning, but for what is marked "now". What belongs to
 * another kind of component is 0. Read by cote_requester_counters and the like: each number is
 * right by itself, while the next may have moved on already.
 */
typedef struct cote_counters {
    size_t size; /* sizeof(cote_counters) */

    /* A requester's: of what was sent, every request is in one of the next four. */
    uint64_t requests_sent;          /* that cote_requester_send has accepted */
    uint64_t requests_answered;      /* with a value */
    uint64_t requests_failed;        /* the sum of the failed_... */
    uint64_t requests_queued;        /* now: wait to be written to a responder */
    uint64_t requests_in_flight;     /* now: written, and wait for the answer */
    uint64_t failed_remote;          /* COTE_EREMOTE */
    uint64_t failed_timed_out;       /* COTE_ETIMEDOUT */
    uint64_t failed_canceled;        /* COTE_ECANCELED */
    uint64_t failed_connection_lost; /* COTE_ECONNLOST */
    uint64_t failed_closed;          /* COTE_ECLOSED */
    uint64_t failed_unsupported;     /* COTE_EUNSUPPORTED */
    uint64_t failed_otherwise;
    /* Of those that were answered in the last 10 to 20 seconds, errors included, from when they
     * were written until the answer was read; µs, about 6% exact. 0: there were none. */
    uint64_t latency_p50, latency_p99;

    /* A responder's. */
    uint64_t requests_received; /* whatever was in them */
    uint64_t requests_replied;  /* answers that went out, errors among them */
    uint64_t replied_errors;
    uint64_t requests_running; /* now: handed to handlers, and the requester waits for the answer */

    uint64_t messages_published; /* a publisher's: handed to those who were connected */
    /* A publisher's: that a subscriber was too slow for (`max_unsent` of the options), each once
     * for each subscriber that was to get it. */
    uint64_t messages_dropped;
    uint64_t messages_received; /* a subscriber's: that it subscribes to */

    /* Everybody's; a monitor's connections to it, and a component's to monitors, apart. */
    uint64_t bytes_received, bytes_sent; /* of its connections, taken from and by the system */
    uint64_t connections;                /* now: partners that are connected, */
    uint64_t unix_connections;           /* and of those over unix sockets of this host */
} cote_counters;

#ifdef __cplusplus
}
#endif

/* To be filled in: `cote_counters counters = COTE_COUNTERS_INIT;` */
/* clang-format off */
#ifdef __cplusplus
#define COTE_COUNTERS_INIT cote_counters_init()
static inline cote_counters cote_counters_init()
{
    cote_counters counters = cote_counters();
    counters.size = sizeof counters;
    return counters;
}
#else
#define COTE_COUNTERS_INIT {.size = sizeof(cote_counters)}
#endif
/* clang-format on */

#endif
