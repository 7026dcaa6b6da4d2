#include "mesh/recall.h"

#include <stdlib.h>

#include "mesh/door.h"
#include "net/interfaces.h"

enum {
    SETTLING = 100, /* ms, for those that come back by themselves to do so */
    LEAST = 1000,   /* ms between two changes, and no less than the hello interval */
    MOST = 4096     /* peers that are kept an eye on */
};

/* MARK: who is there */

/* Mostly it is the very same one. */
static size_t place_of(const cote__recall *self, const cote__peer *peer)
{
    const char *id = cote__peer_public(peer)->id;
    for (size_t at = 0; at < self->count; at++)
        if (self->peers[at] == peer) return at;
    for (size_t at = 0; at < self->count; at++)
        if (strcmp(cote__peer_public(self->peers[at])->id, id) == 0) return at;
    return self->count;
}

static bool make_room(cote__recall *self)
{
    if (self->count < self->capacity) return true;
    if (self->count == MOST) return false;
    size_t capacity = self->capacity ? self->capacity * 2 : 8;
    cote__peer **peers = realloc(self->peers, capacity * sizeof(*peers));
    if (!peers) return false;
    self->peers = peers;
    self->capacity = capacity;
    return true;
}

void cote__recall_peer(cote__recall *self, cote_peer_event event, cote__peer *peer)
{
    size_t at = event == COTE_PEER_ADDED ? self->count : place_of(self, peer);
    if (at < self->count) {
        cote__peer_release(self->peers[at]);
        self->peers[at] = self->peers[--self->count];
    }
    if (event != COTE_PEER_REMOVED && cote__peer_connects(peer) && make_room(self))
        self->peers[self->count++] = cote__peer_retain(peer);
}

/* MARK: who is missing */

/* As channels have it: those of this host are counted together, since who comes over a unix socket
 * shows no address. */
static uint32_t home_of(const cote__peer *peer, const cote__own_addresses *own)
{
    uint32_t address = cote__peer_address(peer);
    return cote__own_addresses_have(own, address) ? COTE__LOOPBACK : address;
}

static size_t announced_at(const cote__recall *self, uint32_t home, const cote__own_addresses *own)
{
    size_t count = 0;
    for (size_t i = 0; i < self->count; i++) count += home_of(self->peers[i], own) == home;
    return count;
}

/* Fewer connections come from the address of a peer of Node.js than there are peers. */
static bool somebody_is_missing(const cote__recall *self)
{
    cote__own_addresses own = cote__own_addresses_find();
    uint32_t last = 0;
    bool missing = false;
    for (size_t i = 0; i < self->count && !missing; i++) {
        uint32_t home = home_of(self->peers[i], &own);
        if (cote__peer_public(self->peers[i])->ours || home == last) continue;
        missing = cote__door_count(self->door, home) < announced_at(self, home, &own);
        last = home;
    }
    cote__own_addresses_free(&own);
    return missing;
}

/* MARK: a fresh id */

static void on_settled(void *context)
{
    cote__recall *self = context;
    cote__component *component = self->door->component;
    self->waiting = false;
    if (cote__component_is_closing(component) || self->door->leaving || !somebody_is_missing(self))
        return;
    self->last = cote__now();
    self->changed = true;
    if (cote__door_renew(self->door))
        cote__component_log(component, COTE_LOG_INFO,
                            "%s takes a fresh id, %s, since a peer does not connect again to one "
                            "that it knows",
                            component->settings.name, cote__component_id(component));
}

void cote__recall_lost(cote__recall *self)
{
    cote__component *component = self->door->component;
    if (self->waiting || self->count == 0 || cote__component_is_closing(component)) return;
    if (!self->timer) self->timer = cote__timer_create(component->loop, on_settled, self);
    if (!self->timer) return; /* no memory now; the next loss tries again */
    cote__time delay = SETTLING, interval = component->settings.discovery.hello_interval;
    if (interval < LEAST) interval = LEAST;
    cote__time since = cote__now() - self->last;
    if (self->changed && since + delay < interval) delay = interval - since;
    self->waiting = true;
    cote__timer_start(self->timer, delay);
}

void cote__recall_close(cote__recall *self)
{
    cote__timer_destroy(self->timer);
    for (size_t i = 0; i < self->count; i++) cote__peer_release(self->peers[i]);
    free(self->peers);
    *self = (cote__recall){.door = self->door};
}
