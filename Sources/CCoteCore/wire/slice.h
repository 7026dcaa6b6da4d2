/* slice.h - borrowed bytes. */
#ifndef COTE_WIRE_SLICE_H
#define COTE_WIRE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct cote__slice {
    const char *data; /* borrowed; NULL means absent, which differs from empty */
    size_t size;
} cote__slice;

static inline cote__slice cote__slice_of(const char *text)
{
    return (cote__slice){text, text ? strlen(text) : 0};
}

static inline bool cote__slice_equal(cote__slice a, cote__slice b)
{
    return a.size == b.size && (a.data == NULL) == (b.data == NULL) &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

#endif
