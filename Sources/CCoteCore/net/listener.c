#define _GNU_SOURCE /* accept4 */
#include "net/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/connection_uv.h"
#include "net/system.h"
#include "net/timer.h"
#include "net/unix_socket.h"
#include "wire/error.h"

enum {
    BACKLOG = 511, /* as Node has it */
    BATCH = 64,    /* connections, before others of the loop get their turn */
    PAUSE = 100,   /* ms, when the system has no descriptor or no memory for one more */
    TELLING = 1000 /* ms, at least, between two complaints */
};

/*
 * Not libuv's own listening: out of descriptors it takes each connection that waits and closes it,
 * which a Node.js peer never gets over, and without its spare one it spins. Here they wait in the
 * backlog until there are descriptors again.
 */
struct cote__listener {
    uv_poll_t poll;
    cote_loop *loop;
    const cote__listener_events *events;
    void *owner;
    cote__timer *pause;
    int descriptor;
    char *path;          /* of a unix socket; else NULL */
    int accepted;        /* waits to be taken; else -1 */
    cote__time next_due; /* of a complaint */
    bool troubled;       /* a complaint was made that does not hold any more when one is taken */
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

static int accept_one(int descriptor)
{
#ifdef __APPLE__
    int accepted = accept(descriptor, NULL, NULL);
    if (accepted >= 0) fcntl(accepted, F_SETFD, FD_CLOEXEC);
#else
    int accepted = accept4(descriptor, NULL, NULL, SOCK_CLOEXEC);
#endif
    return accepted >= 0 ? accepted : -errno;
}

static void hand_over(cote__listener *self, int accepted)
{
    if (self->troubled) self->events->trouble(self->owner, NULL);
    self->troubled = false;
    self->accepted = accepted;
    self->events->incoming(self->owner, self);
    if (self->accepted >= 0) close(self->accepted);
    self->accepted = -1;
}

static void pause_after(cote__listener *self, int error)
{
    uv_poll_stop(&self->poll);
    cote__timer_start(self->pause, PAUSE);
    if (self->troubled || cote__now() < self->next_due) return;
    self->troubled = true;
    self->next_due = cote__now() + TELLING;
    self->events->trouble(self->owner, strerror(error));
}

/* What is wrong with one connection is no reason to keep the next one waiting. */
static bool is_its_own_fault(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM: return true; /* a firewall's */
    default: return false;
    }
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    cote__listener *self = poll->data;
    (void)events;
    for (int i = 0; i < BATCH; i++) {
        int accepted = status < 0 ? status : accept_one(self->descriptor);
        if (accepted >= 0 && self->path && !cote__unix_is_own(accepted)) {
            close(accepted);
        } else if (accepted >= 0) {
            hand_over(self, accepted);
        } else if (accepted == -EAGAIN || accepted == -EWOULDBLOCK) {
            return;
        } else if (!is_its_own_fault(-accepted)) {
            pause_after(self, -accepted);
            return;
        }
    }
}

static void on_pause_over(void *context)
{
    cote__listener *self = context;
    uv_poll_start(&self->poll, UV_READABLE, on_readable);
}

static void on_closed(uv_handle_t *handle)
{
    cote__listener *self = handle->data;
    free(self->path);
    free(self);
}

int cote__listener_start(cote_loop *loop, int descriptor, const cote__listener_events *events,
                         void *owner, cote__listener **listener)
{
    cote__listener *self = calloc(1, sizeof *self);
    cote__timer *pause = self ? cote__timer_create(loop, on_pause_over, self) : NULL;
    if (!pause) {
        free(self);
        close(descriptor);
        return cote__fail(COTE_ENOMEM, "listener");
    }
    *self = (cote__listener){.loop = loop,
                             .events = events,
                             .owner = owner,
                             .pause = pause,
                             .descriptor = descriptor,
                             .accepted = -1};
    self->poll.data = self;
    int status = uv_poll_init_socket(loop->uv, &self->poll, descriptor);
    if (status != 0) {
        cote__timer_destroy(pause);
        free(self);
        close(descriptor);
        return cote__fail(COTE_ESYSTEM, "listen: %s", uv_strerror(status));
    }
    uv_poll_start(&self->poll, UV_READABLE, on_readable);
    *listener = self;
    return COTE_OK;
}

int cote__listener_start_unix(cote_loop *loop, const char *directory, const char *iid,
                              const cote__listener_events *events, void *owner,
                              cote__listener **listener)
{
    static atomic_bool tidied;
    char path[COTE__UNIX_PATH_SIZE];
    int descriptor;
    int result = cote__unix_listen(directory, iid, BACKLOG, path, &descriptor);
    if (result != COTE_OK) return result;
    if (!atomic_exchange(&tidied, true)) cote__unix_sweep(directory);
    char *kept = strdup(path);
    if (!kept) close(descriptor);
    result = kept ? cote__listener_start(loop, descriptor, events, owner, listener)
                  : cote__fail(COTE_ENOMEM, "listener");
    if (result == COTE_OK) {
        (*listener)->path = kept;
    } else {
        unlink(path);
        free(kept);
    }
    return result;
}

void cote__listener_rename(cote__listener *self, const char *directory, const char *iid)
{
    char path[COTE__UNIX_PATH_SIZE];
    if (!self || cote__unix_path(directory, iid, path) != COTE_OK) return;
    char *kept = strdup(path);
    if (!kept || rename(self->path, kept) != 0) {
        free(kept);
        return;
    }
    free(self->path);
    self->path = kept;
}

int cote__connection_accept(cote__listener *self, size_t max_frame,
                            const cote__connection_events *events, void *owner,
                            cote__connection **connection)
{
    cote__connection *accepted = cote__connection_create(
        self->loop, self->path ? UV_NAMED_PIPE : UV_TCP, max_frame, events, owner);
    if (!accepted) return cote__fail(COTE_ENOMEM, "connection");
    int status = cote__connection_take(accepted, self->accepted);
    if (status == 0) self->accepted = -1;
    if (status != 0 || cote__connection_start(accepted) != COTE_OK) {
        cote__connection_discard(accepted);
        return cote__fail(COTE_ESYSTEM, "accept: %s", uv_strerror(status));
    }
    *connection = accepted;
    return COTE_OK;
}

void cote__listener_stop(cote__listener *self)
{
    if (!self) return;
    cote__timer_destroy(self->pause);
    if (self->path) unlink(self->path);
    uv_close((uv_handle_t *)&self->poll, on_closed);
    close(self->descriptor);
}
