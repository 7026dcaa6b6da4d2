/* heard.h - a callback of a subscriber on a stage, and the messages that it was called with. */
#ifndef COTE_TEST_HEARD_H
#define COTE_TEST_HEARD_H

#include "support/actor.h"

/* A message, kept. `data` and `topic` end with a zero that their sizes do not count. */
typedef struct heard_message {
    char *topic, *data;
    size_t topic_size, size;
    cote_kind kind;
    size_t extra_count;
    char peer_id[64], peer_name[64];
} heard_message;

typedef struct heard {
    test_actor *of;
    struct heard *next;
    uint64_t number;
    /* Called with each message when it was written down, on the loop, without the lock; may be
     * NULL. */
    void (*then)(struct heard *heard);
    void *context; /* for `then` */

    /* Under the stage's lock: */
    heard_message *messages;
    size_t count, capacity;
    unsigned released;
    bool settled; /* the loop knows it */
    bool late;    /* it was called or released when it should not have been any more */
} test_heard;

/* Hears a pattern from now on; the test fails if that is refused. The stage's end fails unless each
 * was released exactly once, before the subscriber's on_close, and not called afterwards. */
test_heard *hear(test_actor *subscriber, const char *pattern);
test_heard *hear_then(test_actor *subscriber, const char *pattern, void (*then)(test_heard *heard),
                      void *context);
/* For inside of callbacks: NULL if it is refused. */
test_heard *hear_try(test_actor *subscriber, const char *pattern);
void heard_off(test_heard *heard);

/* Waits until so many messages came, and fails the test if there are more. */
void heard_wait(test_heard *heard, size_t count);
/* The message of that number, from 0, is on that topic and has these bytes as data. */
void heard_check(test_heard *heard, size_t index, const char *topic, cote_value data);
void heard_check_json(test_heard *heard, size_t index, const char *topic, const char *json);

/* Publishes; the test fails if that is refused. */
void publish_json(test_actor *publisher, const char *topic, const char *json);
void publish_bytes(test_actor *publisher, const char *topic, const void *bytes, size_t size);
/* Waits until so many are connected. */
void actor_wait_connected(test_actor *actor, size_t count);

/* For the stage's end. */
int heard_faults(const test_heard *heard);
void heard_free_all(test_heard *heard);

#endif
