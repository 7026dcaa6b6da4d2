/* tally.c - what a requester counts, and how long its requests take. */
#include <stdlib.h>

#include "mesh/requester.h"

/* MARK: how requests end */

static cote__failure failure_of(int status)
{
    switch (status) {
    case COTE_EREMOTE: return COTE__FAILED_REMOTE;
    case COTE_ETIMEDOUT: return COTE__FAILED_TIMED_OUT;
    case COTE_ECANCELED: return COTE__FAILED_CANCELED;
    case COTE_ECONNLOST: return COTE__FAILED_CONNECTION_LOST;
    case COTE_ECLOSED: return COTE__FAILED_CLOSED;
    case COTE_EUNSUPPORTED: return COTE__FAILED_UNSUPPORTED;
    default: return COTE__FAILED_OTHERWISE;
    }
}

void cote__tally_ended(cote__tally *tally, int status)
{
    cote__counter_add(status == COTE_OK ? &tally->answered : &tally->failed[failure_of(status)], 1);
}

/* MARK: latencies */

/* One look at the clock for all that leave together. They are the last ones of the link. */
void cote__tally_leaving(cote__link *link)
{
    uint64_t now = 0;
    for (cote__queue_node *node = link->sent.tail; node; node = node->previous) {
        cote__requested *request = COTE__CONTAINER(node, cote__requested, node);
        if (request->sent_at != 0) return;
        if (now == 0) now = cote__now_us();
        request->sent_at = now;
    }
}

/* Of the loop. NULL when there is no memory. */
static cote__histogram *latencies_of(cote__tally *tally)
{
    cote__histogram *latencies = atomic_load_explicit(&tally->latencies, memory_order_relaxed);
    if (latencies) return latencies;
    latencies = calloc(1, sizeof *latencies);
    atomic_store_explicit(&tally->latencies, latencies, memory_order_release);
    return latencies;
}

uint64_t cote__tally_answered(cote__requested *request)
{
    uint64_t now = cote__connection_read_at(request->link->connection);
    uint64_t latency = request->sent_at > 0 ? now - request->sent_at : 0;
    cote__histogram *latencies = latencies_of(&request->requester->tally);
    if (latencies) cote__histogram_add(latencies, latency, now / 1000);
    return latency;
}

/* MARK: reading */

/* Whatever was sent, has not ended, and is not queued: that need not be counted. Other threads may
 * send meanwhile. */
static uint64_t in_flight(const cote_counters *counters)
{
    uint64_t others =
        counters->requests_answered + counters->requests_failed + counters->requests_queued;
    return counters->requests_sent > others ? counters->requests_sent - others : 0;
}

void cote__tally_read(const cote__component *component, cote_counters *counters)
{
    const cote_requester *requester = (const cote_requester *)component;
    const cote__tally *tally = &requester->tally;
    uint64_t failed[COTE__FAILURES];
    for (unsigned i = 0; i < COTE__FAILURES; i++) {
        failed[i] = cote__counter_read(&tally->failed[i]);
        counters->requests_failed += failed[i];
    }
    counters->failed_remote = failed[COTE__FAILED_REMOTE];
    counters->failed_timed_out = failed[COTE__FAILED_TIMED_OUT];
    counters->failed_canceled = failed[COTE__FAILED_CANCELED];
    counters->failed_connection_lost = failed[COTE__FAILED_CONNECTION_LOST];
    counters->failed_closed = failed[COTE__FAILED_CLOSED];
    counters->failed_unsupported = failed[COTE__FAILED_UNSUPPORTED];
    counters->failed_otherwise = failed[COTE__FAILED_OTHERWISE];
    counters->requests_answered = cote__counter_read(&tally->answered);
    counters->requests_queued = cote__quota_count(&requester->queued);
    counters->requests_sent = atomic_load(&requester->next_number) - atomic_load(&tally->unmade);
    counters->requests_in_flight = in_flight(counters);

    const cote__histogram *latencies =
        atomic_load_explicit(&tally->latencies, memory_order_acquire);
    if (!latencies) return;
    static const double fractions[] = {0.5, 0.99};
    uint64_t values[2];
    cote__histogram_read(latencies, cote__now(), 2, fractions, values);
    counters->latency_p50 = values[0];
    counters->latency_p99 = values[1];
}

void cote__tally_fini(cote__tally *tally)
{
    free(atomic_load_explicit(&tally->latencies, memory_order_relaxed));
}
