#include "mesh/requester.h"

#include <stdio.h>
#include <stdlib.h>

#include "wire/error.h"
#include "wire/message.h"

enum { JSON_DEPTH = COTE__JSON_MAX_DEPTH };

/* MARK: the end of a request */

void cote__requester_finish(cote__requested *request, const cote_response *response)
{
    cote_requester *requester = request->requester;
    if (request->pended) cote__pending_remove(&requester->pending, &request->pending);
    if (request->link) {
        cote__queue_remove(&request->link->sent, &request->node);
    } else {
        if (!request->failure) cote__queue_remove(&requester->waiting, &request->node);
        atomic_fetch_sub(&requester->queued, 1);
    }
    request->callback(request->context, response);
    free(request);
}

void cote__requester_fail(cote__requested *request, int status)
{
    const cote_peer *peer = request->link ? cote__peer_public(request->link->peer) : NULL;
    cote_response response = {
        .size = sizeof response,
        .status = status,
        .id = request->pending.number,
        .message = cote_strerror(status),
        .code = "",
        .peer_id = peer ? peer->id : NULL,
        .peer_name = peer ? peer->name : NULL,
    };
    cote__requester_finish(request, &response);
}

static void fail_task(cote__task *task)
{
    cote__requested *request = COTE__CONTAINER(task, cote__requested, task);
    cote__component *component = &request->requester->component;
    cote__requester_fail(request, request->failure);
    cote__component_exit(component);
}

/* No callback runs from inside a call (rule 3): the failure comes with the next mail. */
static void fail_later(cote__requested *request, int status)
{
    request->failure = status;
    request->task.run = fail_task;
    atomic_fetch_add(&request->requester->component.calls, 1);
    cote__loop_post(request->requester->component.loop, &request->task);
}

/* MARK: deadlines */

static void on_timer(void *context);

static void arm(cote_requester *requester)
{
    if (!requester->timer)
        requester->timer = cote__timer_create(requester->component.loop, on_timer, requester);
    if (!requester->timer) return; /* no memory now; the next request tries again */
    cote__time due = cote__pending_next_deadline(&requester->pending);
    if (due == requester->timer_due) return;
    requester->timer_due = due;
    if (due == COTE__NEVER) {
        cote__timer_stop(requester->timer);
        return;
    }
    cote__time now = cote__now();
    cote__timer_start(requester->timer, due > now ? due - now : 0);
}

static void on_timer(void *context)
{
    cote_requester *requester = context;
    cote__pending_entry *entry;
    requester->timer_due = COTE__NEVER;
    while ((entry = cote__pending_expire(&requester->pending, cote__now()))) {
        cote__requested *request = COTE__CONTAINER(entry, cote__requested, pending);
        request->pended = false;
        if (!request->failure) cote__requester_fail(request, COTE_ETIMEDOUT);
    }
    arm(requester);
}

/* MARK: who gets it */

typedef struct choice {
    const cote_requester *requester;
    bool ours_only;
} choice;

static bool usable(const cote__link *link)
{
    return link->open && cote__connection_is_open(link->connection) && !link->departed &&
           !link->dropped;
}

static bool eligible(const void *context, size_t index)
{
    const choice *self = context;
    const cote__link *link = self->requester->links[index];
    return usable(link) && (!self->ours_only || cote__peer_public(link->peer)->ours);
}

static bool anybody(const cote_requester *requester)
{
    for (size_t i = 0; i < requester->link_count; i++)
        if (usable(requester->links[i])) return true;
    return false;
}

/* Somebody is there, but not of ours, and none of ours is on the way. */
static bool only_others(const cote_requester *requester)
{
    for (size_t i = 0; i < requester->link_count; i++) {
        const cote__link *link = requester->links[i];
        if (!link->departed && !link->dropped && cote__peer_public(link->peer)->ours) return false;
    }
    return anybody(requester);
}

static cote__slice frame_of(const cote__requested *request)
{
    return (cote__slice){(const char *)(request + 1), request->frame_size};
}

static cote__link *choose(const cote__requested *request)
{
    cote_requester *requester = request->requester;
    choice context = {requester, request->ours_only};
    size_t index =
        requester->balancer.choose(&requester->balancer, requester->link_count, eligible, &context);
    return index == COTE__NOBODY ? NULL : requester->links[index];
}

static void transmit(cote__requested *request, cote__link *link)
{
    cote__buffer_append_slice(cote__connection_output(link->connection), frame_of(request));
    cote__connection_written(link->connection);
    cote__queue_push(&link->sent, &request->node);
    request->link = link;
    atomic_fetch_sub(&request->requester->queued, 1);
}

void cote__requester_drain(cote_requester *requester)
{
    if (!anybody(requester)) return;
    bool in_vain = only_others(requester);
    cote__queue_node *next;
    for (cote__queue_node *node = requester->waiting.head; node; node = next) {
        next = node->next;
        cote__requested *request = COTE__CONTAINER(node, cote__requested, node);
        cote__link *link = choose(request);
        if (!link && !in_vain) continue;
        cote__queue_remove(&requester->waiting, node);
        if (link)
            transmit(request, link);
        else
            fail_later(request, COTE_EUNSUPPORTED);
    }
}

