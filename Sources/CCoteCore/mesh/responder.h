/* responder.h - the responder's parts: connections of requesters, handlers, reply tokens. */
#ifndef COTE_MESH_RESPONDER_H
#define COTE_MESH_RESPONDER_H

#include "cote/responder.h"
#include "mesh/duplicates.h"
#include "mesh/handlers.h"
#include "mesh/offer.h"
#include "mesh/status.h"
#include "mesh/watch.h"
#include "wire/message.h"

struct cote_responder {
    cote__component component; /* first */
    cote__door door;
    cote__handlers handlers;
    cote__offer offer;
    cote__watches watches;
    cote__duplicates duplicates;
    cote__status status;
    cote__counter received, replied, errors, running; /* requests */
    cote__buffer scratch;                             /* for a request's texts, each with a zero */
    cote__queue parked;    /* requests that came before their handler, in the first second */
    cote__timer *settling; /* NULL when that second is over */
    cote__task retry_task; /* on its way while `retrying` */
    bool retrying;
};

/* reply.c: a token for the request with this id over this channel, which is allowed to take so many
 * ms from now on, or COTE__NEVER. NULL when there is no memory. */
cote_reply *cote__reply_create(cote_loop *loop, cote__channel *channel, cote__slice id,
                               cote__time allowed);
/* The request may come again over another connection: what tells where its answer goes, a
 * reference. To be said first of all. NULL when there is no memory. */
cote__contest *cote__reply_comes_again(cote_reply *reply);
/* One more token of the same request: the first answer counts. NULL when there is no memory. */
cote_reply *cote__reply_share(cote_reply *reply);

#endif
