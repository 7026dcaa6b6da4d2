/* balance.h - who gets the next request. */
#ifndef COTE_STATE_BALANCE_H
#define COTE_STATE_BALANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A policy sees candidates by their index only, 0 to count-1 in a stable order, and asks `eligible`
 * about each that it considers. It returns the index of its choice, or COTE__NOBODY.
 */
#define COTE__NOBODY SIZE_MAX

typedef bool (*cote__eligible)(const void *context, size_t index);

typedef struct cote__balancer {
    size_t (*choose)(struct cote__balancer *self, size_t count, cote__eligible eligible,
                     const void *context);
    size_t next; /* of round robin */
} cote__balancer;

/* Each eligible candidate in turn, as Node's requester does. */
void cote__balancer_init_round_robin(cote__balancer *balancer);

#endif
