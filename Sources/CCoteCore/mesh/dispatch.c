/* dispatch.c - who gets a request, and when. */
#include <stdlib.h>

#include "mesh/health.h"
#include "mesh/requester.h"
#include "net/system.h"

/* MARK: candidates */

typedef struct choice {
    const cote_requester *requester;
    const cote__wants *wants;
    bool from_queue;
    bool second; /* those who are passed over */
} choice;

static bool is_of_subset(const cote__peer *peer, const char *subset)
{
    const char *own = cote__peer_subset(peer);
    return !subset || (own && strcmp(own, subset) == 0);
}

static bool is_of_kind(const cote__link *link, const cote__wants *wants)
{
    return (!wants->ours_only || cote__peer_public(link->peer)->ours) &&
           is_of_subset(link->peer, wants->subset);
}

static bool suits(const cote__link *link, const cote__wants *wants)
{
    return is_of_kind(link, wants) && cote__ability_has(&link->ability, wants->type, wants->hash);
}

static bool is_able(const choice *wanted, const cote__link *link)
{
    return cote__link_is_usable(link) && suits(link, wanted->wants);
}

/* It has not answered as many as it may be sent, or has not read what was sent. */
static bool is_full(const cote__link *link)
{
    const cote__settings *settings = &link->links->component->settings;
    return link->load.pending >= settings->max_in_flight ||
           (link->connection && !cote__connection_has_room(link->connection, 1));
}

static const cote__load *candidate(const void *context, size_t index)
{
    const choice *self = context;
    cote__link *link = self->requester->links.items[index];
    bool full = is_full(link);
    if (full || !cote__link_is_usable(link))
        link->settled = false; /* what waits now is for it too */
    bool chosen = link->passed_over == self->second && !full &&
                  (!self->from_queue || link->credit > 0) && is_able(self, link);
    return chosen ? &link->load : NULL;
}

/* Somebody who is not passed over will take those that wait. */
static bool has_first_choice(const choice *wanted)
{
    const cote__links *links = &wanted->requester->links;
    for (size_t i = 0; i < links->count; i++)
        if (!links->items[i]->passed_over && is_able(wanted, links->items[i])) return true;
    return false;
}

static cote__link *choose(cote_requester *requester, choice *wanted)
{
    if (requester->is_timed) requester->balancer.now = cote__now();
    const cote__links *links = &requester->links;
    cote__balancer *balancer = &requester->balancer;
    size_t index = balancer->choose(balancer, links->count, candidate, wanted);
    if (index >= links->count && links->passed_over > 0 &&
        !(wanted->from_queue && has_first_choice(wanted))) {
        wanted->second = true;
        index = balancer->choose(balancer, links->count, candidate, wanted);
    }
    return index < links->count ? links->items[index] : NULL;
}

/* Somebody is there, but not of ours, and none of ours is on the way. */
static bool only_others(const cote_requester *requester)
{
    bool anybody = false;
    for (size_t i = 0; i < requester->links.count; i++) {
        const cote__link *link = requester->links.items[i];
        if (!link->departed && !link->dropped && cote__peer_public(link->peer)->ours) return false;
        if (cote__link_is_usable(link)) anybody = true;
    }
    return anybody;
}

static bool nobody_handles(const cote_requester *requester, const cote__wants *wants)
{
    for (size_t i = 0; i < requester->links.count; i++) {
        const cote__link *link = requester->links.items[i];
        if (link->departed || link->dropped || !is_of_kind(link, wants)) continue;
        if (cote__ability_is_awaited(&link->ability) || suits(link, wants)) return false;
    }
    return true;
}

/* What a request fails with that waits in vain; COTE_OK if it goes on waiting. */
static int in_vain(const cote_requester *requester, const cote__wants *wants)
{
    if (wants->ours_only && only_others(requester)) return COTE_EUNSUPPORTED;
    if (wants->handler && nobody_handles(requester, wants)) return COTE_ENOHANDLER;
    return COTE_OK;
}

/* MARK: custom policies */

/* The user's own choice among all that may be chosen. */
static size_t custom_choose(cote__balancer *self, size_t count, cote__candidate eligible,
                            const void *context)
{
    (void)self;
    const cote_requester *requester = ((const choice *)context)->requester;
    const cote__settings *settings = &requester->component.settings;
    cote_candidate *candidates = malloc(count * sizeof *candidates);
    size_t *indices = malloc(count * sizeof *indices);
    size_t found = 0, chosen = COTE__NOBODY;
    for (size_t i = 0; candidates && indices && i < count; i++) {
        const cote__load *load = eligible(context, i);
        if (!load) continue;
        candidates[found] = (cote_candidate){
            .size = sizeof *candidates,
            .peer = cote__peer_public(requester->links.items[i]->peer),
            .pending = load->pending,
            .latency_ms = load->latency,
        };
        indices[found++] = i;
    }
    if (found > 0) {
        size_t index = settings->choose(settings->context, candidates, found);
        if (index < found) chosen = indices[index];
    }
    free(candidates);
    free(indices);
    return chosen;
}

void cote__dispatch_init(cote_requester *requester)
{
    uint64_t seed;
    cote_balancing balancing = requester->component.settings.balancing;
    requester->is_timed = balancing == COTE_LEAST_LATENCY || balancing == COTE_CUSTOM;
    switch (balancing) {
    case COTE_LEAST_PENDING: cote__balancer_init_least_pending(&requester->balancer); break;
    case COTE_LEAST_LATENCY:
        cote__random(&seed, sizeof seed);
        cote__balancer_init_least_latency(&requester->balancer, seed);
        break;
    case COTE_CUSTOM: requester->balancer.choose = custom_choose; break;
    case COTE_ROUND_ROBIN: cote__balancer_init_round_robin(&requester->balancer); break;
    }
}

