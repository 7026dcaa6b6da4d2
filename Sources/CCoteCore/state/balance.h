/* balance.h - who gets the next request. */
#ifndef COTE_STATE_BALANCE_H
#define COTE_STATE_BALANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/clock.h"

/* What a policy knows of a candidate. Embedded in it. */
typedef struct cote__load {
    size_t pending;     /* requests that it has not answered */
    double latency;     /* ms; jumps up to a slow answer and sinks slowly; 0 before the first one */
    cote__time updated; /* when `latency` was */
} cote__load;

/* An answer came after `latency` ms. */
void cote__load_answered(cote__load *load, double latency, cote__time now);

/*
 * A policy sees candidates by their index only, 0 to count-1 in a stable order, and asks for the
 * load of each that it considers: NULL is one that must not be chosen. It returns the index of its
 * choice, or COTE__NOBODY.
 */
#define COTE__NOBODY SIZE_MAX

typedef const cote__load *(*cote__candidate)(const void *context, size_t index);

typedef struct cote__balancer {
    size_t (*choose)(struct cote__balancer *self, size_t count, cote__candidate candidate,
                     const void *context);
    size_t next;     /* where the circle goes on */
    uint64_t random; /* state of the generator */
    cote__time now;  /* set by the owner before each choice by latency */
} cote__balancer;

/* Each in turn, as Node's requester does. */
void cote__balancer_init_round_robin(cote__balancer *balancer);

/* The one with the fewest unanswered requests; among equals each in turn. Node's
 * PendingBalancedRequester. */
void cote__balancer_init_least_pending(cote__balancer *balancer);

/*
 * Of two taken at random, the one whose latency, counted once for each unanswered request and for
 * the next, is less. Two random choices spread a load nearly as well as the best of all would, and
 * do not make everybody run to the same one. Node's TimeBalancedRequester, but by a moving average.
 */
void cote__balancer_init_least_latency(cote__balancer *balancer, uint64_t seed);

#endif
