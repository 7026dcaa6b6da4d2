#include "mesh/requester.h"

#include <stdio.h>
#include <stdlib.h>

#include "mesh/health.h"
#include "net/system.h"
#include "wire/error.h"

enum {
    /* Of a queue that grew while nobody was there, the first responder that appears gets this many,
     * and then more with each answer: the others, which are about to appear, get their share. */
    FIRST_CREDIT = 4
};

/* MARK: the end of a request */

void cote__requester_finish(cote__requested *request, const cote_response *response)
{
    cote_requester *requester = request->requester;
    if (request->pended) cote__pending_remove(&requester->pending, &request->pending);
    cote__dispatch_forget(request);
    cote__tally_ended(&requester->tally, response->status);
    request->callback(request->context, response);
    free((char *)request->wants.subset);
    free(request);
}

static const char *describe(const cote__requested *request, int status, char *text, size_t size)
{
    if (status != COTE_ECONNLOST) return cote_strerror(status);
    const cote_peer *peer = cote__peer_public(request->link->peer);
    char name[80], id[80]; /* they come from the network */
    cote_printable(peer->name, strlen(peer->name), name, sizeof name);
    cote_printable(peer->id, strlen(peer->id), id, sizeof id);
    int end =
        snprintf(text, size, "the connection to %s (%s) was lost before it answered request %llu",
                 name, id, (unsigned long long)request->pending.number);
    if (request->losses > 1)
        snprintf(text + end, size - (size_t)end, ", the last of %u connections", request->losses);
    return text;
}

void cote__requester_fail(cote__requested *request, int status)
{
    char text[320];
    const cote_peer *peer = request->link ? cote__peer_public(request->link->peer) : NULL;
    cote_response response = {
        .size = sizeof response,
        .status = status,
        .id = request->pending.number,
        .message = describe(request, status, text, sizeof text),
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

void cote__requester_fail_later(cote__requested *request, int status)
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
        if (request->link) cote__health_failed(request->link);
        if (!request->failure) cote__requester_fail(request, COTE_ETIMEDOUT);
    }
    cote__dispatch_waiting(requester);
    arm(requester);
}

/* MARK: sending */

static void submit(cote__requested *request)
{
    cote_requester *requester = request->requester;
    if (requester->ended) {
        cote__requester_fail_later(request, COTE_ECLOSED);
        return;
    }
    request->pended = cote__pending_add(&requester->pending, &request->pending);
    int status = request->pended ? cote__dispatch(request) : COTE_ENOMEM;
    if (status != COTE_OK) cote__requester_fail_later(request, status);
    if (request->pending.deadline != COTE__NEVER) arm(requester);
}

static void submit_task(cote__task *task)
{
    cote__requested *request = COTE__CONTAINER(task, cote__requested, task);
    cote__component *component = &request->requester->component;
    submit(request);
    cote__component_exit(component);
}

static int tell_full(const cote_requester *requester)
{
    const cote__settings *settings = &requester->component.settings;
    return cote__fail(COTE_EQUEUEFULL, "%zu requests wait for a responder, or have %zu bytes",
                      settings->max_queued, settings->max_queued_bytes);
}

/* Makes the request, and counts it. A queue that is full is mostly seen before that. */
static int admit(cote_requester *requester, const cote__outgoing *outgoing, uint32_t timeout,
                 cote__requested **request)
{
    const cote__settings *settings = &requester->component.settings;
    const size_t most = settings->max_queued, most_bytes = settings->max_queued_bytes;
    if (cote__quota_is_full(&requester->queued, most, most_bytes)) return tell_full(requester);
    uint64_t number = atomic_fetch_add(&requester->next_number, 1);
    *request = cote__request_create(requester, outgoing, timeout, number);
    if (*request && cote__quota_take(&requester->queued, (*request)->frame_size, most, most_bytes))
        return COTE_OK;
    atomic_fetch_add(&requester->tally.unmade, 1);
    if (!*request) return cote__fail(COTE_ENOMEM, "request");
    free((char *)(*request)->wants.subset);
    free(*request);
    return tell_full(requester);
}

