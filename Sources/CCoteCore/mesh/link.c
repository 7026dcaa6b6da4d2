/* link.c - a requester's connections: one to each responder that is there. */
#include <stdlib.h>

#include "mesh/requester.h"
#include "net/system.h"

enum {
    RETRY_LEAST = 50,  /* ms */
    RETRY_MOST = 2000, /* ms */
    RETRY_DOUBLINGS = 6
};

static void connect_now(void *context);

/* MARK: the list */

static void link_destroy(cote__link *link)
{
    cote_requester *requester = link->requester;
    size_t index = 0;
    while (requester->links[index] != link) index++;
    requester->link_count--;
    for (; index < requester->link_count; index++)
        requester->links[index] = requester->links[index + 1];
    cote__timer_destroy(link->retry);
    cote__peer_release(link->peer);
    free(link);
}

static cote__link *link_create(cote_requester *requester, cote__peer *peer)
{
    if (requester->link_count == requester->link_capacity) {
        size_t capacity = requester->link_capacity ? requester->link_capacity * 2 : 4;
        cote__link **links = realloc(requester->links, capacity * sizeof *links);
        if (!links) return NULL;
        requester->links = links;
        requester->link_capacity = capacity;
    }
    cote__link *link = calloc(1, sizeof *link);
    if (!link) return NULL;
    link->retry = cote__timer_create(requester->component.loop, connect_now, link);
    if (!link->retry) {
        free(link);
        return NULL;
    }
    link->requester = requester;
    link->peer = cote__peer_retain(peer);
    requester->links[requester->link_count++] = link;
    return link;
}

/* MARK: the connection */

static void retry_later(cote__link *link)
{
    unsigned doublings = link->attempts < RETRY_DOUBLINGS ? link->attempts : RETRY_DOUBLINGS;
    cote__time delay = (cote__time)RETRY_LEAST << doublings;
    if (delay > RETRY_MOST) delay = RETRY_MOST;
    link->attempts++;
    cote__timer_start(link->retry, delay / 2 + cote__random_up_to(delay / 2));
}

static void on_opened(void *owner)
{
    cote__link *link = owner;
    link->open = true;
    cote__requester_drain(link->requester);
}

static bool on_frame(void *owner, const cote__amp_frame *frame)
{
    cote__link *link = owner;
    link->attempts =
        0; /* not before: one that accepts and closes must not be tried in a tight circle */
    return cote__requester_answer(link->requester, link, frame);
}

static void on_closed(void *owner, int status)
{
    cote__link *link = owner;
    cote_requester *requester = link->requester;
    bool was_open = link->open;
    link->connection = NULL;
    link->open = false;
    if (status == COTE_EPROTOCOL)
        cote__component_log(&requester->component, COTE_LOG_WARNING,
                            "%s sent bytes that are no reply: closed",
                            cote__peer_public(link->peer)->name);
    while (link->sent.head) {
        cote__requested *request = COTE__CONTAINER(link->sent.head, cote__requested, node);
        cote__requester_fail(request, COTE_ECONNLOST);
    }
    if (link->dropped || link->departed) {
        link_destroy(link);
    } else if (was_open && link->attempts == 0) {
        link->attempts = 1;
        connect_now(link);
    } else {
        retry_later(link);
    }
    cote__component_release(&requester->component);
}

static const cote__connection_events events = {on_opened, on_frame, on_closed};

static void connect_now(void *context)
{
    cote__link *link = context;
    cote__component *component = &link->requester->component;
    if (cote__connection_open(component->loop, cote__peer_address(link->peer),
                              cote__peer_public(link->peer)->port, component->settings.max_frame,
                              &events, link, &link->connection) == COTE_OK)
        cote__component_hold(component);
    else
        retry_later(link);
}

/* Ends with its connection; what was sent over it fails. */
static void link_drop(cote__link *link)
{
    link->dropped = true;
    cote__timer_stop(link->retry);
    if (link->connection)
        cote__connection_close(link->connection);
    else
        link_destroy(link);
}

/* MARK: peers */

static bool same_place(const cote__peer *one, const cote__peer *other)
{
    return cote__peer_address(one) == cote__peer_address(other) &&
           cote__peer_public(one)->port == cote__peer_public(other)->port;
}

static bool same_id(const cote__peer *one, const cote__peer *other)
{
    return strcmp(cote__peer_public(one)->id, cote__peer_public(other)->id) == 0;
}

static cote__link *link_of(cote_requester *requester, const cote__peer *peer)
{
    for (size_t i = 0; i < requester->link_count; i++) {
        cote__link *link = requester->links[i];
        if (!link->dropped && same_id(link->peer, peer)) return link;
    }
    return NULL;
}

/* Whoever comes to a place after its owner has said goodbye is somebody else: the old connection is
 * about to end, and does not serve it. */
static cote__link *link_to_place(cote_requester *requester, const cote__peer *peer)
{
    for (size_t i = 0; i < requester->link_count; i++) {
        cote__link *link = requester->links[i];
        if (!link->dropped && same_place(link->peer, peer) &&
            (!link->departed || same_id(link->peer, peer)))
            return link;
    }
    return NULL;
}

static void adopt(cote__link *link, cote__peer *peer)
{
    cote__peer *before = link->peer;
    link->peer = cote__peer_retain(peer);
    cote__peer_release(before);
    link->departed = false;
}

/*
 * A new id at an address and port that we know is the same listener (it took a fresh id, or came
 * back): the connection that is there serves it, and one that is being tried again reaches it at
 * once.
 */
static void added(cote_requester *requester, cote__peer *peer)
{
    if (cote__peer_public(peer)->port == 0) return;
    cote__link *link = link_to_place(requester, peer);
    if (link) {
        adopt(link, peer);
        if (link->connection) return;
        cote__timer_stop(link->retry);
        connect_now(link);
        return;
    }
    link = link_create(requester, peer);
    if (link) connect_now(link);
}

static void updated(cote_requester *requester, cote__peer *peer)
{
    cote__link *link = link_of(requester, peer);
    if (link && same_place(link->peer, peer)) {
        adopt(link, peer);
        return;
    }
    if (link) link_drop(link);
    added(requester, peer);
}

/*
 * A goodbye closes no connection by itself: what is under way may still be answered. A peer that
 * fell silent will answer nothing.
 */
static void removed(cote_requester *requester, cote__peer *peer, bool silent)
{
    cote__link *link = link_of(requester, peer);
    if (!link) return; /* its address and port belong to a newer id by now */
    if (silent || !link->open) {
        link_drop(link);
        return;
    }
    link->departed = true;
}

void cote__links_peer(cote_requester *requester, cote_peer_event event, cote__peer *peer,
                      bool silent)
{
    switch (event) {
    case COTE_PEER_ADDED: added(requester, peer); break;
    case COTE_PEER_UPDATED: updated(requester, peer); break;
    case COTE_PEER_REMOVED: removed(requester, peer, silent); break;
    }
    cote__requester_drain(requester);
}

void cote__links_close(cote_requester *requester)
{
    for (size_t i = requester->link_count; i > 0; i--) link_drop(requester->links[i - 1]);
}
