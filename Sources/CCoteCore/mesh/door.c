#include "mesh/door.h"

#include <stdlib.h>
#include <unistd.h>

#include "net/system.h"
#include "wire/addressee.h"
#include "wire/error.h"
#include "wire/message.h"
#include "wire/probe.h"

enum {
    /* ms, while it leaves: */
    SETTLING = 50, /* who heard of it before its goodbye may be about to connect */
    QUIET = 100,   /* after which a requester that knows no goodbye may be taken to pause */
    PATIENCE =
        1000, /* with one that has not sent any request: perhaps it is one of ours, and slow */

    MOST_UNREAD = 64 * 1024 /* bytes; who leaves so many unread has signs of life enough */
};

/* MARK: connections */

static void forget_kept(atomic_size_t *kept)
{
    if (atomic_fetch_sub(kept, 1) == 1) free(kept);
}

cote__channel *cote__channel_retain(cote__channel *channel)
{
    atomic_fetch_add_explicit(&channel->duties, 1, memory_order_relaxed);
    return cote__channel_remember(channel);
}

void cote__channel_release(cote__channel *channel)
{
    if (atomic_fetch_sub_explicit(&channel->duties, 1, memory_order_acq_rel) == 1)
        forget_kept(channel->kept);
    cote__channel_forget(channel);
}

cote__channel *cote__channel_remember(cote__channel *channel)
{
    atomic_fetch_add_explicit(&channel->references, 1, memory_order_relaxed);
    return channel;
}

void cote__channel_forget(cote__channel *channel)
{
    if (atomic_fetch_sub_explicit(&channel->references, 1, memory_order_acq_rel) != 1) return;
    cote__gate_release(channel->place.gate);
    free(channel);
}

static void say_bye(cote__channel *channel)
{
    channel->active = cote__now();
    cote__farewell_encode(cote__connection_output(channel->connection));
    cote__connection_written(channel->connection);
}

static void answer_probe(cote__connection *connection)
{
    if (cote__connection_backlog(connection) > MOST_UNREAD) return;
    cote__probe_answer(cote__connection_output(connection));
    cote__connection_written(connection);
}

/* What comes behind it is not for this component. */
static void turn_away(cote__channel *channel)
{
    channel->turned_away = true;
    cote__component_log(channel->door->component, COTE_LOG_DEBUG,
                        "%s looks for somebody else: closed", channel->address);
    cote__elsewhere_encode(cote__connection_output(channel->connection));
    cote__connection_written(channel->connection);
    cote__connection_finish(channel->connection);
}

static bool frame_came(void *owner, const cote__amp_frame *frame)
{
    cote__channel *channel = owner;
    if (channel->turned_away) return true;
    cote__slice iid;
    if (cote__addressee_decode(frame, &iid)) {
        channel->spoken = true;
        if (!cote__component_is(channel->door->component, iid)) turn_away(channel);
        return true;
    }
    if (channel->door->leaving) channel->active = cote__now();
    if (cote__is_probe(frame)) {
        channel->spoken = true;
        answer_probe(channel->connection);
        return true;
    }
    if (cote__component_is_closing(channel->door->component)) return true;
    cote__boundary boundary;
    if (frame->count == 3 && cote__boundary_decode(frame, &boundary)) {
        cote__guard_answer(channel, &boundary);
        return true;
    }
    channel->spoken = channel->door->on_frame(channel, frame);
    return channel->spoken;
}

static void tell_count(const cote__door *door)
{
    cote__component_connected(door->component, door->channels.count, door->unix_channels);
}

static void on_closed(void *owner, int status)
{
    cote__channel *channel = owner;
    cote__door *door = channel->door;
    cote__component *component = door->component;
    cote__component_refused_bytes(component, channel->address, status);
    cote__queue_remove(&door->channels, &channel->node);
    door->unix_channels -= cote__connection_is_unix(channel->connection);
    cote__gate_depart(&channel->place);
    channel->connection = NULL;
    atomic_store(&channel->gone, true);
    if (door->on_lost) door->on_lost(channel);
    tell_count(door);
    cote__recall_lost(&door->recall);
    cote__channel_release(channel);
    cote__component_release(component);
}

static void on_held(void *owner)
{
    cote__gate_hold(&((cote__channel *)owner)->place);
}

static const cote__connection_events connection_events = {
    .frame = frame_came, .closed = on_closed, .held = on_held};

static void on_incoming(void *context, cote__listener *listener)
{
    cote__door *door = context;
    if (!cote__guard_admit(door)) return; /* the listener closes it */
    cote__channel *channel = calloc(1, sizeof *channel);
    if (!channel) return;
    atomic_init(&channel->references, 1);
    atomic_init(&channel->duties, 1);
    channel->door = door;
    if (cote__connection_accept(listener, door->component->settings.max_frame, &connection_events,
                                channel, &channel->connection) != COTE_OK) {
        free(channel);
        cote__recall_lost(&door->recall);
        return;
    }
    uint32_t peer = cote__connection_peer(channel->connection);
    cote__address_format(peer, channel->address);
    channel->home = cote__connection_is_local(channel->connection) ? COTE__LOOPBACK : peer;
    channel->idle_since = cote__now();
    cote__connection_bound(channel->connection, door->max_unsent);
    cote__connection_hold_above(channel->connection, door->most_unread);
    cote__gate_arrive(&channel->place, door->gate, channel->connection);
    cote__connection_meter(channel->connection, &door->component->traffic);
    channel->kept = door->kept;
    atomic_fetch_add(channel->kept, 1);
    cote__queue_push(&door->channels, &channel->node);
    door->unix_channels += cote__connection_is_unix(channel->connection);
    if (door->leaving) say_bye(channel);
    cote__component_hold(door->component);
    tell_count(door);
    if (door->on_opened) door->on_opened(channel);
}

