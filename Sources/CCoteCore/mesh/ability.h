/* ability.h - which types of requests the peer of a link handles, as far as it says. On the loop
 * thread only. */
#ifndef COTE_MESH_ABILITY_H
#define COTE_MESH_ABILITY_H

#include "mesh/peer.h"
#include "state/abilities.h"

/* Embedded in a link. Zero-initialised is that of a peer that does not say. */
typedef struct cote__ability {
    bool says;                  /* else it may handle anything */
    bool by_connection;         /* it tells it there, and handles nothing before it has */
    cote__abilities *announced; /* by its hello */
    cote__abilities *told;      /* over the connection that is there */
} cote__ability;

void cote__ability_fini(cote__ability *ability);

/* What its hello says. `seed` is that of the hashes that it is asked with. */
void cote__ability_announced(cote__ability *ability, const cote__peer *peer, uint64_t seed);
/* What it tells over the connection; no list: nothing that makes sense. */
void cote__ability_told(cote__ability *ability, cote__slice list, uint64_t seed);
/* There is another connection, over which nothing was told yet. */
void cote__ability_opened(cote__ability *ability);

/* It is about to tell, and may well handle anything that is asked for. */
static inline bool cote__ability_is_awaited(const cote__ability *ability)
{
    return ability->by_connection && !ability->told;
}

/* `hash` is that of the type. */
static inline bool cote__ability_has(const cote__ability *ability, cote__slice type, uint64_t hash)
{
    if (!ability->says) return true;
    cote__abilities *known = ability->by_connection ? ability->told : ability->announced;
    return known && cote__abilities_include(known, type, hash);
}

#endif
