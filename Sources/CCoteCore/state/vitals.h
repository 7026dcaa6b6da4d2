/*
 * vitals.h - whether a peer that one is connected to is well: from when its hellos are missing,
 * when bytes of it came last, and how long a probe waits for its answer.
 */
#ifndef COTE_STATE_VITALS_H
#define COTE_STATE_VITALS_H

#include <stdbool.h>

#include "state/clock.h"

typedef struct cote__vitals_limits {
    cote__time suspect;  /* ms of silence that make it suspect */
    cote__time timeout;  /* ms, longer: that end it */
    cote__time interval; /* ms, shorter: that make one probe, and that an answer may take */
} cote__vitals_limits;

/* As a component's intervals have it: who misses a hello or two is suspect, halfway to its end. */
cote__vitals_limits cote__vitals_limits_of(cote__time hello_interval, cote__time node_timeout);

/* Zero-initialised is well. */
typedef struct cote__vitals {
    bool quiet; /* no hello came for `suspect` ms, when it became so: */
    cote__time quiet_since;
    cote__time probed; /* when it was sent a probe that nothing came after yet; 0: there is none */
} cote__vitals;

typedef enum cote__verdict {
    COTE__WELL,
    COTE__SUSPECT,
    COTE__GONE /* neither hellos nor bytes for `timeout` ms */
} cote__verdict;

void cote__vitals_quiet(cote__vitals *vitals, cote__time now);
/* A hello came. */
void cote__vitals_back(cote__vitals *vitals);

/* `heard`: when bytes of it came last; 0 while there is no connection. `answers`: it can be probed,
 * so it is not gone before it has left a probe unanswered. */
cote__verdict cote__vitals_judge(cote__vitals *vitals, const cote__vitals_limits *limits,
                                 bool answers, cote__time heard, cote__time now);
/* Whether it is to be probed now; then it counts as probed. `waiting`: it owes answers. */
bool cote__vitals_probe(cote__vitals *vitals, const cote__vitals_limits *limits, bool waiting,
                        cote__time heard, cote__time now);

#endif
