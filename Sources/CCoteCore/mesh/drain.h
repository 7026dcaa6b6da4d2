/*
 * drain.h - the slow end of a component: it takes nothing new, sees to it that what is under way
 * ends, and then closes, at the deadline whatever is left.
 */
#ifndef COTE_MESH_DRAIN_H
#define COTE_MESH_DRAIN_H

#include "net/timer.h"

struct cote__component;

/* Embedded in its component. Zero-initialised. */
typedef struct cote__drain {
    cote__task task; /* on its way to the loop */
    cote__time deadline;
    cote__timer *timer; /* while it drains: then it holds the component */
} cote__drain;

/* From any thread. Nothing if it drains or closes already. */
void cote__component_drain(struct cote__component *component, uint32_t duration_ms);

/* On the loop thread: it closes. */
void cote__drain_end(struct cote__component *component);

#endif
