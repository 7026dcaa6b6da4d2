#include "mesh/responder.h"

#include <stdio.h>
#include <stdlib.h>

#include "wire/error.h"

enum {
    SETTLING_TIME = 1000, /* ms in which a request waits for its handler to be registered */
    MAX_PARKED = 10000,
    MOST_UNREAD = 1 << 20 /* bytes of answers; one connection of many has no more than that */
};

/* MARK: tokens */

/* A token for a request, which runs until it is answered or its connection ends. */
static cote_reply *take(cote_responder *responder, cote__channel *channel, cote__slice id,
                        cote__time allowed)
{
    cote_reply *reply = cote__reply_create(responder->component.loop, channel, id, allowed);
    if (!reply || id.size == 0) return reply;
    channel->running++;
    cote__counter_add(&responder->running, 1);
    return reply;
}

static void on_lost(cote__channel *channel)
{
    cote_responder *responder = (cote_responder *)channel->door->component;
    cote__counter_subtract(&responder->running, channel->running);
    cote__watches_lost(channel);
}

/* MARK: requests that nobody handles */

static void refuse(cote_responder *responder, cote__channel *channel, cote__slice id,
                   cote__slice type)
{
    if (type.data)
        cote__component_unknown(&responder->component, "request", type);
    else
        cote__component_refused(&responder->component, COTE__REFUSED_REQUEST, COTE_LOG_WARNING,
                                "%s sent a request without a type", channel->address);
    if (!id.data) return;
    cote_reply *reply = take(responder, channel, id, COTE__NEVER);
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
    cote__time since;
    size_t size;
    char frame[];
} parked;

static bool park(cote_responder *responder, cote__channel *channel, const cote__amp_frame *frame,
                 cote__time waited)
{
    if (!responder->settling) return false;
    const char *start = frame->arguments[0].data - 5; /* the count, and the first length */
    parked *self = malloc(sizeof *self + frame->size);
    if (!self) return false;
    self->since = cote__now() - waited;
    self->size = frame->size;
    memcpy(self->frame, start, frame->size);
    if (!cote__queue_push(&responder->parked, &self->node)) {
        free(self);
        return false;
    }
    self->channel = cote__channel_retain(channel);
    return true;
}

/* MARK: handing a request to its handlers */

/* It is known, and not handled again; false if it is to be handled. */
static bool is_duplicate(cote_responder *responder, cote__channel *channel, cote__slice id)
{
    cote__duplicate is = cote__duplicates_look(&responder->duplicates, id, channel);
    if (is == COTE__DUPLICATE_OVER) {
        cote_reply *reply = take(responder, channel, id, COTE__NEVER);
        if (reply)
            cote_reply_error(reply, "duplicate",
                             "the request came before, and its answer went to a connection that "
                             "was lost",
                             NULL);
    }
    return is != COTE__DUPLICATE_NOT;
}

static void call_handler(const cote__handler *handler, const cote_request *request,
                         cote_reply *reply)
{
    ((cote_request_cb)handler->callback)(handler->context, request, reply);
}

/* False if there is none. Of several each gets a token, and the first answer counts. That nobody
 * answers is known when the last is used up, of which one is held here until all were called. */
static bool call_handlers(cote_responder *responder, cote__channel *channel,
                          const cote_request *request, cote__slice id, cote__time allowed)
{
    cote__slice type = {request->type, request->type_size};
    cote__handlers_walk walk = cote__handlers_walk_begin(&responder->handlers, type);
    const cote__handler *handler = cote__handlers_walk_next(&walk);
    if (!handler) return false;
    cote__handlers_walk ahead = walk;
    bool alone = !cote__handlers_walk_next(&ahead);
    cote_reply *reply = take(responder, channel, id, allowed);
    if (!reply) return true; /* no memory to answer with: the requester's timeout tells it */
    cote__duplicates_remember(&responder->duplicates, id, channel, reply);
    if (alone) {
        call_handler(handler, request, reply);
    } else {
        for (; handler; handler = cote__handlers_walk_next(&walk)) {
            cote_reply *own = cote__reply_share(reply);
            if (own) call_handler(handler, request, own);
        }
        cote_reply_drop(reply);
    }
    cote__handlers_walk_end(&walk);
    return true;
}

