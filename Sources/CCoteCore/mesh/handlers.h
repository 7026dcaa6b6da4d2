/*
 * handlers.h - callbacks that are asked for by a pattern of names (types of requests, topics of
 * messages), in the order in which they came, from on to off. On the loop thread, but for on and
 * off.
 */
#ifndef COTE_MESH_HANDLERS_H
#define COTE_MESH_HANDLERS_H

#include "mesh/component.h"

/* Of whatever type its owner calls it as. */
typedef void (*cote__handler_cb)(void);

typedef struct cote__handler {
    cote__task task; /* on its way to the list */
    struct cote__handlers *list;
    struct cote__handler *next;
    uint64_t number;
    cote__handler_cb callback;
    void (*release)(void *context);
    void *context;
    bool over;    /* taken back, perhaps by one that is being called */
    bool literal; /* the pattern matches itself only */
    size_t pattern_size;
    char pattern[];
} cote__handler;

/* Embedded in its component. */
typedef struct cote__handlers {
    cote__component *component;
    void (*changed)(cote__component *component); /* one came or went; may be NULL */
    cote__handler *head, **tail;
    atomic_uint_least64_t next_number;
    bool some_over;
} cote__handlers;

void cote__handlers_init(cote__handlers *handlers, cote__component *component,
                         void (*changed)(cote__component *component));
/* Releases them all: just before on_close. */
void cote__handlers_end(cote__handlers *handlers);

/* cote_responder_on and cote_subscriber_on; `what` is what a pattern is called there. */
int cote__handlers_on(cote__handlers *handlers, const char *what, const char *pattern,
                      cote__handler_cb callback, void (*release)(void *context), void *context,
                      uint64_t *number);
int cote__handlers_off(cote__handlers *handlers, uint64_t number);

/*
 * A walk through those that match a name. Whoever is called may take any of them back, which is not
 * called then; those that come meanwhile are not in the walk; it ends when the component closes.
 * May be copied, to look ahead.
 */
typedef struct cote__handlers_walk {
    cote__handlers *handlers;
    cote__slice name;
    cote__handler **link, **end;
} cote__handlers_walk;
cote__handlers_walk cote__handlers_walk_begin(cote__handlers *handlers, cote__slice name);
const cote__handler *cote__handlers_walk_next(cote__handlers_walk *walk); /* NULL at its end */
/* Frees those that were taken back; outside of any callback. */
void cote__handlers_walk_end(cote__handlers_walk *walk);

#endif
