#include "mesh/component.h"

#include <stdarg.h>
#include <stdio.h>

#include "net/system.h"
#include "state/queue.h"
#include "wire/error.h"
#include "wire/utf8.h"

/* MARK: logging */

enum { LINE_SIZE = 1024 };

/* Names come from the network: none of them reaches a terminal as it is. */
static void log_line(const cote__component *component, cote_log_level level, const char *format,
                     va_list arguments)
{
    char raw[LINE_SIZE], line[LINE_SIZE];
    int size = vsnprintf(raw, sizeof raw, format, arguments);
    if (size < 0) return;
    if ((size_t)size >= sizeof raw) size = (int)cote__utf8_cut(raw, sizeof raw - 1);
    cote_printable(raw, (size_t)size, line, sizeof line);
    component->settings.on_log(component->settings.context, level, line);
}

void cote__component_log(const cote__component *component, cote_log_level level, const char *format,
                         ...)
{
    if (!component->settings.on_log) return;
    va_list arguments;
    va_start(arguments, format);
    log_line(component, level, format, arguments);
    va_end(arguments);
}

static void log_hello(const cote__component *component)
{
    if (!component->settings.log.hello) return;
    char on[16] = "";
    uint16_t port = cote__peer_public(component->registration.says.self)->port;
    if (port) snprintf(on, sizeof on, " on %u", port);
    cote__component_log(component, COTE_LOG_INFO, "Hello! I'm %s#%s%s", component->settings.name,
                        cote__component_id(component), on);
    cote__component_log(component, COTE_LOG_INFO, "========================");
}

static void log_status(const cote__component *component, cote_peer_event event,
                       const cote__peer *peer)
{
    static const char *const names[] = {[COTE_PEER_ADDED] = "online",
                                        [COTE_PEER_REMOVED] = "offline",
                                        [COTE_PEER_SUSPECTED] = "suspected",
                                        [COTE_PEER_BACK] = "back"};
    const cote__log_settings *log = &component->settings.log;
    if (!names[event] || !(event == COTE_PEER_ADDED ? log->online : log->offline)) return;
    const cote_peer *public = cote__peer_public(peer);
    char on[16] = "";
    if (public->port) snprintf(on, sizeof on, " on %u", public->port);
    cote__component_log(component, COTE_LOG_INFO, "%s > %.64s.%s %.256s#%s%s",
                        component->settings.name, cote__peer_type(peer), names[event], public->name,
                        public->id, on);
}

void cote__component_unknown(cote__component *component, const char *kind, cote__slice name)
{
    const cote__settings *settings = &component->settings;
    if (!settings->on_log || !settings->log.unknown_events ||
        cote__component_is_closing(component) ||
        !cote__unknown_is_news(&component->unknown, name, cote__now()))
        return;
    cote__component_log(component, COTE_LOG_WARNING, "%s has nothing that handles the %s \"%.*s\"",
                        settings->name, kind, (int)(name.size < 80 ? name.size : 80), name.data);
}

/* MARK: counters */

int cote__component_counters(const cote__component *component, cote_counters *counters)
{
    if (!component || !counters) return cote__fail(COTE_EINVAL, "component or counters: NULL");
    size_t size = counters->size;
    if (size < sizeof counters->size + sizeof counters->requests_sent)
        return cote__fail(COTE_EINVAL, "counters: size is not set; start from COTE_COUNTERS_INIT");
    cote_counters all = {
        .size = size,
        .bytes_received = cote__counter_read(&component->traffic.received),
        .bytes_sent = cote__counter_read(&component->traffic.sent),
        .connections = atomic_load(&component->connected),
        .unix_connections = atomic_load(&component->connected_by_unix),
    };
    component->kind->count(component, &all);
    memcpy(counters, &all, size < sizeof all ? size : sizeof all);
    return COTE_OK;
}

/* MARK: what is refused */

void cote__component_refused(cote__component *component, cote__refusal kind, cote_log_level level,
                             const char *format, ...)
{
    char more[COTE__REFUSAL_MORE], message[256];
    if (!cote__refuse(&component->refusals, kind, more) || !component->settings.on_log) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    cote__component_log(component, level, "%s%s", message, more);
}

