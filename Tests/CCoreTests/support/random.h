/* random.h - numbers that look random and are the same in every run, for tests. */
#ifndef COTE_TEST_RANDOM_H
#define COTE_TEST_RANDOM_H

#include <stdint.h>

/* The next of the sequence that `state` stands in; any state may start one. */
static inline uint64_t cote_test_random(uint64_t *state)
{
    uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

/* 0 to `bound` - 1. */
static inline uint64_t cote_test_random_below(uint64_t *state, uint64_t bound)
{
    return cote_test_random(state) % bound;
}

#endif
