/** What a test has to know of the heap, which Swift's Glibc module does not show. */
#ifndef COTE_TEST_HEAP_H
#define COTE_TEST_HEAP_H

#include <stddef.h>

/** Bytes in use on the heap of this process, over all of its arenas; 0 under a sanitizer with a
 * heap of its own. */
size_t heap_in_use(void);

#endif
