#include "mesh/status.h"

#include "wire/report.h"

enum {
    INTERVAL = 5000, /* ms, as in Node */
    MOST_UNREAD =
        64 * 1024 /* bytes; a monitor that has not read so many gets no more until it has */
};

/* MARK: telling */

static void append(const cote__status *self, cote__buffer *out)
{
    const cote__component *component = self->monitors.component;
    cote_counters counters = COTE_COUNTERS_INIT;
    cote__component_counters(component, &counters);
    size_t begun = cote__report_begin(out, cote__slice_of(cote__component_id(component)));
    for (size_t i = 0; self->partners && i < self->partners->count; i++) {
        const cote__link *link = self->partners->items[i];
        if (cote__link_is_usable(link))
            cote__report_node(out, cote__slice_of(cote__peer_public(link->peer)->id));
    }
    cote__report_end(out, begun, component->settings.advertisement.axon_type, &counters);
}

static void tell(const cote__status *self, const cote__link *monitor)
{
    if (cote__connection_backlog(monitor->connection) > MOST_UNREAD) return;
    append(self, cote__connection_output(monitor->connection));
    cote__connection_written(monitor->connection);
}

static void tell_all(void *context)
{
    cote__status *self = context;
    self->started = false;
    for (size_t i = 0; i < self->monitors.count; i++) {
        const cote__link *monitor = self->monitors.items[i];
        if (!cote__link_is_usable(monitor)) continue;
        tell(self, monitor);
        self->started = true;
    }
    if (self->started) cote__timer_start(self->timer, INTERVAL);
}

/* MARK: monitors */

/* A monitor has nothing to say. */
static bool on_frame(cote__link *link, const cote__amp_frame *frame)
{
    (void)link, (void)frame;
    return true;
}

static void on_opened(cote__link *link)
{
    cote__status *self = COTE__CONTAINER(link->links, cote__status, monitors);
    cote__component *component = self->monitors.component;
    if (cote__component_is_closing(component)) return;
    tell(self, link);
    if (self->started) return;
    if (!self->timer) self->timer = cote__timer_create(component->loop, tell_all, self);
    if (!self->timer) return; /* no memory now; the next monitor tries again */
    self->started = true;
    cote__timer_start(self->timer, INTERVAL);
}

static const cote__links_events links_events = {.frame = on_frame, .opened = on_opened};

/* MARK: life */

void cote__status_init(cote__status *self, cote__component *component, const cote__links *partners)
{
    *self = (cote__status){
        .monitors = {.component = component, .events = &links_events, .uncounted = true},
        .partners = partners,
    };
}

void cote__status_close(cote__status *self)
{
    cote__links_close(&self->monitors);
    cote__timer_destroy(self->timer);
    self->timer = NULL;
}

void cote__status_fini(cote__status *self)
{
    cote__links_fini(&self->monitors);
}
