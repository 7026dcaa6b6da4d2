/* subscriber.h - hears what publishers tell. */
#ifndef COTE_SUBSCRIBER_H
#define COTE_SUBSCRIBER_H

#include "counters.h"
#include "loop.h"
#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cote_subscriber cote_subscriber;

/* A message. Everything is borrowed until the callback returns. */
typedef struct cote_message {
    size_t size;             /* of this struct, bytes */
    const char *topic;       /* UTF-8, as it was published: without the namespace */
    size_t topic_size;       /* bytes; it has a zero behind it, and may hold one */
    cote_value data;         /* JSON is not validated */
    const cote_value *extra; /* further values, as others may send */
    size_t extra_count;
    const char *peer_id;   /* the publisher's `iid` */
    const char *peer_name; /* UTF-8 */
} cote_message;

/* Called on the loop thread, for the messages of a publisher in their order. */
typedef void (*cote_message_cb)(void *context, const cote_message *message);

/*
 * Creates a subscriber on `loop`; it announces itself at once and connects to every publisher of
 * its key and namespace. `types` of the options are patterns, literal but for `*`, which stands for
 * one or more characters: what matches none of them is not heard; NULL hears everything.
 * COTE_EINVAL, COTE_ENOMEM, COTE_ECLOSED (the loop is ending).
 */
COTE_API int cote_subscriber_create(cote_loop *loop, const cote_options *options,
                                    cote_subscriber **subscriber);

/*
 * Hands the messages whose topic matches `pattern` to `callback`; several may match one message,
 * and are called in the order in which they came. A pattern has segments separated by `::`, of
 * which `*` is any one, and `**` any number. `release`, if not NULL, is called with the context on
 * the loop thread when it is not used any more, once, after off or close. `*number`, if not NULL,
 * is for cote_subscriber_off. On an error nothing is called. COTE_EINVAL, COTE_ENOMEM,
 * COTE_ECLOSED.
 */
COTE_API int cote_subscriber_on(cote_subscriber *subscriber, const char *pattern,
                                cote_message_cb callback, void (*release)(void *context),
                                void *context, uint64_t *number);

/* Takes a callback back. On the loop thread it is not called any more from now on, elsewhere soon.
 * COTE_ENOMEM, COTE_ECLOSED. */
COTE_API int cote_subscriber_off(cote_subscriber *subscriber, uint64_t number);

/* How many publishers it is connected to. */
COTE_API size_t cote_subscriber_publishers(const cote_subscriber *subscriber);

/* What it has done so far. `counters->size` must be set. As long as on_close has not begun.
 * COTE_EINVAL. */
COTE_API int cote_subscriber_counters(const cote_subscriber *subscriber, cote_counters *counters);

/* The component's `iid`, a UUID. Owned by the subscriber. */
COTE_API const char *cote_subscriber_id(const cote_subscriber *subscriber);

/* Says goodbye, closes its connections, then calls on_close. May be called again until on_close
 * returns. */
COTE_API void cote_subscriber_close(cote_subscriber *subscriber);

#ifdef __cplusplus
}
#endif

#endif
