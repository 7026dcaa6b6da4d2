#include "mesh/offer.h"

#include <stdlib.h>

#include "state/abilities.h"
#include "wire/handles.h"

enum {
    /* ms, from a change to telling: many handlers are added at a time; less than a component may
     * take for its first hello */
    GATHERING = 2,
    LEAST_GAP = 50 /* ms, between hellos, however often handlers come and go */
};

/* MARK: the list */

static int by_text(const void *one, const void *other)
{
    const cote__slice *a = one, *b = other;
    size_t both = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->data, b->data, both);
    return order ? order : a->size < b->size ? -1 : a->size > b->size;
}

/* In order, each once, so that the same handlers are the same bytes. */
static void write_list(cote__buffer *out, cote__slice *patterns, size_t count)
{
    qsort(patterns, count, sizeof *patterns, by_text);
    cote__buffer_append_byte(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && cote__slice_equal(patterns[i], patterns[i - 1])) continue;
        if (i > 0) cote__buffer_append_byte(out, ',');
        cote__json_write_string(out, patterns[i]);
    }
    cote__buffer_append_byte(out, ']');
}

static void append_list(cote__buffer *out, const cote__handlers *handlers)
{
    size_t count = 0;
    for (const cote__handler *at = handlers->head; at; at = at->next) count++;
    cote__slice *patterns = malloc((count + 1) * sizeof *patterns);
    if (!patterns) {
        out->failed = true;
        return;
    }
    count = 0;
    for (const cote__handler *at = handlers->head; at; at = at->next)
        if (!at->over) patterns[count++] = (cote__slice){at->pattern, at->pattern_size};
    write_list(out, patterns, count);
    free(patterns);
}

/* MARK: telling */

void cote__offer_tell(const cote__offer *offer, const cote__channel *channel)
{
    if (offer->frame.size == 0) return;
    cote__buffer_append_slice(cote__connection_output(channel->connection),
                              cote__buffer_slice(&offer->frame));
    cote__connection_written(channel->connection);
}

static void tell_all(cote__offer *offer)
{
    for (cote__queue_node *node = offer->door->channels.head; node; node = node->next)
        cote__offer_tell(offer, COTE__CONTAINER(node, cote__channel, node));
}

/* False when there is no memory. */
static bool say(cote__offer *offer, cote__buffer *list)
{
    cote__component *component = offer->component;
    bool sayable = list->size <= COTE__ABILITIES_MOST, whole;
    cote__slice handles = {NULL, 0};
    if (sayable) handles = cote__buffer_slice(list);
    if (!cote__registration_offer(&component->registration, &component->settings, handles, &whole))
        return false;
    cote__buffer_clear(&offer->frame);
    if (sayable && !whole) cote__handles_encode(&offer->frame, handles);
    if (offer->frame.failed) return false;
    tell_all(offer);
    return true;
}

static void set_timer(cote__offer *offer, cote__time delay)
{
    offer->due = true;
    cote__timer_start(offer->timer, delay);
}

static void tell(cote__offer *offer)
{
    cote__buffer list = {0};
    append_list(&list, offer->handlers);
    bool same = cote__slice_equal(cote__buffer_slice(&list), cote__buffer_slice(&offer->list));
    if (list.failed || (!same && !say(offer, &list))) {
        set_timer(offer, LEAST_GAP);
    } else {
        cote__buffer before = offer->list;
        offer->list = list;
        list = before;
    }
    cote__buffer_fini(&list);
}

static void on_timer(void *context)
{
    cote__offer *offer = context;
    offer->due = false;
    offer->last = cote__now();
    tell(offer);
}

/* MARK: life */

void cote__offer_init(cote__offer *offer, cote__component *component,
                      const cote__handlers *handlers, cote__door *door)
{
    *offer = (cote__offer){.component = component, .handlers = handlers, .door = door};
}

void cote__offer_fini(cote__offer *offer)
{
    cote__buffer_fini(&offer->list);
    cote__buffer_fini(&offer->frame);
}

void cote__offer_open(cote__offer *offer)
{
    offer->timer = cote__timer_create(offer->component->loop, on_timer, offer);
    if (!offer->timer) return; /* there is no memory, and it does not say */
    tell(offer);
    if (offer->handlers->head) cote__discovery_gather(&offer->component->registration);
}

void cote__offer_close(cote__offer *offer)
{
    cote__timer_destroy(offer->timer);
    offer->timer = NULL;
}

void cote__offer_changed(cote__offer *offer)
{
    if (!offer->timer) return;
    cote__discovery_gather(&offer->component->registration);
    if (offer->due) return;
    cote__time now = cote__now(), next = offer->last ? offer->last + LEAST_GAP : 0;
    set_timer(offer, next > now + GATHERING ? next - now : GATHERING);
}

void cote__offer_first(cote__offer *offer)
{
    if (!offer->timer || !offer->due) return;
    cote__timer_stop(offer->timer);
    offer->due = false;
    tell(offer);
}
