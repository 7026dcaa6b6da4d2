#include "mesh/gate.h"

#include <stdlib.h>

cote__gate *cote__gate_create(cote__component *component, size_t most,
                              void (*opened)(cote__component *component))
{
    cote__gate *gate = calloc(1, sizeof *gate);
    if (!gate) return NULL;
    atomic_init(&gate->references, 1);
    gate->component = component;
    gate->most = most;
    gate->opened = opened;
    return gate;
}

void cote__gate_close(cote__gate *gate)
{
    if (!gate) return;
    gate->component = NULL;
    cote__gate_release(gate);
}

void cote__gate_release(cote__gate *gate)
{
    if (gate && atomic_fetch_sub_explicit(&gate->references, 1, memory_order_acq_rel) == 1)
        free(gate);
}

/* MARK: tokens */

/* In a task of its own: a connection is not read on from inside a call. */
static void open_gate(cote__task *task)
{
    cote__gate *gate = COTE__CONTAINER(task, cote__gate, task);
    cote__component *component = gate->component;
    gate->opening = false;
    if (component) {
        gate->shut = gate->running >= gate->most;
        if (!gate->shut && gate->owner_waits) {
            gate->owner_waits = false;
            gate->opened(component);
        }
        cote__queue_node *node;
        while (!gate->shut && (node = cote__queue_pop(&gate->held))) {
            cote__gate_place *place = COTE__CONTAINER(node, cote__gate_place, node);
            place->held = false;
            cote__connection_resume(place->connection);
        }
    }
    cote__gate_release(gate);
}

void cote__gate_enter(cote__gate *gate)
{
    if (++gate->running >= gate->most) gate->shut = true;
}

void cote__gate_leave(cote__gate *gate)
{
    gate->running--;
    if (!gate->shut || gate->opening || !gate->component || gate->running >= gate->most) return;
    if (gate->held.count == 0 && !gate->owner_waits) {
        gate->shut = false;
        return;
    }
    gate->opening = true;
    gate->task.run = open_gate;
    atomic_fetch_add_explicit(&gate->references, 1, memory_order_relaxed);
    if (!cote__loop_post(gate->component->loop, &gate->task)) cote__gate_release(gate);
}

/* MARK: connections */

void cote__gate_arrive(cote__gate_place *place, cote__gate *gate, cote__connection *connection)
{
    *place = (cote__gate_place){.gate = gate, .connection = connection};
    if (!gate) return;
    atomic_fetch_add_explicit(&gate->references, 1, memory_order_relaxed);
    cote__connection_hold_while(connection, &gate->shut);
}

void cote__gate_hold(cote__gate_place *place)
{
    place->held = true;
    cote__queue_push(&place->gate->held, &place->node);
}

void cote__gate_depart(cote__gate_place *place)
{
    if (place->held) cote__queue_remove(&place->gate->held, &place->node);
    place->held = false;
}
