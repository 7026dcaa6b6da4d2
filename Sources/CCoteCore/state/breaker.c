#include "state/breaker.h"

static void open_for(cote__breaker *breaker, cote__time pause, cote__time now)
{
    breaker->state = COTE__BREAKER_OPEN;
    breaker->pause = pause;
    breaker->until = now + pause;
}

bool cote__breaker_failed(cote__breaker *breaker, const cote__breaker_limits *limits,
                          cote__time now)
{
    if (limits->failures == 0 || breaker->state == COTE__BREAKER_OPEN) return false;
    if (breaker->state == COTE__BREAKER_CLOSED) {
        if (++breaker->failures < limits->failures) return false;
        open_for(breaker, limits->pause, now);
        return true;
    }
    bool may_double = breaker->pause <= limits->longest / 2;
    open_for(breaker, may_double ? breaker->pause * 2 : limits->longest, now);
    return true;
}

void cote__breaker_answered(cote__breaker *breaker)
{
    *breaker = (cote__breaker){0};
}

void cote__breaker_tick(cote__breaker *breaker, cote__time now)
{
    if (breaker->state == COTE__BREAKER_OPEN && now >= breaker->until)
        breaker->state = COTE__BREAKER_HALF_OPEN;
}

void cote__breaker_sent(cote__breaker *breaker)
{
    if (breaker->state == COTE__BREAKER_HALF_OPEN) breaker->state = COTE__BREAKER_TRYING;
}

void cote__breaker_idle(cote__breaker *breaker)
{
    if (breaker->state == COTE__BREAKER_TRYING) breaker->state = COTE__BREAKER_HALF_OPEN;
}

bool cote__breaker_is_shut(const cote__breaker *breaker)
{
    return breaker->state == COTE__BREAKER_OPEN || breaker->state == COTE__BREAKER_TRYING;
}
