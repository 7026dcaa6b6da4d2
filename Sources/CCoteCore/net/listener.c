#include "net/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/connection_uv.h"
#include "net/system.h"
#include "wire/error.h"

enum {
    BACKLOG = 511 /* as Node has it */
};

struct cote__listener {
    uv_tcp_t tcp;
    cote_loop *loop;
    void (*incoming)(void *context, cote__listener *listener);
    void *context;
};

/* MARK: binding */

static int try_port(uint32_t address, uint16_t port, int *descriptor)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return -errno;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(port)};
    local.sin_addr.s_addr = htonl(address);
    /* Two processes may both bind a free port; listen decides which one has it, and the other tries
     * the next. */
    if (bind(fd, (const struct sockaddr *)&local, sizeof local) != 0 || listen(fd, BACKLOG) != 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    *descriptor = fd;
    return 0;
}

/* The one that the system chose, if it was to choose. */
static int port_of(int descriptor, uint16_t *port)
{
    struct sockaddr_in local;
    socklen_t size = sizeof local;
    if (getsockname(descriptor, (struct sockaddr *)&local, &size) != 0) return -errno;
    *port = ntohs(local.sin_port);
    return 0;
}

int cote__listen(uint32_t address, uint16_t first, uint16_t last, uint16_t *port, int *descriptor)
{
    int status = -EADDRINUSE;
    for (uint32_t candidate = first; candidate <= last; candidate++) {
        status = try_port(address, (uint16_t)candidate, descriptor);
        if (status == 0 && (status = port_of(*descriptor, port)) != 0) close(*descriptor);
        if (status == 0) return COTE_OK;
        if (status != -EADDRINUSE && status != -EACCES) break;
    }
    char text[COTE__ADDRESS_SIZE];
    cote__address_format(address, text);
    switch (status) {
    case -EADDRINUSE:
        return cote__fail(COTE_EADDRINUSE, "address %s: no free port from %u to %u", text, first,
                          last);
    case -EADDRNOTAVAIL:
        return cote__fail(COTE_EADDRESS, "address %s is not one of this host", text);
    default: return cote__fail(COTE_ESYSTEM, "listen on %s: %s", text, strerror(-status));
    }
}

/* MARK: listening */

static void on_connection(uv_stream_t *stream, int status)
{
    cote__listener *self = stream->data;
    if (status == 0) self->incoming(self->context, self);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

int cote__listener_start(cote_loop *loop, int descriptor,
                         void (*incoming)(void *context, cote__listener *listener), void *context,
                         cote__listener **listener)
{
    cote__listener *self = calloc(1, sizeof *self);
    if (!self) {
        close(descriptor);
        return cote__fail(COTE_ENOMEM, "listener");
    }
    self->loop = loop;
    self->incoming = incoming;
    self->context = context;
    uv_tcp_init(loop->uv, &self->tcp);
    self->tcp.data = self;
    int status = uv_tcp_open(&self->tcp, descriptor);
    if (status != 0)
        close(descriptor);
    else
        status = uv_listen((uv_stream_t *)&self->tcp, BACKLOG, on_connection);
    if (status != 0) {
        uv_close((uv_handle_t *)&self->tcp, on_closed);
        return cote__fail(COTE_ESYSTEM, "listen: %s", uv_strerror(status));
    }
    *listener = self;
    return COTE_OK;
}

int cote__connection_accept(cote__listener *self, size_t max_frame,
                            const cote__connection_events *events, void *owner,
                            cote__connection **connection)
{
    cote__connection *accepted = cote__connection_create(self->loop, max_frame, events, owner);
    if (!accepted) return cote__fail(COTE_ENOMEM, "connection");
    int status = uv_accept((uv_stream_t *)&self->tcp, cote__connection_stream(accepted));
    if (status != 0 || cote__connection_start(accepted) != COTE_OK) {
        cote__connection_discard(accepted);
        return cote__fail(COTE_ESYSTEM, "accept: %s", uv_strerror(status));
    }
    *connection = accepted;
    return COTE_OK;
}

void cote__listener_stop(cote__listener *self)
{
    if (self) uv_close((uv_handle_t *)&self->tcp, on_closed);
}
