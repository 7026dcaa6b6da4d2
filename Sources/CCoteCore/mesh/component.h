/*
 * component.h - what requesters and responders have in common: settings, an id, an announcement,
 * and a life that ends with exactly one on_close.
 *
 * A component is made on any thread, and lives on its loop's. It holds itself open until everything
 * that it started has ended: each such thing is a hold. Calls on their way through the mailbox are
 * counted too, so that on_close comes after the last of them.
 */
#ifndef COTE_MESH_COMPONENT_H
#define COTE_MESH_COMPONENT_H

#include <stdatomic.h>

#include "cote/counters.h"
#include "mesh/discovery.h"
#include "mesh/drain.h"
#include "mesh/refusals.h"
#include "net/connection.h"
#include "state/unknown.h"
#include "wire/uuid.h"

struct cote__component;

typedef struct cote__component_kind {
    /* All on the loop thread. */
    void (*start)(struct cote__component *component);
    /* Of partners and of those that are watched. `silent`: it is removed because nothing was heard
     * of it, not because it said goodbye. */
    /* False: it tells the user itself, by cote__component_peer, what becomes of it and when. */
    bool (*peer)(struct cote__component *component, cote_peer_event event, cote__peer *peer,
                 bool silent);
    void (*close)(struct cote__component *component);   /* ends what the component does; once */
    void (*destroy)(struct cote__component *component); /* frees it, after on_close */
    void (*end)(struct cote__component *component);     /* just before on_close; may be NULL */
    /* As `peer`, but that the user is told nothing, of monitors that want to be told its status.
     * NULL for a kind that has none. */
    void (*monitor)(struct cote__component *component, cote_peer_event event, cote__peer *peer,
                    bool silent);
    /* Fills in what is this kind's own. From any thread. NULL for a kind that counts nothing. */
    void (*count)(const struct cote__component *component, cote_counters *counters);
    /* It is to end what it does, in good order; once, and NULL if there is nothing to be done. */
    void (*drain)(struct cote__component *component);
    /* Whether all has ended; asked again and again while it drains. NULL for a kind that does not
     * drain. */
    bool (*is_drained)(struct cote__component *component);
} cote__component_kind;

enum { COTE__COMPONENT_IDS = 16 /* so many changes an id stays readable for */ };

typedef struct cote__component {
    const cote__component_kind *kind;
    cote_loop *loop, *hub;
    cote__settings settings;
    char iids[COTE__COMPONENT_IDS][COTE__UUID_SIZE + 1]; /* the last ones, a ring */
    atomic_uint iid;                                     /* the number of the one that counts */
    cote__registration registration;
    cote__member member;

    atomic_bool closing;  /* close was called: new calls are refused */
    atomic_bool draining; /* drain was called: what would begin something is refused */
    atomic_size_t connected, connected_by_unix; /* partners that it has a connection with */
    cote__traffic traffic;                      /* with these partners */
    atomic_uint calls; /* that were let in, and have not run on the loop yet */
    unsigned holds;    /* the loop's, as the rest */
    cote__unknown unknown;
    cote__refusal_log refusals;
    cote__task start_task, close_task, end_task;
    cote__drain drain;
    bool left; /* it has said goodbye */
} cote__component;

/*
 * First step of a create: settings, id, hub. On failure nothing is left. The kind then sets itself
 * up and calls cote__component_start, or gives up with cote__component_fini.
 */
int cote__component_init(cote__component *component, const cote__component_kind *kind,
                         cote_loop *loop, const cote_options *options, cote__axon_type axon_type);
void cote__component_fini(cote__component *component);

/* Last step of a create: announces itself with `port`, 0 for none. COTE_ECLOSED when the loop is
 * ending; then finished off by fini. */
int cote__component_start(cote__component *component, uint16_t port);

/* From any thread. */
const char *cote__component_id(const cote__component *component);
/* Whether that is its id, or was one of its last. On the loop thread. */
bool cote__component_is(const cote__component *component, cote__slice iid);
void cote__component_close(cote__component *component);
/* What it has counted, as much as the caller's struct takes. COTE_EINVAL. */
int cote__component_counters(const cote__component *component, cote_counters *counters);
bool cote__component_enter(cote__component *component); /* false: closing */
bool cote__component_admit(cote__component *component); /* to begin something. false: draining */
void cote__component_exit(cote__component *component);

/* On the loop thread. */
void cote__component_hold(cote__component *component);
void cote__component_release(cote__component *component);
bool cote__component_is_closing(const cote__component *component);
/* Says goodbye; close does it if it was not done before. */
void cote__component_leave(cote__component *component);
/* Tells the user and the log of a partner. */
void cote__component_peer(cote__component *component, cote_peer_event event, cote__peer *peer);
/* Makes the id that it goes by next. */
const char *cote__component_next_id(cote__component *component);
/* Takes that one and announces it. False when there is no memory, or it has said goodbye: it keeps
 * the one that it has. */
bool cote__component_renew(cote__component *component);
/* Whether a frame has begun to come over it, and no more of it came for too long. */
bool cote__component_is_stuck(const cote__component *component, const cote__connection *connection,
                              cote__time now);
/* Remembers how many partners are connected, and how many of them over unix sockets, and tells the
 * first if that is new. */
void cote__component_connected(cote__component *component, size_t count, size_t by_unix);
void cote__component_log(const cote__component *component, cote_log_level level, const char *format,
                         ...) __attribute__((format(printf, 3, 4)));
/* Counts what was refused, and logs it if it is time for that. */
void cote__component_refused(cote__component *component, cote__refusal kind, cote_log_level level,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same for a connection that ended, if its last event says that its bytes were at fault. `who`
 * sent them. */
void cote__component_refused_bytes(cote__component *component, const char *who, int status);
/* Nobody here handles a `kind` ("request", "message") of that name. */
void cote__component_unknown(cote__component *component, const char *kind, cote__slice name);

#endif
