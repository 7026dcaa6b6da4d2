/* elsewhere_test.c - an address may belong to somebody else by now: who listens there takes nothing
 * that is not meant for it, and nothing is lost. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"
#include "support/heard.h"
#include "wire/addressee.h"

static const char gone[] = "0d3a71d9-1f4e-4a33-8d7e-6c1a2f6a1c01";

static test_actor *keyed(test_stage *stage, const char *name, const char *key)
{
    test_actor *actor = actor_create(stage, name);
    actor->options.key = key;
    return actor;
}

static void say_hello_until_added(const fake *fake_responder, test_actor *requester)
{
    bool added = false;
    while (!added) {
        fake_say_hello(fake_responder);
        usleep(50000);
        stage_lock(requester->stage);
        added = requester->added > 0;
        stage_unlock(requester->stage);
    }
}

/* A responder of another key has the port of one that still seems to be there. */
static void test_another_responder_has_the_port(void **state)
{
    test_stage *stage = *state;
    test_actor *other = keyed(stage, "other", "b");
    actor_respond(other, stage_loop(stage));
    actor_on(other, "echo", actor_echo);
    test_actor *requester = keyed(stage, "client", "a");
    actor_request(requester, stage_loop(stage));
    fake fake_responder = fake_open(stage, gone, true);
    fake_responder.hello.key = "$$a";
    fake_responder.hello.port = other->port;
    test_ask *ask = ask_send(requester, "echo", NULL);
    say_hello_until_added(&fake_responder, requester);
    stage_wait(stage, actor_said(other, "127.0.0.1 looks for somebody else: closed"));

    test_actor *right = keyed(stage, "right", "a");
    actor_respond(right, stage_loop(stage));
    actor_on(right, "echo", actor_echo);
    ask_expect(ask, COTE_OK);
    assert_string_equal(ask->peer_name, "right");
    cote_counters counters = COTE_COUNTERS_INIT;
    cote_responder_counters(other->responder, &counters);
    assert_int_equal(counters.requests_received, 0);
    cote_requester_counters(requester->requester, &counters);
    assert_int_equal(counters.requests_failed, 0);
    fake_close(&fake_responder);
}

static void send_addressee(raw_peer *peer, const char *iid)
{
    cote__buffer frame = {0};
    cote__addressee_encode(&frame, cote__slice_of(iid));
    raw_send(peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
}

static void test_who_is_meant_serves(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    actor_on(responder, "echo", actor_echo);
    raw_peer right = raw_connect(responder->port), wrong = raw_connect(responder->port);
    send_addressee(&right, cote_responder_id(responder->responder));
    raw_send_request(&right, "{\"type\":\"echo\"}", "1:1");
    raw_expect(&right);
    assert_true(raw_argument_is(&right, 2, "s:1:1"));

    send_addressee(&wrong, gone);
    raw_send_request(&wrong, "{\"type\":\"echo\"}", "1:2");
    raw_expect(&wrong);
    assert_true(cote__is_elsewhere(&wrong.frame));
    assert_false(raw_read(&wrong));
    raw_close(&right);
    raw_close(&wrong);
}

/* Only to those who understand it, and before anything else. */
static void test_who_is_told(void **state)
{
    test_stage *stage = *state;
    for (int ours = 0; ours <= 1; ours++) {
        test_actor *requester = requester_on(stage, stage_loop(stage), "client");
        fake fake_responder = fake_open(stage, gone, ours);
        test_ask *ask = ask_send(requester, "echo", NULL);
        raw_peer peer = fake_meet(&fake_responder);
        raw_expect(&peer);
        assert_string_equal(peer.addressee, ours ? gone : "");
        fake_reply_text(&peer, NULL, "j:1");
        ask_expect_result(ask, "1");
        actor_close(requester);
        raw_close(&peer);
        fake_close(&fake_responder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_another_responder_has_the_port),
        stage_test(test_who_is_meant_serves),
        stage_test(test_who_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
