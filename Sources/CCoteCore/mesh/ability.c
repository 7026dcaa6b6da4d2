#include "mesh/ability.h"

static void replace(cote__abilities **known, cote__slice list, uint64_t seed)
{
    cote__abilities_destroy(*known);
    *known = list.data ? cote__abilities_create(list, seed) : NULL;
}

void cote__ability_fini(cote__ability *ability)
{
    cote__abilities_destroy(ability->announced);
    cote__abilities_destroy(ability->told);
}

void cote__ability_announced(cote__ability *ability, const cote__peer *peer, uint64_t seed)
{
    ability->by_connection = cote__peer_tells_handles(peer);
    replace(&ability->announced, cote__slice_of(cote__peer_public(peer)->handles), seed);
    ability->says = ability->by_connection || ability->announced;
}

/* Whether the hello that belongs to it has come yet or is still to come does not matter: it stays
 * until the next one. */
void cote__ability_told(cote__ability *ability, cote__slice list, uint64_t seed)
{
    if (list.data && list.size <= COTE__ABILITIES_MOST) replace(&ability->told, list, seed);
}

void cote__ability_opened(cote__ability *ability)
{
    replace(&ability->told, (cote__slice){NULL, 0}, 0);
}
