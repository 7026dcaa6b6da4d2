/* responder.h - the responder's parts: connections of requesters, handlers, reply tokens. */
#ifndef COTE_MESH_RESPONDER_H
#define COTE_MESH_RESPONDER_H

#include "cote/responder.h"
#include "mesh/component.h"
#include "net/connection.h"
#include "net/listener.h"
#include "state/queue.h"
#include "wire/message.h"

/*
 * A requester's connection as reply tokens see it. Counted, because a token may outlive it from any
 * thread; `connection` is the loop's alone, and NULL once it is closed.
 */
typedef struct cote__channel {
    atomic_uint references;
    atomic_bool gone;          /* the same, for other threads: an answer would not arrive */
    cote_responder *responder; /* valid while `connection` is not NULL */
    cote__connection *connection;
    cote__queue_node node; /* in the responder's list */
    char address[16];
} cote__channel;

void cote__channel_release(cote__channel *channel);

typedef struct cote__handler {
    struct cote__handler *next;
    cote_request_cb callback;
    void *context;
    size_t type_size;
    char type[];
} cote__handler;

struct cote_responder {
    cote__component component; /* first */
    uint16_t port;
    int descriptor; /* bound, on its way to the listener */
    cote__listener *listener;
    cote__queue channels;
    cote__handler *handlers;
    cote__buffer scratch;  /* for what JSON strings mean */
    cote__queue parked;    /* requests that came before their handler, in the first second */
    cote__timer *settling; /* NULL when that second is over */
};

/* reply.c: a token for the request with this id over this channel. NULL when there is no memory. */
cote_reply *cote__reply_create(cote_loop *loop, cote__channel *channel, cote__slice id);
const char *cote__reply_id(const cote_reply *reply);

#endif
