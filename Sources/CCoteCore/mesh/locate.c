#include "mesh/locate.h"

#include <stdio.h>
#include <stdlib.h>

#include "mesh/peer.h"

enum { MOST_HELD = 256 /* messages; who is turned away says hello again */ };

/* A message that waits until its sender's host name is looked up. */
typedef struct held {
    cote__queue_node node;
    cote__lookup lookup;
    cote__locator *locator;
    uint32_t source;
    uint16_t port;
    size_t size;
    char name[COTE__HOST_NAME_SIZE];
    char message[];
} held;

static held *held_of(cote__queue_node *node)
{
    return COTE__CONTAINER(node, held, node);
}

static void release(held *self)
{
    cote__queue_remove(&self->locator->held, &self->node);
    free(self);
}

static void looked_up(cote__lookup *lookup, const cote__resolution *resolution)
{
    held *self = COTE__CONTAINER(lookup, held, lookup);
    cote__locator *locator = self->locator;
    if (resolution->error) {
        char message[COTE__HOST_NAME_SIZE + 128];
        snprintf(message, sizeof message, "a peer's host name \"%s\" leads nowhere: %s", self->name,
                 resolution->error);
        if (!resolution->again) locator->lost(locator->context, message);
    } else {
        locator->again(locator->context, self->source, self->port,
                       (cote__slice){self->message, self->size});
    }
    release(self);
}

static bool is_held(const cote__locator *locator, cote__slice message)
{
    for (cote__queue_node *node = locator->held.head; node; node = node->next) {
        const held *one = held_of(node);
        if (cote__slice_equal((cote__slice){one->message, one->size}, message)) return true;
    }
    return false;
}

static uint32_t look_up(cote__locator *locator, const char *name, uint32_t source, uint16_t port,
                        cote__slice message)
{
    uint32_t known = cote__resolver_peek(locator->resolver, name);
    if (known || locator->held.count >= MOST_HELD || is_held(locator, message)) return known;
    held *self = calloc(1, sizeof *self + message.size);
    if (!self) return 0;
    self->lookup.done = looked_up;
    self->locator = locator;
    self->source = source;
    self->port = port;
    self->size = message.size;
    memcpy(self->message, message.data, message.size);
    snprintf(self->name, sizeof self->name, "%s", name);
    cote__queue_push(&locator->held, &self->node);
    /* Known by now means: known to lead nowhere. */
    if (cote__resolve(locator->resolver, name, &self->lookup)) release(self);
    return 0;
}

/* What needs no look-up; 0 if it does. Our own host's name may be known to nobody but us. */
static uint32_t fixed_address(const cote__locator *locator, const char *name)
{
    uint32_t address;
    if (cote__address_parse(name, &address)) return address;
    return strcmp(name, locator->host) == 0 ? COTE__LOOPBACK : 0;
}

uint32_t cote__locate(cote__locator *locator, const cote__hello *hello, uint32_t source,
                      uint16_t port, cote__slice message)
{
    char name[COTE__HOST_NAME_SIZE];
    uint32_t advertised = cote__hello_address(hello);
    if (source && !locator->by_name) return source;
    if (advertised) return advertised;
    if (!hello->host_name.data || hello->host_name.size == 0 ||
        hello->host_name.size >= sizeof name)
        return source;
    memcpy(name, hello->host_name.data, hello->host_name.size);
    name[hello->host_name.size] = '\0';
    uint32_t fixed = fixed_address(locator, name);
    if (fixed || !locator->by_name) return fixed;
    return look_up(locator, name, source, port, message);
}

bool cote__locator_agrees(const cote__locator *locator, const char *host_name, uint32_t address)
{
    return !locator->by_name || fixed_address(locator, host_name) == address ||
           cote__resolver_peek(locator->resolver, host_name) == address;
}

void cote__locator_fini(cote__locator *locator)
{
    while (locator->held.head) {
        held *self = held_of(locator->held.head);
        cote__resolve_cancel(locator->resolver, self->name, &self->lookup);
        release(self);
    }
}
