/* queue.h - first in, first out, and out of the middle too. */
#ifndef COTE_STATE_QUEUE_H
#define COTE_STATE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

/* Embedded in what is queued. Zero-initialised is in no queue. */
typedef struct cote__queue_node {
    struct cote__queue_node *next, *previous;
} cote__queue_node;

/* Intrusive, doubly linked, bounded. */
typedef struct cote__queue {
    cote__queue_node *head, *tail;
    size_t count;
    size_t limit; /* 0 for none */
} cote__queue;

bool cote__queue_push(cote__queue *queue, cote__queue_node *node); /* false when full */
/* Before all others, whatever the limit. */
void cote__queue_push_front(cote__queue *queue, cote__queue_node *node);
cote__queue_node *cote__queue_peek(const cote__queue *queue);
cote__queue_node *cote__queue_pop(cote__queue *queue);               /* NULL when empty */
void cote__queue_remove(cote__queue *queue, cote__queue_node *node); /* which must be in it */

/* The struct of type T that holds the node pointed to by P as its member M. */
#define COTE__CONTAINER(P, T, M) ((T *)((char *)(P)-offsetof(T, M)))

#endif
