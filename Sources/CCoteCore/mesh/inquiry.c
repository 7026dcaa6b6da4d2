#include "mesh/inquiry.h"

#include <stdlib.h>

#include "mesh/health.h"
#include "wire/boundary.h"

struct cote__inquiry {
    cote__link *link; /* NULL: nobody waits for the answer any more */
    cote__component *component;
    cote__connection *connection;
};

static void on_opened(void *owner)
{
    const cote__inquiry *self = owner;
    if (!self->link) return;
    cote__boundary boundary = {cote__slice_of(cote__component_id(self->component)),
                               cote__connection_position(self->link->connection)};
    cote__boundary_encode(cote__connection_output(self->connection), &boundary);
    cote__connection_written(self->connection);
}

static bool on_frame(void *owner, const cote__amp_frame *frame)
{
    const cote__inquiry *self = owner;
    cote__boundary boundary;
    if (self->link && cote__boundary_decode(frame, &boundary) &&
        cote__connection_is_beyond(self->link->connection, boundary.bytes))
        cote__health_broken(self->link);
    return true;
}

static void on_closed(void *owner, int status)
{
    (void)status;
    cote__inquiry *self = owner;
    cote__component *component = self->component;
    if (self->link) self->link->inquiry = NULL;
    free(self);
    cote__component_release(component);
}

static const cote__connection_events events = {
    .opened = on_opened, .frame = on_frame, .closed = on_closed};

void cote__inquiry_begin(cote__link *link)
{
    cote__inquiry *self = calloc(1, sizeof *self);
    if (!self) return;
    self->link = link;
    self->component = link->links->component;
    if (cote__connection_open(
            self->component->loop, cote__peer_host(link->peer), cote__peer_public(link->peer)->port,
            self->component->settings.max_frame, &events, self, &self->connection) != COTE_OK) {
        free(self);
        return;
    }
    link->inquiry = self;
    cote__component_hold(self->component);
}

void cote__inquiry_end(cote__inquiry *inquiry)
{
    inquiry->link = NULL;
    cote__connection_close(inquiry->connection);
}
