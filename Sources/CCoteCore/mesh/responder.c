#include "mesh/responder.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/system.h"
#include "wire/error.h"

enum {
    SETTLING_TIME = 1000, /* ms in which a request waits for its handler to be registered */
    MAX_PARKED = 10000
};

/* MARK: handing a request to its handler */

static bool same_type(const cote__handler *handler, cote__slice type)
{
    return handler->type_size == type.size && memcmp(handler->type, type.data, type.size) == 0;
}

static const cote__handler *handler_for(const cote_responder *responder, cote__slice type)
{
    const cote__handler *handler = responder->handlers;
    while (handler && !same_type(handler, type)) handler = handler->next;
    return handler;
}

static void refuse(cote_responder *responder, cote__channel *channel, cote__slice id,
                   cote__slice type)
{
    if (!id.data) return;
    cote_reply *reply = cote__reply_create(responder->component.loop, channel, id);
    if (!reply) return;
    char message[160] = "a request is an object with a string \"type\" that is not empty";
    if (type.data)
        snprintf(message, sizeof message, "no handler for requests of type \"%.*s\"",
                 (int)(type.size < 80 ? type.size : 80), type.data);
    cote_reply_error(reply, type.data ? "noHandler" : "invalidRequest", message, NULL);
}

typedef struct parked {
    cote__queue_node node;
    cote__channel *channel;
    size_t size;
    char frame[];
} parked;

static bool park(cote_responder *responder, cote__channel *channel, const cote__amp_frame *frame)
{
    if (!responder->settling) return false;
    const char *start = frame->arguments[0].data - 5; /* the count, and the first length */
    parked *self = malloc(sizeof *self + frame->size);
    if (!self) return false;
    self->channel = channel;
    self->size = frame->size;
    memcpy(self->frame, start, frame->size);
    if (!cote__queue_push(&responder->parked, &self->node)) {
        free(self);
        return false;
    }
    atomic_fetch_add(&channel->references, 1);
    return true;
}

static void call_handler(cote_responder *responder, const cote__handler *handler,
                         cote__channel *channel, const cote__request *request, cote__slice type)
{
    cote_reply *reply = cote__reply_create(responder->component.loop, channel, request->id);
    if (!reply) return; /* no memory to answer with: the requester's timeout tells it */

    bool raw = request->bytes.data != NULL;
    unsigned first = raw ? 1 : 0;
    cote_value extra[COTE__AMP_MAX_ARGUMENTS];
    for (unsigned i = first; i < request->extra_count; i++)
        extra[i - first] = cote__argument_decode(request->extra[i]);
    cote_request public = {
        .size = sizeof public,
        .type = type.data,
        .type_size = type.size,
        .payload = raw ? request->bytes
                       : (cote_value){COTE_KIND_JSON, request->payload.text.data,
                                      request->payload.text.size},
        .extra = extra,
        .extra_count = request->extra_count - first,
        .id = cote__reply_id(reply),
        .peer_address = channel->address,
    };
    handler->callback(handler->context, &public, reply);
}

/* What a JSON string means, with a zero behind it. */
static bool meaning_of(cote_responder *responder, cote__json string, cote__slice *meaning)
{
    cote__buffer_clear(&responder->scratch);
    char *scratch = cote__buffer_reserve(&responder->scratch, string.text.size + 1);
    if (!scratch || !cote__json_string(string, scratch, meaning)) return false;
    memmove(scratch, meaning->data, meaning->size);
    scratch[meaning->size] = '\0';
    meaning->data = scratch;
    return true;
}

static bool handle(cote_responder *responder, cote__channel *channel, const cote__amp_frame *frame,
                   bool may_park)
{
    cote__request request;
    cote__message_result result = cote__request_decode(frame, COTE__JSON_MAX_DEPTH, &request);
    if (result == COTE__MESSAGE_MALFORMED) return false;
    cote__slice type = {NULL, 0};
    if (result == COTE__MESSAGE_IGNORED || !meaning_of(responder, request.type, &type)) {
        refuse(responder, channel, request.id, type);
        return true;
    }
    const cote__handler *handler = handler_for(responder, type);
    if (handler)
        call_handler(responder, handler, channel, &request, type);
    else if (!may_park || !park(responder, channel, frame))
        refuse(responder, channel, request.id, type);
    return true;
}

