/*
 * fanout.c - one publisher, and 50 subscribers in 10 processes: each of them gets every message, in
 * order.
 *
 *   fanout [MESSAGES]      20,000 by default, of 1 KiB each
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/child.h"
#include "support/heard.h"

enum { PROCESSES = 10, SUBSCRIBERS = 5 /* of each process */, SIZE = 1024, MESSAGES = 20000 };

static const char *message_count; /* as it was given */

/* A message: its number, and letters that depend on it. */
static void write_message(char message[SIZE], unsigned number)
{
    memset(message, 'a' + (int)(number % 26), SIZE);
    message[sprintf(message, "%u", number)] = ' ';
}

/* MARK: a process of subscribers */

typedef struct listeners {
    test_stage stage; /* for its lock */
    cote_loop *loop;
    unsigned messages; /* that each has to get */
    struct listener {
        struct listeners *all;
        cote_subscriber *subscriber;
        unsigned next;
    } each[SUBSCRIBERS];
    unsigned complete;
    const char *fault;
} listeners;

static void note_fault(listeners *self, const char *fault)
{
    stage_lock(&self->stage);
    self->fault = fault;
    stage_unlock(&self->stage);
}

static void hear_message(void *context, const cote_message *message)
{
    struct listener *self = context;
    char expected[SIZE];
    write_message(expected, self->next);
    bool right = message->data.kind == COTE_KIND_BYTES && message->data.size == SIZE &&
                 memcmp(message->data.data, expected, SIZE) == 0;
    if (!right) note_fault(self->all, "another message than the next one came");
    if (!right || ++self->next < self->all->messages) return;
    stage_lock(&self->all->stage);
    self->all->complete++;
    stage_unlock(&self->all->stage);
}

/* On the loop, so that each is ready before a publisher can know of it. */
static void begin_listening(void *context)
{
    listeners *self = context;
    for (unsigned i = 0; i < SUBSCRIBERS; i++) {
        struct listener *one = &self->each[i];
        cote_options options = COTE_OPTIONS_INIT;
        options.name = "subscriber";
        options.broadcast = "127.255.255.255";
        options.discovery_port = self->stage.port;
        options.node_timeout_ms = 600000;
        one->all = self;
        if (cote_subscriber_create(self->loop, &options, &one->subscriber) != COTE_OK ||
            cote_subscriber_on(one->subscriber, "number", hear_message, NULL, one, NULL) != COTE_OK)
            note_fault(self, "a subscriber cannot be made");
    }
}

/* Says `complete` in the end, or what went wrong. */
static int listen_to_all(uint16_t port, unsigned messages)
{
    static listeners all;
    all.stage.port = port;
    all.messages = messages;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&all.stage.changed, &monotonic);
    pthread_mutex_init(&all.stage.lock, NULL);
    if (cote_loop_create(&all.loop) != COTE_OK ||
        cote_loop_call(all.loop, begin_listening, &all) != COTE_OK)
        return 1;
    struct timespec deadline = stage_deadline();
    stage_lock(&all.stage);
    while (all.complete < SUBSCRIBERS && !all.fault) {
        if (!stage_sleep(&all.stage, &deadline)) all.fault = "not everything came";
    }
    stage_unlock(&all.stage);
    puts(all.fault ? all.fault : "complete");
    fflush(stdout);
    getchar(); /* until the publisher has heard it */
    cote_loop_destroy(all.loop);
    return all.fault ? 1 : 0;
}

/* MARK: the publisher */

static void test_fanout(void **state)
{
    test_stage *stage = *state;
    unsigned messages = (unsigned)strtoul(message_count, NULL, 10);
    test_actor *publisher = publisher_on(stage, stage_loop(stage), "publisher");
    char port[8], line[256];
    snprintf(port, sizeof port, "%u", stage->port);
    test_child children[PROCESSES];
    for (unsigned i = 0; i < PROCESSES; i++)
        children[i] = child_start((const char *const[]){"listen", port, message_count, NULL});
    actor_wait_connected(publisher, PROCESSES * SUBSCRIBERS);

    uint64_t begun = stage_now();
    char message[SIZE];
    for (unsigned i = 0; i < messages; i++) {
        write_message(message, i);
        publish_bytes(publisher, "number", message, SIZE);
    }
    for (unsigned i = 0; i < PROCESSES; i++) {
        assert_true(child_line(&children[i], line, sizeof line));
        assert_string_equal(line, "complete");
    }
    uint64_t took = stage_now() - begun;
    print_message("%u messages to each of %d subscribers in %d processes, in %llu ms\n", messages,
                  PROCESSES * SUBSCRIBERS, PROCESSES, (unsigned long long)took);
    stage_check(stage, publisher->connections == PROCESSES * SUBSCRIBERS); /* none came again */
    for (unsigned i = 0; i < PROCESSES; i++) assert_int_equal(child_end(&children[i]), 0);
    actor_wait_connected(publisher, 0);
}

int main(int count, char **arguments)
{
    if (count == 4 && strcmp(arguments[1], "listen") == 0)
        return listen_to_all((uint16_t)strtoul(arguments[2], NULL, 10),
                             (unsigned)strtoul(arguments[3], NULL, 10));
    char all[16];
    snprintf(all, sizeof all, "%d", MESSAGES);
    message_count = count > 1 ? arguments[1] : all;
    const struct CMUnitTest tests[] = {stage_test(test_fanout)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
