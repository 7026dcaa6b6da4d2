#include "mesh/refusals.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "net/loop.h"

static atomic_uint_least64_t totals[COTE__REFUSAL_KINDS];

bool cote__refuse(cote__refusal_log *log, cote__refusal kind, char more[COTE__REFUSAL_MORE])
{
    uint64_t untold;
    atomic_fetch_add_explicit(&totals[kind], 1, memory_order_relaxed);
    if (!cote__throttle_pass(&log->throttles[kind], cote__now(), &untold)) return false;
    more[0] = '\0';
    if (untold > 0) snprintf(more, COTE__REFUSAL_MORE, " (and %" PRIu64 " more)", untold);
    return true;
}

static uint64_t total(cote__refusal kind)
{
    return atomic_load_explicit(&totals[kind], memory_order_relaxed);
}

void cote_refused(cote_refusals *refusals, size_t size)
{
    const cote_refusals all = {
        .datagrams = total(COTE__REFUSED_DATAGRAM),
        .hellos = total(COTE__REFUSED_HELLO),
        .impostors = total(COTE__REFUSED_IMPOSTOR),
        .frames = total(COTE__REFUSED_FRAME),
        .oversized = total(COTE__REFUSED_OVERSIZED),
        .payloads = total(COTE__REFUSED_PAYLOAD),
        .requests = total(COTE__REFUSED_REQUEST),
        .answers = total(COTE__REFUSED_ANSWER),
        .hosts = total(COTE__REFUSED_HOST),
        .peers = total(COTE__REFUSED_PEER),
        .connections = total(COTE__REFUSED_CONNECTION),
        .halves = total(COTE__REFUSED_HALF),
        .silent = total(COTE__REFUSED_SILENT),
    };
    memcpy(refusals, &all, size < sizeof all ? size : sizeof all);
}
