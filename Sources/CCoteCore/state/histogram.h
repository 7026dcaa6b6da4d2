/*
 * histogram.h - how long things took lately. Each eighth of a power of two has a bucket, so that a
 * value is kept with an error of 6%, whatever its size. Two windows of ten seconds take turns: what
 * is read is of the last ten to twenty. One thread writes, and any may read meanwhile.
 */
#ifndef COTE_STATE_HISTOGRAM_H
#define COTE_STATE_HISTOGRAM_H

#include "state/clock.h"
#include "state/counter.h"

enum { COTE__HISTOGRAM_BUCKETS = 240 /* up to 2^32; what is larger is in the last one */ };

typedef struct cote__histogram_window {
    cote__counter began; /* ms */
    atomic_uint_least32_t buckets[COTE__HISTOGRAM_BUCKETS];
} cote__histogram_window;

/* Zero-initialised is empty. */
typedef struct cote__histogram {
    cote__histogram_window windows[2];
    unsigned current; /* the writer's */
} cote__histogram;

void cote__histogram_add(cote__histogram *histogram, uint64_t value, cote__time now);

/* For each fraction from 0 to 1, in ascending order, the value that so many are at most; 0 when
 * there is none. */
void cote__histogram_read(const cote__histogram *histogram, cote__time now, unsigned count,
                          const double *fractions, uint64_t *values);

#endif
