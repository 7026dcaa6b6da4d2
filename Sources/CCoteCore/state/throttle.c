#include "state/throttle.h"

bool cote__throttle_pass(cote__throttle *throttle, cote__time now, uint64_t *untold)
{
    if (throttle->running && now - throttle->since < COTE__THROTTLE_PAUSE) {
        throttle->untold++;
        return false;
    }
    *untold = throttle->untold;
    *throttle = (cote__throttle){true, now, 0};
    return true;
}
