#include "support/actor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/heard.h"

/* MARK: what happens is written down */

static void on_close(void *context)
{
    test_actor *self = context;
    test_stage *stage = self->stage;
    stage_lock(stage);
    self->closed++;
    stage_unlock(stage);
}

static void on_peer(void *context, cote_peer_event event, const cote_peer *peer)
{
    test_actor *self = context;
    stage_lock(self->stage);
    if (event == COTE_PEER_ADDED) self->added++;
    if (event == COTE_PEER_UPDATED) self->updated++;
    if (event == COTE_PEER_REMOVED) self->removed++;
    peer_event *entry = &self->events[self->event_count++ % ACTOR_EVENTS];
    *entry =
        (peer_event){.event = event, .ours = peer->ours, .port = peer->port, .time = stage_now()};
    snprintf(entry->id, sizeof entry->id, "%s", peer->id);
    snprintf(entry->name, sizeof entry->name, "%s", peer->name);
    snprintf(entry->address, sizeof entry->address, "%s", peer->address);
    snprintf(entry->handles, sizeof entry->handles, "%s", peer->handles ? peer->handles : "none");
    stage_unlock(self->stage);
}

static void on_log(void *context, cote_log_level level, const char *message)
{
    test_actor *self = context;
    (void)level;
    stage_lock(self->stage);
    int size = snprintf(self->log + self->log_size, ACTOR_LOG - self->log_size, "%s\n", message);
    self->log_size += (size_t)size;
    if (self->log_size >= ACTOR_LOG) self->log_size = ACTOR_LOG - 1;
    stage_unlock(self->stage);
}

static void on_connected(void *context, size_t count)
{
    test_actor *self = context;
    stage_lock(self->stage);
    self->connected = count;
    self->connections++;
    stage_unlock(self->stage);
}

unsigned actor_heard(const test_actor *self, cote_peer_event event, const char *id)
{
    unsigned count = 0;
    for (unsigned i = 0; i < self->event_count && i < ACTOR_EVENTS; i++)
        if (self->events[i].event == event && (!id || strcmp(self->events[i].id, id) == 0)) count++;
    return count;
}

bool actor_said(const test_actor *self, const char *text)
{
    return strstr(self->log, text) != NULL;
}

/* MARK: handlers */

static void count_request(test_actor *self)
{
    stage_lock(self->stage);
    self->handled++;
    stage_unlock(self->stage);
}

void actor_echo(void *context, const cote_request *request, cote_reply *reply)
{
    count_request(context);
    cote_reply_send(reply, &request->payload, 0);
}

void actor_name(void *context, const cote_request *request, cote_reply *reply)
{
    (void)request;
    test_actor *self = context;
    count_request(self);
    cote_value name = {COTE_KIND_STRING, self->options.name, strlen(self->options.name)};
    cote_reply_send(reply, &name, 0);
}

void actor_on(test_actor *self, const char *type, cote_request_cb handler)
{
    assert_int_equal(cote_responder_on(self->responder, type, handler, NULL, self, NULL), COTE_OK);
}

/* MARK: life */

test_actor *actor_create(test_stage *stage, const char *name)
{
    test_actor *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->next = stage->actors;
    stage->actors = self;
    self->options = (cote_options)COTE_OPTIONS_INIT;
    self->options.name = name;
    self->options.broadcast = "127.255.255.255";
    self->options.discovery_port = stage->port;
    self->options.node_timeout_ms = 600000; /* no test is that long: who says hello once stays */
    self->options.context = self;
    self->options.on_close = on_close;
    self->options.on_peer = on_peer;
    self->options.on_log = on_log;
    self->options.on_connected = on_connected;
    return self;
}

void actor_request(test_actor *self, cote_loop *loop)
{
    if (cote_requester_create(loop, &self->options, &self->requester) != COTE_OK)
        fail_msg("requester: %s", cote_error_detail());
    snprintf(self->id, sizeof self->id, "%s", cote_requester_id(self->requester));
}

void actor_respond(test_actor *self, cote_loop *loop)
{
    if (cote_responder_create(loop, &self->options, &self->responder) != COTE_OK)
        fail_msg("responder: %s", cote_error_detail());
    snprintf(self->id, sizeof self->id, "%s", cote_responder_id(self->responder));
    self->port = cote_responder_port(self->responder);
}

void actor_publish(test_actor *self, cote_loop *loop)
{
    if (cote_publisher_create(loop, &self->options, &self->publisher) != COTE_OK)
        fail_msg("publisher: %s", cote_error_detail());
    snprintf(self->id, sizeof self->id, "%s", cote_publisher_id(self->publisher));
    self->port = cote_publisher_port(self->publisher);
}

void actor_subscribe(test_actor *self, cote_loop *loop)
{
    if (cote_subscriber_create(loop, &self->options, &self->subscriber) != COTE_OK)
        fail_msg("subscriber: %s", cote_error_detail());
    snprintf(self->id, sizeof self->id, "%s", cote_subscriber_id(self->subscriber));
}

test_actor *requester_on(test_stage *stage, cote_loop *loop, const char *name)
{
    test_actor *self = actor_create(stage, name);
    actor_request(self, loop);
    return self;
}

test_actor *responder_on(test_stage *stage, cote_loop *loop, const char *name)
{
    test_actor *self = actor_create(stage, name);
    actor_respond(self, loop);
    actor_on(self, "echo", actor_echo);
    return self;
}

test_actor *publisher_on(test_stage *stage, cote_loop *loop, const char *name)
{
    test_actor *self = actor_create(stage, name);
    actor_publish(self, loop);
    return self;
}

test_actor *subscriber_on(test_stage *stage, cote_loop *loop, const char *name)
{
    test_actor *self = actor_create(stage, name);
    actor_subscribe(self, loop);
    return self;
}

void actor_close(test_actor *self)
{
    if (self->requester) cote_requester_close(self->requester);
    if (self->responder) cote_responder_close(self->responder);
    if (self->publisher) cote_publisher_close(self->publisher);
    if (self->subscriber) cote_subscriber_close(self->subscriber);
    if (self->monitor) cote_monitor_close(self->monitor);
}

const char *actor_id(const test_actor *self)
{
    return self->id;
}

uint16_t actor_port(const test_actor *self)
{
    return self->port;
}

int actor_faults(const test_actor *actors)
{
    int faults = 0;
    for (const test_actor *at = actors; at; at = at->next) {
        unsigned due =
            at->requester || at->responder || at->publisher || at->subscriber || at->monitor;
        faults += heard_faults(at->heard);
        if (at->closed == due) continue;
        print_error("%s: on_close came %u times, not %u\n", at->options.name, at->closed, due);
        faults++;
    }
    return faults;
}

void actor_free_all(test_actor *actors)
{
    while (actors) {
        test_actor *next = actors->next;
        heard_free_all(actors->heard);
        free(actors);
        actors = next;
    }
}
