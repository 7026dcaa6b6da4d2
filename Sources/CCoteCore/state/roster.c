#include "state/roster.h"

#include <stdlib.h>

#include "state/hash.h"

enum { LEAST_BUCKETS = 16, MEAN_DATAGRAM = 4096 };

/* MARK: the hash */

static uint64_t hash_datagram(const cote__roster *roster, uint64_t source, cote__slice datagram)
{
    return cote__hash(roster->seed + source * UINT64_C(0x9e3779b97f4a7c15), datagram);
}

static size_t bucket_of(const cote__roster *roster, uint64_t value)
{
    return (size_t)value & (roster->bucket_count - 1);
}

static cote__roster_peer **bucket_by_iid(const cote__roster *roster, cote__slice iid)
{
    return &roster->by_iid[bucket_of(roster, cote__hash(roster->seed, iid))];
}

/* MARK: the tables */

static cote__slice iid_of(const cote__roster_peer *peer)
{
    return (cote__slice){peer->iid, peer->iid_size};
}

static cote__slice raw_of(const cote__roster_peer *peer)
{
    return (cote__slice){peer->raw, peer->raw_size};
}

static void chain_by_iid(cote__roster *roster, cote__roster_peer *peer)
{
    cote__roster_peer **bucket = bucket_by_iid(roster, iid_of(peer));
    peer->next_by_iid = *bucket;
    *bucket = peer;
}

static void unchain_by_iid(cote__roster *roster, const cote__roster_peer *peer)
{
    cote__roster_peer **link = bucket_by_iid(roster, iid_of(peer));
    while (*link != peer) link = &(*link)->next_by_iid;
    *link = peer->next_by_iid;
}

static void chain_by_raw(cote__roster *roster, cote__roster_peer *peer)
{
    cote__roster_peer **bucket = &roster->by_raw[bucket_of(roster, peer->raw_hash)];
    peer->next_by_raw = *bucket;
    *bucket = peer;
}

static void unchain_by_raw(cote__roster *roster, const cote__roster_peer *peer)
{
    cote__roster_peer **link = &roster->by_raw[bucket_of(roster, peer->raw_hash)];
    while (*link != peer) link = &(*link)->next_by_raw;
    *link = peer->next_by_raw;
}

static cote__roster_peer *peer_of(const cote__queue_node *node)
{
    return node ? COTE__CONTAINER(node, cote__roster_peer, by_age) : NULL;
}

static void chain(void *context, cote__roster_peer *peer)
{
    chain_by_iid(context, peer);
    chain_by_raw(context, peer);
}

static bool grow(cote__roster *roster)
{
    size_t count = roster->bucket_count ? roster->bucket_count * 2 : LEAST_BUCKETS;
    cote__roster_peer **by_iid = calloc(count, sizeof *by_iid);
    cote__roster_peer **by_raw = calloc(count, sizeof *by_raw);
    if (!by_iid || !by_raw) {
        free(by_iid);
        free(by_raw);
        return roster->bucket_count > 0; /* long chains are slow, but right */
    }
    free(roster->by_iid);
    free(roster->by_raw);
    roster->by_iid = by_iid;
    roster->by_raw = by_raw;
    roster->bucket_count = count;
    cote__roster_each(roster, chain, roster);
    return true;
}

/* MARK: peers */

static void list(cote__roster_peer *peer, cote__queue *ages)
{
    peer->list = ages;
    cote__queue_push(ages, &peer->by_age);
}

static void touch(cote__roster *roster, cote__roster_peer *peer, cote__time now)
{
    peer->last_seen = now;
    cote__queue_remove(peer->list, &peer->by_age);
    list(peer, &roster->ages);
}

static char *copy(cote__slice bytes)
{
    char *data = malloc(bytes.size + 1);
    if (data && bytes.size > 0) memcpy(data, bytes.data, bytes.size);
    return data;
}

static void peer_free(cote__roster_peer *peer)
{
    free(peer->raw);
    free(peer->iid);
    free(peer);
}

static cote__roster_peer *peer_add(cote__roster *roster, cote__slice iid)
{
    if (roster->count >= roster->bucket_count && !grow(roster)) return NULL;
    cote__roster_peer *peer = calloc(1, sizeof *peer);
    if (!peer) return NULL;
    peer->iid = copy(iid);
    peer->iid_size = iid.size;
    if (!peer->iid) {
        free(peer);
        return NULL;
    }
    chain_by_iid(roster, peer);
    chain_by_raw(roster, peer);
    list(peer, &roster->ages);
    roster->count++;
    return peer;
}

