/* duplicates.h - a responder's memory of requests of ours, which may come again over another
 * connection when one was lost. On the loop thread, but for init. */
#ifndef COTE_MESH_DUPLICATES_H
#define COTE_MESH_DUPLICATES_H

#include "cote/responder.h"
#include "mesh/contest.h"
#include "state/recent.h"
#include "wire/message.h"

/* Zero-initialised remembers nothing. */
typedef struct cote__duplicates {
    cote__recent recent; /* of cote__contest */
} cote__duplicates;

/* For that many requests, 0 for none. False when there is no memory. */
bool cote__duplicates_init(cote__duplicates *duplicates, size_t capacity);
void cote__duplicates_fini(cote__duplicates *duplicates);

/* Remembers a request that is about to be handled, by its first token. */
void cote__duplicates_remember(cote__duplicates *duplicates, cote__slice id, cote__channel *channel,
                               cote_reply *reply);

typedef enum cote__duplicate {
    COTE__DUPLICATE_NOT,   /* to be handled */
    COTE__DUPLICATE_MOVED, /* it is being handled: the answer goes where it came from now */
    COTE__DUPLICATE_OVER   /* it was handled */
} cote__duplicate;

/* What a request is that was sent before, as its sender says. */
cote__duplicate cote__duplicates_look(const cote__duplicates *duplicates, cote__slice id,
                                      cote__channel *channel);

#endif
