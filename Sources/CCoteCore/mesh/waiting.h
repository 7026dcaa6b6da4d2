/* waiting.h - requests that wait, by the kind of responder that they wait for: those that wait in
 * vain are in nobody's way. */
#ifndef COTE_MESH_WAITING_H
#define COTE_MESH_WAITING_H

#include "state/queue.h"
#include "wire/slice.h"

/* What a request wants of its responder. */
typedef struct cote__wants {
    cote__slice type;
    uint64_t hash;      /* of the type */
    const char *subset; /* that the responder must announce; NULL: any will do */
    bool ours_only;     /* another peer would not understand it, or would die of it */
    bool handler;       /* it fails when nobody known handles the type */
} cote__wants;

/* All that want the same. It is there as long as there is one. */
typedef struct cote__waiting {
    struct cote__waiting *next, *previous, *chained;
    cote__queue queue;
    cote__wants wants; /* with bytes of its own */
    uint64_t hash;     /* of all that they want */
    char text[];
} cote__waiting;

/* Zero-initialised is empty. */
typedef struct cote__waitings {
    cote__waiting *first, *last; /* the ones that were sent from last come first */
    size_t count;
    size_t picky;            /* those of `count` that can wait in vain, and then fail */
    cote__waiting **buckets; /* a hash table */
    size_t bucket_count;
} cote__waitings;

void cote__waitings_fini(cote__waitings *waitings); /* when it is empty */

/* Where those go that want that; made if it is not there. NULL when there is no memory. */
cote__waiting *cote__waiting_for(cote__waitings *waitings, const cote__wants *wants);
/* Some of it were sent, and more are to be: soon found. */
void cote__waiting_prefer(cote__waitings *waitings, cote__waiting *waiting);
/* Takes one out of it, and lets it go when it was the last. */
void cote__waiting_leave(cote__waitings *waitings, cote__waiting *waiting, cote__queue_node *node);

static inline bool cote__wants_is_picky(const cote__wants *wants)
{
    return wants->ours_only || wants->handler;
}

#endif