/* How many ms the requester waits for an answer; COTE__NEVER if it does not say, or says nonsense.
 */
static cote__time allowed_time(const cote__request *request)
{
    static const double longest = 1e15;
    if (!(request->timeout > 0) || request->timeout > longest) return COTE__NEVER;
    cote__time whole = (cote__time)request->timeout;
    return (double)whole < request->timeout ? whole + 1 : whole;
}

/* What the type means, and the id, each with a zero behind it. */
static bool read_texts(cote_responder *responder, const cote__request *request, cote__slice *type,
                       const char **id)
{
    cote__buffer *scratch = &responder->scratch;
    cote__buffer_clear(scratch);
    size_t most = request->type.text.size;
    char *start = cote__buffer_reserve(scratch, most + request->id.size + 2);
    if (!start || !cote__json_string(request->type, start, type)) return false;
    memmove(start, type->data, type->size);
    start[type->size] = '\0';
    type->data = start;
    char *id_start = start + most + 1;
    if (request->id.size > 0) memcpy(id_start, request->id.data, request->id.size);
    id_start[request->id.size] = '\0';
    *id = id_start;
    return true;
}

static void note_speaker(cote__channel *channel, cote__slice id)
{
    bool is_ours = cote__id_is_ours(id);
    channel->speaker = is_ours ? COTE__SPEAKER_OURS : COTE__SPEAKER_OTHER;
    if (is_ours) memcpy(channel->caller, id.data, sizeof channel->caller);
}

/* `waited`: ms since it came. */
static bool handle(cote_responder *responder, cote__channel *channel, const cote__amp_frame *frame,
                   cote__time waited)
{
    cote__request request;
    cote__message_result result =
        cote__request_decode(frame, responder->component.settings.max_depth, &request);
    if (result == COTE__MESSAGE_MALFORMED) return false;
    if (channel->speaker == COTE__SPEAKER_UNKNOWN) note_speaker(channel, request.id);
    cote__slice type = {NULL, 0};
    const char *id;
    if (result == COTE__MESSAGE_IGNORED || !read_texts(responder, &request, &type, &id)) {
        refuse(responder, channel, request.id, type);
        return true;
    }
    cote__time allowed = allowed_time(&request);
    if (allowed <= waited) return true; /* its requester waits no longer */
    if (allowed != COTE__NEVER) allowed -= waited;
    if (request.redelivered > 0 && is_duplicate(responder, channel, request.id)) return true;

    bool raw = request.bytes.data != NULL;
    unsigned first = raw ? 1 : 0;
    cote_value extra[COTE__AMP_MAX_ARGUMENTS];
    for (unsigned i = first; i < request.extra_count; i++)
        extra[i - first] = cote__argument_decode(request.extra[i]);
    cote_request public = {
        .size = sizeof public,
        .type = type.data,
        .type_size = type.size,
        .payload = raw ? request.bytes
                       : (cote_value){COTE_KIND_JSON, request.payload.text.data,
                                      request.payload.text.size},
        .extra = extra,
        .extra_count = request.extra_count - first,
        .id = id,
        .peer_address = channel->address,
        .deadline = allowed == COTE__NEVER ? 0 : allowed,
        .redelivered = request.redelivered,
    };
    if (!call_handlers(responder, channel, &public, request.id, allowed) &&
        !cote__component_is_closing(&responder->component) &&
        !park(responder, channel, frame, waited))
        refuse(responder, channel, request.id, type);
    return true;
}

/* MARK: requests that came before their handler */

