/*
 * rolling.c - three responders in three processes under load, each of which is replaced by another
 * one, and that again and again: every request is answered, and none fails.
 *
 *   rolling [ROUNDS]      of three replacements each; 3 by default
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/child.h"
#include "support/stage.h"

enum {
    RESPONDERS = 3,
    ROUNDS = 3,
    IN_FLIGHT = 64,
    SETTLED = 500,   /* requests between two replacements */
    DRAIN = 60000,   /* ms; far more than it takes */
    HANDLING = 2000, /* us, until a request is answered, by another thread */
    MOST_HELD = 4096
};

static const char *rounds; /* as it was given */

static cote_options options_on(uint16_t port, const char *name)
{
    cote_options options = COTE_OPTIONS_INIT;
    options.name = name;
    options.broadcast = "127.255.255.255";
    options.discovery_port = port;
    return options;
}

/* MARK: a responder's process */

static struct held {
    pthread_mutex_t lock;
    cote_reply *replies[MOST_HELD];
    unsigned count;
    bool closed;
} held = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void hold(void *context, const cote_request *request, cote_reply *reply)
{
    (void)context, (void)request;
    pthread_mutex_lock(&held.lock);
    if (held.count == MOST_HELD) abort();
    held.replies[held.count++] = reply;
    pthread_mutex_unlock(&held.lock);
}

static void note_closed(void *context)
{
    (void)context;
    pthread_mutex_lock(&held.lock);
    held.closed = true;
    pthread_mutex_unlock(&held.lock);
}

/* Takes its time. False when the responder has closed. */
static bool answer_some(void)
{
    static cote_reply *replies[MOST_HELD];
    usleep(HANDLING);
    pthread_mutex_lock(&held.lock);
    unsigned count = held.count;
    memcpy(replies, held.replies, count * sizeof *replies);
    held.count = 0;
    bool closed = held.closed;
    pthread_mutex_unlock(&held.lock);
    for (unsigned i = 0; i < count; i++) cote_reply_send(replies[i], NULL, 0);
    return !closed;
}

static void *wait_for_the_end(void *responder)
{
    while (getchar() != EOF) {
    }
    cote_responder_drain(responder, DRAIN);
    return NULL;
}

/* Answers until its input ends, and then drains. */
static int respond(uint16_t port)
{
    cote_options options = options_on(port, "server");
    options.on_close = note_closed;
    cote_loop *loop;
    cote_responder *responder;
    pthread_t end;
    if (cote_loop_create(&loop) != COTE_OK ||
        cote_responder_create(loop, &options, &responder) != COTE_OK ||
        cote_responder_on(responder, "work", hold, NULL, NULL, NULL) != COTE_OK ||
        pthread_create(&end, NULL, wait_for_the_end, responder) != 0)
        return 1;
    puts("ready");
    fflush(stdout);
    while (answer_some()) {
    }
    pthread_join(end, NULL);
    return cote_loop_destroy(loop) == COTE_OK ? 0 : 1;
}

/* MARK: the load */

typedef struct load {
    test_stage *stage;
    cote_requester *requester;
    size_t connected;
    unsigned sent, answered, failed; /* under the stage's lock, as the rest */
    bool over;
    uint64_t last, longest_gap; /* ms */
    char failure[256];
} load;

static void send_next(load *self);

static void on_response(void *context, const cote_response *response)
{
    load *self = context;
    stage_lock(self->stage);
    uint64_t now = stage_now();
    if (response->status == COTE_OK)
        self->answered++;
    else if (self->failed++ == 0)
        snprintf(self->failure, sizeof self->failure, "%s", response->message);
    if (now - self->last > self->longest_gap) self->longest_gap = now - self->last;
    self->last = now;
    bool over = self->over;
    stage_unlock(self->stage);
    if (!over) send_next(self);
}

static void send_next(load *self)
{
    stage_lock(self->stage);
    self->sent++;
    stage_unlock(self->stage);
    if (cote_requester_send(self->requester, "work", NULL, NULL, on_response, self, NULL) !=
        COTE_OK)
        abort();
}

static void on_connected(void *context, size_t count)
{
    load *self = context;
    stage_lock(self->stage);
    self->connected = count;
    stage_unlock(self->stage);
}

static test_child start_responder(uint16_t port)
{
    char text[8], line[16];
    snprintf(text, sizeof text, "%u", port);
    test_child self = child_start((const char *const[]){"respond", text, NULL});
    assert_true(child_line(&self, line, sizeof line));
    assert_string_equal(line, "ready");
    return self;
}

/* The new one is connected before the old one goes, as an orchestrator would have it. */
static void replace(load *self, test_child *child)
{
    test_child next = start_responder(self->stage->port);
    stage_wait(self->stage, self->connected == RESPONDERS + 1);
    assert_int_equal(child_end(child), 0);
    *child = next;
    unsigned before;
    stage_lock(self->stage);
    before = self->answered;
    stage_unlock(self->stage);
    stage_wait(self->stage, self->connected == RESPONDERS && self->answered >= before + SETTLED);
}

static void test_rolling_restart(void **state)
{
    test_stage *stage = *state;
    load all = {.stage = stage};
    cote_options options = options_on(stage->port, "client");
    options.context = &all;
    options.on_connected = on_connected;
    assert_int_equal(cote_requester_create(stage_loop(stage), &options, &all.requester), COTE_OK);
    test_child children[RESPONDERS];
    for (unsigned i = 0; i < RESPONDERS; i++) children[i] = start_responder(stage->port);
    stage_wait(stage, all.connected == RESPONDERS);
    all.last = stage_now();
    for (unsigned i = 0; i < IN_FLIGHT; i++) send_next(&all);

    unsigned replaced = 0;
    for (unsigned long round = strtoul(rounds, NULL, 10); round > 0; round--)
        for (unsigned i = 0; i < RESPONDERS; i++, replaced++) replace(&all, &children[i]);

    stage_lock(stage);
    all.over = true;
    stage_unlock(stage);
    stage_wait(stage, all.answered + all.failed == all.sent);
    print_message("%u replacements: sent %u = answered %u + failed %u; longest gap %llu ms\n",
                  replaced, all.sent, all.answered, all.failed,
                  (unsigned long long)all.longest_gap);
    if (all.failed > 0) fail_msg("failed: %s", all.failure);
    for (unsigned i = 0; i < RESPONDERS; i++) assert_int_equal(child_end(&children[i]), 0);
}

int main(int count, char **arguments)
{
    if (count == 3 && strcmp(arguments[1], "respond") == 0)
        return respond((uint16_t)strtoul(arguments[2], NULL, 10));
    char text[16];
    snprintf(text, sizeof text, "%d", ROUNDS);
    rounds = count > 1 ? arguments[1] : text;
    const struct CMUnitTest tests[] = {stage_test(test_rolling_restart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
