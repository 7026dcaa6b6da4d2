/* unknown.h - telling of requests and messages that nobody here handles: each name once in a while,
 * since names come from the network, as many and as often as others like. */
#ifndef COTE_STATE_UNKNOWN_H
#define COTE_STATE_UNKNOWN_H

#include "state/clock.h"
#include "wire/slice.h"

enum { COTE__UNKNOWN_NAMES = 32, COTE__UNKNOWN_LINES = 8 /* a second, at most */ };

/* Zero-initialised. */
typedef struct cote__unknown {
    uint64_t told[COTE__UNKNOWN_NAMES]; /* hashes of the last names */
    unsigned next;
    cote__time second; /* when the lines were counted from */
    unsigned lines;
} cote__unknown;

/* Whether it is to be told of. Times that it is given never go back. */
bool cote__unknown_is_news(cote__unknown *unknown, cote__slice name, cote__time now);

#endif
