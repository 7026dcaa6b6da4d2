/* transport.h - how discovery's messages travel: as UDP datagrams, or by a channel of a redis
 * server. On the hub's thread only. */
#ifndef COTE_MESH_TRANSPORT_H
#define COTE_MESH_TRANSPORT_H

#include "mesh/settings.h"
#include "net/redis.h"

struct cote__transport;

typedef struct cote__transport_ops {
    /* To everybody, the sender included; perhaps it is lost. */
    void (*send)(struct cote__transport *self, cote__slice message);
    cote__hearing (*hearing)(const struct cote__transport *self);
    void (*destroy)(struct cote__transport *self); /* no event follows */
} cote__transport_ops;

typedef struct cote__transport_events {
    /* `message` is borrowed. `source` is an IPv4 address in host order; 0: it is not known. */
    void (*received)(void *owner, uint32_t source, uint16_t port, cote__slice message);
    /* From now on messages arrive; what was sent before may have been lost. */
    void (*ready)(void *owner);
    /* It does not work, or works again (NULL). Perhaps from inside `send`, and perhaps as before.
     */
    void (*trouble)(void *owner, const char *message);
    /* Something that is to be known, and is told once. */
    void (*notice)(void *owner, const char *message);
    /* Something from there is no message, and was dropped. */
    void (*malformed)(void *owner, uint32_t source, uint16_t port);
    /* Where components of ours were heard, each place once, address << 16 | port; how many there
     * are, up to `most`. */
    size_t (*known)(void *owner, uint64_t *places, size_t most);
} cote__transport_events;

typedef struct cote__transport {
    const cote__transport_ops *ops;
    const cote__transport_events *events;
    void *owner;
} cote__transport;

/* `settings` must stay. NULL when there is no memory. */
cote__transport *cote__udp_transport(cote_loop *hub, cote__resolver *resolver,
                                     const cote__discovery_settings *settings,
                                     const cote__transport_events *events, void *owner);
cote__transport *cote__redis_transport(cote_loop *hub, cote__resolver *resolver,
                                       const cote__discovery_settings *settings,
                                       const cote__transport_events *events, void *owner);

#endif
