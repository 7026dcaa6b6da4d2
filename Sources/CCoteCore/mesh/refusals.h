/* refusals.h - counts what is refused, and says when to tell of it. */
#ifndef COTE_MESH_REFUSALS_H
#define COTE_MESH_REFUSALS_H

#include "cote/refusals.h"
#include "state/throttle.h"

/* In the order of cote_refusals. */
typedef enum cote__refusal {
    COTE__REFUSED_DATAGRAM,
    COTE__REFUSED_HELLO,
    COTE__REFUSED_IMPOSTOR,
    COTE__REFUSED_FRAME,
    COTE__REFUSED_OVERSIZED,
    COTE__REFUSED_PAYLOAD,
    COTE__REFUSED_REQUEST,
    COTE__REFUSED_ANSWER,
    COTE__REFUSED_HOST,
    COTE__REFUSED_PEER,
    COTE__REFUSED_CONNECTION,
    COTE__REFUSED_HALF,
    COTE__REFUSED_SILENT,
    COTE__REFUSAL_KINDS
} cote__refusal;

/* When its owner, which is on one thread, told of what. Zero-initialised. */
typedef struct cote__refusal_log {
    cote__throttle throttles[COTE__REFUSAL_KINDS];
} cote__refusal_log;

enum { COTE__REFUSAL_MORE = 40 };

/* Counts one. Whether to tell of it; if so, `more` is what to put behind it: "" or " (and 7 more)".
 */
bool cote__refuse(cote__refusal_log *log, cote__refusal kind, char more[COTE__REFUSAL_MORE]);

#endif
