#include "state/backoff.h"

void cote__backoff_opened(cote__backoff *backoff, cote__time now)
{
    backoff->open = true;
    backoff->opened_at = now;
}

static bool had_served(const cote__backoff *backoff, cote__time now, bool breach)
{
    if (!backoff->open) return false;
    return (backoff->served && !breach) || now - backoff->opened_at > COTE__BACKOFF_MOST;
}

static cote__time at_once(cote__backoff *backoff, cote__time now)
{
    cote__time delay = backoff->next > now ? backoff->next - now : 0;
    backoff->next = now + delay + COTE__BACKOFF_LEAST;
    return delay;
}

cote__time cote__backoff_lost(cote__backoff *backoff, cote__time now, bool breach)
{
    bool was_open = backoff->open;
    if (had_served(backoff, now, breach)) backoff->failures = 0;
    bool is_first = backoff->failures == 0;
    backoff->open = backoff->served = false;
    backoff->breached = breach;
    if (is_first) backoff->failures = 1;
    if (is_first && was_open && !breach) return at_once(backoff, now);
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
