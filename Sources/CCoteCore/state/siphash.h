/* siphash.h - a keyed hash whose values nobody can guess who does not have the key (SipHash-2-4).
 */
#ifndef COTE_STATE_SIPHASH_H
#define COTE_STATE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t cote__siphash(const uint64_t key[2], const void *data, size_t size);

#endif
