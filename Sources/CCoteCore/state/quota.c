#include "state/quota.h"

enum { SHIFT = 38 /* above the bytes */ };

static uint64_t one(size_t bytes)
{
    return (UINT64_C(1) << SHIFT) + bytes;
}

static uint64_t count_of(uint64_t taken)
{
    return taken >> SHIFT;
}

static uint64_t bytes_of(uint64_t taken)
{
    return taken & ((UINT64_C(1) << SHIFT) - 1);
}

bool cote__quota_take(cote__quota *quota, size_t bytes, uint64_t max_count, uint64_t max_bytes)
{
    uint64_t before = atomic_fetch_add_explicit(&quota->taken, one(bytes), memory_order_relaxed);
    if (count_of(before) < max_count && bytes <= max_bytes && bytes_of(before) <= max_bytes - bytes)
        return true;
    cote__quota_give(quota, bytes);
    return false;
}

void cote__quota_retake(cote__quota *quota, size_t bytes)
{
    atomic_fetch_add_explicit(&quota->taken, one(bytes), memory_order_relaxed);
}

void cote__quota_give(cote__quota *quota, size_t bytes)
{
    atomic_fetch_sub_explicit(&quota->taken, one(bytes), memory_order_relaxed);
}

bool cote__quota_is_full(const cote__quota *quota, uint64_t max_count, uint64_t max_bytes)
{
    uint64_t taken = atomic_load_explicit(&quota->taken, memory_order_relaxed);
    return count_of(taken) >= max_count || bytes_of(taken) >= max_bytes;
}

uint64_t cote__quota_count(const cote__quota *quota)
{
    return count_of(atomic_load_explicit(&quota->taken, memory_order_relaxed));
}
