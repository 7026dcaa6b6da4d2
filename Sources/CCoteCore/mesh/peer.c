#include "mesh/peer.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "net/system.h"

struct cote__peer {
    atomic_uint references;
    cote_peer public;
    uint32_t address, host;
    char address_text[COTE__ADDRESS_SIZE];
    cote__axon_type axon_type;
    const char *type, *key, *name_space, *subset,
        *digest; /* the last three NULL when it has none */
    char text[]; /* every string, each with its zero */
};

static const char *keep(char **at, cote__slice slice)
{
    char *start = *at;
    if (slice.size) memcpy(start, slice.data, slice.size);
    start[slice.size] = '\0';
    *at = start + slice.size + 1;
    return start;
}

uint32_t cote__hello_address(const cote__hello *hello)
{
    char text[COTE__ADDRESS_SIZE];
    uint32_t host;
    if (!hello->address.data || hello->address.size >= sizeof text) return 0;
    memcpy(text, hello->address.data, hello->address.size);
    text[hello->address.size] = '\0';
    return cote__address_parse(text, &host) && host >> 28 < 14 ? host : 0;
}

cote__peer *cote__peer_create(const cote__hello *hello, uint32_t address)
{
    const cote__slice strings[] = {hello->iid,     hello->name,          hello->host_name,
                                   hello->pid,     hello->advertisement, hello->type,
                                   hello->key,     hello->name_space,    hello->subset,
                                   hello->handles, hello->digest};
    size_t size = 0;
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) size += strings[i].size + 1;
    cote__peer *peer = malloc(sizeof *peer + size);
    if (!peer) return NULL;

    atomic_init(&peer->references, 1);
    peer->address = address;
    uint32_t wanted = cote__hello_address(hello);
    peer->host = wanted ? wanted : address;
    cote__address_format(address, peer->address_text);
    peer->axon_type = hello->axon_type;
    char *at = peer->text;
    peer->public = (cote_peer){
        .size = sizeof peer->public,
        .id = keep(&at, hello->iid),
        .name = keep(&at, hello->name),
        .host = keep(&at, hello->host_name),
        .process = keep(&at, hello->pid),
        .address = peer->address_text,
        .port = hello->port,
        .ours = hello->cote_version > 0 && hello->raw,
        .advertisement = keep(&at, hello->advertisement),
        .handles = hello->handles.data ? keep(&at, hello->handles) : NULL,
    };
    peer->type = keep(&at, hello->type);
    peer->key = keep(&at, hello->key);
    peer->name_space = hello->name_space.data ? keep(&at, hello->name_space) : NULL;
    peer->subset = hello->subset.data ? keep(&at, hello->subset) : NULL;
    peer->digest = hello->digest.data ? keep(&at, hello->digest) : NULL;
    return peer;
}

cote__peer *cote__peer_retain(cote__peer *peer)
{
    atomic_fetch_add_explicit(&peer->references, 1, memory_order_relaxed);
    return peer;
}

void cote__peer_release(cote__peer *peer)
{
    if (peer && atomic_fetch_sub_explicit(&peer->references, 1, memory_order_acq_rel) == 1)
        free(peer);
}

const cote_peer *cote__peer_public(const cote__peer *peer)
{
    return &peer->public;
}

uint32_t cote__peer_address(const cote__peer *peer)
{
    return peer->address;
}

uint32_t cote__peer_host(const cote__peer *peer)
{
    return peer->host;
}

const char *cote__peer_subset(const cote__peer *peer)
{
    return peer->subset;
}

bool cote__peer_tells_handles(const cote__peer *peer)
{
    return peer->digest != NULL && !peer->public.handles;
}

const char *cote__peer_type(const cote__peer *peer)
{
    return peer->type;
}

static bool opposite(cote__axon_type one, cote__axon_type other)
{
    switch (one) {
    case COTE__AXON_REQ: return other == COTE__AXON_REP;
    case COTE__AXON_REP: return other == COTE__AXON_REQ;
    case COTE__AXON_PUB: return other == COTE__AXON_SUB;
    case COTE__AXON_SUB: return other == COTE__AXON_PUB;
    default: return false;
    }
}

bool cote__peers_share_key(const cote__peer *one, const cote__peer *other)
{
    return strcmp(one->key, other->key) == 0;
}

bool cote__peers_share_process(const cote__peer *one, const cote__peer *other)
{
    return strcmp(one->public.process, other->public.process) == 0;
}

/* Either may be NULL, which is equal to itself alone. */
static bool equal(const char *one, const char *other)
{
    if (!one || !other) return one == other;
    return strcmp(one, other) == 0;
}

static bool are_partners(const cote__peer *one, const cote__peer *other)
{
    return opposite(one->axon_type, other->axon_type) && cote__peers_share_key(one, other) &&
           equal(one->name_space, other->name_space);
}

/* By Node's rule the monitor's key begins the other's; without any it would see all environments.
 */
static bool watches(const cote__peer *monitor, const cote__peer *peer)
{
    size_t size = strlen(monitor->key);
    return strcmp(monitor->type, "monitor") == 0 && size > 0 &&
           strncmp(monitor->key, peer->key, size) == 0;
}

bool cote__peer_connects(const cote__peer *peer)
{
    switch (peer->axon_type) {
    case COTE__AXON_REQ:
    case COTE__AXON_SUB: return true;
    case COTE__AXON_REP:
    case COTE__AXON_PUB: return peer->public.ours;
    default: return false;
    }
}

/* Those that Node.js hears no status of tell it to a monitor of ours only. */
static bool reports(const cote__peer *peer, const cote__peer *monitor)
{
    switch (peer->axon_type) {
    case COTE__AXON_REQ:
    case COTE__AXON_SUB: return true;
    case COTE__AXON_REP:
    case COTE__AXON_PUB: return monitor->public.ours;
    default: return false;
    }
}

cote__relation cote__peer_relation(const cote__peer *self, const cote__peer *peer)
{
    if (are_partners(self, peer)) return COTE__PARTNER;
    if (watches(self, peer)) return COTE__WATCHED;
    if (reports(self, peer) && watches(peer, self)) return COTE__MONITOR;
    return COTE__STRANGER;
}

bool cote__peers_equal(const cote__peer *one, const cote__peer *other)
{
    return one->address == other->address && one->host == other->host &&
           one->public.port == other->public.port && one->public.ours == other->public.ours &&
           strcmp(one->public.advertisement, other->public.advertisement) == 0 &&
           equal(one->public.handles, other->public.handles) && equal(one->digest, other->digest) &&
           strcmp(one->public.host, other->public.host) == 0 &&
           strcmp(one->public.process, other->public.process) == 0;
}
