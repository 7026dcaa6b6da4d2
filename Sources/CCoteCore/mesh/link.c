#include "mesh/link.h"

#include <stdlib.h>

#include "mesh/health.h"
#include "net/system.h"
#include "wire/addressee.h"
#include "wire/message.h"
#include "wire/probe.h"

static void connect_now(void *context);

/* MARK: the list */

static void link_destroy(cote__link *link)
{
    cote__links *links = link->links;
    size_t index = 0;
    while (links->items[index] != link) index++;
    links->count--;
    links->passed_over -= link->passed_over;
    for (; index < links->count; index++) links->items[index] = links->items[index + 1];
    cote__timer_destroy(link->retry);
    cote__ability_fini(&link->ability);
    cote__peer_release(link->peer);
    free(link);
}

static cote__link *link_create(cote__links *links, cote__peer *peer)
{
    if (links->count == links->capacity) {
        size_t capacity = links->capacity ? links->capacity * 2 : 4;
        cote__link **items = realloc(links->items, capacity * sizeof *items);
        if (!items) return NULL;
        links->items = items;
        links->capacity = capacity;
    }
    cote__link *link = calloc(1, sizeof *link);
    if (!link) return NULL;
    link->retry = cote__timer_create(links->component->loop, connect_now, link);
    if (!link->retry) {
        free(link);
        return NULL;
    }
    link->links = links;
    link->peer = cote__peer_retain(peer);
    cote__ability_announced(&link->ability, peer, links->seed);
    links->items[links->count++] = link;
    return link;
}

bool cote__link_is_open(const cote__link *link)
{
    return link->open && cote__connection_is_open(link->connection);
}

bool cote__link_is_usable(const cote__link *link)
{
    return cote__link_is_open(link) && !link->departed && !link->dropped;
}

void cote__links_fini(cote__links *links)
{
    free(links->items);
}

/* MARK: the connection */

void cote__links_tell(const cote__links *links, cote_peer_event event, cote__peer *peer)
{
    if (!links->uncounted) cote__component_peer(links->component, event, peer);
}

/* Discovery has told its end already; now it has come. */
static void farewell(cote__link *link)
{
    if (!link->forgotten) return;
    link->forgotten = false;
    cote__links_tell(link->links, COTE_PEER_REMOVED, link->peer);
}

void cote__links_changed(cote__links *links)
{
    size_t usable = 0, over_unix = 0;
    for (size_t i = 0; i < links->count; i++) {
        const cote__link *link = links->items[i];
        if (!cote__link_is_usable(link)) continue;
        usable++;
        over_unix += cote__connection_is_unix(link->connection);
    }
    if (!links->uncounted) cote__component_connected(links->component, usable, over_unix);
    if (links->events->changed) links->events->changed(links->component);
}

/* `breach`: it was closed for the bytes that came over it, `over_unix` or TCP. */
static void try_again(cote__link *link, bool breach, bool over_unix)
{
    cote__time delay = cote__backoff_lost(&link->backoff, cote__now(), breach);
    link->by_tcp = over_unix && delay > 0;
    if (link->given_up) return; /* until it is heard again */
    if (delay == 0) {
        connect_now(link);
        return;
    }
    uint64_t random;
    cote__random(&random, sizeof random);
    cote__timer_start(link->retry, cote__backoff_jitter(delay, random));
}

/* Whoever listens there is perhaps somebody else by now. Of Node.js nobody could tell. */
static void say_for_whom(cote__link *link)
{
    const cote_peer *peer = cote__peer_public(link->peer);
    link->misled = false;
    if (!peer->ours) return;
    cote__addressee_encode(cote__connection_output(link->connection), cote__slice_of(peer->id));
    cote__connection_written(link->connection);
}

static void on_opened(void *owner)
{
    cote__link *link = owner;
    link->open = true;
    say_for_whom(link);
    cote__backoff_opened(&link->backoff, cote__now());
    cote__ability_opened(&link->ability);
    if (link->links->events->opened) link->links->events->opened(link);
    cote__links_changed(link->links);
}

void cote__link_settled(cote__link *link)
{
    if (link->leaving && link->sent.count == 0 && link->connection)
        cote__connection_close(link->connection);
}