/* MARK: writing and waiting */

static void transmit(cote__requested *request, cote__link *link)
{
    cote__buffer *out = cote__connection_output(link->connection);
    cote__slice frame = {(const char *)(request + 1), request->frame_size};
    request->start = cote__connection_position(link->connection);
    if (request->losses == 0)
        cote__buffer_append_slice(out, frame);
    else
        cote__request_encode_again(out, frame, request->losses);
    request->link = link;
    request->sent_at = 0;
    cote__queue_push(&link->sent, &request->node);
    link->load.pending++;
    cote__connection_written(link->connection);
    cote__health_sent(link);
    cote__quota_give(&request->requester->queued, request->frame_size);
}

static void leave_queue(cote__requested *request)
{
    cote__waiting_leave(&request->requester->waiting, request->waiting, &request->node);
    request->waiting = NULL;
}

static cote__requested *first_of(const cote__waiting *waiting)
{
    return COTE__CONTAINER(cote__queue_peek(&waiting->queue), cote__requested, node);
}

/* The first of a kind goes; false if it has to go on waiting. */
static bool send_one(cote_requester *requester, cote__waiting *waiting)
{
    choice wanted = {requester, &waiting->wants, true, false};
    cote__link *link = choose(requester, &wanted);
    if (!link) return false;
    cote__requested *request = first_of(waiting);
    leave_queue(request);
    if (--link->credit == 0) link->settled = false;
    transmit(request, link);
    return true;
}

/* As many of a kind as this link may be sent; there may be others that take some of them. */
static void send_some(cote__link *link, cote__waiting *waiting)
{
    cote_requester *requester = (cote_requester *)link->links->component;
    size_t left = waiting->queue.count;
    bool sent = false;
    while (left > 0 && link->credit > 0 && send_one(requester, waiting)) {
        left--;
        sent = true;
    }
    if (sent && left > 0) cote__waiting_prefer(&requester->waiting, waiting);
}

void cote__dispatch_waiting_to(cote__link *link)
{
    cote_requester *requester = (cote_requester *)link->links->component;
    if (link->settled || !cote__link_is_usable(link)) return;
    cote__waiting *next;
    for (cote__waiting *waiting = requester->waiting.first; waiting && link->credit > 0;
         waiting = next) {
        next = waiting->next;
        if (suits(link, &waiting->wants)) send_some(link, waiting);
    }
    /* A user's policy may leave one waiting that could go, and so may who is passed over. */
    const cote__settings *settings = &requester->component.settings;
    link->settled = link->credit > 0 && !is_full(link) && !link->passed_over &&
                    settings->balancing != COTE_CUSTOM;
}

static void fail_all(cote__waiting *waiting, int status)
{
    for (size_t left = waiting->queue.count; left > 0; left--) {
        cote__requested *request = first_of(waiting);
        leave_queue(request);
        cote__requester_fail_later(request, status);
    }
}

void cote__dispatch_waiting(cote_requester *requester)
{
    for (size_t i = 0; i < requester->links.count; i++)
        cote__dispatch_waiting_to(requester->links.items[i]);
    if (requester->waiting.picky == 0) return;
    cote__waiting *next;
    for (cote__waiting *waiting = requester->waiting.first; waiting; waiting = next) {
        next = waiting->next;
        int status = in_vain(requester, &waiting->wants);
        if (status != COTE_OK) fail_all(waiting, status);
    }
}

/* One that can go at once goes, whatever waits: those in the queue wait for their responders to
 * answer, and one that never does must not hold up the rest. */
int cote__dispatch(cote__requested *request)
{
    cote_requester *requester = request->requester;
    choice wanted = {requester, &request->wants, false, false};
    cote__link *link = choose(requester, &wanted);
    if (link) {
        transmit(request, link);
        return COTE_OK;
    }
    int status = in_vain(requester, &request->wants);
    if (status != COTE_OK) return status;
    request->waiting = cote__waiting_for(&requester->waiting, &request->wants);
    if (!request->waiting) return COTE_ENOMEM;
    cote__queue_push(&request->waiting->queue, &request->node);
    return COTE_OK;
}

void cote__dispatch_again(cote__requested *request)
{
    cote_requester *requester = request->requester;
    cote__waiting *waiting = cote__waiting_for(&requester->waiting, &request->wants);
    if (!waiting) return;
    cote__queue_remove(&request->link->sent, &request->node);
    request->link->load.pending--;
    cote__health_relieved(request->link);
    request->link = NULL;
    request->waiting = waiting;
    cote__queue_push_front(&waiting->queue, &request->node);
    cote__waiting_prefer(&requester->waiting, waiting);
    cote__quota_retake(&requester->queued, request->frame_size);
    for (size_t i = 0; i < requester->links.count; i++) requester->links.items[i]->settled = false;
}

void cote__dispatch_forget(cote__requested *request)
{
    cote__link *link = request->link;
    if (link) {
        cote__queue_remove(&link->sent, &request->node);
        link->load.pending--;
        cote__health_relieved(link);
        link->credit++; /* whoever lets a request time out is not kept from the rest for ever */
        cote__link_settled(link);
        return;
    }
    if (request->waiting) leave_queue(request);
    cote__quota_give(&request->requester->queued, request->frame_size);
}

void cote__dispatch_answered(cote__requested *request)
{
    cote__link *link = request->link;
    cote__health_answered(link);
    uint64_t latency = cote__tally_answered(request);
    if (request->requester->is_timed)
        cote__load_answered(&link->load, (double)latency / 1000, cote__now());
    link->credit++; /* and one more when it is forgotten */
}