int cote_requester_send(cote_requester *requester, const char *type, const cote_value *payload,
                        const cote_send_options *options, cote_response_cb callback, void *context,
                        uint64_t *id)
{
    if (!requester || !callback) return cote__fail(COTE_EINVAL, "requester or callback: NULL");
    cote__outgoing outgoing = {.type = type, .payload = payload};
    if (options && options->size < sizeof options->size + sizeof options->timeout_ms)
        return cote__fail(COTE_EINVAL,
                          "options: size is not set; start from COTE_SEND_OPTIONS_INIT");
    if (options)
        memcpy(&outgoing.options, options,
               options->size < sizeof *options ? options->size : sizeof *options);
    int result = cote__request_check(&outgoing);
    if (result != COTE_OK) return result;
    if (!cote__component_admit(&requester->component)) return COTE_ECLOSED;
    uint32_t timeout = outgoing.options.timeout_ms;
    if (timeout == 0) timeout = requester->component.settings.timeout;
    cote__requested *request = NULL;
    result = admit(requester, &outgoing, timeout, &request);
    if (result != COTE_OK) {
        cote__component_exit(&requester->component);
        return result;
    }
    request->task.run = submit_task;
    if (timeout != COTE_NO_TIMEOUT) request->pending.deadline = cote__now() + timeout;
    request->callback = callback;
    request->context = context;
    if (id) *id = request->pending.number;
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
        cote__dispatch_waiting(self.requester); /* its place at a responder is free */
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

static bool on_peer(cote__component *component, cote_peer_event event, cote__peer *peer,
                    bool silent)
{
    return cote__links_peer(&((cote_requester *)component)->links, event, peer, silent);
}

static void on_opened(cote__link *link)
{
    link->credit = FIRST_CREDIT;
    link->settled = false;
}

static void on_changed(cote__component *component)
{
    cote__dispatch_waiting((cote_requester *)component);
}

static const cote__links_events links_events = {.frame = cote__requester_answer,
                                                .lost = cote__requester_lost,
                                                .opened = on_opened,
                                                .changed = on_changed,
                                                .leaving = cote__tally_leaving,
                                                .drained = cote__dispatch_waiting_to};

static void on_monitor(cote__component *component, cote_peer_event event, cote__peer *peer,
                       bool silent)
{
    cote__links_peer(&((cote_requester *)component)->status.monitors, event, peer, silent);
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
    cote__links_close(&requester->links);
    cote__status_close(&requester->status);
    cote__timer_destroy(requester->timer);
    requester->timer = NULL;
}

static void destroy(cote__component *component)
{
    cote_requester *requester = (cote_requester *)component;
    cote__pending_fini(&requester->pending);
    cote__waitings_fini(&requester->waiting);
    cote__links_fini(&requester->links);
    cote__tally_fini(&requester->tally);
    cote__status_fini(&requester->status);
    free(requester);
}

/* It stays in the mesh until then: a request that waits may still find its responder. */
static bool is_drained(cote__component *component)
{
    return ((cote_requester *)component)->pending.count == 0;
}

static const cote__component_kind kind = {start,      on_peer,          close_all, destroy,   NULL,
                                          on_monitor, cote__tally_read, NULL,      is_drained};

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
    cote__dispatch_init(requester);
    requester->links.component = &requester->component;
    requester->links.events = &links_events;
    cote__random(&requester->links.seed, sizeof requester->links.seed);
    cote__status_init(&requester->status, &requester->component, &requester->links);
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

int cote_requester_counters(const cote_requester *requester, cote_counters *counters)
{
    return cote__component_counters((const cote__component *)requester, counters);
}

const char *cote_requester_id(const cote_requester *requester)
{
    return cote__component_id(&requester->component);
}

void cote_requester_close(cote_requester *requester)
{
    if (requester) cote__component_close(&requester->component);
}

void cote_requester_drain(cote_requester *requester, uint32_t duration_ms)
{
    if (requester) cote__component_drain(&requester->component, duration_ms);
}
