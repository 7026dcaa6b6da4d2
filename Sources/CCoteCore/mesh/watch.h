/*
 * watch.h - who answers a request is told when nobody waits for the answer any more: the
 * requester's connection has ended, or the request's time is over. On the loop thread.
 */
#ifndef COTE_MESH_WATCH_H
#define COTE_MESH_WATCH_H

#include "mesh/door.h"
#include "net/timer.h"
#include "state/pending.h"

/* All of one responder. Zero-initialised but for `loop`. */
typedef struct cote__watches {
    cote_loop *loop;
    cote__pending timed; /* by their deadlines */
    cote__timer *timer;  /* of the earliest one; made for the first */
    cote__time timer_due;
    uint64_t next_number;
    cote__queue outliving; /* those whose connections have ended */
} cote__watches;

void cote__watches_init(cote__watches *watches, cote_loop *loop);
/* No deadline counts any more, and nobody waits but those with a connection. */
void cote__watches_close(cote__watches *watches);
void cote__watches_fini(cote__watches *watches);

/* A connection has ended: tells everybody who answers a request of it. */
void cote__watches_lost(cote__channel *channel);

typedef struct cote__watch_callbacks {
    void (*gone)(void *context);    /* NULL if nobody waits from the beginning */
    void (*release)(void *context); /* may be NULL */
    void *context;
} cote__watch_callbacks;

/* One request, owned by its reply token. `allowed`: ms from now, or COTE__NEVER. NULL when there is
 * no memory. */
typedef struct cote__watch cote__watch;
cote__watch *cote__watch_create(cote__watches *watches, cote__channel *channel, cote__time allowed,
                                const cote__watch_callbacks *callbacks);
/* It is not told when the connection has ended: the request may come again. */
void cote__watch_outlive(cote__watch *watch);
/* The token is used up. `gone` is not called from now on, and `release` at the end of this turn, if
 * it was not called before. When the loop has ended it was: then this may be any thread. */
void cote__watch_end(cote__watch *watch);

#endif
