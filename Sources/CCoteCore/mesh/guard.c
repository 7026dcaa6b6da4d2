#include "mesh/guard.h"

#include <stdlib.h>

#include "mesh/census.h"
#include "mesh/door.h"

enum {
    SHORTEST = 10, /* ms from one look at the connections to the next */
    LONGEST = 5000,
    LOOKS = 4,     /* in the time that something may take */
    PRESSED = 1000 /* ms that a stranger may be silent while there is no room for anybody else */
};

static const cote__settings *settings_of(const cote__door *door)
{
    return &door->component->settings;
}

static void shut_out(cote__channel *channel, cote__refusal kind, const char *what)
{
    cote__component_refused(channel->door->component, kind, COTE_LOG_WARNING, "%s %s: closed",
                            channel->address, what);
    cote__connection_close(channel->connection);
}

/* MARK: connections that say nothing */

static cote__channel *channel_of(const cote__queue_node *node)
{
    return COTE__CONTAINER(node, cote__channel, node);
}

static bool is_pressed(const cote__door *door)
{
    return door->guard.troubled || door->channels.count >= settings_of(door)->max_connections;
}

static uint32_t patience_with_silence(const cote__door *door)
{
    uint32_t most = settings_of(door)->idle_timeout;
    return most != COTE_NO_TIMEOUT && most > PRESSED && is_pressed(door) ? PRESSED : most;
}

/* It may be silent for longer, if somebody is announced where it comes from. */
static bool has_been_silent(const cote__channel *channel, cote__time now)
{
    uint32_t most = patience_with_silence(channel->door);
    return most != COTE_NO_TIMEOUT && !channel->spoken && !channel->place.held &&
           !cote__connection_is_in_frame(channel->connection) && now - channel->idle_since >= most;
}

static void close_silent(cote__census *census)
{
    cote__component *component = census->component;
    cote__door *door = census->context;
    cote__time now = cote__now();
    door->guard.asking = false;
    for (cote__queue_node *node = door->channels.head; node; node = node->next) {
        cote__channel *channel = channel_of(node);
        if (cote__component_is_closing(component) || !has_been_silent(channel, now) ||
            !cote__census_has(census, channel->home))
            continue;
        channel->idle_since = now;
        if (cote__census_is_announced(census, channel->home)) continue;
        shut_out(channel, COTE__REFUSED_SILENT, "says nothing, and nobody is announced there");
    }
    cote__census_free(census);
    cote__component_release(component);
}

/* Discovery knows who is announced; it is on another thread. */
static void ask_for_silent(cote__door *door, cote__time now)
{
    if (door->guard.asking) return;
    cote__census *census = NULL;
    for (cote__queue_node *node = door->channels.head; node; node = node->next) {
        const cote__channel *channel = channel_of(node);
        if (!has_been_silent(channel, now)) continue;
        if (!census) census = cote__census_create(door->component, close_silent, door);
        if (census) cote__census_add(census, channel->home);
    }
    if (!census) return;
    door->guard.asking = true;
    cote__component_hold(door->component);
    cote__census_take(census);
}

/* MARK: frames that stop */

static void close_stuck(cote__door *door, cote__time now)
{
    for (cote__queue_node *node = door->channels.head; node; node = node->next) {
        cote__channel *channel = channel_of(node);
        if (!cote__component_is_stuck(door->component, channel->connection, now)) continue;
        shut_out(channel, COTE__REFUSED_HALF, "began a frame, and sends no more of it");
    }
}

/* Nobody needs to ask twice over one connection, and who floods is to make many. */
void cote__guard_answer(cote__channel *asking, const cote__boundary *boundary)
{
    cote__boundary answer = {boundary->iid, 0};
    for (cote__queue_node *node = asking->door->channels.head; node; node = node->next) {
        cote__channel *channel = channel_of(node);
        if (channel->speaker != COTE__SPEAKER_OURS || channel->home != asking->home ||
            memcmp(channel->caller, boundary->iid.data, sizeof channel->caller) != 0)
            continue;
        answer.bytes = cote__connection_position(channel->connection); /* the newest counts */
        if (cote__connection_is_beyond(channel->connection, boundary->bytes))
            shut_out(channel, COTE__REFUSED_HALF, "sent a frame without an end");
    }
    cote__boundary_encode(cote__connection_output(asking->connection), &answer);
    cote__connection_written(asking->connection);
    cote__connection_finish(asking->connection);
}

/* MARK: those whom nothing reaches */

/* The system is asked only of those that something was written to since, and that say nothing. */
static bool is_stalled(cote__channel *channel, cote__time most, cote__time now)
{
    const cote__connection *connection = channel->connection;
    uint64_t written = cote__connection_position(connection);
    cote__delivery delivery;
    if ((written == channel->looked_at && !channel->stall.since) ||
        now - cote__connection_heard(connection) < most / LOOKS ||
        !cote__connection_delivery(connection, &delivery))
        return false;
    channel->looked_at = written;
    return cote__stall_judge(&channel->stall, &delivery, most, now);
}

static cote__time patience_with_stalls(const cote__door *door)
{
    return cote__stall_most(settings_of(door)->discovery.node_timeout);
}

static void close_stalled(cote__door *door, cote__time now)
{
    cote__time most = patience_with_stalls(door);
    for (cote__queue_node *node = door->channels.head; node; node = node->next) {
        cote__channel *channel = channel_of(node);
        if (!is_stalled(channel, most, now)) continue;
        cote__component_log(door->component, COTE_LOG_WARNING,
                            "%s acknowledges nothing that is sent to it: closed", channel->address);
        cote__connection_close(channel->connection);
    }
}

/* MARK: looking after them */

static void start(cote__door *door);

static void look(void *context)
{
    cote__door *door = context;
    cote__time now = cote__now();
    door->guard.running = false;
    close_stuck(door, now);
    close_stalled(door, now);
    ask_for_silent(door, now);
    if (door->channels.count > 0) start(door);
}

static void start(cote__door *door)
{
    cote__guard *guard = &door->guard;
    if (!guard->timer) guard->timer = cote__timer_create(door->component->loop, look, door);
    if (!guard->timer || guard->running) return; /* without memory, the next connection tries */
    uint32_t in_frame = settings_of(door)->frame_timeout, silent = patience_with_silence(door);
    cote__time pause = in_frame < silent ? in_frame : silent, stall = patience_with_stalls(door);
    pause = (pause < stall ? pause : stall) / LOOKS;
    if (pause < SHORTEST) pause = SHORTEST;
    if (pause > LONGEST) pause = LONGEST;
    guard->running = true;
    guard->pressed = is_pressed(door);
    cote__timer_start(guard->timer, pause);
}

/* There is no room for one more. */
static void hasten(cote__door *door)
{
    if (door->guard.pressed) return;
    door->guard.running = false;
    start(door);
}

bool cote__guard_admit(cote__door *door)
{
    if (door->channels.count >= settings_of(door)->max_connections) {
        hasten(door);
        cote__component_refused(door->component, COTE__REFUSED_CONNECTION, COTE_LOG_WARNING,
                                "a connection more than there may be: closed");
        return false;
    }
    start(door);
    return true;
}

void cote__guard_trouble(cote__door *door, bool troubled)
{
    door->guard.troubled = troubled;
    if (troubled) hasten(door);
}

void cote__guard_close(cote__door *door)
{
    cote__timer_destroy(door->guard.timer);
    door->guard.timer = NULL;
    door->guard.running = true; /* it does not start again */
}
