#include "mesh/guard.h"

#include <stdlib.h>

#include "mesh/census.h"
#include "mesh/door.h"

enum {
    SHORTEST = 10, /* ms from one look at the connections to the next */
    LONGEST = 5000,
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
    uint32_t most = settings_of(door)->frame_timeout;
    if (most == COTE_NO_TIMEOUT) return;
    for (cote__queue_node *node = door->channels.head; node; node = node->next) {
        cote__channel *channel = channel_of(node);
        if (!cote__connection_is_in_frame(channel->connection) ||
            now - cote__connection_heard(channel->connection) < most)
            continue;
        shut_out(channel, COTE__REFUSED_HALF, "began a frame, and sends no more of it");
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
    ask_for_silent(door, now);
    if (door->channels.count > 0) start(door);
}

static void start(cote__door *door)
{
    cote__guard *guard = &door->guard;
    if (!guard->timer) guard->timer = cote__timer_create(door->component->loop, look, door);
    if (!guard->timer || guard->running) return; /* without memory, the next connection tries */
    uint32_t in_frame = settings_of(door)->frame_timeout, silent = patience_with_silence(door);
    cote__time pause = (in_frame < silent ? in_frame : silent) / 4;
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