/* MARK: sending */

static void submit(cote__requested *request)
{
    cote_requester *requester = request->requester;
    if (requester->ended) {
        fail_later(request, COTE_ECLOSED);
        return;
    }
    request->pended = cote__pending_add(&requester->pending, &request->pending);
    cote__link *link = request->pended ? choose(request) : NULL;
    if (link)
        transmit(request, link);
    else if (!request->pended)
        fail_later(request, COTE_ENOMEM);
    else if (request->ours_only && only_others(requester))
        fail_later(request, COTE_EUNSUPPORTED);
    else
        cote__queue_push(&requester->waiting, &request->node);
    if (request->pending.deadline != COTE__NEVER) arm(requester);
}

static void submit_task(cote__task *task)
{
    cote__requested *request = COTE__CONTAINER(task, cote__requested, task);
    cote__component *component = &request->requester->component;
    submit(request);
    cote__component_exit(component);
}

/* A Node.js responder dies on JSON that does not parse, and on a `type` that is no string: neither
 * leaves this process. */
static int check_payload(const char *type, const cote_value *payload, unsigned flags)
{
    if (!type || !*type) return cote__fail(COTE_EINVAL, "type: is required, and not empty");
    if (!payload) return COTE_OK;
    if (payload->size && !payload->data) return cote__fail(COTE_EINVAL, "payload: data is NULL");
    if (payload->size > COTE__AMP_MAX_VALUE)
        return cote__fail(COTE_ETOOBIG, "payload: 4 GiB or more");
    if (payload->kind == COTE_KIND_BYTES || (flags & COTE_SEND_ENCODED)) return COTE_OK;
    if (payload->kind != COTE_KIND_JSON)
        return cote__fail(COTE_EINVAL, "payload: neither JSON nor raw bytes");

    cote__json object, member;
    if (!cote__json_parse((cote__slice){payload->data, payload->size}, JSON_DEPTH, &object))
        return cote__fail(COTE_EINVAL, "payload: not JSON: %.*s",
                          (int)(payload->size < 80 ? payload->size : 80),
                          (const char *)payload->data);
    if (object.type != COTE__JSON_OBJECT)
        return cote__fail(COTE_EINVAL, "payload: JSON, but not an object");
    if (cote__json_member(object, "type", &member) &&
        !cote__json_string_equal(member, cote__slice_of(type)))
        return cote__fail(COTE_EINVAL,
                          "payload: its member \"type\" is another than the request's, \"%.80s\"",
                          type);
    return COTE_OK;
}

static void encode(cote__buffer *out, const char *type, const cote_value *payload, unsigned flags,
                   cote__slice id)
{
    cote__slice kind = cote__slice_of(type), none = {NULL, 0};
    if (!payload) {
        cote__request_encode(out, kind, none, NULL, id);
    } else if (payload->kind == COTE_KIND_BYTES) {
        cote__request_encode(out, kind, none, payload, id);
    } else if (flags & COTE_SEND_ENCODED) {
        cote__amp_begin(out, 2);
        cote__argument_encode(out, *payload);
        cote__amp_argument(out, "s:", id);
    } else {
        cote__request_encode(out, kind, (cote__slice){payload->data, payload->size}, NULL, id);
    }
}

/* A Node.js responder takes no raw bytes, and an "error" that nobody listens to ends its process.
 */
static bool is_for_ours_only(const char *type, const cote_value *payload)
{
    return (payload && payload->kind == COTE_KIND_BYTES) || strcmp(type, "error") == 0;
}

static cote__requested *request_create(cote_requester *requester, const char *type,
                                       const cote_value *payload, unsigned flags, uint64_t number)
{
    char id[COTE__UUID_SIZE + 24];
    int id_size =
        snprintf(id, sizeof id, "%s:%llu", requester->component.iid, (unsigned long long)number);
    cote__buffer memory = {0};
    /* The struct comes first and the frame behind it: one allocation for a request. */
    if (cote__buffer_reserve(&memory,
                             sizeof(cote__requested) + 128 + (payload ? payload->size : 0)))
        memory.size = sizeof(cote__requested);
    encode(&memory, type, payload, flags, (cote__slice){id, (size_t)id_size});
    if (memory.failed) {
        cote__buffer_fini(&memory);
        return NULL;
    }
    cote__requested *request = (cote__requested *)(void *)memory.data;
    *request = (cote__requested){
        .task.run = submit_task,
        .pending = {.number = number, .deadline = COTE__NEVER},
        .requester = requester,
        .ours_only = is_for_ours_only(type, payload),
        .frame_size = memory.size - sizeof *request,
    };
    return request;
}

static int let_in(cote_requester *requester)
{
    if (!cote__component_enter(&requester->component)) return COTE_ECLOSED;
    size_t limit = requester->component.settings.max_queued;
    if (atomic_fetch_add(&requester->queued, 1) < limit) return COTE_OK;
    atomic_fetch_sub(&requester->queued, 1);
    cote__component_exit(&requester->component);
    return cote__fail(COTE_EQUEUEFULL, "%zu requests wait for a responder", limit);
}