static void on_trouble(void *context, const char *message)
{
    cote__door *door = context;
    cote__component *component = door->component;
    cote__guard_trouble(door, message != NULL);
    if (message)
        cote__component_log(component, COTE_LOG_WARNING, "takes no connections for now: %s",
                            message);
    else
        cote__component_log(component, COTE_LOG_INFO, "takes connections again");
}

static const cote__listener_events listener_events = {on_incoming, on_trouble};

/* MARK: the door */

int cote__door_open(cote__door *door, cote__component *component, cote__door_frame_cb on_frame)
{
    *door = (cote__door){
        .component = component,
        .on_frame = on_frame,
        .max_unsent = SIZE_MAX,
        .most_unread = SIZE_MAX,
        .descriptor = -1,
        .kept = malloc(sizeof *door->kept),
        .recall.door = door,
    };
    if (!door->kept) return cote__fail(COTE_ENOMEM, "listener");
    atomic_init(door->kept, 1);
    const cote__settings *settings = &component->settings;
    return cote__listen(settings->address, settings->ports.first, settings->ports.last, &door->port,
                        &door->descriptor);
}

void cote__door_abandon(cote__door *door)
{
    if (door->descriptor >= 0) close(door->descriptor);
    door->descriptor = -1;
    cote__door_fini(door);
}

void cote__door_fini(cote__door *door)
{
    if (door->kept) forget_kept(door->kept);
}

/* Before the component is announced: who hears of it finds it there. */
static void start_unix(cote__door *door)
{
    cote__component *component = door->component;
    const char *directory = component->settings.unix_directory;
    if (directory[0] &&
        cote__listener_start_unix(component->loop, directory, cote__component_id(component),
                                  &listener_events, door, &door->unix_listener) != COTE_OK)
        cote__component_log(component, COTE_LOG_DEBUG,
                            "takes connections over TCP only, no unix socket: %s",
                            cote_error_detail());
}

void cote__door_start(cote__door *door)
{
    int descriptor = door->descriptor;
    door->descriptor = -1;
    if (cote__listener_start(door->component->loop, descriptor, &listener_events, door,
                             &door->listener) != COTE_OK)
        cote__component_log(door->component, COTE_LOG_ERROR, "takes no connections: %s",
                            cote_error_detail());
    start_unix(door);
}

bool cote__door_renew(cote__door *door)
{
    cote__component *component = door->component;
    const char *directory = component->settings.unix_directory;
    cote__listener_rename(door->unix_listener, directory, cote__component_next_id(component));
    bool renewed = cote__component_renew(component);
    if (!renewed)
        cote__listener_rename(door->unix_listener, directory, cote__component_id(component));
    return renewed;
}

size_t cote__door_count(const cote__door *door, uint32_t home)
{
    size_t count = 0;
    for (cote__queue_node *node = door->channels.head; node; node = node->next)
        count += COTE__CONTAINER(node, cote__channel, node)->home == home;
    return count;
}

void cote__door_close(cote__door *door)
{
    cote__recall_close(&door->recall);
    cote__listener_stop(door->listener);
    cote__listener_stop(door->unix_listener);
    cote__guard_close(door);
    for (cote__queue_node *node = door->channels.head; node; node = node->next) {
        cote__channel *channel = COTE__CONTAINER(node, cote__channel, node);
        atomic_store(&channel->gone, true);
        cote__connection_finish(channel->connection);
    }
}

/* MARK: leaving */

void cote__door_leave(cote__door *door)
{
    door->leaving = true;
    door->left = cote__now();
    for (cote__queue_node *node = door->channels.head; node; node = node->next)
        say_bye(COTE__CONTAINER(node, cote__channel, node));
}

/* Each token of a request keeps its channel. */
static bool is_idle(const cote__channel *channel)
{
    return atomic_load(&channel->duties) == 1 && cote__connection_backlog(channel->connection) == 0;
}

static bool may_be_shown_out(cote__channel *channel, cote__time now)
{
    if (!is_idle(channel)) channel->active = now;
    switch (channel->speaker) {
    case COTE__SPEAKER_OURS: return false;
    case COTE__SPEAKER_OTHER: return now - channel->active >= QUIET;
    case COTE__SPEAKER_UNKNOWN: return now - channel->active >= PATIENCE;
    }
    return false;
}

bool cote__door_is_deserted(cote__door *door)
{
    cote__time now = cote__now();
    for (cote__queue_node *node = door->channels.head; node; node = node->next) {
        cote__channel *channel = COTE__CONTAINER(node, cote__channel, node);
        if (may_be_shown_out(channel, now)) cote__connection_finish(channel->connection);
    }
    return atomic_load(door->kept) == 1 && now - door->left >= SETTLING;
}

bool cote__door_is_flushed(const cote__door *door)
{
    for (const cote__queue_node *node = door->channels.head; node; node = node->next)
        if (cote__connection_backlog(COTE__CONTAINER(node, cote__channel, node)->connection) > 0)
            return false;
    return true;
}