/* It waits for this connection to be closed, and answers until then whatever was sent before. */
static void on_bye(cote__link *link)
{
    link->departed = link->leaving = true;
    cote__links_changed(link->links);
    cote__link_settled(link);
}

static bool on_frame(void *owner, const cote__amp_frame *frame)
{
    cote__link *link = owner;
    if (cote__is_probe_answer(frame)) return true; /* that it came is all that it says */
    if (cote__is_elsewhere(frame)) {
        link->misled = true;
        cote__connection_close(link->connection);
        return true;
    }
    if (cote__is_farewell(frame)) {
        on_bye(link);
        return true;
    }
    if (!link->links->events->frame(link, frame)) return false;
    cote__backoff_served(&link->backoff);
    return true;
}

static void on_closed(void *owner, int status)
{
    cote__link *link = owner;
    cote__links *links = link->links;
    cote__component *component = links->component;
    cote__health_lost(link);
    link->taken = link->misled ? 0 : cote__connection_taken(link->connection);
    bool over_unix = cote__connection_is_unix(link->connection);
    link->connection = NULL;
    link->open = false;
    cote__component_refused_bytes(component, cote__peer_public(link->peer)->name, status);
    if (links->events->lost) links->events->lost(link);
    if (link->dropped || link->departed || link->forgotten) {
        farewell(link);
        link_destroy(link);
    } else {
        try_again(link, status != COTE_OK && status != COTE_ECONNLOST, over_unix);
    }
    cote__links_changed(links);
    cote__component_release(component);
}

static void on_leaving(void *owner)
{
    cote__link *link = owner;
    if (link->links->events->leaving) link->links->events->leaving(link);
}

static void on_drained(void *owner)
{
    cote__link *link = owner;
    if (link->links->events->drained) link->links->events->drained(link);
}

static void on_partial(void *owner)
{
    cote__health_partial(owner);
}

static const cote__connection_events connection_events = {.opened = on_opened,
                                                          .frame = on_frame,
                                                          .closed = on_closed,
                                                          .leaving = on_leaving,
                                                          .drained = on_drained,
                                                          .partial = on_partial};

/* Whoever has a unix socket where only this user's are is on this host, whatever he announces. */
static int open_connection(cote__link *link)
{
    const cote__component *component = link->links->component;
    const cote__settings *settings = &component->settings;
    const cote_peer *peer = cote__peer_public(link->peer);
    if (settings->unix_directory[0] && peer->ours && !link->by_tcp &&
        cote__connection_open_unix(component->loop, settings->unix_directory, peer->id,
                                   settings->max_frame, &connection_events, link,
                                   &link->connection) == COTE_OK)
        return COTE_OK;
    return cote__connection_open(component->loop, cote__peer_host(link->peer), peer->port,
                                 settings->max_frame, &connection_events, link, &link->connection);
}

static void connect_now(void *context)
{
    cote__link *link = context;
    cote__component *component = link->links->component;
    if (open_connection(link) != COTE_OK) {
        try_again(link, false, false);
        return;
    }
    cote__connection_bound(link->connection, component->settings.max_unsent);
    if (!link->links->uncounted) cote__connection_meter(link->connection, &component->traffic);
    cote__component_hold(component);
    cote__health_tried(link);
}

void cote__link_drop(cote__link *link)
{
    link->dropped = true;
    farewell(link);
    cote__timer_stop(link->retry);
    if (link->connection)
        cote__connection_close(link->connection);
    else
        link_destroy(link);
}

void cote__link_give_up(cote__link *link)
{
    link->given_up = true;
    cote__timer_stop(link->retry);
    if (link->connection) cote__connection_close(link->connection);
}

/* MARK: peers */

static bool same_place(const cote__peer *one, const cote__peer *other)
{
    return cote__peer_host(one) == cote__peer_host(other) &&
           cote__peer_public(one)->port == cote__peer_public(other)->port;
}

static bool same_id(const cote__peer *one, const cote__peer *other)
{
    return strcmp(cote__peer_public(one)->id, cote__peer_public(other)->id) == 0;
}

static cote__link *link_of(cote__links *links, const cote__peer *peer)
{
    for (size_t i = 0; i < links->count; i++) {
        cote__link *link = links->items[i];
        if (!link->dropped && !link->leaving && same_id(link->peer, peer)) return link;
    }
    return NULL;
}

