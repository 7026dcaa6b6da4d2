#include "mesh/transport.h"

#include <stdio.h>
#include <stdlib.h>

#include "mesh/greeter.h"
#include "net/datagram.h"
#include "net/system.h"
#include "wire/error.h"

enum { LOOPBACK_BROADCAST = 0x7fffffff };

typedef struct udp_transport {
    cote__transport base;
    cote_loop *hub;
    const cote__discovery_settings *settings;
    cote__greeter *greeter;
    cote__datagram *socket; /* NULL while it cannot be opened; tried again with each message */
} udp_transport;

static void tell_trouble(udp_transport *self, const char *message)
{
    self->base.events->trouble(self->base.owner, message);
}

static void received(void *context, uint32_t source, uint16_t port, cote__slice data)
{
    udp_transport *self = context;
    if (!cote__greeter_received(self->greeter, (uint64_t)source << 16 | port, data))
        self->base.events->received(self->base.owner, source, port, data);
}

static bool open_socket(udp_transport *self)
{
    if (self->socket) return true;
    const cote__discovery_settings *settings = self->settings;
    const cote__datagram_options options = {
        .address = settings->address,
        .port = settings->port,
        .group = settings->multicast ? settings->destination : 0,
        .ttl = settings->multicast_ttl,
        .interfaces = settings->interfaces,
    };
    if (cote__datagram_open(self->hub, &options, received, self, &self->socket) == COTE_OK)
        return true;
    tell_trouble(self, cote_error_detail());
    return false;
}

/* A host without any network still finds its own processes: the loopback interface has a broadcast
 * address too. */
static void send_datagram(cote__transport *base, cote__slice datagram)
{
    udp_transport *self = (udp_transport *)base;
    if (!open_socket(self)) return;
    const cote__discovery_settings *settings = self->settings;
    if (cote__greeter_send(self->greeter, datagram)) return;
    if (cote__datagram_send(self->socket, settings->destination, settings->port, datagram) ==
        COTE_OK) {
        tell_trouble(self, NULL);
        return;
    }
    char message[160], address[COTE__ADDRESS_SIZE];
    cote__address_format(settings->destination, address);
    snprintf(message, sizeof message, "cannot send to %s, so only this host is reached: %s",
             address, cote_error_detail());
    tell_trouble(self, message);
    cote__datagram_send(self->socket, LOOPBACK_BROADCAST, settings->port, datagram);
}

/* MARK: by unicast */

/* What does not arrive is sent again. */
static void send_to(void *owner, uint64_t place, cote__slice datagram)
{
    udp_transport *self = owner;
    if (open_socket(self))
        cote__datagram_send(self->socket, (uint32_t)(place >> 16), (uint16_t)place, datagram);
}

static void received_by_another(void *owner, uint64_t place, cote__slice message)
{
    udp_transport *self = owner;
    self->base.events->received(self->base.owner, (uint32_t)(place >> 16), (uint16_t)place,
                                message);
}

static void met(void *owner)
{
    udp_transport *self = owner;
    self->base.events->ready(self->base.owner);
}

static size_t known(void *owner, uint64_t *places, size_t most)
{
    udp_transport *self = owner;
    return self->base.events->known(self->base.owner, places, most);
}

static void notice(void *owner, const char *message)
{
    udp_transport *self = owner;
    self->base.events->notice(self->base.owner, message);
}

static void malformed(void *owner, uint64_t place)
{
    udp_transport *self = owner;
    self->base.events->malformed(self->base.owner, (uint32_t)(place >> 16), (uint16_t)place);
}

static const cote__greeter_events greeter_events = {
    send_to, received_by_another, met, known, notice, malformed};

/* MARK: as a transport */

/* What nobody has heard yet waits in the socket. */
static cote__hearing hearing(const cote__transport *base)
{
    (void)base;
    return (cote__hearing){0, cote__now()};
}

static void destroy(cote__transport *base)
{
    udp_transport *self = (udp_transport *)base;
    cote__greeter_destroy(self->greeter);
    cote__datagram_close(self->socket);
    free(self);
}

static const cote__transport_ops udp_ops = {send_datagram, hearing, destroy};

cote__transport *cote__udp_transport(cote_loop *hub, cote__resolver *resolver,
                                     const cote__discovery_settings *settings,
                                     const cote__transport_events *events, void *owner)
{
    udp_transport *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    *self = (udp_transport){{&udp_ops, events, owner}, hub, settings, NULL, NULL};
    self->greeter = cote__greeter_create(hub, resolver, settings, &greeter_events, self);
    if (self->greeter) return &self->base;
    free(self);
    return NULL;
}
