#include "state/recent.h"

#include <stdlib.h>
#include <string.h>

#include "state/siphash.h"

enum { NONE = 0 }; /* entries are counted from 1 in chains */

typedef struct cote__recent_entry {
    cote__recent_key key;
    void *value;
    uint32_t next; /* in its chain */
} entry;

static uint32_t *bucket_of(const cote__recent *recent, const cote__recent_key *key)
{
    uint64_t hash = cote__siphash(recent->seed, key, sizeof *key);
    return &recent->buckets[hash & (recent->bucket_count - 1)];
}

static bool equal(const cote__recent_key *one, const cote__recent_key *other)
{
    return one->number == other->number && memcmp(one->iid, other->iid, sizeof one->iid) == 0;
}

bool cote__recent_init(cote__recent *recent, size_t capacity, const uint64_t seed[2])
{
    size_t buckets = 1;
    while (buckets < capacity) buckets *= 2;
    *recent = (cote__recent){
        .entries = calloc(capacity, sizeof *recent->entries),
        .buckets = calloc(buckets, sizeof *recent->buckets),
        .capacity = capacity,
        .bucket_count = buckets,
        .seed = {seed[0], seed[1]},
    };
    if (recent->entries && recent->buckets) return true;
    cote__recent_fini(recent, NULL);
    return false;
}

void cote__recent_fini(cote__recent *recent, void (*release)(void *value))
{
    for (size_t i = 0; release && i < recent->count; i++) release(recent->entries[i].value);
    free(recent->entries);
    free(recent->buckets);
    *recent = (cote__recent){0};
}

void *cote__recent_find(const cote__recent *recent, const cote__recent_key *key)
{
    if (recent->count == 0) return NULL;
    for (uint32_t at = *bucket_of(recent, key); at != NONE; at = recent->entries[at - 1].next)
        if (equal(&recent->entries[at - 1].key, key)) return recent->entries[at - 1].value;
    return NULL;
}

static void unchain(cote__recent *recent, uint32_t number)
{
    entry *going = &recent->entries[number - 1];
    uint32_t *link = bucket_of(recent, &going->key);
    while (*link != number) link = &recent->entries[*link - 1].next;
    *link = going->next;
}

void *cote__recent_put(cote__recent *recent, const cote__recent_key *key, void *value)
{
    uint32_t number = (uint32_t)recent->next + 1;
    entry *self = &recent->entries[recent->next];
    void *forgotten = NULL;
    if (recent->count == recent->capacity) {
        unchain(recent, number);
        forgotten = self->value;
    } else {
        recent->count++;
    }
    recent->next = (recent->next + 1) % recent->capacity;
    uint32_t *bucket = bucket_of(recent, key);
    *self = (entry){*key, value, *bucket};
    *bucket = number;
    return forgotten;
}
