/*
 * guard.h - keeps a door from those that only take up room: more connections than may be, frames
 * that begin and stop, connections that nothing reaches any more, and such as say nothing, from
 * where nobody is announced. On the loop thread.
 */
#ifndef COTE_MESH_GUARD_H
#define COTE_MESH_GUARD_H

#include "mesh/component.h"
#include "wire/boundary.h"

struct cote__door;
struct cote__channel;

/* Embedded in its door. Zero-initialised. */
typedef struct cote__guard {
    cote__timer *timer; /* NULL until the first connection comes */
    bool running;
    bool asking;   /* who is announced */
    bool troubled; /* the system has nothing left for one more connection */
    bool pressed;  /* there was no room for one more when the timer was started */
} cote__guard;

/* Whether one more connection may come; it does now. */
bool cote__guard_admit(struct cote__door *door);
/* The system has nothing left for one more connection, or has again. */
void cote__guard_trouble(struct cote__door *door, bool troubled);
/* A connection tells how much was written over another one, and is told the same in return. That
 * one is closed if it is broken. */
void cote__guard_answer(struct cote__channel *asking, const cote__boundary *boundary);
void cote__guard_close(struct cote__door *door);

#endif
