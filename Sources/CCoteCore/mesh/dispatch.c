/* dispatch.c - who gets a request, and when. */
#include <stdlib.h>

#include "mesh/health.h"
#include "mesh/requester.h"
#include "net/system.h"

/* MARK: candidates */

typedef struct choice {
    const cote_requester *requester;
    bool ours_only;
    const char *subset; /* NULL: any */
    bool from_queue;
    bool second; /* those who are passed over */
} choice;

static bool is_of_subset(const cote__peer *peer, const char *subset)
{
    const char *own = cote__peer_subset(peer);
    return !subset || (own && strcmp(own, subset) == 0);
}

static bool is_able(const choice *wanted, const cote__link *link)
{
    return cote__link_is_usable(link) &&
           (!wanted->ours_only || cote__peer_public(link->peer)->ours) &&
           is_of_subset(link->peer, wanted->subset);
}

static const cote__load *candidate(const void *context, size_t index)
{
    const choice *self = context;
    const cote__link *link = self->requester->links.items[index];
    bool chosen = link->passed_over == self->second && (!self->from_queue || link->credit > 0) &&
                  is_able(self, link);
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
    cote__buffer_append(cote__connection_output(link->connection), request + 1,
                        request->frame_size);
    cote__connection_written(link->connection);
    cote__queue_push(&link->sent, &request->node);
    link->load.pending++;
    request->link = link;
    cote__health_sent(link);
    if (request->requester->is_timed) request->sent_at = cote__now_us();
    atomic_fetch_sub(&request->requester->queued, 1);
}

static cote__waiting *waiting_for(cote__requested *request)
{
    cote_requester *requester = request->requester;
    const char *subset = request->subset ? request->subset : "";
    cote__waiting **link = &requester->waiting;
    for (; *link; link = &(*link)->next)
        if ((*link)->ours_only == request->ours_only &&
            (*link)->any_subset == (request->subset == NULL) &&
            strcmp((*link)->subset, subset) == 0)
            return *link;
    cote__waiting *waiting = calloc(1, sizeof *waiting + strlen(subset) + 1);
    if (!waiting) return NULL;
    waiting->ours_only = request->ours_only;
    waiting->any_subset = request->subset == NULL;
    strcpy(waiting->subset, subset);
    *link = waiting;
    return waiting;
}

static void leave_queue(cote__requested *request)
{
    cote__waiting *waiting = request->waiting;
    cote__queue_remove(&waiting->queue, &request->node);
    request->waiting = NULL;
    if (waiting->queue.count > 0) return;
    cote__waiting **link = &request->requester->waiting;
    while (*link != waiting) link = &(*link)->next;
    *link = waiting->next;
    free(waiting);
}

/* The first of a kind goes, or fails because it waits in vain; false if it has to go on waiting. */
static bool send_one(cote_requester *requester, cote__waiting *waiting, bool in_vain)
{
    choice wanted = {requester, waiting->ours_only, waiting->any_subset ? NULL : waiting->subset,
                     true, false};
    cote__requested *request =
        COTE__CONTAINER(cote__queue_peek(&waiting->queue), cote__requested, node);
    cote__link *link = choose(requester, &wanted);
    if (!link && !(in_vain && waiting->ours_only)) return false;
    leave_queue(request);
    if (link) {
        link->credit--;
        transmit(request, link);
    } else {
        cote__requester_fail_later(request, COTE_EUNSUPPORTED);
    }
    return true;
}

void cote__dispatch_waiting(cote_requester *requester)
{
    bool in_vain = only_others(requester);
    cote__waiting *next;
    for (cote__waiting *waiting = requester->waiting; waiting; waiting = next) {
        size_t left = waiting->queue.count;
        next = waiting->next;
        while (left > 0 && send_one(requester, waiting, in_vain)) left--;
    }
}

/* One that can go at once goes, whatever waits: those in the queue wait for their responders to
 * answer, and one that never does must not hold up the rest. */
int cote__dispatch(cote__requested *request)
{
    cote_requester *requester = request->requester;
    choice wanted = {requester, request->ours_only, request->subset, false, false};
    cote__link *link = choose(requester, &wanted);
    if (link) {
        transmit(request, link);
        return COTE_OK;
    }
    if (request->ours_only && only_others(requester)) return COTE_EUNSUPPORTED;
    request->waiting = waiting_for(request);
    if (!request->waiting) return COTE_ENOMEM;
    cote__queue_push(&request->waiting->queue, &request->node);
    return COTE_OK;
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
    atomic_fetch_sub(&request->requester->queued, 1);
}

void cote__dispatch_answered(cote__requested *request)
{
    cote__link *link = request->link;
    cote__health_answered(link);
    if (request->requester->is_timed) {
        uint64_t now = cote__now_us();
        cote__load_answered(&link->load, (double)(now - request->sent_at) / 1000, now / 1000);
    }
    link->credit++; /* and one more when it is forgotten */
}
