#include "state/histogram.h"

#include <stdbool.h>

enum {
    WINDOW = 10000, /* ms */
    PARTS = 8,      /* buckets of a power of two */
    PART_BITS = 3,
    LARGEST_BITS = 31
};

/* MARK: buckets */

static unsigned bucket_of(uint64_t value)
{
    if (value < PARTS) return (unsigned)value;
    unsigned exponent = 63 - (unsigned)__builtin_clzll(value);
    if (exponent > LARGEST_BITS) return COTE__HISTOGRAM_BUCKETS - 1;
    unsigned part = (unsigned)(value >> (exponent - PART_BITS)) % PARTS;
    return (exponent - PART_BITS + 1) * PARTS + part;
}

static uint64_t middle_of(unsigned bucket)
{
    if (bucket < PARTS) return bucket;
    unsigned shift = bucket / PARTS - 1;
    uint64_t least = (uint64_t)(PARTS + bucket % PARTS) << shift;
    return least + ((uint64_t)1 << shift) / 2;
}

/* MARK: writing */

static void clear(cote__histogram_window *window, cote__time now)
{
    for (unsigned i = 0; i < COTE__HISTOGRAM_BUCKETS; i++)
        atomic_store_explicit(&window->buckets[i], 0, memory_order_relaxed);
    atomic_store_explicit(&window->began.value, now, memory_order_relaxed);
}

void cote__histogram_add(cote__histogram *histogram, uint64_t value, cote__time now)
{
    cote__histogram_window *window = &histogram->windows[histogram->current];
    if (now - cote__counter_read(&window->began) >= WINDOW) {
        histogram->current = !histogram->current;
        window = &histogram->windows[histogram->current];
        clear(window, now);
    }
    atomic_uint_least32_t *bucket = &window->buckets[bucket_of(value)];
    uint32_t before = atomic_load_explicit(bucket, memory_order_relaxed);
    atomic_store_explicit(bucket, before + 1, memory_order_relaxed);
}

/* MARK: reading */

/* The writer's clock may be ahead of the reader's. */
static bool is_recent(const cote__histogram_window *window, cote__time now)
{
    cote__time began = cote__counter_read(&window->began);
    return began > now || now - began < 2 * WINDOW;
}

void cote__histogram_read(const cote__histogram *histogram, cote__time now, unsigned count,
                          const double *fractions, uint64_t *values)
{
    uint64_t buckets[COTE__HISTOGRAM_BUCKETS] = {0}, total = 0;
    for (unsigned w = 0; w < 2; w++) {
        const cote__histogram_window *window = &histogram->windows[w];
        if (!is_recent(window, now)) continue;
        for (unsigned i = 0; i < COTE__HISTOGRAM_BUCKETS; i++) {
            uint32_t here = atomic_load_explicit(&window->buckets[i], memory_order_relaxed);
            buckets[i] += here;
            total += here;
        }
    }
    unsigned bucket = 0;
    uint64_t passed = buckets[0];
    for (unsigned i = 0; i < count; i++) {
        double rank = fractions[i] * (double)total;
        while (bucket < COTE__HISTOGRAM_BUCKETS - 1 && ((double)passed < rank || passed == 0))
            passed += buckets[++bucket];
        values[i] = total > 0 ? middle_of(bucket) : 0;
    }
}
