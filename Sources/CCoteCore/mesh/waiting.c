#include "mesh/waiting.h"

#include <stdlib.h>

#include "state/hash.h"

enum { LEAST_BUCKETS = 16 };

/* MARK: what is wanted */

static uint64_t hash_of(const cote__wants *wants)
{
    uint64_t seed = wants->hash + (wants->ours_only ? 1 : 0) + (wants->handler ? 2 : 0);
    return wants->subset ? cote__hash(seed, cote__slice_of(wants->subset)) : seed;
}

static bool same(const cote__wants *one, const cote__wants *other)
{
    return one->ours_only == other->ours_only && one->handler == other->handler &&
           cote__slice_equal(one->type, other->type) &&
           cote__slice_equal(cote__slice_of(one->subset), cote__slice_of(other->subset));
}

/* MARK: the table */

static cote__waiting **bucket_of(const cote__waitings *self, uint64_t hash)
{
    return &self->buckets[(size_t)hash & (self->bucket_count - 1)];
}

static bool grow(cote__waitings *self)
{
    size_t count = self->bucket_count ? self->bucket_count * 2 : LEAST_BUCKETS;
    cote__waiting **buckets = calloc(count, sizeof *buckets);
    if (!buckets) return self->bucket_count > 0; /* long chains are slow, but right */
    free(self->buckets);
    self->buckets = buckets;
    self->bucket_count = count;
    for (cote__waiting *waiting = self->first; waiting; waiting = waiting->next) {
        cote__waiting **bucket = bucket_of(self, waiting->hash);
        waiting->chained = *bucket;
        *bucket = waiting;
    }
    return true;
}

void cote__waitings_fini(cote__waitings *waitings)
{
    free(waitings->buckets);
}

/* MARK: the list */

static void unlink_waiting(cote__waitings *self, cote__waiting *waiting)
{
    *(waiting->previous ? &waiting->previous->next : &self->first) = waiting->next;
    *(waiting->next ? &waiting->next->previous : &self->last) = waiting->previous;
}

static void link_last(cote__waitings *self, cote__waiting *waiting)
{
    waiting->previous = self->last;
    *(self->last ? &self->last->next : &self->first) = waiting;
    self->last = waiting;
}

void cote__waiting_prefer(cote__waitings *self, cote__waiting *waiting)
{
    if (self->first == waiting) return;
    unlink_waiting(self, waiting);
    waiting->previous = NULL;
    waiting->next = self->first;
    self->first->previous = waiting;
    self->first = waiting;
}

/* MARK: coming and going */

static cote__waiting *create(const cote__wants *wants, uint64_t hash)
{
    size_t subset = wants->subset ? strlen(wants->subset) + 1 : 0;
    cote__waiting *self = calloc(1, sizeof *self + wants->type.size + subset);
    if (!self) return NULL;
    self->hash = hash;
    self->wants = *wants;
    self->wants.type.data = memcpy(self->text, wants->type.data, wants->type.size);
    if (wants->subset)
        self->wants.subset = memcpy(self->text + wants->type.size, wants->subset, subset);
    return self;
}

cote__waiting *cote__waiting_for(cote__waitings *self, const cote__wants *wants)
{
    uint64_t hash = hash_of(wants);
    if (self->count >= self->bucket_count && !grow(self)) return NULL;
    cote__waiting **bucket = bucket_of(self, hash);
    for (cote__waiting *waiting = *bucket; waiting; waiting = waiting->chained)
        if (waiting->hash == hash && same(&waiting->wants, wants)) return waiting;
    cote__waiting *waiting = create(wants, hash);
    if (!waiting) return NULL;
    waiting->chained = *bucket;
    *bucket = waiting;
    link_last(self, waiting);
    self->count++;
    if (cote__wants_is_picky(wants)) self->picky++;
    return waiting;
}

void cote__waiting_leave(cote__waitings *self, cote__waiting *waiting, cote__queue_node *node)
{
    cote__queue_remove(&waiting->queue, node);
    if (waiting->queue.count > 0) return;
    cote__waiting **link = bucket_of(self, waiting->hash);
    while (*link != waiting) link = &(*link)->chained;
    *link = waiting->chained;
    unlink_waiting(self, waiting);
    self->count--;
    if (cote__wants_is_picky(&waiting->wants)) self->picky--;
    free(waiting);
}
