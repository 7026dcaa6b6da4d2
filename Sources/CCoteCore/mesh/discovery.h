/*
 * discovery.h - who is there. One discovery per process and setting, on the hub's thread: it has
 * the transport and the roster, says the hellos of all registered components, and tells each on
 * its own loop what concerns it.
 */
#ifndef COTE_MESH_DISCOVERY_H
#define COTE_MESH_DISCOVERY_H

#include "mesh/peer.h"
#include "mesh/settings.h"
#include "net/loop.h"
#include "net/system.h"
#include "net/timer.h"
#include "state/roster.h"

struct cote__discovery;

/* What a component is told of a peer. */
typedef struct cote__news {
    cote_peer_event event;
    cote__peer *peer;        /* borrowed */
    cote__relation relation; /* of a stranger it is told for the log */
    bool shares_key;         /* with the component */
    bool silent;             /* removed because it was not heard, not because it said goodbye */
} cote__news;

/* What a component says of itself. Zero-initialised is empty. */
typedef struct cote__statement {
    cote__peer *self;        /* owned: as others of this process see it */
    cote__buffer hello, bye; /* owned: the datagrams */
} cote__statement;

void cote__statement_fini(cote__statement *statement);

/* What is known of a component to be found by others. Embedded in it. All callbacks on `loop`. */
typedef struct cote__registration {
    cote_loop *loop;
    cote__discovery_settings settings;
    cote__statement says; /* the hub's from entering to leaving */
    /* What that is made of, the loop's: */
    const char *iid; /* the component's */
    uint16_t port;
    double weight;
    char host[COTE__HOST_NAME_SIZE], program[128];
    cote__buffer handles; /* a JSON array of strings; empty: it does not say */
    bool left;            /* it says nothing new any more */
    bool gathered;        /* it has what to say first, of one that gathers that: */
    uint64_t gathered_at; /* us: when it got the last of that; 0: it has nothing yet */
    cote__task gather_task;

    bool hears_key;       /* wants to hear of strangers of its key too */
    bool ignores_process; /* takes no notice of components of its own process */
    bool gathers;         /* enters when it has what to say first, or after a while */

    void (*on_peer)(struct cote__registration *self, const cote__news *news);
    /* Discovery cannot send or receive now (`message`), or can again (NULL). */
    void (*on_trouble)(struct cote__registration *self, const char *message);
    /* Discovery goes on, and something in it is to be known. */
    void (*on_notice)(struct cote__registration *self, cote_log_level level, const char *message);
    void (*on_left)(struct cote__registration *self);
    /* What it has to say first is all there: it is to be said. Only if it gathers. */
    void (*on_gathered)(struct cote__registration *self);

    /* The hub's own: */
    cote_loop *hub;
    cote__task enter_task,
        leave_task; /* two, since leaving may be asked for while entering is on its way */
    struct cote__discovery *discovery;
    struct cote__transport *transport;
    struct cote__registration *next;
    cote__timer *timer;
    cote__timer *gathering; /* until it has entered */
    cote__time next_hello, next_answer;
} cote__registration;

/* Makes what it says. COTE_ENOMEM, COTE_ETOOBIG. Undone by cote__registration_fini. */
int cote__registration_init(cote__registration *registration, cote_loop *loop, cote_loop *hub,
                            const cote__settings *settings, const char *iid, uint16_t port);
void cote__registration_fini(cote__registration *registration);

/*
 * Goes by another id from now on, which stays the component's, and handles what it did. It says so
 * at once; others drop the old id when they do not hear it any more. Between entering and leaving.
 * False when there is no memory, or it has left; then all stays as it was.
 */
bool cote__registration_rename(cote__registration *registration, const cote__settings *settings,
                               const char *iid);

/*
 * Says what it handles, a JSON array of strings, or no list, from now on: in its hello or, where
 * that has no room for it, as a digest (`*whole` false). Before it enters or after. False when
 * there is no memory, or not even room for that, or it has left; then all stays as it was.
 */
bool cote__registration_offer(cote__registration *registration, const cote__settings *settings,
                              cote__slice handles, bool *whole);

/* The hub takes over what is said from now on, and tells everybody if the registration has entered.
 * False when there is no memory. */
bool cote__discovery_renew(cote__registration *registration, const cote__statement *says);

/* On its loop: it has got something more to say, of a component that gathers. */
void cote__discovery_gather(cote__registration *registration);

/* On the registration's loop, once each, in this order; after leaving, on_left comes last. */
void cote__discovery_enter(cote__registration *registration);
void cote__discovery_leave(cote__registration *registration);

/* On the hub's thread: who is heard, and the first of those of this process, with the others behind
 * it. NULL if the registration has no discovery. */
const cote__roster *cote__discovery_roster(const cote__registration *registration,
                                           cote__registration **first);

#endif
