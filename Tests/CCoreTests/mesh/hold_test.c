/* hold_test.c - a handler that blocks its loop holds up nothing but that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/ask.h"
#include "support/child.h"

enum {
    HELLO_INTERVAL = 100,
    CHECK_INTERVAL = 200,
    NODE_TIMEOUT = 1000,
    HELD = 3 * NODE_TIMEOUT /* ms: in silence, the others would forget it three times */
};

static test_actor *lively(test_stage *stage, const char *name, const char *key)
{
    test_actor *actor = actor_create(stage, name);
    actor->options.key = key;
    actor->options.hello_interval_ms = HELLO_INTERVAL;
    actor->options.check_interval_ms = CHECK_INTERVAL;
    actor->options.node_timeout_ms = NODE_TIMEOUT;
    return actor;
}

/* What this test is about: a handler that does not come back for long. */
static void hold(void *context, const cote_request *request, cote_reply *reply)
{
    struct timespec left = {HELD / 1000, HELD % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0) {
    }
    actor_echo(context, request, reply);
}

static int run_child(const char *port)
{
    void *state;
    if (stage_setup(&state) != 0) return 99;
    test_stage *stage = state;
    stage->port = (uint16_t)atoi(port);
    test_actor *held = lively(stage, "held", NULL);
    actor_respond(held, stage_loop(stage));
    actor_on(held, "hold", hold);
    test_actor *other = lively(stage, "free", "k");
    actor_respond(other, stage_loop(stage));
    actor_on(other, "echo", actor_echo);
    while (getchar() != EOF) {
    }
    /* The answer leaves before this is told. */
    stage_wait(stage, actor_said(held, "a callback held up the loop"));
    stage_check(stage, !actor_said(other, "held up"));
    return stage_teardown(&state) == 0 ? 0 : 98;
}

static void test_held_loop(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = lively(stage, "client", NULL), *other = lively(stage, "other", "k");
    actor_request(requester, loop);
    actor_request(other, loop);
    char port[8];
    snprintf(port, sizeof port, "%u", stage->port);
    test_child child = child_start((const char *const[]){port, NULL});
    ask_expect(ask_send(other, "echo", NULL), COTE_OK);
    uint64_t began = stage_now();
    test_ask *held = ask_send(requester, "hold", NULL);
    unsigned answered = 0;
    bool ended = false;
    while (!ended) {
        ask_expect(ask_send(other, "echo", NULL), COTE_OK);
        stage_lock(stage);
        ended = held->ended > 0;
        if (!ended) answered++;
        stage_unlock(stage);
    }
    ask_expect(held, COTE_OK);
    assert_true(held->time - began >= HELD - 1);
    assert_true(answered > 100);
    stage_check(stage, requester->removed == 0 && other->removed == 0);
    assert_int_equal(child_end(&child), 0);
    stage_wait(stage, requester->removed == 1 && other->removed == 1);
}

int main(int argc, char **argv)
{
    if (argc == 2) return run_child(argv[1]);
    const struct CMUnitTest tests[] = {stage_test(test_held_loop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
