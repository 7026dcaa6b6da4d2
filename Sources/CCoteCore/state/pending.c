#include "state/pending.h"

#include <stdlib.h>

enum { LEAST_BUCKETS = 16, LEAST_HEAP = 16 };

static const size_t NOT_IN_HEAP = SIZE_MAX;

/* MARK: the hash */

/* Numbers come one after the other: multiplied by the golden ratio, their upper bits spread evenly.
 */
static size_t bucket_of(uint64_t number, size_t bucket_count)
{
    unsigned bits = (unsigned)__builtin_ctzll(bucket_count);
    return (size_t)(number * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits));
}

static void chain(cote__pending *table, cote__pending_entry *entry)
{
    size_t bucket = bucket_of(entry->number, table->bucket_count);
    entry->next = table->buckets[bucket];
    table->buckets[bucket] = entry;
    if (bucket < table->first_used) table->first_used = bucket;
}

static bool grow_buckets(cote__pending *table)
{
    size_t before = table->bucket_count, count = before ? before * 2 : LEAST_BUCKETS;
    cote__pending_entry **old = table->buckets, **buckets = calloc(count, sizeof *buckets);
    if (!buckets) return old != NULL; /* long chains are slow, but right */
    table->buckets = buckets;
    table->bucket_count = count;
    table->first_used = count;
    for (size_t i = 0; i < before; i++) {
        cote__pending_entry *next;
        for (cote__pending_entry *entry = old[i]; entry; entry = next) {
            next = entry->next;
            chain(table, entry);
        }
    }
    free(old);
    return true;
}

static void unchain(cote__pending *table, cote__pending_entry *entry)
{
    cote__pending_entry **link = &table->buckets[bucket_of(entry->number, table->bucket_count)];
    while (*link != entry) link = &(*link)->next;
    *link = entry->next;
    entry->next = NULL;
}

/* MARK: the heap */

static void place(cote__pending *table, size_t index, cote__pending_entry *entry)
{
    table->heap[index] = entry;
    entry->heap_index = index;
}

static void sift_up(cote__pending *table, size_t index, cote__pending_entry *entry)
{
    while (index > 0) {
        size_t parent = (index - 1) / 2;
        if (table->heap[parent]->deadline <= entry->deadline) break;
        place(table, index, table->heap[parent]);
        index = parent;
    }
    place(table, index, entry);
}

static void sift_down(cote__pending *table, size_t index, cote__pending_entry *entry)
{
    for (;;) {
        size_t child = index * 2 + 1;
        if (child >= table->heap_size) break;
        if (child + 1 < table->heap_size &&
            table->heap[child + 1]->deadline < table->heap[child]->deadline)
            child++;
        if (entry->deadline <= table->heap[child]->deadline) break;
        place(table, index, table->heap[child]);
        index = child;
    }
    place(table, index, entry);
}

static bool grow_heap(cote__pending *table)
{
    size_t capacity = table->heap_capacity ? table->heap_capacity * 2 : LEAST_HEAP;
    cote__pending_entry **heap = realloc(table->heap, capacity * sizeof *heap);
    if (!heap) return false;
    table->heap = heap;
    table->heap_capacity = capacity;
    return true;
}

/* The last one takes the place that becomes free, and moves to where it belongs. */
static void heap_remove(cote__pending *table, cote__pending_entry *entry)
{
    size_t index = entry->heap_index;
    cote__pending_entry *last = table->heap[--table->heap_size];
    entry->heap_index = NOT_IN_HEAP;
    if (last == entry) return;
    if (last->deadline < entry->deadline)
        sift_up(table, index, last);
    else
        sift_down(table, index, last);
}

/* MARK: the table */

void cote__pending_fini(cote__pending *table)
{
    free(table->buckets);
    free(table->heap);
    *table = (cote__pending){0};
}

bool cote__pending_add(cote__pending *table, cote__pending_entry *entry)
{
    bool timed = entry->deadline != COTE__NEVER;
    if (timed && table->heap_size == table->heap_capacity && !grow_heap(table)) return false;
    if (table->count >= table->bucket_count && !grow_buckets(table)) return false;
    chain(table, entry);
    entry->heap_index = NOT_IN_HEAP;
    if (timed) sift_up(table, table->heap_size++, entry);
    table->count++;
    return true;
}

cote__pending_entry *cote__pending_find(const cote__pending *table, uint64_t number)
{
    if (table->count == 0) return NULL;
    cote__pending_entry *entry = table->buckets[bucket_of(number, table->bucket_count)];
    while (entry && entry->number != number) entry = entry->next;
    return entry;
}

void cote__pending_remove(cote__pending *table, cote__pending_entry *entry)
{
    unchain(table, entry);
    if (entry->heap_index != NOT_IN_HEAP) heap_remove(table, entry);
    table->count--;
}

cote__time cote__pending_next_deadline(const cote__pending *table)
{
    return table->heap_size > 0 ? table->heap[0]->deadline : COTE__NEVER;
}

cote__pending_entry *cote__pending_expire(cote__pending *table, cote__time now)
{
    if (table->heap_size == 0 || table->heap[0]->deadline > now) return NULL;
    cote__pending_entry *entry = table->heap[0];
    cote__pending_remove(table, entry);
    return entry;
}

cote__pending_entry *cote__pending_pop(cote__pending *table)
{
    if (table->count == 0) return NULL;
    while (!table->buckets[table->first_used]) table->first_used++;
    cote__pending_entry *entry = table->buckets[table->first_used];
    cote__pending_remove(table, entry);
    return entry;
}
