/* counters_test.c - what components count, and that a monitor is told of it across processes. */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ask.h"
#include "support/child.h"
#include "support/heard.h"

static cote_counters counters_of(const test_actor *actor)
{
    cote_counters counters = COTE_COUNTERS_INIT;
    int result = actor->requester   ? cote_requester_counters(actor->requester, &counters)
                 : actor->responder ? cote_responder_counters(actor->responder, &counters)
                 : actor->publisher ? cote_publisher_counters(actor->publisher, &counters)
                                    : cote_subscriber_counters(actor->subscriber, &counters);
    assert_int_equal(result, COTE_OK);
    return counters;
}

/* What was sent is counted when the system has taken it; the other side may be faster. */
static void wait_sent(const test_actor *actor, uint64_t bytes)
{
    uint64_t until = stage_now() + 60000;
    while (counters_of(actor).bytes_sent < bytes && stage_now() < until) sched_yield();
    assert_int_equal(counters_of(actor).bytes_sent, bytes);
}

/* MARK: requests */

/* Keeps the duty to answer. */
static _Atomic(cote_reply *) held;

static void hold(void *context, const cote_request *request, cote_reply *reply)
{
    test_actor *actor = context;
    (void)request;
    atomic_store(&held, reply);
    stage_lock(actor->stage);
    actor->handled++;
    stage_unlock(actor->stage);
}

static void refuse(void *context, const cote_request *request, cote_reply *reply)
{
    (void)context, (void)request;
    cote_reply_error(reply, NULL, "no", NULL);
}

static void assert_whole(const cote_counters *counters)
{
    assert_int_equal(counters->requests_sent,
                     counters->requests_answered + counters->requests_failed +
                         counters->requests_queued + counters->requests_in_flight);
}

static void test_requests(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "requester");
    test_ask *waiting = ask_send(requester, "echo", NULL);
    cote_counters counters = counters_of(requester);
    assert_int_equal(counters.requests_sent, 1);
    assert_int_equal(counters.requests_queued, 1);
    assert_int_equal(counters.latency_p50, 0);

    test_actor *responder = responder_on(stage, stage_loop(stage), "responder");
    actor_on(responder, "hold", hold);
    actor_on(responder, "refuse", refuse);
    ask_expect(waiting, COTE_OK);
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    ask_expect(ask_send(requester, "refuse", NULL), COTE_EREMOTE);
    ask_expect(ask_within(requester, "hold", 1), COTE_ETIMEDOUT);
    stage_wait(stage, responder->handled == 3); /* the two echoes, and this one */
    cote_reply_drop(atomic_exchange(&held, NULL));

    test_ask *last = ask_send(requester, "hold", NULL);
    stage_wait(stage, responder->handled == 4);
    counters = counters_of(requester);
    assert_whole(&counters);
    assert_int_equal(counters.requests_sent, 5);
    assert_int_equal(counters.requests_in_flight, 1);
    assert_int_equal(counters.requests_queued, 0);
    assert_int_equal(counters_of(responder).requests_running, 1);
    assert_int_equal(cote_requester_cancel(requester->requester, last->id), COTE_OK);
    ask_expect(last, COTE_ECANCELED);
    cote_reply_drop(atomic_exchange(&held, NULL));
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK); /* behind what was dropped */

    counters = counters_of(requester);
    assert_whole(&counters);
    assert_int_equal(counters.requests_answered, 3);
    assert_int_equal(counters.requests_failed, 3);
    assert_int_equal(counters.failed_remote, 1);
    assert_int_equal(counters.failed_timed_out, 1);
    assert_int_equal(counters.failed_canceled, 1);
    assert_int_equal(counters.connections, 1);
    assert_true(counters.latency_p50 <= counters.latency_p99);

    cote_counters theirs = counters_of(responder);
    assert_int_equal(theirs.requests_received, 6);
    assert_int_equal(theirs.requests_replied, 6); /* two came too late */
    assert_int_equal(theirs.replied_errors, 3);
    assert_int_equal(theirs.requests_running, 0);
    assert_int_equal(theirs.connections, 1);
    assert_int_equal(theirs.bytes_received, counters.bytes_sent);
    wait_sent(responder, counters.bytes_received);
    assert_in_range(counters.bytes_sent, 6 * 50, 6 * 200);
    assert_int_equal(counters.messages_received + counters.requests_received, 0);
}

