/* listener.h - a TCP port or a unix socket on which connections come in. */
#ifndef COTE_NET_LISTENER_H
#define COTE_NET_LISTENER_H

#include "net/connection.h"

typedef struct cote__listener cote__listener;

typedef struct cote__listener_events {
    /* A connection waits: cote__connection_accept takes it, else it is closed. */
    void (*incoming)(void *owner, cote__listener *listener);
    /* Connections cannot be taken now, for the reason in `message`, at most once a second; or can
     * again (NULL). Those that come meanwhile wait, and nothing has to be done. */
    void (*trouble)(void *owner, const char *message);
} cote__listener_events;

/*
 * Binds and listens on the first free port from `first` to `last`, or on any if both are 0. On any
 * thread. The descriptor goes to cote__listener_start or close(2). COTE_EADDRINUSE, COTE_EADDRESS,
 * COTE_ESYSTEM.
 */
int cote__listen(uint32_t address, uint16_t first, uint16_t last, uint16_t *port, int *descriptor);

/* The rest on the loop thread. Takes the descriptor, whatever it returns. */
int cote__listener_start(cote_loop *loop, int descriptor, const cote__listener_events *events,
                         void *owner, cote__listener **listener);

/* The same on a unix socket (unix_path.h), of which a connection comes from this user. The first in
 * a process tidies the directory up. COTE_ENOMEM, COTE_ESYSTEM and those of cote__unix_path. */
int cote__listener_start_unix(cote_loop *loop, const char *directory, const char *iid,
                              const cote__listener_events *events, void *owner,
                              cote__listener **listener);
/* Goes by another id from now on; one that cannot is not found any more. NULL is allowed. */
void cote__listener_rename(cote__listener *listener, const char *directory, const char *iid);

/* In `incoming`: takes the connection that waits. COTE_ENOMEM, COTE_ESYSTEM. */
int cote__connection_accept(cote__listener *listener, size_t max_frame,
                            const cote__connection_events *events, void *owner,
                            cote__connection **connection);

/* No event comes afterwards, and the port is free, or the file gone. NULL is allowed. */
void cote__listener_stop(cote__listener *listener);

#endif
