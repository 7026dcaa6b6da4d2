/* mutation.h - hostile variants of good bytes, the same ones in every run. */
#ifndef COTE_TEST_MUTATION_H
#define COTE_TEST_MUTATION_H

#include <stddef.h>
#include <stdint.h>

/*
 * A copy of `bytes` with one to eight changes: bits flipped, bytes replaced, taken out, doubled, or
 * runs of them moved. Allocated to its exact size, so that a sanitizer sees a read behind it; to be
 * freed by the caller. `state` is a state of random.h.
 */
char *cote_test_mutate(uint64_t *state, const char *bytes, size_t size, size_t *mutated_size);

/* The same without changes. */
char *cote_test_exact_copy(const char *bytes, size_t size);

#endif