cote__roster_peer *cote__roster_find(const cote__roster *roster, cote__slice iid)
{
    if (roster->count == 0) return NULL;
    cote__roster_peer *peer = *bucket_by_iid(roster, iid);
    while (peer && !cote__slice_equal(iid_of(peer), iid)) peer = peer->next_by_iid;
    return peer;
}

bool cote__roster_has_room(const cote__roster *roster, size_t most, size_t size)
{
    return roster->count < most && roster->raw_bytes + size <= (uint64_t)most * MEAN_DATAGRAM;
}

cote__roster_peer *cote__roster_refresh(cote__roster *roster, uint64_t source, cote__slice datagram,
                                        cote__time now)
{
    if (roster->count == 0) return NULL;
    uint64_t raw_hash = hash_datagram(roster, source, datagram);
    cote__roster_peer *peer = roster->by_raw[bucket_of(roster, raw_hash)];
    while (peer && !(peer->raw_hash == raw_hash && peer->source == source &&
                     cote__slice_equal(raw_of(peer), datagram)))
        peer = peer->next_by_raw;
    if (peer) touch(roster, peer, now);
    return peer;
}

cote__roster_peer *cote__roster_hear(cote__roster *roster, cote__slice iid, uint64_t source,
                                     cote__slice datagram, cote__time now, bool *added)
{
    char *raw = copy(datagram);
    if (!raw) return NULL;
    cote__roster_peer *peer = cote__roster_find(roster, iid);
    *added = peer == NULL;
    if (!peer) peer = peer_add(roster, iid);
    if (!peer) {
        free(raw);
        return NULL;
    }
    unchain_by_raw(roster, peer);
    free(peer->raw);
    roster->raw_bytes += datagram.size - peer->raw_size;
    peer->raw = raw;
    peer->raw_size = datagram.size;
    peer->raw_hash = hash_datagram(roster, source, datagram);
    peer->source = source;
    chain_by_raw(roster, peer);
    touch(roster, peer, now);
    return peer;
}

void *cote__roster_remove(cote__roster *roster, cote__roster_peer *peer)
{
    void *value = peer->value;
    unchain_by_iid(roster, peer);
    unchain_by_raw(roster, peer);
    cote__queue_remove(peer->list, &peer->by_age);
    roster->count--;
    roster->raw_bytes -= peer->raw_size;
    peer_free(peer);
    return value;
}

cote__roster_peer *cote__roster_silent(const cote__roster *roster, cote__time now,
                                       cote__time timeout)
{
    cote__roster_peer *oldest =
        peer_of(cote__queue_peek(roster->suspects.head ? &roster->suspects : &roster->ages));
    bool silent = oldest && now > oldest->last_seen && now - oldest->last_seen > timeout;
    return silent ? oldest : NULL;
}

cote__roster_peer *cote__roster_suspect(cote__roster *roster, cote__time now, cote__time after)
{
    cote__roster_peer *oldest = peer_of(cote__queue_peek(&roster->ages));
    if (!oldest || now <= oldest->last_seen || now - oldest->last_seen <= after) return NULL;
    cote__queue_pop(&roster->ages);
    list(oldest, &roster->suspects);
    oldest->suspected = true;
    return oldest;
}

cote__time cote__roster_oldest(const cote__roster *roster)
{
    const cote__roster_peer *oldest = peer_of(cote__queue_peek(&roster->ages));
    return oldest ? oldest->last_seen : COTE__NEVER;
}

void cote__roster_each(const cote__roster *roster,
                       void (*visit)(void *context, cote__roster_peer *peer), void *context)
{
    for (cote__queue_node *node = roster->suspects.head; node; node = node->next)
        visit(context, peer_of(node));
    for (cote__queue_node *node = roster->ages.head; node; node = node->next)
        visit(context, peer_of(node));
}

void cote__roster_fini(cote__roster *roster, void (*release)(void *context, void *value),
                       void *context)
{
    cote__queue_node *node;
    while ((node = cote__queue_pop(&roster->suspects)) || (node = cote__queue_pop(&roster->ages))) {
        cote__roster_peer *peer = peer_of(node);
        release(context, peer->value);
        peer_free(peer);
    }
    free(roster->by_iid);
    free(roster->by_raw);
    *roster = (cote__roster){0};
}
