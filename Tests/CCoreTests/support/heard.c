#include "support/heard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/component.h"

/* MARK: what comes is written down */

static char *copy_of(const void *bytes, size_t size)
{
    char *copy = malloc(size + 1);
    if (!copy) abort();
    if (size > 0) memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

static heard_message *next_message(test_heard *self)
{
    if (self->count == self->capacity) {
        self->capacity = self->capacity ? 2 * self->capacity : 16;
        self->messages = realloc(self->messages, self->capacity * sizeof *self->messages);
        if (!self->messages) abort();
    }
    return &self->messages[self->count++];
}

static void on_message(void *context, const cote_message *message)
{
    test_heard *self = context;
    test_stage *stage = self->of->stage;
    stage_lock(stage);
    if (self->released > 0) self->late = true;
    heard_message *kept = next_message(self);
    *kept = (heard_message){
        .topic = copy_of(message->topic, message->topic_size),
        .topic_size = message->topic_size,
        .data = copy_of(message->data.data, message->data.size),
        .size = message->data.size,
        .kind = message->data.kind,
        .extra_count = message->extra_count,
    };
    snprintf(kept->peer_id, sizeof kept->peer_id, "%s", message->peer_id);
    snprintf(kept->peer_name, sizeof kept->peer_name, "%s", message->peer_name);
    stage_unlock(stage);
    if (self->then) self->then(self);
}

static void on_release(void *context)
{
    test_heard *self = context;
    test_stage *stage = self->of->stage;
    stage_lock(stage);
    self->released++;
    if (self->of->closed > 0) self->late = true;
    stage_unlock(stage);
}

/* MARK: on and off */

static test_heard *begin(test_actor *of, const char *pattern, void (*then)(test_heard *heard),
                         void *context)
{
    test_heard *self = calloc(1, sizeof *self);
    if (!self) abort();
    *self = (test_heard){.of = of, .then = then, .context = context};
    if (cote_subscriber_on(of->subscriber, pattern, on_message, on_release, self, &self->number) !=
        COTE_OK) {
        free(self);
        return NULL;
    }
    stage_lock(of->stage);
    self->next = of->heard;
    of->heard = self;
    stage_unlock(of->stage);
    return self;
}

static void note_settled(void *context)
{
    test_heard *self = context;
    stage_lock(self->of->stage);
    self->settled = true;
    stage_unlock(self->of->stage);
}

test_heard *hear_then(test_actor *subscriber, const char *pattern, void (*then)(test_heard *heard),
                      void *context)
{
    test_heard *self = begin(subscriber, pattern, then, context);
    if (!self) fail_msg("%s: %s", pattern, cote_error_detail());
    cote_loop *loop = ((cote__component *)subscriber->subscriber)->loop;
    assert_int_equal(cote_loop_call(loop, note_settled, self), COTE_OK);
    stage_wait(subscriber->stage, self->settled);
    return self;
}

test_heard *hear(test_actor *subscriber, const char *pattern)
{
    return hear_then(subscriber, pattern, NULL, NULL);
}

test_heard *hear_try(test_actor *subscriber, const char *pattern)
{
    return begin(subscriber, pattern, NULL, NULL);
}

void heard_off(test_heard *self)
{
    if (cote_subscriber_off(self->of->subscriber, self->number) != COTE_OK) abort();
}

/* MARK: checks */

void heard_wait(test_heard *self, size_t count)
{
    stage_wait(self->of->stage, self->count >= count);
    stage_check(self->of->stage, self->count == count);
}

void heard_check(test_heard *self, size_t index, const char *topic, cote_value data)
{
    heard_message message = {0};
    stage_lock(self->of->stage);
    if (index < self->count) message = self->messages[index];
    stage_unlock(self->of->stage);
    if (!message.topic) fail_msg("there is no message %zu", index);
    assert_string_equal(message.topic, topic);
    assert_int_equal(message.topic_size, strlen(topic));
    assert_int_equal(message.kind, data.kind);
    assert_int_equal(message.size, data.size);
    assert_memory_equal(message.data, data.data, data.size);
}

void heard_check_json(test_heard *self, size_t index, const char *topic, const char *json)
{
    heard_check(self, index, topic, (cote_value){COTE_KIND_JSON, json, strlen(json)});
}

/* MARK: publishing */

static void publish(test_actor *publisher, const char *topic, cote_value data)
{
    if (cote_publisher_publish(publisher->publisher, topic, &data, 0) != COTE_OK)
        fail_msg("publish: %s", cote_error_detail());
}

void publish_json(test_actor *publisher, const char *topic, const char *json)
{
    publish(publisher, topic, (cote_value){COTE_KIND_JSON, json, strlen(json)});
}

void publish_bytes(test_actor *publisher, const char *topic, const void *bytes, size_t size)
{
    publish(publisher, topic, (cote_value){COTE_KIND_BYTES, bytes, size});
}

void actor_wait_connected(test_actor *actor, size_t count)
{
    stage_wait(actor->stage, actor->connected == count);
}

/* MARK: the end */

int heard_faults(const test_heard *heard)
{
    int faults = 0;
    for (const test_heard *at = heard; at; at = at->next) {
        if (at->released == 1 && !at->late) continue;
        print_error("%s: a callback was released %u times%s\n", at->of->options.name, at->released,
                    at->late ? ", and used too late" : "");
        faults++;
    }
    return faults;
}

void heard_free_all(test_heard *heard)
{
    while (heard) {
        test_heard *next = heard->next;
        for (size_t i = 0; i < heard->count; i++) {
            free(heard->messages[i].topic);
            free(heard->messages[i].data);
        }
        free(heard->messages);
        free(heard);
        heard = next;
    }
}
