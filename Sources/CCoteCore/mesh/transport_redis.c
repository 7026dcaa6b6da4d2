#include "mesh/transport.h"

#include <stdlib.h>

typedef struct redis_transport {
    cote__transport base;
    cote__redis *redis;
} redis_transport;

static void on_message(void *owner, cote__slice message)
{
    redis_transport *self = owner;
    self->base.events->received(self->base.owner, 0, 0, message);
}

static void on_ready(void *owner)
{
    redis_transport *self = owner;
    self->base.events->ready(self->base.owner);
}

static void on_changed(void *owner, const char *trouble)
{
    redis_transport *self = owner;
    self->base.events->trouble(self->base.owner, trouble);
}

static const cote__redis_events redis_events = {on_message, on_ready, on_changed};

static void send_message(cote__transport *base, cote__slice message)
{
    cote__redis_publish(((redis_transport *)base)->redis, message);
}

/* When the server comes back, others may need a while longer than we do to find that out. */
static cote__hearing hearing(const cote__transport *base)
{
    cote__hearing heard = cote__redis_hearing(((const redis_transport *)base)->redis);
    heard.since += COTE__REDIS_RETRY_MOST;
    return heard;
}

static void destroy(cote__transport *base)
{
    redis_transport *self = (redis_transport *)base;
    cote__redis_close(self->redis);
    free(self);
}

static const cote__transport_ops redis_ops = {send_message, hearing, destroy};

cote__transport *cote__redis_transport(cote_loop *hub, cote__resolver *resolver,
                                       const cote__discovery_settings *settings,
                                       const cote__transport_events *events, void *owner)
{
    redis_transport *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->base = (cote__transport){&redis_ops, events, owner};
    self->redis = cote__redis_open(hub, resolver, cote__redis_settings_server(settings->redis),
                                   "cote", &redis_events, self);
    if (self->redis) return &self->base;
    free(self);
    return NULL;
}
