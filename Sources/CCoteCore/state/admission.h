/*
 * admission.h - which peers that nobody knows yet are let in: of each address so many a second, and
 * at first ten times as many at once. Of those that were turned away, who comes again is let in
 * sooner: peers say hello again and again, and whoever makes up new ones all the time does not.
 */
#ifndef COTE_STATE_ADMISSION_H
#define COTE_STATE_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>

#include "state/clock.h"
#include "wire/slice.h"

enum { COTE__ADMISSION_SOURCES = 256, COTE__ADMISSION_BURST = 10 /* times the rate */ };

/* Those who may pass: in thousandths, so that they grow by the rate in each ms. */
typedef struct cote__bucket {
    uint64_t passes;
    cote__time filled; /* when they were counted; 0 for never */
    uint32_t source;
} cote__bucket;

typedef struct cote__admission {
    uint32_t rate;   /* of each address, a second; set before the first, as the next */
    uint64_t key[2]; /* random, so that nobody can tell whom others are taken for */
    cote__bucket sources[COTE__ADMISSION_SOURCES];
    cote__bucket again;    /* of all who come again, ten times the rate */
    uint32_t *turned_away; /* hashes of their ids; NULL until there are any */
} cote__admission;

void cote__admission_fini(cote__admission *admission);

/* Whether a new peer of that id is let in, from that address (0: that is not known, and any is).
 * Times never go back. */
bool cote__admission_pass(cote__admission *admission, uint32_t source, cote__slice iid,
                          cote__time now);

#endif
