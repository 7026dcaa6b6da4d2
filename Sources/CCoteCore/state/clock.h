/* clock.h - time as a parameter: monotonic milliseconds, from any origin. */
#ifndef COTE_STATE_CLOCK_H
#define COTE_STATE_CLOCK_H

#include <stdint.h>

typedef uint64_t cote__time; /* ms */

#define COTE__NEVER UINT64_MAX

#endif
