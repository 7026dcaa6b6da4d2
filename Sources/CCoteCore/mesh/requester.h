/* requester.h - the requester's parts: requests, links to responders, and the machine that joins
 * them. */
#ifndef COTE_MESH_REQUESTER_H
#define COTE_MESH_REQUESTER_H

#include "cote/requester.h"
#include "mesh/component.h"
#include "net/connection.h"
#include "state/balance.h"
#include "state/pending.h"
#include "state/queue.h"

struct cote__link;

/* A request from send to its one callback. The frame stands behind the struct, in the same
 * allocation. */
typedef struct cote__requested {
    cote__task task;             /* on its way to the loop */
    cote__pending_entry pending; /* by number and deadline, until it ends */
    cote__queue_node node; /* in the requester's queue, or in the link's list once it was written */
    struct cote__link *link; /* NULL while it waits */
    cote_requester *requester;
    cote_response_cb callback;
    void *context;
    bool ours_only; /* another peer would not understand it, or would die of it */
    bool pended;    /* it is in the table of pending requests */
    int failure;    /* set when it has to end without having been sent */
    size_t frame_size;
} cote__requested;

/* A connection to one responder, for as long as that is announced. */
typedef struct cote__link {
    cote_requester *requester;
    cote__peer *peer;
    cote__connection *connection; /* NULL while there is none */
    bool open;
    bool departed; /* the peer has said goodbye: nothing new is sent, what is under way may end */
    bool dropped;  /* goes as soon as its connection is closed */
    cote__queue sent;
    cote__timer *retry;
    unsigned attempts;
} cote__link;

struct cote_requester {
    cote__component component; /* first */
    atomic_size_t queued;      /* let in, and not on a connection yet */
    atomic_uint_least64_t next_number;
    cote__pending pending;
    cote__queue waiting;
    cote__balancer balancer;
    cote__link **links;
    size_t link_count, link_capacity;
    cote__timer *timer; /* of the earliest deadline */
    cote__time timer_due;
    bool ended; /* close has been through */
};

/* link.c: on the loop thread. */
void cote__links_peer(cote_requester *requester, cote_peer_event event, cote__peer *peer,
                      bool silent);
void cote__links_close(cote_requester *requester);

/* requester.c, for link.c */
void cote__requester_fail(cote__requested *request, int status);
/* A link opened, changed or went: sends what waited, or ends what waits in vain. */
void cote__requester_drain(cote_requester *requester);

/* answer.c: a frame that came over a link. False if it breaks the protocol. */
bool cote__requester_answer(cote_requester *requester, cote__link *link,
                            const cote__amp_frame *frame);
/* Takes the request out of every list, calls its callback, and frees it. */
void cote__requester_finish(cote__requested *request, const cote_response *response);

#endif
