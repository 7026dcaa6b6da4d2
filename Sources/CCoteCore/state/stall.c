#include "state/stall.h"

enum {
    NODE_TIMEOUTS = 3,
    LEAST = 2000, /* ms; what is lost is sent again after 0.2, 0.6 and 1.4 s */
    ENOUGH = 3,   /* times that it was asked for room in vain */
    COARSE = 20   /* ms that the system's clock of answers may be off */
};

cote__time cote__stall_most(cote__time node_timeout)
{
    cote__time most = NODE_TIMEOUTS * node_timeout;
    return most > LEAST ? most : LEAST;
}

static bool has_answered(const cote__stall *stall, const cote__delivery *delivery, cote__time now)
{
    cote__time so_far = now > stall->since ? now - stall->since : 0;
    return delivery->silence <= so_far + COARSE;
}

/*
 * What is in flight, and has room there, is to be taken: that something else comes in the meantime
 * proves nothing, since the other side may send again what it does not know to have arrived. Where
 * there is no room any answer will do.
 */
static bool has_moved(const cote__stall *stall, const cote__delivery *delivery, bool due,
                      cote__time now)
{
    return delivery->taken != stall->taken || due != stall->due ||
           (!due && has_answered(stall, delivery, now));
}

/*
 * The longer there is no room, the less often the system asks, or sends again what there was none
 * for: the last answer may be old although each attempt got one. So the last attempts must have got
 * none.
 */
static bool was_in_vain(const cote__delivery *delivery, bool due)
{
    if (due) return true;
    if (delivery->in_flight > 0) return delivery->silence > delivery->pause;
    return delivery->unanswered >= ENOUGH;
}

bool cote__stall_judge(cote__stall *stall, const cote__delivery *delivery, cote__time most,
                       cote__time now)
{
    bool due = delivery->in_flight > 0 && delivery->room;
    if (delivery->in_flight == 0 && delivery->unsent == 0) {
        stall->since = 0;
        return false;
    }
    if (!stall->since || has_moved(stall, delivery, due, now))
        *stall = (cote__stall){now, delivery->taken, due};
    return now - stall->since >= most && was_in_vain(delivery, due);
}
