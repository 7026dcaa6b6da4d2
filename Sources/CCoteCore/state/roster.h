/* roster.h - who is there: peers by their id, with the time they were last heard. */
#ifndef COTE_STATE_ROSTER_H
#define COTE_STATE_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/clock.h"
#include "state/queue.h"
#include "wire/slice.h"

/* A peer as the roster keeps it; what its hello said is the owner's, behind `value`. */
typedef struct cote__roster_peer {
    void *value; /* the owner's; passed to `release` when the peer goes */
    cote__time last_seen;
    bool suspected; /* by cote__roster_suspect; stays when it is heard again, until the owner sees
                       to it */
    uint64_t raw_hash; /* of the last datagram and its source */
    char *raw;         /* the last datagram, so that an equal one costs no parsing */
    size_t raw_size;
    uint64_t source; /* where it came from: IPv4 address << 16 | port, or any number that identifies
                        it */
    char *iid;
    size_t iid_size;
    struct cote__roster_peer *next_by_iid, *next_by_raw;
    cote__queue *list; /* one of the roster's two */
    cote__queue_node by_age;
} cote__roster_peer;

/* The time that its functions are given never goes back. */
typedef struct cote__roster {
    cote__roster_peer **by_iid, **by_raw; /* two hash tables of `bucket_count` chains */
    size_t bucket_count;
    size_t count;
    size_t raw_bytes;     /* of all their last datagrams */
    cote__queue ages;     /* the one that was heard longest ago first */
    cote__queue suspects; /* likewise; all of them were heard longer ago than those in `ages` */
    uint64_t seed; /* of the hashes: random, set before the first peer, so that nobody can send
                      peers that all fall into one chain */
} cote__roster;    /* zero-initialised is empty */

void cote__roster_fini(cote__roster *roster, void (*release)(void *context, void *value),
                       void *context);

/* If this very datagram was the last one of a peer from that source: refreshes it and returns it,
 * else NULL. */
cote__roster_peer *cote__roster_refresh(cote__roster *roster, uint64_t source, cote__slice datagram,
                                        cote__time now);

/*
 * The peer of that iid with this datagram as its last one, heard now; made if it was not there
 * (`*added`, value NULL). NULL when memory ran out. The owner sets `value`.
 */
cote__roster_peer *cote__roster_hear(cote__roster *roster, cote__slice iid, uint64_t source,
                                     cote__slice datagram, cote__time now, bool *added);
/* Whether there is room for one more, with a datagram of that size: of `most` peers with datagrams
 * of 4 KiB on the average. */
bool cote__roster_has_room(const cote__roster *roster, size_t most, size_t size);
cote__roster_peer *cote__roster_find(const cote__roster *roster, cote__slice iid);

/* Takes a peer out and returns its value. The pointer is dead afterwards. */
void *cote__roster_remove(cote__roster *roster, cote__roster_peer *peer);

/* The peer that was heard longest ago, if that is longer than `timeout` at `now`, or NULL: call,
 * remove, until NULL. */
cote__roster_peer *cote__roster_silent(const cote__roster *roster, cote__time now,
                                       cote__time timeout);

/*
 * The peer that was heard longest ago of those that are not suspected, if that is longer than
 * `after` at `now`: from now on it is. Or NULL: call until NULL.
 */
cote__roster_peer *cote__roster_suspect(cote__roster *roster, cote__time now, cote__time after);
/* When one of those was heard that are not suspected, the longest ago; COTE__NEVER if there is
 * none.
 */
cote__time cote__roster_oldest(const cote__roster *roster);

/* Visits all, in no order; the visitor must not change the roster. */
void cote__roster_each(const cote__roster *roster,
                       void (*visit)(void *context, cote__roster_peer *peer), void *context);

#endif