int cote_requester_send(cote_requester *requester, const char *type, const cote_value *payload,
                        const cote_send_options *options, cote_response_cb callback, void *context,
                        uint64_t *id)
{
    if (!requester || !callback) return cote__fail(COTE_EINVAL, "requester or callback: NULL");
    cote_send_options given = {0};
    if (options && options->size < sizeof options->size + sizeof options->timeout_ms)
        return cote__fail(COTE_EINVAL,
                          "options: size is not set; start from COTE_SEND_OPTIONS_INIT");
    if (options)
        memcpy(&given, options, options->size < sizeof given ? options->size : sizeof given);
    int result = check_payload(type, payload, given.flags);
    if (result == COTE_OK) result = let_in(requester);
    if (result != COTE_OK) return result;

    uint64_t number = atomic_fetch_add(&requester->next_number, 1);
    cote__requested *request = request_create(requester, type, payload, given.flags, number);
    if (!request) {
        atomic_fetch_sub(&requester->queued, 1);
        cote__component_exit(&requester->component);
        return cote__fail(COTE_ENOMEM, "request");
    }
    uint32_t timeout = given.timeout_ms ? given.timeout_ms : requester->component.settings.timeout;
    if (timeout != COTE_NO_TIMEOUT) request->pending.deadline = cote__now() + timeout;
    request->callback = callback;
    request->context = context;
    if (id) *id = number;
    if (cote_loop_is_current(requester->component.loop))
        submit_task(&request->task);
    else
        cote__loop_post(requester->component.loop, &request->task);
    return COTE_OK;
}

/* MARK: cancelling */

typedef struct cancellation {
    cote__task task;
    cote_requester *requester;
    uint64_t number;
} cancellation;

static void cancel_task(cote__task *task)
{
    cancellation self = *(cancellation *)task;
    free(task);
    cote__pending_entry *entry = cote__pending_find(&self.requester->pending, self.number);
    if (entry) {
        cote__requested *request = COTE__CONTAINER(entry, cote__requested, pending);
        /* One that fails already has its callback on the way. */
        if (!request->failure) cote__requester_fail(request, COTE_ECANCELED);
    }
    cote__component_exit(&self.requester->component);
}

int cote_requester_cancel(cote_requester *requester, uint64_t id)
{
    if (!requester) return cote__fail(COTE_EINVAL, "requester: NULL");
    if (!cote__component_enter(&requester->component)) return COTE_ECLOSED;
    cancellation *self = malloc(sizeof *self);
    if (!self) {
        cote__component_exit(&requester->component);
        return cote__fail(COTE_ENOMEM, "cancellation");
    }
    *self = (cancellation){{NULL, cancel_task}, requester, id};
    cote__loop_post(requester->component.loop, &self->task);
    return COTE_OK;
}

/* MARK: life */

static void start(cote__component *component)
{
    (void)component; /* it waits for responders */
}

static void on_peer(cote__component *component, cote_peer_event event, cote__peer *peer,
                    bool silent)
{
    cote__links_peer((cote_requester *)component, event, peer, silent);
}

static void close_all(cote__component *component)
{
    cote_requester *requester = (cote_requester *)component;
    requester->ended = true;
    cote__pending_entry *entry;
    while ((entry = cote__pending_pop(&requester->pending))) {
        cote__requested *request = COTE__CONTAINER(entry, cote__requested, pending);
        request->pended = false;
        if (!request->failure) cote__requester_fail(request, COTE_ECLOSED);
    }
    cote__links_close(requester);
    cote__timer_destroy(requester->timer);
    requester->timer = NULL;
}

static void destroy(cote__component *component)
{
    cote_requester *requester = (cote_requester *)component;
    cote__pending_fini(&requester->pending);
    free(requester->links);
    free(requester);
}

static const cote__component_kind kind = {start, on_peer, close_all, destroy};

int cote_requester_create(cote_loop *loop, const cote_options *options, cote_requester **out)
{
    if (!out) return cote__fail(COTE_EINVAL, "requester: NULL");
    cote_requester *requester = calloc(1, sizeof *requester);
    if (!requester) return cote__fail(COTE_ENOMEM, "requester");
    int result = cote__component_init(&requester->component, &kind, loop, options, COTE__AXON_REQ);
    if (result != COTE_OK) {
        free(requester);
        return result;
    }
    requester->timer_due = COTE__NEVER;
    cote__balancer_init_round_robin(&requester->balancer);
    *out = requester; /* before the first callback, which may well use it */
    result = cote__component_start(&requester->component, 0);
    if (result != COTE_OK) {
        *out = NULL;
        cote__component_fini(&requester->component);
        free(requester);
        return result;
    }
    return COTE_OK;
}

const char *cote_requester_id(const cote_requester *requester)
{
    return requester->component.iid;
}

void cote_requester_close(cote_requester *requester)
{
    if (requester) cote__component_close(&requester->component);
}
