#include "cote/monitor.h"

#include <stdlib.h>

#include "mesh/door.h"
#include "wire/error.h"
#include "wire/report.h"

struct cote_monitor {
    cote__component component; /* first */
    cote__door door;
    cote_status_cb on_status; /* may be NULL */
    cote__buffer scratch, id; /* of the status in hand; `id` with a zero */
};

/* MARK: statuses */

static cote_value json(cote__slice text)
{
    return (cote_value){COTE_KIND_JSON, text.data, text.size};
}

static bool on_frame(cote__channel *channel, const cote__amp_frame *frame)
{
    cote_monitor *monitor = (cote_monitor *)channel->door->component;
    cote__report report;
    cote__message_result result = cote__report_decode(frame, &monitor->scratch, &report);
    if (result != COTE__MESSAGE_OK || !monitor->on_status) return result != COTE__MESSAGE_MALFORMED;
    cote__buffer_clear(&monitor->id);
    cote__buffer_append_slice(&monitor->id, report.id);
    cote__buffer_append_byte(&monitor->id, '\0');
    if (monitor->id.failed) return true;
    cote_status status = {
        .size = sizeof status,
        .id = monitor->id.data,
        .nodes = json(report.nodes),
        .object = json(report.status),
        .counters = report.counts ? &report.counters : NULL,
    };
    monitor->on_status(monitor->component.settings.context, &status);
    return true;
}

/* MARK: life */

static void start(cote__component *component)
{
    cote__door_start(&((cote_monitor *)component)->door);
}

static bool on_peer(cote__component *component, cote_peer_event event, cote__peer *peer,
                    bool silent)
{
    (void)silent;
    cote__recall_peer(&((cote_monitor *)component)->door.recall, event, peer);
    return true;
}

static void close_all(cote__component *component)
{
    cote__door_close(&((cote_monitor *)component)->door);
}

static void destroy(cote__component *component)
{
    cote_monitor *monitor = (cote_monitor *)component;
    cote__door_fini(&monitor->door);
    cote__buffer_fini(&monitor->scratch);
    cote__buffer_fini(&monitor->id);
    free(monitor);
}

static const cote__component_kind kind = {start, on_peer, close_all, destroy, NULL,
                                          NULL,  NULL,    NULL,      NULL};

int cote_monitor_create(cote_loop *loop, const cote_options *options, cote_status_cb on_status,
                        cote_monitor **out)
{
    if (!out) return cote__fail(COTE_EINVAL, "monitor: NULL");
    cote_monitor *monitor = calloc(1, sizeof *monitor);
    if (!monitor) return cote__fail(COTE_ENOMEM, "monitor");
    int result = cote__component_init(&monitor->component, &kind, loop, options, COTE__AXON_NONE);
    if (result != COTE_OK) {
        free(monitor);
        return result;
    }
    monitor->on_status = on_status;
    result = cote__door_open(&monitor->door, &monitor->component, on_frame);
    *out = monitor; /* before the first callback, which may well use it */
    if (result == COTE_OK) result = cote__component_start(&monitor->component, monitor->door.port);
    if (result != COTE_OK) {
        *out = NULL;
        cote__door_abandon(&monitor->door);
        cote__component_fini(&monitor->component);
        free(monitor);
    }
    return result;
}

uint16_t cote_monitor_port(const cote_monitor *monitor)
{
    return monitor->door.port;
}

const char *cote_monitor_id(const cote_monitor *monitor)
{
    return cote__component_id(&monitor->component);
}

void cote_monitor_close(cote_monitor *monitor)
{
    if (monitor) cote__component_close(&monitor->component);
}