/* Each that waits now once. Those that the gate leaves no room for go on waiting for it to open. */
static void retry_parked(cote_responder *responder)
{
    for (size_t left = responder->parked.count; left > 0; left--) {
        if (responder->door.gate->shut) {
            responder->door.gate->owner_waits = true;
            return;
        }
        parked *self = COTE__CONTAINER(cote__queue_pop(&responder->parked), parked, node);
        cote__amp_frame frame;
        if (self->channel->connection &&
            cote__amp_decode(self->frame, self->size, self->size, &frame) == COTE__AMP_FRAME)
            handle(responder, self->channel, &frame, cote__now() - self->since);
        cote__channel_release(self->channel);
        free(self);
    }
}

static void on_gate_opened(cote__component *component)
{
    retry_parked((cote_responder *)component);
}

static void settled(void *context)
{
    cote_responder *responder = context;
    cote__timer_destroy(responder->settling);
    responder->settling = NULL;
    retry_parked(responder);
}

static void retry_task(cote__task *task)
{
    cote_responder *responder = COTE__CONTAINER(task, cote_responder, retry_task);
    responder->retrying = false;
    retry_parked(responder);
    cote__component_release(&responder->component);
}

/* In a task of its own: no callback from inside a call. */
static void on_handlers(cote__component *component)
{
    cote_responder *responder = (cote_responder *)component;
    cote__offer_changed(&responder->offer);
    if (responder->retrying || responder->parked.count == 0) return;
    responder->retrying = true;
    responder->retry_task.run = retry_task;
    cote__component_hold(component);
    cote__loop_post(component->loop, &responder->retry_task);
}

static void on_opened(cote__channel *channel)
{
    cote__offer_tell(&((cote_responder *)channel->door->component)->offer, channel);
}

static bool on_frame(cote__channel *channel, const cote__amp_frame *frame)
{
    cote_responder *responder = (cote_responder *)channel->door->component;
    cote__counter_add(&responder->received, 1);
    return handle(responder, channel, frame, 0);
}

static void on_gathered(cote__registration *registration)
{
    cote__component *component = COTE__CONTAINER(registration, cote__component, registration);
    cote__offer_first(&((cote_responder *)component)->offer);
}

/* MARK: life */

static void start(cote__component *component)
{
    cote_responder *responder = (cote_responder *)component;
    cote__door_start(&responder->door);
    cote__offer_open(&responder->offer);
    responder->parked.limit = MAX_PARKED;
    responder->settling = cote__timer_create(component->loop, settled, responder);
    if (responder->settling) cote__timer_start(responder->settling, SETTLING_TIME);
}

static bool on_peer(cote__component *component, cote_peer_event event, cote__peer *peer,
                    bool silent)
{
    (void)silent;
    cote__recall_peer(&((cote_responder *)component)->door.recall, event, peer);
    return true;
}

static void on_monitor(cote__component *component, cote_peer_event event, cote__peer *peer,
                       bool silent)
{
    cote__links_peer(&((cote_responder *)component)->status.monitors, event, peer, silent);
}

static void close_all(cote__component *component)
{
    cote_responder *responder = (cote_responder *)component;
    cote__timer_destroy(responder->settling);
    responder->settling = NULL;
    cote__offer_close(&responder->offer);
    cote__queue_node *node;
    while ((node = cote__queue_pop(&responder->parked))) {
        parked *self = COTE__CONTAINER(node, parked, node);
        cote__channel_release(self->channel);
        free(self);
    }
    cote__gate_close(responder->door.gate);
    responder->door.gate = NULL;
    cote__door_close(&responder->door);
    cote__watches_close(&responder->watches);
    cote__status_close(&responder->status);
}

static void end(cote__component *component)
{
    cote__handlers_end(&((cote_responder *)component)->handlers);
}

static void destroy(cote__component *component)
{
    cote_responder *responder = (cote_responder *)component;
    cote__door_fini(&responder->door);
    cote__watches_fini(&responder->watches);
    cote__duplicates_fini(&responder->duplicates);
    cote__status_fini(&responder->status);
    cote__offer_fini(&responder->offer);
    cote__buffer_fini(&responder->scratch);
    free(responder);
}

