#include "cote/publisher.h"

#include <stdlib.h>

#include "mesh/door.h"
#include "mesh/status.h"
#include "state/throttle.h"
#include "wire/error.h"
#include "wire/gap.h"
#include "wire/publish.h"
#include "wire/value.h"

struct cote_publisher {
    cote__component component; /* first */
    cote__door door;
    cote__throttle dropping;
    cote__status status;
    cote__counter published;
    cote__counter dropped; /* each once for each subscriber */
};

/* MARK: subscribers that are too slow */

static void count_dropped(cote_publisher *publisher, const cote__channel *channel, uint64_t dropped)
{
    cote__counter_add(&publisher->dropped, dropped);
    uint64_t untold;
    if (cote__throttle_pass(&publisher->dropping, cote__now(), &untold))
        cote__component_log(&publisher->component, COTE_LOG_WARNING,
                            "%s reads too slowly: %llu messages were dropped so far",
                            channel->address,
                            (unsigned long long)cote__counter_read(&publisher->dropped));
}

/* Word of what a subscriber missed goes before the next message that it gets. */
static bool send_behind_gap(cote__channel *channel, cote__frame *frame)
{
    cote__connection *connection = channel->connection;
    if (!cote__connection_has_room(connection, frame->size)) return false;
    if (channel->missed > 0) {
        cote__gap_encode(cote__connection_output(connection), channel->missed);
        cote__connection_written(connection);
        channel->missed = 0;
    }
    return cote__connection_share(connection, frame);
}

/* A message does not fit behind what waits for a subscriber, or others did not before. */
static void send_to_slow(cote_publisher *publisher, cote__channel *channel, cote__frame *frame)
{
    cote__connection *connection = channel->connection;
    cote_overflow policy = publisher->component.settings.overflow;
    uint64_t dropped = 0;
    if (policy == COTE_DROP_OLDEST && !cote__connection_has_room(connection, frame->size))
        dropped = cote__connection_make_room(connection, frame->size);
    if (policy == COTE_DISCONNECT) {
        dropped = cote__connection_make_room(connection, SIZE_MAX) + 1;
        cote__connection_close(connection);
    } else if (!send_behind_gap(channel, frame)) {
        channel->missed++;
        dropped++;
    }
    if (dropped > 0) count_dropped(publisher, channel, dropped);
}

/* MARK: publishing */

static void send_to_all(cote__frame *frame)
{
    cote_publisher *publisher = frame->maker;
    for (cote__queue_node *node = publisher->door.channels.head; node; node = node->next) {
        cote__channel *channel = COTE__CONTAINER(node, cote__channel, node);
        if (channel->missed > 0 || !cote__connection_share(channel->connection, frame))
            send_to_slow(publisher, channel, frame);
    }
    cote__frame_release(frame);
    cote__counter_add(&publisher->published, 1);
    cote__component_exit(&publisher->component);
}

static void send_task(cote__task *task)
{
    send_to_all(COTE__CONTAINER(task, cote__frame, task));
}

static int check(const cote_publisher *publisher, const char *topic, cote_value data,
                 unsigned flags)
{
    if (!topic || !*topic) return cote__fail(COTE_EINVAL, "topic: is required, and not empty");
    if (strlen(topic) > COTE__AMP_MAX_VALUE)
        return cote__fail(COTE_ETOOBIG, "topic: 4 GiB or more");
    if (!publisher->component.settings.advertisement.name_space.data && strcmp(topic, "error") == 0)
        return cote__fail(
            COTE_EINVAL,
            "topic: \"error\" without a namespace ends a Node.js subscriber's process");
    if (data.size > COTE__AMP_MAX_VALUE) return cote__fail(COTE_ETOOBIG, "data: 4 GiB or more");
    if (!cote__value_is_sound(data, flags & COTE_PUBLISH_ENCODED))
        return cote__fail(COTE_EINVAL, "data: its bytes are not what its kind says");
    return COTE_OK;
}

/* The frame stands behind its count, in one allocation. NULL when there is no memory. */
static cote__frame *frame_create(cote_publisher *publisher, const char *topic, cote_value data)
{
    cote__buffer memory = {0}, object = {0};
    cote__slice bytes = {data.data, data.size};
    if (data.kind == COTE_KIND_BYTES && (data.size == 0 || cote__looks_tagged(bytes))) {
        cote__buffer_object_encode(&object, bytes);
        data = (cote_value){COTE_KIND_JSON, object.data, object.size};
    }
    if (cote__buffer_reserve(&memory, sizeof(cote__frame) + strlen(topic) + data.size + 64))
        memory.size = offsetof(cote__frame, bytes);
    cote__publish_encode(&memory, publisher->component.settings.advertisement.name_space,
                         cote__slice_of(topic), data);
    if (memory.failed || object.failed) cote__buffer_fini(&memory);
    cote__buffer_fini(&object);
    cote__frame *frame = (cote__frame *)(void *)memory.data;
    if (!frame) return NULL;
    atomic_init(&frame->references, 1);
    frame->task.run = send_task;
    frame->maker = publisher;
    frame->size = memory.size - offsetof(cote__frame, bytes);
    return frame;
}

