/* failing_test.c - responders that let requests fail are passed over, and tried again. */
#include <poll.h>

#include "support/ask.h"
#include "support/fake.h"

enum { FAILURES = 3, PAUSE = 200, PATIENCE = 50 /* ms, all */ };

static test_actor *client(test_stage *stage)
{
    test_actor *requester = actor_create(stage, "client");
    requester->options.breaker_failures = FAILURES;
    requester->options.breaker_pause_ms = PAUSE;
    requester->options.breaker_max_pause_ms = PAUSE;
    actor_request(requester, stage_loop(stage));
    return requester;
}

static bool is_suspected(test_actor *requester, const char *id)
{
    stage_lock(requester->stage);
    bool is = actor_heard(requester, COTE_PEER_SUSPECTED, id) >
              actor_heard(requester, COTE_PEER_BACK, id);
    stage_unlock(requester->stage);
    return is;
}

static void let_time_out(test_actor *requester, raw_peer *peer)
{
    test_ask *ask = ask_within(requester, "echo", PATIENCE);
    raw_expect(peer);
    ask_expect(ask, COTE_ETIMEDOUT);
}

/* Asks until a request comes to this one; whoever else there is answers in the meantime. */
static test_ask *trial(test_actor *requester, raw_peer *peer)
{
    struct pollfd incoming = {peer->fd, POLLIN, 0};
    for (unsigned i = 0; i < 100000; i++) {
        test_ask *ask = ask_send(requester, "echo", NULL);
        bool ended = false;
        while (!ended && poll(&incoming, 1, 1) == 0) {
            stage_lock(requester->stage);
            ended = ask->ended > 0;
            stage_unlock(requester->stage);
        }
        if (ended) continue;
        raw_expect(peer);
        return ask;
    }
    fail_msg("it is never tried");
    return NULL;
}

static void test_timeouts_open_it(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    fake failing = fake_open(stage, "failing", false);
    raw_peer peer = fake_meet(&failing);
    /* An answer between them, be it an error, begins the row anew. */
    for (int i = 1; i < FAILURES; i++) let_time_out(requester, &peer);
    test_ask *answered = ask_send(requester, "echo", NULL);
    raw_expect(&peer);
    fake_reply_text(&peer, "j:{\"message\":\"no\"}", NULL);
    ask_expect(answered, COTE_EREMOTE);
    for (int i = 1; i < FAILURES; i++) let_time_out(requester, &peer);
    assert_false(is_suspected(requester, "failing"));
    let_time_out(requester, &peer);
    stage_wait(stage, actor_heard(requester, COTE_PEER_SUSPECTED, "failing") == 1);
    stage_check(stage, actor_said(requester, "fake lets requests fail: others are preferred to it "
                                             "for 200 ms"));
    /* Alone it gets everything still. */
    answered = ask_send(requester, "echo", NULL);
    raw_expect(&peer);
    fake_reply_text(&peer, NULL, "s:alone");
    ask_expect_result(answered, "alone");
    stage_wait(stage, actor_heard(requester, COTE_PEER_BACK, "failing") == 1);
    raw_close(&peer);
    fake_close(&failing);
}

static void test_one_request_tries_it(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    fake failing = fake_open(stage, "failing", false);
    raw_peer peer = fake_meet(&failing);
    for (int i = 0; i < FAILURES; i++) let_time_out(requester, &peer);
    stage_wait(stage, actor_heard(requester, COTE_PEER_SUSPECTED, "failing") == 1);
    responder_on(stage, stage_loop(stage), "healthy");
    stage_wait(stage, requester->connected == 2);
    test_ask *tried = trial(requester, &peer);
    /* Until that one has ended it gets no other. */
    for (int i = 0; i < 20; i++) ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    assert_true(is_suspected(requester, "failing"));
    /* Taken back, it says nothing, and another may try. */
    assert_int_equal(cote_requester_cancel(requester->requester, tried->id), COTE_OK);
    ask_expect(tried, COTE_ECANCELED);
    tried = trial(requester, &peer);
    fake_reply_text(&peer, NULL, "s:well");
    ask_expect_result(tried, "well");
    stage_wait(stage, actor_heard(requester, COTE_PEER_BACK, "failing") == 1);
    trial(requester, &peer); /* it has its share again */
    fake_reply_text(&peer, NULL, "s:share");
    stage_check(stage, actor_heard(requester, COTE_PEER_SUSPECTED, "failing") == 1);
    raw_close(&peer);
    fake_close(&failing);
}

/* It takes requests, and loses them with its connection. */
static void test_lost_connections_open_it(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    fake failing = fake_open(stage, "failing", false);
    for (int i = 0; i < FAILURES; i++) {
        raw_peer peer = fake_meet(&failing);
        test_ask *ask = ask_send(requester, "echo", NULL);
        raw_expect(&peer);
        raw_close(&peer);
        ask_expect(ask, COTE_ECONNLOST);
    }
    stage_wait(stage, actor_heard(requester, COTE_PEER_SUSPECTED, "failing") == 1);
    fake_close(&failing);
}

static void test_without_a_breaker(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "client");
    requester->options.breaker_failures = COTE_NO_BREAKER;
    actor_request(requester, stage_loop(stage));
    fake failing = fake_open(stage, "failing", false);
    raw_peer peer = fake_meet(&failing);
    for (int i = 0; i < 3 * FAILURES; i++) let_time_out(requester, &peer);
    assert_false(is_suspected(requester, "failing"));
    raw_close(&peer);
    fake_close(&failing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_timeouts_open_it),
        stage_test(test_one_request_tries_it),
        stage_test(test_lost_connections_open_it),
        stage_test(test_without_a_breaker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
