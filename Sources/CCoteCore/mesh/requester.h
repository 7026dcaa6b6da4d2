/* requester.h - the requester's parts: requests, links to responders, and the machine that joins
 * them. */
#ifndef COTE_MESH_REQUESTER_H
#define COTE_MESH_REQUESTER_H

#include "cote/requester.h"
#include "mesh/status.h"
#include "mesh/waiting.h"
#include "state/balance.h"
#include "state/histogram.h"
#include "state/pending.h"
#include "state/quota.h"
#include "wire/message.h"

/* A request from send to its one callback. The frame stands behind the struct, and the type behind
 * the frame, in the same allocation. */
typedef struct cote__requested {
    cote__task task;             /* on its way to the loop */
    cote__pending_entry pending; /* by number and deadline, until it ends */
    cote__queue_node node;       /* where it waits, or in the link's list once it was written */
    cote__waiting *waiting;      /* NULL when it does not wait */
    cote__link *link;            /* NULL until it is written */
    cote_requester *requester;
    cote_response_cb callback;
    void *context;
    cote__wants wants; /* its subset is owned */
    bool idempotent;   /* its sender does not mind that it is done twice */
    bool pended;       /* it is in the table of pending requests */
    int failure;       /* set when it has to end without having been sent */
    uint64_t sent_at;  /* us; when it left, or tried to; 0: it waits for the end of the turn */
    uint64_t start;    /* where it stands in all that was written to its connection; bytes */
    unsigned losses;   /* connections that were lost when bytes of it had left */
    size_t frame_size;
} cote__requested;

/* Why requests failed, as cote_counters has them. */
typedef enum cote__failure {
    COTE__FAILED_REMOTE,
    COTE__FAILED_TIMED_OUT,
    COTE__FAILED_CANCELED,
    COTE__FAILED_CONNECTION_LOST,
    COTE__FAILED_CLOSED,
    COTE__FAILED_UNSUPPORTED,
    COTE__FAILED_OTHERWISE,
    COTE__FAILURES
} cote__failure;

/* What a requester counts, beside those that it needs itself. */
typedef struct cote__tally {
    atomic_uint_least64_t unmade; /* numbers whose requests could not be made, for want of memory */
    cote__counter answered, failed[COTE__FAILURES];
    _Atomic(cote__histogram *) latencies; /* us; NULL before the first answer */
} cote__tally;

struct cote_requester {
    cote__component component; /* first */
    cote__quota queued;        /* requests let in, and not on a connection yet, with their frames */
    atomic_uint_least64_t next_number;
    cote__pending pending;
    cote__waitings waiting;
    cote__balancer balancer;
    bool is_timed; /* the balancer looks at latencies */
    cote__links links;
    cote__tally tally;
    cote__status status;
    cote__timer *timer; /* of the earliest deadline */
    cote__time timer_due;
    bool ended; /* close has been through */
};

/* dispatch.c: who gets a request, and when. */
void cote__dispatch_init(cote_requester *requester);
/* Writes it, or lets it wait. COTE_EUNSUPPORTED, COTE_ENOHANDLER (it would wait in vain),
 * COTE_ENOMEM: neither. */
int cote__dispatch(cote__requested *request);
/* It was written to a connection that is lost: it waits again, before all others. Without memory it
 * stays where it is. */
void cote__dispatch_again(cote__requested *request);
/* Takes it from where it waits or was written. */
void cote__dispatch_forget(cote__requested *request);
/* Responders came, changed or went: sends what waited. */
void cote__dispatch_waiting(cote_requester *requester);
/* The same, where nothing is new but that this one may be sent more. */
void cote__dispatch_waiting_to(cote__link *link);
/* An answer came over a link, to this request. */
void cote__dispatch_answered(cote__requested *request);

/* tally.c: counts the end of a request. */
void cote__tally_ended(cote__tally *tally, int status);
/* What was written over a link leaves. */
void cote__tally_leaving(cote__link *link);
/* An answer came to this request, now; how long after it left, us. */
uint64_t cote__tally_answered(cote__requested *request);
void cote__tally_read(const cote__component *component, cote_counters *counters);
void cote__tally_fini(cote__tally *tally);

/* requester.c: no callback runs from inside a call (rule 3): the failure comes with the next mail.
 */
void cote__requester_fail_later(cote__requested *request, int status);

/* Ends it now, for a reason of our own. */
void cote__requester_fail(cote__requested *request, int status);

/* redeliver.c: the connection of a link is lost, and with it what was sent and is not answered. */
void cote__requester_lost(cote__link *link);

/* What a caller wants to send. */
typedef struct cote__outgoing {
    const char *type;
    const cote_value *payload;
    cote_send_options options;
    cote__json object; /* the payload, where it was to be checked; else absent */
    bool own_timeout;  /* it has the timeout itself */
} cote__outgoing;

/* encode.c: checks it, on any thread; takes over what the payload says of its own delivery. */
int cote__request_check(cote__outgoing *outgoing);
/* Makes the request with its frame. NULL when there is no memory. */
cote__requested *cote__request_create(cote_requester *requester, const cote__outgoing *outgoing,
                                      uint32_t timeout, uint64_t number);

/* answer.c: a frame that came over a link. False if it breaks the protocol. */
bool cote__requester_answer(cote__link *link, const cote__amp_frame *frame);
/* Takes the request out of every list, calls its callback, and frees it. */
void cote__requester_finish(cote__requested *request, const cote_response *response);

#endif
