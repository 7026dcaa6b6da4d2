/* status.h - what a component tells the monitors that it hears: whom it is connected to, and what
 * it has counted, as soon as a monitor is connected, and then every five seconds. On the loop
 * thread. */
#ifndef COTE_MESH_STATUS_H
#define COTE_MESH_STATUS_H

#include "mesh/link.h"

/* Embedded in its component. Does nothing, and costs nothing, until there is a monitor. */
typedef struct cote__status {
    cote__links monitors;
    const cote__links *partners; /* of which it tells; NULL: they come to it, which is not told */
    cote__timer *timer;          /* NULL before the first monitor */
    bool started;                /* the timer */
} cote__status;

void cote__status_init(cote__status *status, cote__component *component,
                       const cote__links *partners);
void cote__status_close(cote__status *status);
void cote__status_fini(cote__status *status);

#endif