/* Whoever comes to a place after its owner has said goodbye is somebody else: the old connection is
 * about to end, and does not serve it. */
static cote__link *link_to_place(cote__links *links, const cote__peer *peer)
{
    for (size_t i = 0; i < links->count; i++) {
        cote__link *link = links->items[i];
        if (!link->dropped && !link->leaving && same_place(link->peer, peer) &&
            (!link->departed || same_id(link->peer, peer)))
            return link;
    }
    return NULL;
}

/* It is heard again. A connection that was begun while it was not may have got nowhere. */
static void revive(cote__link *link)
{
    if (link->vitals.quiet && link->connection && !link->open)
        cote__connection_close(link->connection);
    cote__health_back(link);
    if (!link->given_up) return;
    link->given_up = false;
    if (!link->connection) connect_now(link);
}

/* It is announced, so it is heard. */
static void adopt(cote__link *link, cote__peer *peer)
{
    cote__peer *before = link->peer;
    if (!same_id(before, peer)) {
        farewell(link);
        cote__health_clear(link);
    }
    link->peer = cote__peer_retain(peer);
    cote__peer_release(before);
    cote__ability_announced(&link->ability, peer, link->links->seed);
    link->settled = false;
    link->departed = false;
    revive(link);
}

/*
 * A new id at an address and port that we know is the same listener (it took a fresh id, or came
 * back): the connection that is there serves it, and one that is being tried again reaches it at
 * once, unless what came over it made no sense.
 */
static void added(cote__links *links, cote__peer *peer)
{
    if (cote__peer_public(peer)->port == 0) return;
    cote__link *link = link_to_place(links, peer);
    if (link) {
        adopt(link, peer);
        if (link->connection || link->backoff.breached) return;
        cote__timer_stop(link->retry);
        connect_now(link);
        return;
    }
    link = link_create(links, peer);
    if (link) connect_now(link);
}

static void updated(cote__links *links, cote__peer *peer)
{
    cote__link *link = link_of(links, peer);
    if (link && same_place(link->peer, peer)) {
        adopt(link, peer);
        return;
    }
    if (link) {
        if (link->suspected) cote__links_tell(links, COTE_PEER_BACK, link->peer);
        cote__health_clear(link);
        cote__link_drop(link);
    }
    added(links, peer);
}

/* Its silence is over before its end was told. */
static void remembered(cote__links *links, cote__link *link, cote__peer *peer)
{
    bool is_new = !cote__peers_equal(link->peer, peer);
    link->forgotten = false;
    updated(links, peer);
    if (is_new) cote__links_tell(links, COTE_PEER_UPDATED, peer);
}

/*
 * A goodbye closes no connection by itself: what is under way may still be answered, and what was
 * said before it may still come, even over one that the other side has and we are about to. Nor
 * does silence, while bytes come.
 */
static bool removed(cote__link *link, bool silent)
{
    if (!link->connection) {
        cote__link_drop(link);
        return true;
    }
    if (!silent) cote__health_clear(link);
    link->forgotten = silent;
    link->departed = !silent;
    cote__health_quiet(link);
    return !silent;
}

bool cote__links_peer(cote__links *links, cote_peer_event event, cote__peer *peer, bool silent)
{
    bool as_it_is = true;
    cote__link *link = link_of(links, peer); /* NULL: its place belongs to a newer id by now */
    switch (event) {
    case COTE_PEER_ADDED:
        as_it_is = !link || !link->forgotten;
        if (as_it_is)
            added(links, peer);
        else
            remembered(links, link, peer);
        break;
    case COTE_PEER_UPDATED: updated(links, peer); break;
    case COTE_PEER_REMOVED:
        if (link) as_it_is = removed(link, silent);
        break;
    case COTE_PEER_SUSPECTED:
    case COTE_PEER_BACK:
        as_it_is = !link;
        if (link && event == COTE_PEER_BACK) revive(link);
        if (link && event == COTE_PEER_SUSPECTED) cote__health_quiet(link);
        break;
    }
    cote__links_changed(links);
    return as_it_is;
}

void cote__links_close(cote__links *links)
{
    cote__health_close(links);
    for (size_t i = links->count; i > 0; i--) cote__link_drop(links->items[i - 1]);
}
