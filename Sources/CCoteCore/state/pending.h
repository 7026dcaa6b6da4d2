/* pending.h - requests under way, by number and by deadline. */
#ifndef COTE_STATE_PENDING_H
#define COTE_STATE_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/clock.h"

/* Embedded in the request's own struct, which the owner allocates and frees. */
typedef struct cote__pending_entry {
    uint64_t number;                  /* unique in its table; set by the owner */
    cote__time deadline;              /* COTE__NEVER for none; set by the owner */
    size_t heap_index;                /* the table's own, as is: */
    struct cote__pending_entry *next; /* chain in its bucket */
} cote__pending_entry;

/* Zero-initialised is empty. A hash by number; a binary heap by deadline, holding only entries that
 * have one. */
typedef struct cote__pending {
    cote__pending_entry **buckets;
    size_t bucket_count;
    size_t first_used; /* no bucket before this one has entries */
    cote__pending_entry **heap;
    size_t heap_size, heap_capacity;
    size_t count;
} cote__pending;

void cote__pending_fini(cote__pending *table); /* frees the table's memory, not the entries */
bool cote__pending_add(cote__pending *table,
                       cote__pending_entry *entry); /* false: no memory; nothing changed */
cote__pending_entry *cote__pending_find(const cote__pending *table, uint64_t number);
void cote__pending_remove(cote__pending *table, cote__pending_entry *entry);

/* The earliest deadline, or COTE__NEVER. */
cote__time cote__pending_next_deadline(const cote__pending *table);
/* Removes and returns one entry whose deadline is at or before `now`, or NULL: call until NULL. */
cote__pending_entry *cote__pending_expire(cote__pending *table, cote__time now);
/* Any one entry, or NULL when empty: for emptying the table. Removes it. */
cote__pending_entry *cote__pending_pop(cote__pending *table);

#endif
