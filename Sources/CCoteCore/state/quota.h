/* quota.h - how many of something there are, and their bytes, counted from any thread in one step.
 */
#ifndef COTE_STATE_QUOTA_H
#define COTE_STATE_QUOTA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest bounds: what is over them while it is being refused still fits. */
#define COTE__QUOTA_MAX_COUNT (UINT64_C(1) << 25)
#define COTE__QUOTA_MAX_BYTES (UINT64_C(1) << 37)

/* Zero-initialised. */
typedef struct cote__quota {
    atomic_uint_least64_t taken; /* the count above the bytes */
} cote__quota;

/* One more, of so many bytes. False, and nothing is counted, when that is beyond a bound. */
bool cote__quota_take(cote__quota *quota, size_t bytes, uint64_t max_count, uint64_t max_bytes);
/* The same, whatever the bounds: it was counted before. */
void cote__quota_retake(cote__quota *quota, size_t bytes);
void cote__quota_give(cote__quota *quota, size_t bytes);
/* How many there are now. */
uint64_t cote__quota_count(const cote__quota *quota);

/* Whether so many are there that none fits: a glance, which may be outdated when it is used. */
bool cote__quota_is_full(const cote__quota *quota, uint64_t max_count, uint64_t max_bytes);

#endif
