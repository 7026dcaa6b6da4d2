/*
 * recall.h - getting back whoever does not come by itself: a peer of Node.js that has lost its
 * connection comes only to an id that it does not know, so a listener takes a fresh one. On the
 * loop thread.
 */
#ifndef COTE_MESH_RECALL_H
#define COTE_MESH_RECALL_H

#include "mesh/component.h"
#include "net/timer.h"

struct cote__door;

/* Of one door, and embedded in it. */
typedef struct cote__recall {
    struct cote__door *door;
    cote__peer **peers; /* those that connect to it, owned */
    size_t count, capacity;
    cote__timer *timer; /* made when first needed */
    bool waiting;       /* the timer runs */
    cote__time last;    /* when the id was changed, */
    bool changed;       /* if ever */
} cote__recall;

/* Whoever would connect comes, changes or goes. */
void cote__recall_peer(cote__recall *recall, cote_peer_event event, cote__peer *peer);
/* A connection has ended, or could not be taken. */
void cote__recall_lost(cote__recall *recall);
void cote__recall_close(cote__recall *recall);

#endif