static void count(const cote__component *component, cote_counters *counters)
{
    const cote_responder *responder = (const cote_responder *)component;
    counters->requests_received = cote__counter_read(&responder->received);
    counters->requests_replied = cote__counter_read(&responder->replied);
    counters->replied_errors = cote__counter_read(&responder->errors);
    counters->requests_running = cote__counter_read(&responder->running);
}

static void drain(cote__component *component)
{
    cote__offer_close(&((cote_responder *)component)->offer); /* no hello after the goodbye */
    cote__component_leave(component);
    cote__door_leave(&((cote_responder *)component)->door);
}

static bool is_drained(cote__component *component)
{
    return cote__door_is_deserted(&((cote_responder *)component)->door);
}

static const cote__component_kind kind = {start,      on_peer, close_all, destroy,   end,
                                          on_monitor, count,   drain,     is_drained};

int cote_responder_create(cote_loop *loop, const cote_options *options, cote_responder **out)
{
    if (!out) return cote__fail(COTE_EINVAL, "responder: NULL");
    cote_responder *responder = calloc(1, sizeof *responder);
    if (!responder) return cote__fail(COTE_ENOMEM, "responder");
    int result = cote__component_init(&responder->component, &kind, loop, options, COTE__AXON_REP);
    if (result != COTE_OK) {
        free(responder);
        return result;
    }
    cote__gate *gate = cote__gate_create(&responder->component,
                                         responder->component.settings.max_running, on_gate_opened);
    if (!gate) {
        cote__component_fini(&responder->component);
        free(responder);
        return cote__fail(COTE_ENOMEM, "responder");
    }
    responder->component.registration.gathers = true;
    responder->component.registration.on_gathered = on_gathered;
    cote__handlers_init(&responder->handlers, &responder->component, on_handlers);
    cote__offer_init(&responder->offer, &responder->component, &responder->handlers,
                     &responder->door);
    cote__watches_init(&responder->watches, loop);
    cote__status_init(&responder->status, &responder->component, NULL);
    result = cote__door_open(&responder->door, &responder->component, on_frame);
    if (!cote__duplicates_init(&responder->duplicates, responder->component.settings.deduplicate))
        result = cote__fail(COTE_ENOMEM, "deduplicate");
    responder->door.on_opened = on_opened;
    responder->door.on_lost = on_lost;
    responder->door.gate = gate;
    size_t most = responder->component.settings.max_unsent;
    responder->door.most_unread = most < MOST_UNREAD ? most : MOST_UNREAD;
    *out = responder; /* before the first callback, which may well use it */
    if (result == COTE_OK)
        result = cote__component_start(&responder->component, responder->door.port);
    if (result != COTE_OK) {
        *out = NULL;
        cote__gate_close(gate);
        cote__door_abandon(&responder->door);
        cote__duplicates_fini(&responder->duplicates);
        cote__component_fini(&responder->component);
        free(responder);
        return result;
    }
    return COTE_OK;
}

int cote_responder_counters(const cote_responder *responder, cote_counters *counters)
{
    return cote__component_counters((const cote__component *)responder, counters);
}

uint16_t cote_responder_port(const cote_responder *responder)
{
    return responder->door.port;
}

const char *cote_responder_id(const cote_responder *responder)
{
    return cote__component_id(&responder->component);
}

void cote_responder_close(cote_responder *responder)
{
    if (responder) cote__component_close(&responder->component);
}

void cote_responder_drain(cote_responder *responder, uint32_t duration_ms)
{
    if (responder) cote__component_drain(&responder->component, duration_ms);
}

/* MARK: handlers */

int cote_responder_on(cote_responder *responder, const char *pattern, cote_request_cb callback,
                      void (*release)(void *context), void *context, uint64_t *number)
{
    if (!responder) return cote__fail(COTE_EINVAL, "responder: NULL");
    return cote__handlers_on(&responder->handlers, "type", pattern, (cote__handler_cb)callback,
                             release, context, number);
}

int cote_responder_off(cote_responder *responder, uint64_t number)
{
    if (!responder) return cote__fail(COTE_EINVAL, "responder: NULL");
    return cote__handlers_off(&responder->handlers, number);
}
