#include "state/backoff.h"

void cote__backoff_opened(cote__backoff *backoff, cote__time now)
{
    backoff->open = true;
    backoff->opened_at = now;
}

cote__time cote__backoff_lost(cote__backoff *backoff, cote__time now, bool breach)
{
    bool was_open = backoff->open;
    backoff->open = false;
    backoff->breached = breach;
    if (was_open && now - backoff->opened_at > COTE__BACKOFF_MOST) backoff->failures = 0;
    if (backoff->failures == 0 && was_open && !breach) {
        backoff->failures = 1;
        return 0;
    }
    if (backoff->failures == 0) backoff->failures = 1;
    cote__time delay = COTE__BACKOFF_LEAST;
    for (unsigned i = 1; i < backoff->failures && delay < COTE__BACKOFF_MOST; i++) delay *= 2;
    if (delay >= COTE__BACKOFF_MOST) return COTE__BACKOFF_MOST;
    backoff->failures++;
    return delay;
}

cote__time cote__backoff_jitter(cote__time delay, uint64_t random)
{
    return delay - random % (delay / 2 + 1);
}
