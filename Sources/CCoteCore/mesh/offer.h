/* offer.h - the types that a responder handles, told to requesters: in its hello or, if they are
 * too many for that, over their connections. On the loop thread only. */
#ifndef COTE_MESH_OFFER_H
#define COTE_MESH_OFFER_H

#include "mesh/door.h"
#include "mesh/handlers.h"

/* Embedded in its component. */
typedef struct cote__offer {
    cote__component *component;
    const cote__handlers *handlers;
    cote__door *door;
    cote__timer *timer; /* NULL when it is not open */
    bool due;           /* the timer is set */
    cote__time last;    /* when a change was told; 0 for never */
    cote__buffer list;  /* what was told, JSON */
    cote__buffer frame; /* the same, for connections; empty when the hello has it all */
} cote__offer;

void cote__offer_init(cote__offer *offer, cote__component *component,
                      const cote__handlers *handlers, cote__door *door);
void cote__offer_fini(cote__offer *offer);

/* Before the component enters discovery, so that its first hello tells too. */
void cote__offer_open(cote__offer *offer);
void cote__offer_close(cote__offer *offer);

/* A handler came or went: told soon too. */
void cote__offer_changed(cote__offer *offer);
/* What was not told yet of that is told now: it is about to be said for the first time. */
void cote__offer_first(cote__offer *offer);
/* A connection came. */
void cote__offer_tell(const cote__offer *offer, const cote__channel *channel);

#endif
