/* backoff.h - when a connection that was lost is tried again: at once, if it had served, and else
 * after delays that grow. */
#ifndef COTE_STATE_BACKOFF_H
#define COTE_STATE_BACKOFF_H

#include <stdbool.h>

#include "state/clock.h"

enum {
    COTE__BACKOFF_LEAST = 50,  /* ms, the first delay; and between two that are tried at once */
    COTE__BACKOFF_MOST = 2000, /* ms, the longest; and a connection that was open for longer than
                                  that has served, whatever came over it */
};

/* Zero-initialised has tried nothing yet. */
typedef struct cote__backoff {
    unsigned failures; /* in a row, since one served */
    bool breached;     /* the last one ended by a breach of the protocol: nothing makes it be tried
                          sooner */
    bool open;         /* it is connected, */
    cote__time opened_at; /* since then */
    bool served;          /* something sensible came over it */
    cote__time next;      /* when the next one may be tried at once */
} cote__backoff;

void cote__backoff_opened(cote__backoff *backoff, cote__time now);

/* What came over it is of use. */
static inline void cote__backoff_served(cote__backoff *backoff)
{
    backoff->served = true;
}

/*
 * The connection has ended, or was not made. Returns after how many ms it is to be tried again, at
 * most; 0: at once. That is for one that has served, or was the first, and ended without a `breach`
 * of the protocol; and if the same happens again and again, after the least delay each time.
 */
cote__time cote__backoff_lost(cote__backoff *backoff, cote__time now, bool breach);

/* Of a delay from above the half is kept, and the rest is left to chance, so that many do not come
 * together. `random` is evenly spread. */
cote__time cote__backoff_jitter(cote__time delay, uint64_t random);

#endif
