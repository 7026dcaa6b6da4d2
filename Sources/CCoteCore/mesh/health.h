/*
 * health.h - who of those that a component is connected to is passed over, and who is given up:
 * the hung, the silent, and those whose requests fail. On the loop thread.
 *
 * Discovery tells who is not heard; that alone ends nothing while bytes of him come over the
 * connection. Peers of ours are asked for some.
 */
#ifndef COTE_MESH_HEALTH_H
#define COTE_MESH_HEALTH_H

#include "mesh/link.h"

/* Its hellos are missing, or it has said goodbye: bytes must come. */
void cote__health_quiet(cote__link *link);
/* A hello came. */
void cote__health_back(cote__link *link);
/* Nothing is held against it any more, and the user is not told. */
void cote__health_clear(cote__link *link);
/* A connection to it is being made. */
void cote__health_tried(cote__link *link);
/* A part of a frame has come. */
void cote__health_partial(cote__link *link);
/* What came over its connection, or went, is not what was written. */
void cote__health_broken(cote__link *link);
/* Its connection has ended, and what was sent over it is not taken from it yet. */
void cote__health_lost(cote__link *link);
/* A request to it has timed out. */
void cote__health_failed(cote__link *link);
/* The component closes. */
void cote__health_close(cote__links *links);

/* For the three below. */
void cote__health_watch(cote__link *link);
void cote__health_recovered(cote__link *link);
void cote__health_idle(cote__link *link);

/* A request was written to it. */
static inline void cote__health_sent(cote__link *link)
{
    if (!link->links->watched || link->suspected) cote__health_watch(link);
}

/* It has answered a request, be it with an error. */
static inline void cote__health_answered(cote__link *link)
{
    if (link->breaker.failures > 0) cote__health_recovered(link);
}

/* A request to it is over, whatever became of it. */
static inline void cote__health_relieved(cote__link *link)
{
    if (link->suspected && link->load.pending == 0) cote__health_idle(link);
}

#endif
