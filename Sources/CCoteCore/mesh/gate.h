/*
 * gate.h - how many requests a responder handles at once. When they are as many as may be, its
 * connections are not read on, so that TCP holds up those who send; when one is through, they are,
 * each in its turn. On the loop thread, but for references.
 */
#ifndef COTE_MESH_GATE_H
#define COTE_MESH_GATE_H

#include "mesh/component.h"
#include "net/connection.h"
#include "state/queue.h"

/* Counted: reply tokens outlive their responder. */
typedef struct cote__gate {
    atomic_uint references;
    size_t running, most; /* reply tokens that are not used up */
    bool shut;
    bool opening;               /* `task` is on its way */
    cote__component *component; /* NULL once it closes */
    void (*opened)(cote__component *component);
    bool owner_waits; /* for `opened`, which sets it anew if it still does */
    cote__queue held; /* connections that are not read, the next one first */
    cote__task task;
} cote__gate;

/* A connection's place at the gate. Embedded in what owns the connection. */
typedef struct cote__gate_place {
    cote__gate *gate; /* NULL: there is none */
    cote__connection *connection;
    cote__queue_node node;
    bool held;
} cote__gate_place;

/* `opened` is called first when it opens, if `owner_waits`. One reference; NULL when there is no
 * memory. */
cote__gate *cote__gate_create(cote__component *component, size_t most,
                              void (*opened)(cote__component *component));
/* It opens no more; gives up the reference. NULL is allowed. */
void cote__gate_close(cote__gate *gate);
void cote__gate_release(cote__gate *gate); /* NULL is allowed */

/* A token was made, or is used up. */
void cote__gate_enter(cote__gate *gate);
void cote__gate_leave(cote__gate *gate);

/* A connection begins, is not read any more because the gate is shut, or has ended. */
void cote__gate_arrive(cote__gate_place *place, cote__gate *gate, cote__connection *connection);
void cote__gate_hold(cote__gate_place *place);
void cote__gate_depart(cote__gate_place *place);

#endif
