#include "mesh/drain.h"

#include "mesh/component.h"
#include "state/queue.h"

enum {
    LOOK = 10 /* ms, from one look at what is left to the next */
};

/* Calls that were let in before it began to drain may be on their way still. */
static bool is_over(cote__component *component)
{
    return atomic_load(&component->calls) == 0 && component->kind->is_drained(component);
}

static void look(void *context)
{
    cote__component *component = context;
    cote__drain *self = &component->drain;
    cote__time now = cote__now();
    if (is_over(component)) {
        cote__component_close(component);
    } else if (now >= self->deadline) {
        cote__component_log(component, COTE_LOG_WARNING,
                            "%s closes before all was done: the time to drain is over",
                            component->settings.name);
        cote__component_close(component);
    } else {
        cote__time left = self->deadline - now;
        cote__timer_start(self->timer, left < LOOK ? left : LOOK);
    }
}

static void begin(cote__task *task)
{
    cote__component *component = COTE__CONTAINER(task, cote__component, drain.task);
    cote__component_exit(component);
    if (cote__component_is_closing(component)) return;
    component->drain.timer = cote__timer_create(component->loop, look, component);
    if (!component->drain.timer) { /* no memory to wait with */
        cote__component_close(component);
        return;
    }
    cote__component_hold(component);
    if (component->kind->drain) component->kind->drain(component);
    look(component);
}

void cote__component_drain(cote__component *component, uint32_t duration_ms)
{
    if (duration_ms == 0) {
        cote__component_close(component);
        return;
    }
    if (!cote__component_enter(component)) return;
    if (atomic_exchange(&component->draining, true)) {
        cote__component_exit(component);
        return;
    }
    component->drain.deadline = cote__now() + duration_ms;
    component->drain.task.run = begin;
    cote__loop_post(component->loop, &component->drain.task);
}

void cote__drain_end(cote__component *component)
{
    if (!component->drain.timer) return;
    cote__timer_destroy(component->drain.timer);
    component->drain.timer = NULL;
    cote__component_release(component);
}