int cote_publisher_publish(cote_publisher *publisher, const char *topic, const cote_value *data,
                           unsigned flags)
{
    if (!publisher) return cote__fail(COTE_EINVAL, "publisher: NULL");
    cote_value value = data ? *data : (cote_value){COTE_KIND_JSON, "null", 4};
    int result = check(publisher, topic, value, flags);
    if (result != COTE_OK) return result;
    if (!cote__component_admit(&publisher->component)) return COTE_ECLOSED;
    cote__frame *frame = frame_create(publisher, topic, value);
    if (!frame) {
        cote__component_exit(&publisher->component);
        return cote__fail(COTE_ENOMEM, "message");
    }
    if (cote_loop_is_current(publisher->component.loop))
        send_to_all(frame);
    else
        cote__loop_post(publisher->component.loop, &frame->task);
    return COTE_OK;
}

/* MARK: life */

/* Subscribers have nothing to say. */
static bool on_frame(cote__channel *channel, const cote__amp_frame *frame)
{
    (void)channel, (void)frame;
    return true;
}

static void start(cote__component *component)
{
    cote__door_start(&((cote_publisher *)component)->door);
}

static bool on_peer(cote__component *component, cote_peer_event event, cote__peer *peer,
                    bool silent)
{
    (void)silent;
    cote__recall_peer(&((cote_publisher *)component)->door.recall, event, peer);
    return true;
}

static void on_monitor(cote__component *component, cote_peer_event event, cote__peer *peer,
                       bool silent)
{
    cote__links_peer(&((cote_publisher *)component)->status.monitors, event, peer, silent);
}

static void close_all(cote__component *component)
{
    cote_publisher *publisher = (cote_publisher *)component;
    cote__door_close(&publisher->door);
    cote__status_close(&publisher->status);
}

static void destroy(cote__component *component)
{
    cote__door_fini(&((cote_publisher *)component)->door);
    cote__status_fini(&((cote_publisher *)component)->status);
    free(component);
}

static void count(const cote__component *component, cote_counters *counters)
{
    const cote_publisher *publisher = (const cote_publisher *)component;
    counters->messages_published = cote__counter_read(&publisher->published);
    counters->messages_dropped = cote__counter_read(&publisher->dropped);
}

static bool is_drained(cote__component *component)
{
    return cote__door_is_flushed(&((cote_publisher *)component)->door);
}

static const cote__component_kind kind = {
    start, on_peer, close_all, destroy, NULL, on_monitor, count, cote__component_leave, is_drained};

int cote_publisher_create(cote_loop *loop, const cote_options *options, cote_publisher **out)
{
    if (!out) return cote__fail(COTE_EINVAL, "publisher: NULL");
    cote_publisher *publisher = calloc(1, sizeof *publisher);
    if (!publisher) return cote__fail(COTE_ENOMEM, "publisher");
    int result = cote__component_init(&publisher->component, &kind, loop, options, COTE__AXON_PUB);
    if (result != COTE_OK) {
        free(publisher);
        return result;
    }
    cote__status_init(&publisher->status, &publisher->component, NULL);
    result = cote__door_open(&publisher->door, &publisher->component, on_frame);
    publisher->door.max_unsent = publisher->component.settings.max_unsent;
    *out = publisher; /* before the first callback, which may well use it */
    if (result == COTE_OK)
        result = cote__component_start(&publisher->component, publisher->door.port);
    if (result != COTE_OK) {
        *out = NULL;
        cote__door_abandon(&publisher->door);
        cote__component_fini(&publisher->component);
        free(publisher);
    }
    return result;
}

int cote_publisher_counters(const cote_publisher *publisher, cote_counters *counters)
{
    return cote__component_counters((const cote__component *)publisher, counters);
}

size_t cote_publisher_subscribers(const cote_publisher *publisher)
{
    return atomic_load(&publisher->component.connected);
}

uint16_t cote_publisher_port(const cote_publisher *publisher)
{
    return publisher->door.port;
}

const char *cote_publisher_id(const cote_publisher *publisher)
{
    return cote__component_id(&publisher->component);
}

void cote_publisher_close(cote_publisher *publisher)
{
    if (publisher) cote__component_close(&publisher->component);
}

void cote_publisher_drain(cote_publisher *publisher, uint32_t duration_ms)
{
    if (publisher) cote__component_drain(&publisher->component, duration_ms);
}
