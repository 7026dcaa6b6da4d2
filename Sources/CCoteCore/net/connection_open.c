/* connection_open.c - how a connection is made from here. */
#include <unistd.h>

#include "net/connection_own.h"
#include "net/unix_socket.h"
#include "state/queue.h"
#include "wire/error.h"

static void opened(cote__connection *self, int status)
{
    if (status != 0 || cote__connection_start(self) != COTE_OK) {
        cote__connection_end(self, COTE_ECONNLOST);
        return;
    }
    if (self->events->opened) self->events->opened(self->owner);
}

static void on_connected(uv_connect_t *request, int status)
{
    cote__connection *self = request->data;
    if (!self->closing) opened(self, status);
}

int cote__connection_open(cote_loop *loop, uint32_t address, uint16_t port, size_t max_frame,
                          const cote__connection_events *events, void *owner,
                          cote__connection **connection)
{
    cote__connection *self = cote__connection_create(loop, UV_TCP, max_frame, events, owner);
    if (!self) return cote__fail(COTE_ENOMEM, "connection");
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(address);
    self->connect.data = self;
    int status = uv_tcp_connect(&self->connect, &self->socket.tcp, (const struct sockaddr *)&to,
                                on_connected);
    if (status != 0) {
        cote__connection_discard(self);
        return cote__fail(cote__uv_error(status), "connect: %s", uv_strerror(status));
    }
    *connection = self;
    return COTE_OK;
}

static void on_unix_connected(cote__flush *task)
{
    opened(COTE__CONTAINER(task, cote__connection, opening), 0);
}

/* It is connected at once, and says so before the loop waits again. */
int cote__connection_open_unix(cote_loop *loop, const char *directory, const char *iid,
                               size_t max_frame, const cote__connection_events *events, void *owner,
                               cote__connection **connection)
{
    int descriptor;
    int result = cote__unix_connect(directory, iid, &descriptor);
    if (result != COTE_OK) return result;
    cote__connection *self = cote__connection_create(loop, UV_NAMED_PIPE, max_frame, events, owner);
    int status = self ? cote__connection_take(self, descriptor) : UV_ENOMEM;
    if (status != 0) {
        close(descriptor);
        if (self) cote__connection_discard(self);
        return cote__fail(cote__uv_error(status), "connect: %s", uv_strerror(status));
    }
    self->opening.run = on_unix_connected;
    cote__loop_flush_later(loop, &self->opening);
    *connection = self;
    return COTE_OK;
}