/* MARK: requests that came before their handler */

static void retry_parked(cote_responder *responder, bool may_park)
{
    cote__queue waiting = responder->parked;
    responder->parked = (cote__queue){.limit = MAX_PARKED};
    cote__queue_node *node;
    while ((node = cote__queue_pop(&waiting))) {
        parked *self = COTE__CONTAINER(node, parked, node);
        cote__amp_frame frame;
        if (self->channel->connection &&
            cote__amp_decode(self->frame, self->size, self->size, &frame) == COTE__AMP_FRAME)
            handle(responder, self->channel, &frame, may_park);
        cote__channel_release(self->channel);
        free(self);
    }
}

static void settled(void *context)
{
    cote_responder *responder = context;
    cote__timer_destroy(responder->settling);
    responder->settling = NULL;
    retry_parked(responder, false);
}

/* MARK: connections */

void cote__channel_release(cote__channel *channel)
{
    if (atomic_fetch_sub_explicit(&channel->references, 1, memory_order_acq_rel) == 1)
        free(channel);
}

static bool on_frame(void *owner, const cote__amp_frame *frame)
{
    cote__channel *channel = owner;
    cote_responder *responder = channel->responder;
    if (cote__component_is_closing(&responder->component)) return true;
    return handle(responder, channel, frame, true);
}

static void on_closed(void *owner, int status)
{
    cote__channel *channel = owner;
    cote__component *component = &channel->responder->component;
    if (status == COTE_EPROTOCOL)
        cote__component_log(component, COTE_LOG_WARNING,
                            "%s sent bytes that are no request: closed", channel->address);
    cote__queue_remove(&channel->responder->channels, &channel->node);
    channel->connection = NULL;
    atomic_store(&channel->gone, true);
    cote__channel_release(channel);
    cote__component_release(component);
}

static const cote__connection_events events = {NULL, on_frame, on_closed};

static void on_incoming(void *context, cote__listener *listener)
{
    cote_responder *responder = context;
    cote__channel *channel = calloc(1, sizeof *channel);
    if (!channel) return;
    atomic_init(&channel->references, 1);
    channel->responder = responder;
    if (cote__connection_accept(listener, responder->component.settings.max_frame, &events, channel,
                                &channel->connection) != COTE_OK) {
        free(channel);
        return;
    }
    cote__address_format(cote__connection_peer(channel->connection), channel->address);
    cote__queue_push(&responder->channels, &channel->node);
    cote__component_hold(&responder->component);
}

/* MARK: life */

static void start(cote__component *component)
{
    cote_responder *responder = (cote_responder *)component;
    int descriptor = responder->descriptor;
    responder->descriptor = -1;
    if (cote__listener_start(component->loop, descriptor, on_incoming, responder,
                             &responder->listener) != COTE_OK)
        cote__component_log(component, COTE_LOG_ERROR, "takes no connections: %s",
                            cote_error_detail());
    responder->parked.limit = MAX_PARKED;
    responder->settling = cote__timer_create(component->loop, settled, responder);
    if (responder->settling) cote__timer_start(responder->settling, SETTLING_TIME);
}

static void on_peer(cote__component *component, cote_peer_event event, cote__peer *peer,
                    bool silent)
{
    /* Requesters come to us. */
    (void)component, (void)event, (void)peer, (void)silent;
}

static void close_all(cote__component *component)
{
    cote_responder *responder = (cote_responder *)component;
    cote__listener_stop(responder->listener);
    cote__timer_destroy(responder->settling);
    responder->settling = NULL;
    cote__queue_node *node;
    while ((node = cote__queue_pop(&responder->parked))) {
        parked *self = COTE__CONTAINER(node, parked, node);
        cote__channel_release(self->channel);
        free(self);
    }
    for (node = responder->channels.head; node; node = node->next) {
        cote__channel *channel = COTE__CONTAINER(node, cote__channel, node);
        atomic_store(&channel->gone, true);
        cote__connection_close(channel->connection);
    }
}

