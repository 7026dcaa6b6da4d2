#include "mesh/handlers.h"

#include <stdlib.h>

#include "state/queue.h"
#include "wire/error.h"
#include "wire/topic.h"

/* MARK: who matches */

static bool matches(const cote__handler *handler, cote__slice name)
{
    cote__slice pattern = {handler->pattern, handler->pattern_size};
    return handler->literal ? cote__slice_equal(pattern, name) : cote__topic_matches(pattern, name);
}

cote__handlers_walk cote__handlers_walk_begin(cote__handlers *handlers, cote__slice name)
{
    return (cote__handlers_walk){handlers, name, &handlers->head, handlers->tail};
}

const cote__handler *cote__handlers_walk_next(cote__handlers_walk *walk)
{
    while (walk->link != walk->end) {
        const cote__handler *handler = *walk->link;
        walk->link = &(*walk->link)->next;
        if (handler->over || !matches(handler, walk->name)) continue;
        return cote__component_is_closing(walk->handlers->component) ? NULL : handler;
    }
    return NULL;
}

/* MARK: the list */

/* All of them are out of the list before the first is released: a release may call on and off. */
static void sweep(cote__handlers *handlers)
{
    cote__handler *over = NULL, **last = &over, **link = &handlers->head;
    handlers->some_over = false;
    while (*link) {
        cote__handler *handler = *link;
        if (!handler->over) {
            link = &handler->next;
            continue;
        }
        *link = handler->next;
        *last = handler;
        last = &handler->next;
    }
    *last = NULL;
    handlers->tail = link;
    while (over) {
        cote__handler *handler = over;
        over = handler->next;
        if (handler->release) handler->release(handler->context);
        free(handler);
    }
}

void cote__handlers_walk_end(cote__handlers_walk *walk)
{
    if (walk->handlers->some_over) sweep(walk->handlers);
}

void cote__handlers_init(cote__handlers *handlers, cote__component *component,
                         void (*changed)(cote__component *component))
{
    handlers->component = component;
    handlers->changed = changed;
    handlers->tail = &handlers->head;
}

void cote__handlers_end(cote__handlers *handlers)
{
    for (cote__handler *handler = handlers->head; handler; handler = handler->next)
        handler->over = true;
    sweep(handlers);
}

/* MARK: on */

static void add_task(cote__task *task)
{
    cote__handler *handler = COTE__CONTAINER(task, cote__handler, task);
    cote__handlers *handlers = handler->list;
    *handlers->tail = handler;
    handlers->tail = &handler->next;
    if (handlers->changed) handlers->changed(handlers->component);
    cote__component_exit(handlers->component);
}

int cote__handlers_on(cote__handlers *handlers, const char *what, const char *pattern,
                      cote__handler_cb callback, void (*release)(void *context), void *context,
                      uint64_t *number)
{
    if (!callback) return cote__fail(COTE_EINVAL, "callback: NULL");
    if (!pattern || !*pattern)
        return cote__fail(COTE_EINVAL, "%s: is required, and not empty", what);
    if (!cote__component_enter(handlers->component)) return COTE_ECLOSED;
    size_t size = strlen(pattern);
    cote__handler *handler = malloc(sizeof *handler + size);
    if (!handler) {
        cote__component_exit(handlers->component);
        return cote__fail(COTE_ENOMEM, "handler");
    }
    *handler = (cote__handler){
        .task.run = add_task,
        .list = handlers,
        .number = atomic_fetch_add(&handlers->next_number, 1),
        .callback = callback,
        .release = release,
        .context = context,
        .literal = !strchr(pattern, '*'),
        .pattern_size = size,
    };
    memcpy(handler->pattern, pattern, size);
    if (number) *number = handler->number;
    if (cote_loop_is_current(handlers->component->loop))
        add_task(&handler->task);
    else
        cote__loop_post(handlers->component->loop, &handler->task);
    return COTE_OK;
}

/* MARK: off */

typedef struct removal {
    cote__task task;
    cote__handlers *handlers;
    uint64_t number;
} removal;

static void mark_over(cote__handlers *handlers, uint64_t number)
{
    for (cote__handler *handler = handlers->head; handler; handler = handler->next)
        if (handler->number == number) handler->over = handlers->some_over = true;
}

static void remove_task(cote__task *task)
{
    removal self = *(removal *)task;
    free(task);
    mark_over(self.handlers, self.number);
    if (self.handlers->some_over) sweep(self.handlers);
    if (self.handlers->changed) self.handlers->changed(self.handlers->component);
    cote__component_exit(self.handlers->component);
}

int cote__handlers_off(cote__handlers *handlers, uint64_t number)
{
    if (!cote__component_enter(handlers->component)) return COTE_ECLOSED;
    removal *self = malloc(sizeof *self);
    if (!self) {
        cote__component_exit(handlers->component);
        return cote__fail(COTE_ENOMEM, "removal");
    }
    *self = (removal){{NULL, remove_task}, handlers, number};
    if (cote_loop_is_current(handlers->component->loop)) mark_over(handlers, number);
    cote__loop_post(handlers->component->loop, &self->task);
    return COTE_OK;
}
