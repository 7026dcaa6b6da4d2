#include "state/hash.h"

/* Eight bytes a step. What is multiplied depends on the seed. */
uint64_t cote__hash(uint64_t seed, cote__slice bytes)
{
    const uint64_t odd = UINT64_C(0xd6e8feb86659fd93), step = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t key = seed, value = seed ^ bytes.size * odd;
    size_t at = 0;
    while (at < bytes.size) {
        uint64_t word = 0;
        if (bytes.size - at >= sizeof word)
            memcpy(&word, bytes.data + at, sizeof word);
        else
            memcpy(&word, bytes.data + at, bytes.size - at);
        key += step; /* another one for each place */
        uint64_t keyed = word + key;
        value = (value ^ word) * odd + (keyed >> 32) * (keyed & UINT32_MAX);
        at += sizeof word;
    }
    value ^= value >> 32;
    value *= odd;
    return value ^ value >> 29;
}
