/* acquaintances.h - the places that are greeted by unicast: seeds, those that others told of, and
 * those that have proved that they hear at their address. */
#ifndef COTE_STATE_ACQUAINTANCES_H
#define COTE_STATE_ACQUAINTANCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/clock.h"

enum {
    COTE__ACQUAINTANCES = 256,  /* all of them */
    COTE__STRANGERS = 64,       /* those of them that others told of, and that did not answer yet */
    COTE__STRANGER_TRIES = 3,   /* so often one of these is greeted */
    COTE__STRANGER_TIME = 60000 /* ms, before it may be tried again */
};

typedef struct cote__acquaintance {
    uint64_t place;
    uint64_t echo;         /* its proof; 0: not heard yet */
    cote__time seed_until; /* it is a seed until then */
    cote__time added, heard;
    bool proven;  /* it was heard, lately */
    bool awaits;  /* the owner's: it has not been told of all components yet */
    bool relayed; /* through another process of this host, which greets it for us */
    unsigned tries;
} cote__acquaintance;

/* Zero-initialised but for `patience`. Times never go back. */
typedef struct cote__acquaintances {
    cote__acquaintance items[COTE__ACQUAINTANCES];
    size_t count;
    cote__time patience; /* one that was not heard for that long is not proven any more */
} cote__acquaintances;

cote__acquaintance *cote__acquaintances_find(cote__acquaintances *all, uint64_t place);
/* NULL when there are too many. */
cote__acquaintance *cote__acquaintances_seed(cote__acquaintances *all, uint64_t place,
                                             cote__time until, cote__time now);
/* One that somebody told of, if it is unknown. */
void cote__acquaintances_hear_of(cote__acquaintances *all, uint64_t place, cote__time now);
/* It has proved itself. `*is_new` if it was not proven before. NULL when there are too many. */
cote__acquaintance *cote__acquaintances_heard(cote__acquaintances *all, uint64_t place,
                                              cote__time now, bool *is_new);
/* Forgets whoever is neither a seed nor heard of lately. Call it before a round of greetings. */
void cote__acquaintances_expire(cote__acquaintances *all, cote__time now);
/* Whether it is to be greeted in this round; counts it. */
bool cote__acquaintance_is_due(cote__acquaintance *one, cote__time now);

#endif
