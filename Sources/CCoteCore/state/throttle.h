/* throttle.h - telling of what comes as often as others like, once a second. */
#ifndef COTE_STATE_THROTTLE_H
#define COTE_STATE_THROTTLE_H

#include <stdbool.h>

#include "state/clock.h"

enum { COTE__THROTTLE_PAUSE = 1000 /* ms */ };

/* Zero-initialised. */
typedef struct cote__throttle {
    bool running;
    cote__time since; /* the last that was told */
    uint64_t untold;  /* those that came after it */
} cote__throttle;

/* One more came. Whether to tell of it; if so, `*untold` is how many came since the last that was.
 * Times that it is given never go back. */
bool cote__throttle_pass(cote__throttle *throttle, cote__time now, uint64_t *untold);

#endif
