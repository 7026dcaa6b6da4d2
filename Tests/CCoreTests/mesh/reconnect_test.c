/* reconnect_test.c - a lost connection is made again. */
#include <time.h>

#include "support/ask.h"
#include "support/fake.h"

static void check_serves(test_actor *requester, raw_peer *peer)
{
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(peer);
    fake_reply_text(peer, NULL, "s:done");
    ask_expect_result(ask, "done");
}

/* For as long as it is announced, which is said once. */
static void test_again_and_again(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    for (int i = 0; i < 5; i++) {
        check_serves(requester, &peer);
        raw_close(&peer);
        peer = raw_accept(responder.listener);
    }
    check_serves(requester, &peer);
    raw_close(&peer);
    fake_close(&responder);
}

/* A good frame first does not help, nor does another id. */
static void test_garbage_is_not_tried_at_once(void **state)
{
    static const char unknown[] = "\x12\x00\x00\x00\x06j:null\x00\x00\x00\x03s:0HTTP/1.1 400";
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    uint64_t began = stage_now();
    for (int i = 0; i < 4; i++) {
        raw_send(&peer, unknown, sizeof unknown - 1);
        raw_expect_closed(&peer);
        raw_close(&peer);
        if (i == 3) {
            responder.hello.iid = "another";
            raw_say_hello(stage, responder.mouth, &responder.hello);
        }
        peer = raw_accept(responder.listener);
    }
    /* Half of 50 + 100 + 200 + 400 ms, at the least. */
    assert_true(stage_now() - began >= 370);
    check_serves(requester, &peer);
    raw_close(&peer);
    fake_close(&responder);
}

static bool has_removed(test_actor *actor, const char *id)
{
    stage_lock(actor->stage);
    bool removed = actor_heard(actor, COTE_PEER_REMOVED, id) == 1;
    stage_unlock(actor->stage);
    return removed;
}

/* The id that a listener had before falls silent: the connection is that of the new one. */
static void test_an_old_id_goes_alone(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "client");
    requester->options.hello_interval_ms = 200;
    requester->options.check_interval_ms = 200;
    requester->options.node_timeout_ms = 2400;
    actor_request(requester, stage_loop(stage));
    fake responder = fake_open(stage, "old", true);
    raw_peer peer = fake_meet(&responder);
    check_serves(requester, &peer);
    responder.hello.iid = "new";
    while (!has_removed(requester, "old")) {
        raw_say_hello(stage, responder.mouth, &responder.hello);
        nanosleep(&(struct timespec){0, 50000000}, NULL);
    }
    check_serves(requester, &peer); /* over the same connection, on which no probe came */
    stage_check(stage, requester->connections == 1 &&
                           actor_heard(requester, COTE_PEER_SUSPECTED, "new") == 0 &&
                           actor_heard(requester, COTE_PEER_REMOVED, "new") == 0);
    raw_close(&peer);
    fake_close(&responder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_again_and_again),
        stage_test(test_garbage_is_not_tried_at_once),
        stage_test(test_an_old_id_goes_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
