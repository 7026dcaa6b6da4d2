/* hash.h - a fast hash for tables whose keys come from the network. */
#ifndef COTE_STATE_HASH_H
#define COTE_STATE_HASH_H

#include <stdint.h>

#include "wire/slice.h"

/* With a seed that nobody outside knows, nobody can make up keys that all fall into one chain. */
uint64_t cote__hash(uint64_t seed, cote__slice bytes);

#endif
