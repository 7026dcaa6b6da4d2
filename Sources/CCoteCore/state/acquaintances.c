#include "state/acquaintances.h"

cote__acquaintance *cote__acquaintances_find(cote__acquaintances *all, uint64_t place)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].place == place) return &all->items[i];
    return NULL;
}

static bool is_seed(const cote__acquaintance *one, cote__time now)
{
    return now < one->seed_until;
}

static cote__acquaintance *add(cote__acquaintances *all, uint64_t place, cote__time now)
{
    if (all->count == COTE__ACQUAINTANCES) return NULL;
    cote__acquaintance *one = &all->items[all->count++];
    *one = (cote__acquaintance){.place = place, .added = now};
    return one;
}

cote__acquaintance *cote__acquaintances_seed(cote__acquaintances *all, uint64_t place,
                                             cote__time until, cote__time now)
{
    cote__acquaintance *one = cote__acquaintances_find(all, place);
    if (!one) one = add(all, place, now);
    if (one) one->seed_until = until;
    return one;
}

void cote__acquaintances_hear_of(cote__acquaintances *all, uint64_t place, cote__time now)
{
    size_t strangers = 0;
    for (size_t i = 0; i < all->count; i++)
        strangers += !all->items[i].proven && !is_seed(&all->items[i], now);
    if (strangers < COTE__STRANGERS && !cote__acquaintances_find(all, place)) add(all, place, now);
}

cote__acquaintance *cote__acquaintances_heard(cote__acquaintances *all, uint64_t place,
                                              cote__time now, bool *is_new)
{
    cote__acquaintance *one = cote__acquaintances_find(all, place);
    if (!one) one = add(all, place, now);
    if (!one) return NULL;
    *is_new = !one->proven;
    one->proven = true;
    one->heard = now;
    one->tries = 0;
    return one;
}

void cote__acquaintances_expire(cote__acquaintances *all, cote__time now)
{
    for (size_t i = all->count; i > 0; i--) {
        cote__acquaintance *one = &all->items[i - 1];
        if (one->proven && now - one->heard > all->patience) {
            one->proven = false;
            one->echo = 0;
            one->added = now; /* and is a stranger again */
        }
        if (!one->proven && !is_seed(one, now) && now - one->added >= COTE__STRANGER_TIME)
            *one = all->items[--all->count];
    }
}

bool cote__acquaintance_is_due(cote__acquaintance *one, cote__time now)
{
    if (one->proven) return !one->relayed;
    if (is_seed(one, now)) return true;
    return one->tries++ < COTE__STRANGER_TRIES;
}
