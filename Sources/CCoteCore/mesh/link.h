/* link.h - the connections of a component that connects to others: one to each listener of its
 * partners, made again when it is lost, for as long as that is announced. On the loop thread. */
#ifndef COTE_MESH_LINK_H
#define COTE_MESH_LINK_H

#include "mesh/ability.h"
#include "mesh/component.h"
#include "net/connection.h"
#include "state/backoff.h"
#include "state/balance.h"
#include "state/breaker.h"
#include "state/queue.h"
#include "state/stall.h"
#include "state/vitals.h"

struct cote__links;
typedef struct cote__inquiry cote__inquiry;

typedef struct cote__link {
    struct cote__links *links;
    cote__peer *peer;
    cote__connection *connection; /* NULL while there is none */
    bool open;
    bool departed; /* the peer has said goodbye: nothing new is sent, what is under way may end */
    bool leaving;  /* it has said so over this connection: departed for good */
    bool dropped;  /* goes as soon as its connection is closed */
    bool misled;   /* that led to somebody else, who takes nothing of what was written to it */
    bool by_tcp;   /* the last unix socket did not last: it is TCP's turn */
    cote__queue sent; /* the owner's, as the next two: what was sent, and waits for its answer */
    cote__load load;
    size_t credit;  /* how many more it may be sent of those that waited for somebody to appear */
    bool settled;   /* the owner's: of those that wait there is none that it could be sent */
    uint64_t taken; /* by the system, of what was written to the connection that is lost; bytes */
    cote__ability ability;
    cote__timer *retry;
    cote__backoff backoff;

    /* health.c's: */
    cote__vitals vitals;
    cote__stall stall;
    cote__time tried;       /* when its connection was begun */
    cote__time puzzled;     /* since then it owes answers, and no frame came; 0: it does not */
    cote__inquiry *inquiry; /* into its connection; NULL: there is none */
    cote__breaker breaker;
    bool forgotten;   /* discovery has removed it for its silence: its connection alone keeps it */
    bool given_up;    /* no connection is made to it until it is heard again */
    bool sick;        /* by its vitals */
    bool suspected;   /* as the user was told: sick, or its breaker is not closed */
    bool passed_over; /* gets what nobody else is there for */
} cote__link;

typedef struct cote__links_events {
    /* A frame came. False if it breaks the protocol: the connection is closed. */
    bool (*frame)(cote__link *link, const cote__amp_frame *frame);
    /* The connection is lost; what was sent over it will not be answered. May be NULL. */
    void (*lost)(cote__link *link);
    /* One opened. May be NULL. */
    void (*opened)(cote__link *link);
    /* One opened, changed or went. May be NULL. */
    void (*changed)(cote__component *component);
    /* What was written over it leaves. May be NULL. */
    void (*leaving)(cote__link *link);
    /* The system has taken all that had waited to leave. May be NULL. */
    void (*drained)(cote__link *link);
} cote__links_events;

/* Embedded in its component. Zero-initialised but for the first two, or four. */
typedef struct cote__links {
    cote__component *component;
    const cote__links_events *events;
    bool uncounted; /* who it leads to is no partner that the component is connected to */
    uint64_t seed;  /* of the hashes of types that the abilities of links are asked with */
    cote__link **items;
    size_t count, capacity;
    size_t passed_over;  /* links that are */
    cote__timer *health; /* NULL until it is needed */
    bool watched;        /* the timer runs */
    bool read_first;     /* it was late, and now runs once more */
    cote__time next_look;
} cote__links;

void cote__links_fini(cote__links *links);
/* False if it was not as discovery has it: the user was told what is, or will be. */
bool cote__links_peer(cote__links *links, cote_peer_event event, cote__peer *peer, bool silent);
void cote__links_close(cote__links *links);

/* Something that was sent over it waits for no answer any more. One that is leaving ends with the
 * last. */
void cote__link_settled(cote__link *link);

/* For health.c. Ends with its connection; what was sent over it fails. */
void cote__link_drop(cote__link *link);
/* For health.c. Ends its connection, and makes another only when it is heard again. */
void cote__link_give_up(cote__link *link);

/* For health.c. Something may have become usable, or unusable. */
void cote__links_changed(cote__links *links);
/* Tells the user and the log of a peer, if it is a partner. */
void cote__links_tell(const cote__links *links, cote_peer_event event, cote__peer *peer);

/* Whether bytes may go and come over it. */
bool cote__link_is_open(const cote__link *link);
/* Whether something new may be sent over it. */
bool cote__link_is_usable(const cote__link *link);

#endif
