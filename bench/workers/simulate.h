/* simulate.h - peers that are not there. */
#ifndef BENCH_SIMULATE_H
#define BENCH_SIMULATE_H

#include "wire/buffer.h"

/* The hello of a requester of this library that has a key of its own. The caller frees it by
 * cote__buffer_fini. */
cote__buffer simulated_hello(unsigned number);

#endif
