/*
 * stall.h - whether what was sent over a connection still gets there: its acknowledgements, as the
 * system counts them, look after look.
 *
 * Who merely reads slowly acknowledges what there is room for, and answers each time that it is
 * asked for room. So it is never taken for somebody whom nothing reaches.
 */
#ifndef COTE_STATE_STALL_H
#define COTE_STATE_STALL_H

#include <stdbool.h>
#include <stdint.h>

#include "state/clock.h"

/* What the system knows of a connection. */
typedef struct cote__delivery {
    uint32_t in_flight;  /* segments that were sent, and are not acknowledged */
    uint32_t unsent;     /* bytes that wait behind them, or for room at the other side */
    bool room;           /* the other side has said that there is some */
    uint64_t taken;      /* bytes, by the other side's system */
    uint32_t unanswered; /* how often it was asked for room since it last answered */
    cote__time silence;  /* ms since it answered anything */
    cote__time pause;    /* ms from one attempt to send what is in flight to the next */
} cote__delivery;

/* Zero-initialised has not been looked at. */
typedef struct cote__stall {
    cote__time since; /* something waits, and all is as it was then; 0: nothing does */
    uint64_t taken;
    bool due; /* what is in flight has room there */
} cote__stall;

/* For how many ms nothing may be acknowledged. The system tries again more than once in it. */
cote__time cote__stall_most(cote__time node_timeout);
/* A look at the connection. Whether it carries nothing any more. */
bool cote__stall_judge(cote__stall *stall, const cote__delivery *delivery, cote__time most,
                       cote__time now);

#endif
