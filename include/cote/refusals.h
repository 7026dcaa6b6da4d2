/* refusals.h - what came from the network and was refused, counted. */
#ifndef COTE_REFUSALS_H
#define COTE_REFUSALS_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How much this process has refused since it started, by kind. Each kind is told through on_log
 * too, at most once a second for each component that it concerns, by a line that says how many came
 * since the last: at level warning, but `impostors` and `answers` at level debug, since both happen
 * without anybody's ill will.
 */
typedef struct cote_refusals {
    uint64_t
        datagrams;   /* messages of discovery that are neither hellos nor anything else of cote */
    uint64_t hellos; /* hellos and goodbyes with an id, a port or anything else that cannot be */
    uint64_t
        impostors;   /* hellos with the id of a peer, but from another address than that peer's */
    uint64_t frames; /* connections closed for bytes that are no frames, such as HTTP */
    uint64_t oversized;   /* connections closed for a frame larger than max_frame */
    uint64_t payloads;    /* connections closed for a request, an answer or a status whose JSON does
                             not parse or is nested too deep */
    uint64_t requests;    /* requests without a type; answered with an error */
    uint64_t answers;     /* answers that no request waits for, such as those after its timeout */
    uint64_t hosts;       /* peers' host names that lead nowhere, where peers are found by them */
    uint64_t peers;       /* hellos of new peers: more than may be known, or too many at once */
    uint64_t connections; /* that were more than max_connections */
    uint64_t halves;      /* connections closed for a frame that began, and has no end */
    uint64_t silent;      /* connections closed that said nothing, and nobody was announced there */
} cote_refusals;

/* Fills it in. `size` is sizeof(cote_refusals): later versions have more at its end. From any
 * thread. */
COTE_API void cote_refused(cote_refusals *refusals, size_t size);

#ifdef __cplusplus
}
#endif

#endif
