/* redeliver.c - what becomes of requests whose connection was lost before they were answered. */
#include "mesh/requester.h"

/* `left`: bytes of it may have arrived. */
static bool goes_again(const cote__requested *request, bool left)
{
    switch (request->requester->component.settings.redelivery) {
    case COTE_REDELIVER_NEVER: return false;
    case COTE_REDELIVER_ALWAYS: break;
    default:
        if (left && !request->idempotent) return false;
    }
    return request->losses < COTE_MAX_DELIVERIES;
}

/* In the order in which they were sent, the last one first: each goes before all that wait. */
void cote__requester_lost(cote__link *link)
{
    cote__queue_node *before;
    for (cote__queue_node *node = link->sent.tail; node; node = before) {
        cote__requested *request = COTE__CONTAINER(node, cote__requested, node);
        before = node->previous;
        bool left = link->taken > request->start;
        if (left) request->losses++;
        if (goes_again(request, left)) cote__dispatch_again(request);
    }
    while (link->sent.head)
        cote__requester_fail(COTE__CONTAINER(link->sent.head, cote__requested, node),
                             COTE_ECONNLOST);
}
