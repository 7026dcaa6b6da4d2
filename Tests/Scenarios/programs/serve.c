/*
 * serve.c - a responder that answers each request with its number.
 *
 *   serve [--type TYPE] [--delay MS] [--hold 1] [--name NAME] [--key KEY] [--ports PORTS]
 *
 * After `delay` ms, or never if it is to hold them. Drains and ends at the end of its standard
 * input or by SIGTERM. Events: ready (with `port`), connected, handled (at the end: the `count`,
 * and how many of these were `redelivered`).
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "program.h"

/* Requests that wait for their time, in the order in which they came. */
typedef struct waiting {
    struct waiting *next;
    cote_reply *reply;
    uint64_t number, due;
} waiting;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    waiting *first, **last;
    bool ends;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static uint64_t delay_us, handled, redelivered;
static bool hold;

static void answer(cote_reply *reply, uint64_t number)
{
    char text[64];
    int size = snprintf(text, sizeof text, "{\"number\":%" PRIu64 "}", number);
    cote_value value = {COTE_KIND_JSON, text, (size_t)size};
    cote_reply_send(reply, &value, COTE_REPLY_ENCODED);
}

static void hear(void *context, const cote_request *request, cote_reply *reply)
{
    (void)context;
    uint64_t number = number_in(&request->payload);
    __atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
    if (request->redelivered) __atomic_fetch_add(&redelivered, 1, __ATOMIC_RELAXED);
    if (!delay_us && !hold) {
        answer(reply, number);
        return;
    }
    waiting *self = malloc(sizeof *self);
    *self = (waiting){NULL, reply, number, hold ? UINT64_MAX : now_us() + delay_us};
    pthread_mutex_lock(&queue.lock);
    *queue.last = self;
    queue.last = &self->next;
    pthread_cond_signal(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
}

/* Answers what is due, until the end; then it drops the rest. */
static void *answer_later(void *context)
{
    pthread_mutex_lock(&queue.lock);
    while (queue.first || !queue.ends) {
        waiting *self = queue.first;
        if (!self || (self->due == UINT64_MAX && !queue.ends)) {
            pthread_cond_wait(&queue.changed, &queue.lock);
            continue;
        }
        if (!(queue.first = self->next)) queue.last = &queue.first;
        pthread_mutex_unlock(&queue.lock);
        if (hold) {
            cote_reply_drop(self->reply);
        } else {
            while (now_us() < self->due) program_rest();
            answer(self->reply, self->number);
        }
        free(self);
        pthread_mutex_lock(&queue.lock);
    }
    pthread_mutex_unlock(&queue.lock);
    return context;
}

static bool closed;

static void note_close(void *context)
{
    (void)context;
    __atomic_store_n(&closed, true, __ATOMIC_RELEASE);
}

int main(int argument_count, char **arguments)
{
    program_begin(argument_count, arguments);
    delay_us = program_number("delay", 0) * 1000;
    hold = program_number("hold", 0) != 0;
    queue.last = &queue.first;
    pthread_t later;
    pthread_create(&later, NULL, answer_later, NULL);

    cote_loop *loop;
    cote_responder *responder;
    cote_options options = program_options("serve");
    options.on_close = note_close;
    program_check(cote_loop_create(&loop), "loop");
    program_check(cote_responder_create(loop, &options, &responder), "responder");
    program_check(
        cote_responder_on(responder, program_text("type", "echo"), hear, NULL, NULL, NULL),
        "handler");
    say("ready", ",\"port\":%u,\"id\":\"%s\"", cote_responder_port(responder),
        cote_responder_id(responder));
    program_told_to_end(-1);
    cote_responder_drain(responder, hold ? 0 : 10000);
    while (!__atomic_load_n(&closed, __ATOMIC_ACQUIRE)) program_rest();
    cote_loop_destroy(loop);
    pthread_mutex_lock(&queue.lock);
    queue.ends = true;
    pthread_cond_signal(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
    pthread_join(later, NULL);
    say("handled", ",\"count\":%" PRIu64 ",\"redelivered\":%" PRIu64, handled, redelivered);
    return 0;
}