void cote__component_refused_bytes(cote__component *component, const char *who, int status)
{
    const struct {
        int status;
        cote__refusal kind;
        const char *what;
    } faults[] = {
        {COTE_EPROTOCOL, COTE__REFUSED_FRAME, "bytes that make no sense"},
        {COTE_ETOOBIG, COTE__REFUSED_OVERSIZED, "a frame that is too big"},
        {COTE_EINVAL, COTE__REFUSED_PAYLOAD, "JSON that does not parse"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (status == faults[i].status)
            cote__component_refused(component, faults[i].kind, COTE_LOG_WARNING,
                                    "%.128s sent %s: closed", who, faults[i].what);
}

/* MARK: the end */

/*
 * Everything has ended. What is left are calls that other threads began before they could know;
 * they are in the mailbox, or about to be, so this task goes behind them.
 */
static void end(cote__task *task)
{
    cote__component *component = COTE__CONTAINER(task, cote__component, end_task);
    if (atomic_load(&component->calls) > 0) {
        cote__loop_post(component->loop, task);
        return;
    }
    if (component->kind->end) component->kind->end(component);
    void (*on_close)(void *) = component->settings.on_close;
    void *context = component->settings.context;
    cote_loop *loop = component->loop;
    if (on_close) on_close(context);
    cote__loop_leave(loop, &component->member);
    cote__component_fini(component);
    component->kind->destroy(component);
}

void cote__component_hold(cote__component *component)
{
    component->holds++;
}

void cote__component_release(cote__component *component)
{
    if (--component->holds > 0) return;
    component->end_task.run = end;
    cote__loop_post(component->loop, &component->end_task);
}

bool cote__component_is_closing(const cote__component *component)
{
    return atomic_load_explicit(&component->closing, memory_order_acquire);
}

bool cote__component_is_stuck(const cote__component *component, const cote__connection *connection,
                              cote__time now)
{
    uint32_t most = component->settings.frame_timeout;
    return most != COTE_NO_TIMEOUT && cote__connection_is_in_frame(connection) &&
           now - cote__connection_heard(connection) >= most;
}

void cote__component_connected(cote__component *component, size_t count, size_t by_unix)
{
    atomic_store(&component->connected_by_unix, by_unix);
    if (atomic_exchange(&component->connected, count) == count) return;
    if (component->settings.on_connected && !cote__component_is_closing(component))
        component->settings.on_connected(component->settings.context, count);
}

void cote__component_leave(cote__component *component)
{
    if (component->left) return;
    component->left = true;
    cote__discovery_leave(&component->registration);
}

static void close_on_loop(cote__task *task)
{
    cote__component *component = COTE__CONTAINER(task, cote__component, close_task);
    cote__component_hold(component); /* until the kind is through, whatever it releases */
    component->kind->close(component);
    cote__component_leave(component);
    cote__drain_end(component);
    cote__component_release(component);
}

void cote__component_close(cote__component *component)
{
    if (atomic_exchange(&component->closing, true)) return;
    component->close_task.run = close_on_loop;
    cote__loop_post(component->loop, &component->close_task);
}

static void close_member(cote__member *member)
{
    cote__component_close(COTE__CONTAINER(member, cote__component, member));
}

static void report_held(cote__member *member, cote__time duration)
{
    cote__component_log(COTE__CONTAINER(member, cote__component, member), COTE_LOG_WARNING,
                        "a callback held up the loop for %llu ms", (unsigned long long)duration);
}

/* MARK: calls from other threads */

bool cote__component_enter(cote__component *component)
{
    atomic_fetch_add(&component->calls, 1);
    if (!atomic_load(&component->closing)) return true;
    cote__fail(COTE_ECLOSED, "%s is closed", component->settings.name);
    atomic_fetch_sub(&component->calls, 1); /* from here on the component may be gone */
    return false;
}

bool cote__component_admit(cote__component *component)
{
    if (!cote__component_enter(component)) return false;
    if (!atomic_load(&component->draining)) return true;
    cote__fail(COTE_ECLOSED, "%s drains, and takes nothing new", component->settings.name);
    cote__component_exit(component);
    return false;
}

void cote__component_exit(cote__component *component)
{
    atomic_fetch_sub(&component->calls, 1);
}

/* MARK: discovery's events */

void cote__component_peer(cote__component *component, cote_peer_event event, cote__peer *peer)
{
    if (cote__component_is_closing(component)) return;
    log_status(component, event, peer);
    if (component->settings.on_peer)
        component->settings.on_peer(component->settings.context, event, cote__peer_public(peer));
}

static void on_peer(cote__registration *registration, const cote__news *news)
{
    cote__component *component = COTE__CONTAINER(registration, cote__component, registration);
    if (cote__component_is_closing(component)) return;
    bool is_monitor = news->relation == COTE__MONITOR;
    if (is_monitor || news->relation == COTE__STRANGER) {
        /* As in Node, lines are of the own key only, and a monitor's may be shorter. */
        if (!is_monitor || news->shares_key) log_status(component, news->event, news->peer);
        if (is_monitor) component->kind->monitor(component, news->event, news->peer, news->silent);
    } else if (component->kind->peer(component, news->event, news->peer, news->silent)) {
        cote__component_peer(component, news->event, news->peer);
    }
}

static void on_trouble(cote__registration *registration, const char *message)
{
    cote__component *component = COTE__CONTAINER(registration, cote__component, registration);
    if (message)
        cote__component_log(component, COTE_LOG_WARNING, "discovery: %s", message);
    else
        cote__component_log(component, COTE_LOG_INFO, "discovery works again");
    if (component->settings.on_discovery && !cote__component_is_closing(component))
        component->settings.on_discovery(component->settings.context, message);
}

static void on_notice(cote__registration *registration, cote_log_level level, const char *message)
{
    cote__component_log(COTE__CONTAINER(registration, cote__component, registration), level,
                        "discovery: %s", message);
}

static void on_left(cote__registration *registration)
{
    cote__component_release(COTE__CONTAINER(registration, cote__component, registration));
}

/* MARK: its id */

static void make_id(char iid[COTE__UUID_SIZE + 1])
{
    uint8_t bytes[16];
    cote__random(bytes, sizeof bytes);
    cote__uuid_format(bytes, iid);
}

const char *cote__component_id(const cote__component *component)
{
    return component->iids[atomic_load_explicit(&component->iid, memory_order_acquire)];
}

static unsigned next_of(const cote__component *component)
{
    return (atomic_load(&component->iid) + 1) % COTE__COMPONENT_IDS;
}

const char *cote__component_next_id(cote__component *component)
{
    unsigned next = next_of(component);
    make_id(component->iids[next]);
    return component->iids[next];
}

bool cote__component_is(const cote__component *component, cote__slice iid)
{
    for (unsigned i = 0; i < COTE__COMPONENT_IDS; i++)
        if (cote__slice_equal(iid, cote__slice_of(component->iids[i]))) return true;
    return false;
}

bool cote__component_renew(cote__component *component)
{
    unsigned next = next_of(component);
    if (!cote__registration_rename(&component->registration, &component->settings,
                                   component->iids[next]))
        return false;
    atomic_store_explicit(&component->iid, next, memory_order_release);
    return true;
}

/* MARK: the beginning */

int cote__component_init(cote__component *component, const cote__component_kind *kind,
                         cote_loop *loop, const cote_options *options, cote__axon_type axon_type)
{
    if (!loop) return cote__fail(COTE_EINVAL, "loop: NULL");
    int result = cote__settings_resolve(options, axon_type, &component->settings);
    if (result != COTE_OK) return result;
    component->kind = kind;
    component->loop = loop;
    component->member.close = close_member;
    component->member.held = report_held;
    component->hub = cote__loop_hub(loop);
    if (!component->hub) {
        cote__settings_fini(&component->settings);
        return COTE_ESYSTEM;
    }
    make_id(component->iids[0]);
    return COTE_OK;
}

void cote__component_fini(cote__component *component)
{
    cote__registration_fini(&component->registration);
    cote__settings_fini(&component->settings);
}

static void start_on_loop(cote__task *task)
{
    cote__component *component = COTE__CONTAINER(task, cote__component, start_task);
    log_hello(component);
    cote__component_hold(component); /* the registration's */
    component->kind->start(component);
    cote__discovery_enter(&component->registration);
}

int cote__component_start(cote__component *component, uint16_t port)
{
    int result = cote__registration_init(&component->registration, component->loop, component->hub,
                                         &component->settings, component->iids[0], port);
    if (result != COTE_OK) return result;
    component->registration.on_peer = on_peer;
    component->registration.on_trouble = on_trouble;
    component->registration.on_notice = on_notice;
    component->registration.on_left = on_left;
    component->start_task.run = start_on_loop;
    if (cote__loop_join(component->loop, &component->member, &component->start_task))
        return COTE_OK;
    return cote__fail(COTE_ECLOSED, "the loop is ending");
}
