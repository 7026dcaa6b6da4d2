/* recent.h - requests that came lately, by their ids: so many of the last ones. */
#ifndef COTE_STATE_RECENT_H
#define COTE_STATE_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The id of a request of ours, IID:N. */
typedef struct cote__recent_key {
    uint8_t iid[16];
    uint64_t number;
} cote__recent_key;

/* Whoever was remembered first is forgotten first. Zero-initialised remembers nothing. */
typedef struct cote__recent {
    struct cote__recent_entry *entries; /* a ring */
    uint32_t *buckets;                  /* of chains of them */
    size_t capacity, bucket_count;
    size_t count, next; /* entries, and the place of the next one */
    uint64_t seed[2];
} cote__recent;

/* For `capacity` ids, at most 2^31. The seed is random, so that nobody can send ids that all fall
 * into one chain. False when there is no memory. */
bool cote__recent_init(cote__recent *recent, size_t capacity, const uint64_t seed[2]);
/* Hands every value to `release`, which may be NULL. */
void cote__recent_fini(cote__recent *recent, void (*release)(void *value));

/* What was put under that id last, or NULL. */
void *cote__recent_find(const cote__recent *recent, const cote__recent_key *key);
/* Remembers a value, not NULL; returns the one that is forgotten for it, or NULL. */
void *cote__recent_put(cote__recent *recent, const cote__recent_key *key, void *value);

#endif
