#include "state/queue.h"

bool cote__queue_push(cote__queue *queue, cote__queue_node *node)
{
    if (queue->limit > 0 && queue->count >= queue->limit) return false;
    node->next = NULL;
    node->previous = queue->tail;
    if (queue->tail)
        queue->tail->next = node;
    else
        queue->head = node;
    queue->tail = node;
    queue->count++;
    return true;
}

void cote__queue_push_front(cote__queue *queue, cote__queue_node *node)
{
    *node = (cote__queue_node){.next = queue->head};
    if (queue->head)
        queue->head->previous = node;
    else
        queue->tail = node;
    queue->head = node;
    queue->count++;
}

cote__queue_node *cote__queue_peek(const cote__queue *queue)
{
    return queue->head;
}

cote__queue_node *cote__queue_pop(cote__queue *queue)
{
    cote__queue_node *node = queue->head;
    if (node) cote__queue_remove(queue, node);
    return node;
}

void cote__queue_remove(cote__queue *queue, cote__queue_node *node)
{
    if (node->previous)
        node->previous->next = node->next;
    else
        queue->head = node->next;
    if (node->next)
        node->next->previous = node->previous;
    else
        queue->tail = node->previous;
    *node = (cote__queue_node){NULL, NULL};
    queue->count--;
}
