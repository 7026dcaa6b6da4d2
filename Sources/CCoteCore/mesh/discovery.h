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

struct cote__discovery;

/* What a component is told of a peer. */
typedef struct cote__news {
    cote_peer_event event;
    cote__peer *peer;        /* borrowed */
    cote__relation relation; /* of a stranger it is told for the log */
    bool silent;             /* removed because it was not heard, not because it said goodbye */
} cote__news;

/* What is known of a component to be found by others. Embedded in it. All callbacks on `loop`. */
typedef struct cote__registration {
    cote_loop *loop;
    cote__discovery_settings settings;
    cote__peer *self;        /* owned: what stays of it */
    cote__buffer hello, bye; /* owned: the datagrams; the hub's once it is entered */
    const char *iid;         /* the component's, as all that its hello is made of anew from: */
    uint16_t port;
    double weight;
    char host[COTE__HOST_NAME_SIZE], program[128];
    bool hears_key;       /* wants to hear of strangers of its key too */
    bool ignores_process; /* takes no notice of components of its own process */
    bool gathers;         /* enters a little later, with what it has to say by then */

    void (*on_peer)(struct cote__registration *self, const cote__news *news);
    /* Discovery cannot send or receive now (`message`), or can again (NULL). */
    void (*on_trouble)(struct cote__registration *self, const char *message);
    /* Discovery goes on, and something in it is to be known. */
    void (*on_notice)(struct cote__registration *self, cote_log_level level, const char *message);
    void (*on_left)(struct cote__registration *self);

    /* The hub's own: */
    cote_loop *hub;
    cote__peer *shown; /* owned: as others of this process see it now */
    cote__task enter_task,
        leave_task; /* two, since leaving may be asked for while entering is on its way */
    struct cote__discovery *discovery;
    struct cote__transport *transport;
    struct cote__registration *next;
    cote__timer *timer;
    cote__timer *gathering; /* until it has entered */
    cote__time next_hello, next_answer;
} cote__registration;

/* Makes hello and bye and `self`. COTE_ENOMEM, COTE_ETOOBIG. Undone by cote__registration_fini. */
int cote__registration_init(cote__registration *registration, cote_loop *loop,
                            const cote__settings *settings, const char *iid, uint16_t port);
void cote__registration_fini(cote__registration *registration);

/*
 * Says what it handles, a JSON array of strings, from now on: in its hello or, where that has no
 * room for it, as a digest (`*whole` false). Before it enters or after. False when there is no
 * memory, or not even room for that; then all stays as it was.
 */
bool cote__registration_offer(cote__registration *registration, const cote__settings *settings,
                              cote_loop *hub, cote__slice handles, bool *whole);

/* The hub takes over another hello and peer, and tells everybody if it has entered. False when
 * there is no memory. */
bool cote__discovery_renew(cote_loop *hub, cote__registration *registration,
                           const cote__buffer *hello, cote__peer *shown);
/* On the registration's loop, once each, in this order; after leaving, on_left comes last. */
void cote__discovery_enter(cote_loop *hub, cote__registration *registration);
void cote__discovery_leave(cote__registration *registration);

#endif
