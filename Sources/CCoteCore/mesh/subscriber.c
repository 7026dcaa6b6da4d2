#include "cote/subscriber.h"

#include <stdlib.h>

#include "mesh/handlers.h"
#include "mesh/status.h"
#include "wire/error.h"
#include "wire/gap.h"
#include "wire/publish.h"
#include "wire/topic.h"

struct cote_subscriber {
    cote__component component; /* first */
    cote__links links;
    cote__status status;
    cote__handlers handlers;
    cote__counter received;
    cote__buffer topic; /* of the message in hand, with a zero; before that, a filter's text */
};

/* MARK: messages */

static bool passes_filter(cote_subscriber *subscriber, cote__slice topic)
{
    cote__slice filters = subscriber->component.settings.advertisement.subscribes_to;
    if (!filters.data) return true;
    cote__json list, filter;
    if (!cote__json_parse(filters, 1, &list)) return false;
    cote__json_iterator iterator = cote__json_iterate(list);
    while (cote__json_next(&iterator, NULL, &filter)) {
        cote__buffer_clear(&subscriber->topic);
        char *scratch = cote__buffer_reserve(&subscriber->topic, filter.text.size);
        cote__slice meaning;
        if (scratch && cote__json_string(filter, scratch, &meaning) &&
            cote__filter_matches(meaning, topic))
            return true;
    }
    return false;
}

static void deliver(cote_subscriber *subscriber, const cote_message *message)
{
    cote__slice topic = {message->topic, message->topic_size};
    cote__handlers_walk walk = cote__handlers_walk_begin(&subscriber->handlers, topic);
    const cote__handler *handler = cote__handlers_walk_next(&walk);
    if (!handler) cote__component_unknown(&subscriber->component, "message", topic);
    for (; handler; handler = cote__handlers_walk_next(&walk))
        ((cote_message_cb)handler->callback)(handler->context, message);
    cote__handlers_walk_end(&walk);
}

static void hear_of_gap(const cote__settings *settings, const cote__link *link,
                        const cote__amp_frame *frame)
{
    uint64_t dropped = settings->on_gap ? cote__gap_decode(frame) : 0;
    if (dropped > 0) settings->on_gap(settings->context, cote__peer_public(link->peer), dropped);
}

static bool on_frame(cote__link *link, const cote__amp_frame *frame)
{
    cote_subscriber *subscriber = (cote_subscriber *)link->links->component;
    const cote__settings *settings = &subscriber->component.settings;
    cote__published published;
    if (cote__component_is_closing(&subscriber->component)) return true;
    if (!cote__publish_decode(frame, settings->advertisement.name_space, &published)) {
        hear_of_gap(settings, link, frame);
        return true;
    }
    if (!passes_filter(subscriber, published.topic)) return true;
    cote__counter_add(&subscriber->received, 1);
    cote__buffer_clear(&subscriber->topic);
    cote__buffer_append_slice(&subscriber->topic, published.topic);
    cote__buffer_append_byte(&subscriber->topic, '\0');
    if (subscriber->topic.failed) return true;
    cote__peer *peer = cote__peer_retain(link->peer); /* a callback may close the subscriber */
    cote_message message = {
        .size = sizeof message,
        .topic = subscriber->topic.data,
        .topic_size = published.topic.size,
        .data = published.data,
        .extra = published.extra,
        .extra_count = published.extra_count,
        .peer_id = cote__peer_public(peer)->id,
        .peer_name = cote__peer_public(peer)->name,
    };
    deliver(subscriber, &message);
    cote__peer_release(peer);
    return true;
}

static const cote__links_events links_events = {.frame = on_frame};

/* MARK: on and off */

int cote_subscriber_on(cote_subscriber *subscriber, const char *pattern, cote_message_cb callback,
                       void (*release)(void *context), void *context, uint64_t *number)
{
    if (!subscriber) return cote__fail(COTE_EINVAL, "subscriber: NULL");
    return cote__handlers_on(&subscriber->handlers, "pattern", pattern, (cote__handler_cb)callback,
                             release, context, number);
}

int cote_subscriber_off(cote_subscriber *subscriber, uint64_t number)
{
    if (!subscriber) return cote__fail(COTE_EINVAL, "subscriber: NULL");
    return cote__handlers_off(&subscriber->handlers, number);
}

/* MARK: life */

static void start(cote__component *component)
{
    (void)component; /* it waits for publishers */
}

static bool on_peer(cote__component *component, cote_peer_event event, cote__peer *peer,
                    bool silent)
{
    return cote__links_peer(&((cote_subscriber *)component)->links, event, peer, silent);
}

static void on_monitor(cote__component *component, cote_peer_event event, cote__peer *peer,
                       bool silent)
{
    cote__links_peer(&((cote_subscriber *)component)->status.monitors, event, peer, silent);
}

static void close_all(cote__component *component)
{
    cote_subscriber *subscriber = (cote_subscriber *)component;
    cote__links_close(&subscriber->links);
    cote__status_close(&subscriber->status);
}

static void destroy(cote__component *component)
{
    cote_subscriber *subscriber = (cote_subscriber *)component;
    cote__links_fini(&subscriber->links);
    cote__status_fini(&subscriber->status);
    cote__buffer_fini(&subscriber->topic);
    free(subscriber);
}

static void end(cote__component *component)
{
    cote__handlers_end(&((cote_subscriber *)component)->handlers);
}

static void count(const cote__component *component, cote_counters *counters)
{
    counters->messages_received =
        cote__counter_read(&((const cote_subscriber *)component)->received);
}

static const cote__component_kind kind = {start,      on_peer, close_all, destroy, end,
                                          on_monitor, count,   NULL,      NULL};

int cote_subscriber_create(cote_loop *loop, const cote_options *options, cote_subscriber **out)
{
    if (!out) return cote__fail(COTE_EINVAL, "subscriber: NULL");
    cote_subscriber *subscriber = calloc(1, sizeof *subscriber);
    if (!subscriber) return cote__fail(COTE_ENOMEM, "subscriber");
    int result = cote__component_init(&subscriber->component, &kind, loop, options, COTE__AXON_SUB);
    if (result != COTE_OK) {
        free(subscriber);
        return result;
    }
    cote__handlers_init(&subscriber->handlers, &subscriber->component, NULL);
    subscriber->links.component = &subscriber->component;
    subscriber->links.events = &links_events;
    cote__status_init(&subscriber->status, &subscriber->component, &subscriber->links);
    *out = subscriber; /* before the first callback, which may well use it */
    result = cote__component_start(&subscriber->component, 0);
    if (result != COTE_OK) {
        *out = NULL;
        cote__component_fini(&subscriber->component);
        free(subscriber);
    }
    return result;
}

int cote_subscriber_counters(const cote_subscriber *subscriber, cote_counters *counters)
{
    return cote__component_counters((const cote__component *)subscriber, counters);
}

size_t cote_subscriber_publishers(const cote_subscriber *subscriber)
{
    return atomic_load(&subscriber->component.connected);
}

const char *cote_subscriber_id(const cote_subscriber *subscriber)
{
    return cote__component_id(&subscriber->component);
}

void cote_subscriber_close(cote_subscriber *subscriber)
{
    if (subscriber) cote__component_close(&subscriber->component);
}
