#include "state/balance.h"

static const double memory = 10000; /* ms in which a peak loses half of its weight */

void cote__load_answered(cote__load *load, double latency, cote__time now)
{
    double elapsed = (double)(now - load->updated);
    if (latency >= load->latency)
        load->latency = latency;
    else
        load->latency += (latency - load->latency) * elapsed / (elapsed + memory);
    load->updated = now;
}

/* MARK: in turn */

static size_t round_robin(cote__balancer *self, size_t count, cote__candidate candidate,
                          const void *context)
{
    size_t index = self->next;
    for (size_t tried = 0; tried < count; tried++, index++) {
        if (index >= count) index = 0; /* round, or there were more of them last time */
        if (!candidate(context, index)) continue;
        self->next = index + 1;
        return index;
    }
    return COTE__NOBODY;
}

void cote__balancer_init_round_robin(cote__balancer *balancer)
{
    *balancer = (cote__balancer){.choose = round_robin};
}

/* MARK: by unanswered requests */

static size_t least_pending(cote__balancer *self, size_t count, cote__candidate candidate,
                            const void *context)
{
    size_t best = COTE__NOBODY, least = 0, index = self->next;
    for (size_t tried = 0; tried < count; tried++, index++) {
        if (index >= count) index = 0;
        const cote__load *load = candidate(context, index);
        if (!load || (best != COTE__NOBODY && load->pending >= least)) continue;
        best = index;
        least = load->pending;
    }
    if (best != COTE__NOBODY) self->next = best + 1;
    return best;
}

void cote__balancer_init_least_pending(cote__balancer *balancer)
{
    *balancer = (cote__balancer){.choose = least_pending};
}

/* MARK: by latency */

/* xorshift64*, by Vigna: good enough to choose by, and cheap. */
static uint64_t next_random(cote__balancer *self)
{
    self->random ^= self->random >> 12;
    self->random ^= self->random << 25;
    self->random ^= self->random >> 27;
    return self->random * 2685821657736338717u;
}

/* One that is busy and has not answered yet is not tried again before the others. */
static double cost(const cote__load *load, cote__time now)
{
    static const double unknown = 1e12;
    if (load->latency == 0) return load->pending == 0 ? 0 : unknown + (double)load->pending;
    /* Who is avoided gives no answers by which its peak could sink: time makes it sink too. */
    double elapsed = now > load->updated ? (double)(now - load->updated) : 0;
    return load->latency * memory / (memory + elapsed) * (double)(load->pending + 1);
}

/* The nth candidate that may be chosen. */
static size_t nth(size_t n, size_t count, cote__candidate candidate, const void *context)
{
    for (size_t index = 0; index < count; index++)
        if (candidate(context, index) && n-- == 0) return index;
    return COTE__NOBODY;
}

static size_t least_latency(cote__balancer *self, size_t count, cote__candidate candidate,
                            const void *context)
{
    size_t candidates = 0;
    for (size_t index = 0; index < count; index++) candidates += candidate(context, index) != NULL;
    if (candidates == 0) return COTE__NOBODY;
    if (candidates == 1) return nth(0, count, candidate, context);
    size_t first = (size_t)(next_random(self) % candidates);
    size_t second = (size_t)(next_random(self) % (candidates - 1));
    if (second >= first) second++;
    size_t one = nth(first, count, candidate, context);
    size_t other = nth(second, count, candidate, context);
    return cost(candidate(context, other), self->now) < cost(candidate(context, one), self->now)
               ? other
               : one;
}

void cote__balancer_init_least_latency(cote__balancer *balancer, uint64_t seed)
{
    *balancer = (cote__balancer){.choose = least_latency, .random = seed ? seed : 1};
}