static void destroy(cote__component *component)
{
    cote_responder *responder = (cote_responder *)component;
    while (responder->handlers) {
        cote__handler *handler = responder->handlers;
        responder->handlers = handler->next;
        free(handler);
    }
    cote__buffer_fini(&responder->scratch);
    free(responder);
}

static const cote__component_kind kind = {start, on_peer, close_all, destroy};

int cote_responder_create(cote_loop *loop, const cote_options *options, cote_responder **out)
{
    if (!out) return cote__fail(COTE_EINVAL, "responder: NULL");
    cote_responder *responder = calloc(1, sizeof *responder);
    if (!responder) return cote__fail(COTE_ENOMEM, "responder");
    responder->descriptor = -1;
    int result = cote__component_init(&responder->component, &kind, loop, options, COTE__AXON_REP);
    if (result != COTE_OK) {
        free(responder);
        return result;
    }
    const cote__settings *settings = &responder->component.settings;
    responder->port = settings->port;
    result = cote__listen(settings->address, &responder->port, &responder->descriptor);
    *out = responder; /* before the first callback, which may well use it */
    if (result == COTE_OK) result = cote__component_start(&responder->component, responder->port);
    if (result != COTE_OK) {
        *out = NULL;
        if (responder->descriptor >= 0) close(responder->descriptor);
        cote__component_fini(&responder->component);
        free(responder);
        return result;
    }
    return COTE_OK;
}

uint16_t cote_responder_port(const cote_responder *responder)
{
    return responder->port;
}

const char *cote_responder_id(const cote_responder *responder)
{
    return responder->component.iid;
}

void cote_responder_close(cote_responder *responder)
{
    if (responder) cote__component_close(&responder->component);
}

/* MARK: handlers */

typedef struct registering {
    cote__task task;
    cote_responder *responder;
    cote__handler *handler;
} registering;

static void register_handler(cote_responder *responder, cote__handler *handler)
{
    cote__handler **link = &responder->handlers;
    while (*link && !same_type(*link, (cote__slice){handler->type, handler->type_size}))
        link = &(*link)->next;
    if (*link) { /* the new one takes its place */
        cote__handler *before = *link;
        handler->next = before->next;
        free(before);
    }
    *link = handler;
}

static void retry_task(cote__task *task)
{
    cote_responder *responder = ((registering *)task)->responder;
    free(task);
    if (responder->parked.count > 0) retry_parked(responder, true);
    cote__component_exit(&responder->component);
}

static void register_task(cote__task *task)
{
    registering *self = (registering *)task;
    register_handler(self->responder, self->handler);
    retry_task(task);
}

static registering *registering_create(cote_responder *responder, const char *type,
                                       cote_request_cb callback, void *context)
{
    size_t size = strlen(type);
    registering *self = malloc(sizeof *self);
    cote__handler *handler = malloc(sizeof *handler + size);
    if (!self || !handler) {
        free(self);
        free(handler);
        return NULL;
    }
    *handler = (cote__handler){NULL, callback, context, size};
    memcpy(handler->type, type, size);
    *self = (registering){{NULL, register_task}, responder, handler};
    return self;
}

int cote_responder_on(cote_responder *responder, const char *type, cote_request_cb callback,
                      void *context)
{
    if (!responder || !callback) return cote__fail(COTE_EINVAL, "responder or callback: NULL");
    if (!type || !*type) return cote__fail(COTE_EINVAL, "type: is required, and not empty");
    if (!cote__component_enter(&responder->component)) return COTE_ECLOSED;
    registering *self = registering_create(responder, type, callback, context);
    if (!self) {
        cote__component_exit(&responder->component);
        return cote__fail(COTE_ENOMEM, "handler");
    }
    if (cote_loop_is_current(responder->component.loop)) {
        /* It counts at once, but what waited for it comes later: no callback from inside a call. */
        register_handler(responder, self->handler);
        self->task.run = retry_task;
    }
    cote__loop_post(responder->component.loop, &self->task);
    return COTE_OK;
}
