/*
 * greeter.h - finding others by unicast, where neither broadcast nor multicast gets through: greets
 * the seeds and whom others tell of, tells others whom it knows, and passes on what comes by
 * unicast to the other processes of this host, which share the port and would not hear it. On the
 * hub's thread only.
 *
 * Nobody is sent more than a small greeting who has not proved that he hears at his address, and
 * nobody takes part who has no seeds and is not greeted.
 */
#ifndef COTE_MESH_GREETER_H
#define COTE_MESH_GREETER_H

#include "mesh/settings.h"
#include "net/resolver.h"

typedef struct cote__greeter cote__greeter;

/* A place is an IPv4 address with a UDP port: address << 16 | port. */
typedef struct cote__greeter_events {
    void (*send)(void *owner, uint64_t place, cote__slice datagram);
    void (*received)(void *owner, uint64_t place, cote__slice message); /* by another process */
    void (*met)(void *owner); /* somebody new is to hear all hellos: what is sent in this call goes
                                 to him alone */
    /* The places of components of ours that were heard; how many there are, up to `most`. */
    size_t (*known)(void *owner, uint64_t *places, size_t most);
    void (*notice)(void *owner, const char *message); /* a seed leads nowhere */
    void (*malformed)(void *owner, uint64_t place);   /* a greeting from there, which is dropped */
} cote__greeter_events;

/* `settings` must stay. NULL when there is no memory. */
cote__greeter *cote__greeter_create(cote_loop *hub, cote__resolver *resolver,
                                    const cote__discovery_settings *settings,
                                    const cote__greeter_events *events, void *owner);
void cote__greeter_destroy(cote__greeter *greeter); /* NULL is allowed */

/* What came from the network. True if it was a matter of greeters alone. */
bool cote__greeter_received(cote__greeter *greeter, uint64_t place, cote__slice datagram);
/* What goes to everybody goes to whoever is reached by unicast, too. True if it is for these alone.
 */
bool cote__greeter_send(cote__greeter *greeter, cote__slice message);

#endif