/* What its requester waits for no longer does not run any more. */
static void test_lost_connection(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "requester");
    test_actor *responder = responder_on(stage, stage_loop(stage), "responder");
    actor_on(responder, "hold", hold);
    test_ask *ask = ask_send(requester, "hold", NULL);
    stage_wait(stage, responder->handled == 1);
    assert_int_equal(counters_of(responder).requests_running, 1);
    actor_close(requester);
    ask_expect(ask, COTE_ECLOSED);
    actor_wait_connected(responder, 0);
    assert_int_equal(counters_of(responder).requests_running, 0);
    assert_int_equal(counters_of(responder).connections, 0);
    cote_reply_drop(atomic_exchange(&held, NULL));
    assert_int_equal(counters_of(responder).requests_replied, 0);
}

/* What takes long is seen to: the answer comes as late as this says. */
static void test_latency(void **state)
{
    enum { LONG = 100 /* ms */ };
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "requester");
    test_actor *responder = responder_on(stage, stage_loop(stage), "responder");
    actor_on(responder, "hold", hold);
    actor_wait_connected(requester, 1);
    uint64_t before = stage_now();
    test_ask *ask = ask_send(requester, "hold", NULL);
    stage_wait(stage, responder->handled == 1);
    struct timespec pause = {0, LONG * 1000000};
    nanosleep(&pause, NULL);
    cote_reply_send(atomic_exchange(&held, NULL), NULL, 0);
    ask_expect(ask, COTE_OK);
    uint64_t most = (stage_now() - before + 1) * 1000;
    cote_counters counters = counters_of(requester);
    assert_in_range(counters.latency_p50, LONG * 930, most + most / 14);
    assert_int_equal(counters.latency_p50, counters.latency_p99);
}

/* MARK: messages */

static void test_messages(void **state)
{
    test_stage *stage = *state;
    test_actor *publisher = publisher_on(stage, stage_loop(stage), "publisher");
    test_actor *subscriber = subscriber_on(stage, stage_loop(stage), "subscriber");
    test_heard *heard = hear(subscriber, "**");
    actor_wait_connected(publisher, 1);
    for (int i = 0; i < 3; i++) publish_json(publisher, "topic", "1");
    heard_wait(heard, 3);
    cote_counters of = counters_of(publisher), theirs = counters_of(subscriber);
    assert_int_equal(of.messages_published, 3);
    assert_int_equal(theirs.messages_received, 3);
    wait_sent(publisher, theirs.bytes_received);
    assert_in_range(theirs.bytes_received, 3 * 20, 3 * 60);
    assert_in_range(theirs.bytes_sent, 1, 100); /* whom it is for */
    assert_in_range(of.bytes_received, 0, theirs.bytes_sent);
    assert_int_equal(of.connections + theirs.connections, 2);
}

/* MARK: the call */

static void test_sizes(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "requester");
    ask_send(requester, "x", NULL);
    cote_counters counters = {0};
    assert_int_equal(cote_requester_counters(requester->requester, NULL), COTE_EINVAL);
    assert_int_equal(cote_requester_counters(requester->requester, &counters), COTE_EINVAL);
    assert_non_null(strstr(cote_error_detail(), "COTE_COUNTERS_INIT"));
    assert_int_equal(cote_requester_counters(NULL, &counters), COTE_EINVAL);
    assert_int_equal(cote_responder_counters(NULL, &counters), COTE_EINVAL);
    assert_int_equal(cote_publisher_counters(NULL, &counters), COTE_EINVAL);
    assert_int_equal(cote_subscriber_counters(NULL, &counters), COTE_EINVAL);
    /* An older program knows fewer of them, and a newer one more. */
    counters.size = offsetof(cote_counters, requests_answered);
    counters.requests_answered = 77;
    assert_int_equal(cote_requester_counters(requester->requester, &counters), COTE_OK);
    assert_int_equal(counters.requests_sent, 1);
    assert_int_equal(counters.requests_answered, 77);
    struct {
        cote_counters counters;
        uint64_t more;
    } newer = {{.size = sizeof newer}, 78};
    assert_int_equal(cote_requester_counters(requester->requester, &newer.counters), COTE_OK);
    assert_int_equal(newer.counters.requests_queued, 1);
    assert_int_equal(newer.more, 78);
}

