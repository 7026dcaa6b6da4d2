/* actor.h - a component on a stage, and what happened to it. */
#ifndef COTE_TEST_ACTOR_H
#define COTE_TEST_ACTOR_H

#include "support/stage.h"

enum { ACTOR_EVENTS = 256, ACTOR_LOG = 8192 };

/* What on_peer told. */
typedef struct peer_event {
    cote_peer_event event;
    bool ours;
    uint16_t port;
    char id[64], name[64], address[16], handles[256];
    uint64_t time; /* of stage_now */
} peer_event;

typedef struct actor {
    test_stage *stage;
    struct actor *next;
    cote_options options; /* may be changed until it begins */
    cote_requester *requester;
    cote_responder *responder;
    cote_publisher *publisher;
    cote_subscriber *subscriber;
    cote_monitor *monitor;
    struct watcher *watcher; /* a monitor's, of the test that has one */
    struct heard *heard;     /* what a subscriber's callbacks were called with */
    char id[64]; /* these two are known from when it begins, and are still when it has closed */
    uint16_t port;

    /* Under the stage's lock: */
    unsigned closed;
    unsigned added, updated, removed;
    peer_event events[ACTOR_EVENTS]; /* the last ones; number N stands at N % ACTOR_EVENTS */
    unsigned event_count;
    unsigned handled;     /* requests */
    size_t connected;     /* as on_connected told last */
    unsigned connections; /* how often it did */
    char log[ACTOR_LOG];
    size_t log_size;
} test_actor;

/* Finds others by 127.255.255.255 and the stage's port, and takes no silence for a departure.
 * Nothing runs yet. */
test_actor *actor_create(test_stage *stage, const char *name);

/* Begin on a loop. */
void actor_request(test_actor *actor, cote_loop *loop);
void actor_respond(test_actor *actor, cote_loop *loop);
void actor_publish(test_actor *actor, cote_loop *loop);
void actor_subscribe(test_actor *actor, cote_loop *loop);

/* Both at once. */
test_actor *requester_on(test_stage *stage, cote_loop *loop, const char *name);
test_actor *responder_on(test_stage *stage, cote_loop *loop, const char *name); /* echoes "echo" */
test_actor *publisher_on(test_stage *stage, cote_loop *loop, const char *name);
test_actor *subscriber_on(test_stage *stage, cote_loop *loop, const char *name);

/* Handlers: their context is the actor, whose `handled` they count. */
void actor_on(test_actor *actor, const char *type, cote_request_cb handler);
void actor_echo(void *context, const cote_request *request, cote_reply *reply); /* the payload */
void actor_name(void *context, const cote_request *request, cote_reply *reply); /* its own name */

void actor_close(test_actor *actor);
const char *actor_id(const test_actor *actor);
uint16_t actor_port(const test_actor *actor);

/* With the lock held: how many events of that kind there were with that id (NULL for any). */
unsigned actor_heard(const test_actor *actor, cote_peer_event event, const char *id);
/* With the lock held: whether it logged that. */
bool actor_said(const test_actor *actor, const char *text);

/* For the stage's end. */
int actor_faults(const test_actor *actors);
void actor_free_all(test_actor *actors);

#endif
