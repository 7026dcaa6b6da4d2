/* breaker.h - a circuit breaker: who fails again and again is passed over for a growing time, and
 * then tried by one request. */
#ifndef COTE_STATE_BREAKER_H
#define COTE_STATE_BREAKER_H

#include <stdbool.h>

#include "state/clock.h"

typedef struct cote__breaker_limits {
    unsigned failures; /* in a row, that open it; 0: it never opens */
    cote__time pause; /* ms, of the first opening; each one after a failed trial is twice as long */
    cote__time longest; /* ms, of any */
} cote__breaker_limits;

typedef enum cote__breaker_state {
    COTE__BREAKER_CLOSED,    /* all is well */
    COTE__BREAKER_OPEN,      /* passed over */
    COTE__BREAKER_HALF_OPEN, /* one request may try it */
    COTE__BREAKER_TRYING     /* that one is under way */
} cote__breaker_state;

/* Zero-initialised is closed. */
typedef struct cote__breaker {
    cote__breaker_state state;
    unsigned failures; /* in a row */
    cote__time pause;  /* of the last opening */
    cote__time until;  /* when an open one becomes half-open */
} cote__breaker;

/* A request failed. True if it opened, or opened again. What was sent before it opened may fail
 * while it is open; that says nothing new. */
bool cote__breaker_failed(cote__breaker *breaker, const cote__breaker_limits *limits,
                          cote__time now);
/* A request was answered: closed, and everything is forgotten. */
void cote__breaker_answered(cote__breaker *breaker);
/* Half-open when its time has come. */
void cote__breaker_tick(cote__breaker *breaker, cote__time now);
/* A request was sent: to a half-open one that is its trial. */
void cote__breaker_sent(cote__breaker *breaker);
/* No request is under way any more: a trial that ended without a verdict may be repeated. */
void cote__breaker_idle(cote__breaker *breaker);

/* Whether it is to be passed over. */
bool cote__breaker_is_shut(const cote__breaker *breaker);

#endif
