/* monitor.h - sees who is there, and who is connected to whom. */
#ifndef COTE_MONITOR_H
#define COTE_MONITOR_H

#include "counters.h"
#include "loop.h"
#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cote_monitor cote_monitor;

/* What a component tells of itself. Borrowed until the callback returns. */
typedef struct cote_status {
    size_t size;       /* of this struct, bytes */
    const char *id;    /* its `iid`, UTF-8; anybody can say so, heard before or not */
    cote_value nodes;  /* JSON: the ids of those that it is connected to, or null for one that it
                          does not know; empty of a component that others connect to */
    cote_value object; /* JSON: the whole status, members of somebody's own included */
    const cote_counters *counters; /* NULL if it tells none, as in Node.js */
} cote_status;

/* Called on the loop thread, with the context of the options. */
typedef void (*cote_status_cb)(void *context, const cote_status *status);

/*
 * Creates a monitor on `loop`. It listens before this returns, and announces itself at once.
 * It sees every component whose environment and key begin with its own, whatever their kind and
 * namespace: without a key that is everything of its environment. on_peer of the options is told of
 * each of them. Each of this library, and each requester and subscriber of Node.js, connects to it,
 * which on_connected counts, and tells its status at once (one of Node.js within its interval) and
 * then every five seconds: `on_status` is called with it, and may be NULL.
 * COTE_EINVAL, COTE_ENOMEM, COTE_EADDRINUSE, COTE_EADDRESS, COTE_ESYSTEM, COTE_ECLOSED (the loop is
 * ending).
 */
COTE_API int cote_monitor_create(cote_loop *loop, const cote_options *options,
                                 cote_status_cb on_status, cote_monitor **monitor);

/* The TCP port that it listens on. */
COTE_API uint16_t cote_monitor_port(const cote_monitor *monitor);

/* The component's `iid`, a UUID, which may change. Owned by the monitor, and stays as it is for
 * 15 s at least when it has become an old one: see cote_responder_id. */
COTE_API const char *cote_monitor_id(const cote_monitor *monitor);

/* Says goodbye, closes its connections, then calls on_close. May be called again until on_close
 * returns. */
COTE_API void cote_monitor_close(cote_monitor *monitor);

#ifdef __cplusplus
}
#endif

#endif
