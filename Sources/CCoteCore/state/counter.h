/* counter.h - a number that one thread changes, and any may read. */
#ifndef COTE_STATE_COUNTER_H
#define COTE_STATE_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

/* Zero-initialised is zero. */
typedef struct cote__counter {
    atomic_uint_least64_t value;
} cote__counter;

/* With one writer there is nothing to lock: it costs what a plain number would. */
static inline void cote__counter_add(cote__counter *counter, uint64_t count)
{
    uint64_t before = atomic_load_explicit(&counter->value, memory_order_relaxed);
    atomic_store_explicit(&counter->value, before + count, memory_order_relaxed);
}

static inline void cote__counter_subtract(cote__counter *counter, uint64_t count)
{
    cote__counter_add(counter, 0 - count);
}

static inline uint64_t cote__counter_read(const cote__counter *counter)
{
    return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

#endif