/* MARK: several processes, and a monitor */

enum { KINDS = 4 };
static const char *const roles[KINDS] = {"respond", "request", "publish", "subscribe"};

typedef struct watcher {
    char ids[KINDS][64];
    bool seen[KINDS]; /* all that it was to do */
} watcher;

/* What each of them has to tell in the end. */
static bool is_done(int kind, const cote_counters *counters)
{
    switch (kind) {
    case 0: return counters->requests_replied == 2 && counters->replied_errors == 1;
    case 1:
        return counters->requests_sent == 2 && counters->requests_answered == 1 &&
               counters->failed_remote == 1 && counters->bytes_sent > 0;
    case 2: return counters->messages_published == 1 && counters->connections == 1;
    default: return counters->messages_received == 1 && counters->bytes_received > 0;
    }
}

static void on_status(void *context, const cote_status *status)
{
    test_actor *actor = context;
    stage_lock(actor->stage);
    watcher *self = actor->watcher;
    for (int i = 0; i < KINDS; i++)
        if (status->counters && strcmp(status->id, self->ids[i]) == 0)
            self->seen[i] |= is_done(i, status->counters);
    stage_unlock(actor->stage);
}

static void test_monitor_of_several_processes(void **state)
{
    test_stage *stage = *state;
    watcher self = {0};
    char port[8];
    snprintf(port, sizeof port, "%u", stage->port);
    test_child children[KINDS];
    for (int i = 0; i < KINDS; i++) {
        children[i] = child_start((const char *const[]){roles[i], port, NULL});
        assert_true(child_line(&children[i], self.ids[i], sizeof self.ids[i]));
    }
    test_actor *actor = actor_create(stage, "monitor");
    actor->watcher = &self;
    assert_int_equal(
        cote_monitor_create(stage_loop(stage), &actor->options, on_status, &actor->monitor),
        COTE_OK);
    stage_wait(stage, self.seen[0] && self.seen[1] && self.seen[2] && self.seen[3]);
    stage_wait(stage, actor->connected == KINDS && actor->added == KINDS);
    for (int i = 0; i < KINDS; i++) assert_int_equal(child_end(&children[i]), 0);
    actor_wait_connected(actor, 0);
    stage_wait(stage, actor->removed == KINDS);
}

static void play(test_stage *stage, const char *role)
{
    cote_loop *loop = stage_loop(stage);
    test_actor *actor;
    if (strcmp(role, "respond") == 0) {
        actor = responder_on(stage, loop, role);
        actor_on(actor, "refuse", refuse);
    } else if (strcmp(role, "request") == 0) {
        actor = requester_on(stage, loop, role);
        ask_send(actor, "echo", NULL);
        ask_send(actor, "refuse", NULL);
    } else if (strcmp(role, "publish") == 0) {
        actor = publisher_on(stage, loop, role);
    } else {
        actor = subscriber_on(stage, loop, role);
        hear(actor, "**");
    }
    puts(actor_id(actor));
    if (!actor->publisher) return;
    actor_wait_connected(actor, 1);
    publish_json(actor, "topic", "1");
}

static int run_child(const char *role, const char *port)
{
    void *state;
    if (stage_setup(&state) != 0) return 99;
    setvbuf(stdout, NULL, _IOLBF, 0);
    test_stage *stage = state;
    stage->port = (uint16_t)atoi(port);
    play(stage, role);
    while (getchar() != EOF) {
    }
    return stage_teardown(&state) == 0 ? 0 : 98;
}

int main(int argc, char **argv)
{
    if (argc == 3) return run_child(argv[1], argv[2]);
    const struct CMUnitTest tests[] = {
        stage_test(test_requests), stage_test(test_lost_connection),
        stage_test(test_latency),  stage_test(test_messages),
        stage_test(test_sizes),    stage_test(test_monitor_of_several_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
