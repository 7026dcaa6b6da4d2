/* publisher.h - tells something to all subscribers that are there. */
#ifndef COTE_PUBLISHER_H
#define COTE_PUBLISHER_H

#include "counters.h"
#include "loop.h"
#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cote_publisher cote_publisher;

/*
 * Creates a publisher on `loop`; `types` of the options are the topics that it offers to browsers.
 * It listens before this returns, and announces itself at once. COTE_EINVAL, COTE_ENOMEM,
 * COTE_EADDRINUSE, COTE_EADDRESS, COTE_ESYSTEM, COTE_ECLOSED (the loop is ending).
 */
COTE_API int cote_publisher_create(cote_loop *loop, const cote_options *options,
                                   cote_publisher **publisher);

/*
 * Sends a message to every subscriber that is connected, in the order of the calls of a thread. It
 * is encoded once, and kept for nobody: a subscriber that comes later does not get it, and one that
 * reads too slowly loses some (`max_unsent` and `overflow` of the options).
 * `topic`: UTF-8, not empty, segments separated by `::`; without a namespace not "error", which
 * ends the process of a Node.js subscriber that does not listen to it. `data`: NULL is JSON `null`;
 * JSON is checked, unless flags say COTE_PUBLISH_ENCODED. Raw bytes that begin with a tag of the
 * protocol (j: s: b:), or are empty, go as {"type":"Buffer","data":[...]}, as Node.js writes bytes.
 * COTE_EINVAL, COTE_ECLOSED, COTE_ENOMEM, COTE_ETOOBIG (4 GiB or more).
 */
enum {
    COTE_PUBLISH_ENCODED = 1 /* the caller vouches that JSON is valid */
};
COTE_API int cote_publisher_publish(cote_publisher *publisher, const char *topic,
                                    const cote_value *data, unsigned flags);

/* How many subscribers are connected. */
COTE_API size_t cote_publisher_subscribers(const cote_publisher *publisher);

/* The TCP port that it listens on. */
COTE_API uint16_t cote_publisher_port(const cote_publisher *publisher);

/* What it has done so far. `counters->size` must be set. As long as on_close has not begun.
 * COTE_EINVAL. */
COTE_API int cote_publisher_counters(const cote_publisher *publisher, cote_counters *counters);

/* The component's `iid`, a UUID, which may change. Owned by the publisher, and stays as it is for
 * 15 s at least when it has become an old one: see cote_responder_id. */
COTE_API const char *cote_publisher_id(const cote_publisher *publisher);

/* Says goodbye, closes its connections, then calls on_close. May be called again until on_close
 * returns. */
COTE_API void cote_publisher_close(cote_publisher *publisher);

/*
 * Closes when all that was published has been handed to the system for each subscriber, or
 * `duration_ms` ms from now, whichever comes first. It says goodbye at once, and from this call on
 * cote_publisher_publish returns COTE_ECLOSED. Nothing happens if it drains or closes already;
 * cote_publisher_close ends it at once. May be called again until on_close returns.
 */
COTE_API void cote_publisher_drain(cote_publisher *publisher, uint32_t duration_ms);

#ifdef __cplusplus
}
#endif

#endif
