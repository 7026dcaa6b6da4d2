/* departure_test.c - peers that leave, change, or fall silent. */
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"

/* Whatever was said before this was heard, when this returns. */
static void fence(const test_actor *requester, int mouth, const char *iid)
{
    raw_hello hello = {iid, "fence", "rep", 9, false, NULL};
    raw_say_hello(requester->stage, mouth, &hello);
    stage_wait(requester->stage, actor_heard(requester, COTE_PEER_ADDED, iid) == 1);
}

static void test_goodbye(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake first = fake_open(stage, "first", true);
    raw_peer peer = fake_meet(&first);
    test_ask *under_way = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    raw_say_bye(stage, first.mouth, &first.hello);
    stage_wait(stage, actor_heard(requester, COTE_PEER_REMOVED, "first") == 1);
    /* It gets nothing new, but may still answer. */
    test_ask *next = ask_send(requester, "any", NULL);
    fake_reply_text(&peer, NULL, "s:old");
    ask_expect_result(under_way, "old");
    fake second = fake_open(stage, "second", true);
    raw_peer other = fake_meet(&second);
    raw_expect(&other);
    fake_reply_text(&other, NULL, "s:new");
    ask_expect_result(next, "new");
    raw_close(&peer);
    raw_close(&other);
    fake_close(&first);
    fake_close(&second);
}

static void test_spoofed_goodbye_and_hello_are_ignored(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    stage_wait(stage, requester->added == 1);
    int stranger = raw_udp_from("127.0.0.2");
    raw_say_bye(stage, stranger, &responder.hello);
    raw_hello moved = responder.hello;
    moved.port = 9;
    raw_say_hello(stage, stranger, &moved);
    fence(requester, stranger, "fence");
    stage_check(stage, requester->removed == 0 && requester->updated == 0);
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    fake_reply_text(&peer, NULL, "s:still here");
    ask_expect_result(ask, "still here");
    /* The same bytes from its own address do count. */
    raw_say_bye(stage, responder.mouth, &responder.hello);
    stage_wait(stage, actor_heard(requester, COTE_PEER_REMOVED, "fake") == 1);
    close(stranger);
    raw_close(&peer);
    fake_close(&responder);
}

static void test_goodbye_of_nobody(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    raw_udp_await_hello(ear, actor_id(requester));
    raw_hello unknown = {"unknown", "n", "rep", 9, true, NULL};
    raw_hello own = {actor_id(requester), "n", "rep", 9, true, NULL};
    raw_say_bye(stage, mouth, &unknown);
    raw_say_bye(stage, mouth, &own);
    raw_say_hello(stage, mouth, &own);
    fence(requester, mouth, "fence");
    stage_check(stage, requester->event_count == 1);
    close(ear);
    close(mouth);
}

static void test_new_port(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake before = fake_open(stage, "fake", true), after = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&before);
    stage_wait(stage, requester->added == 1);
    raw_peer other = fake_meet(&after);
    raw_expect_closed(&peer);
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&other);
    fake_reply_text(&other, NULL, "s:moved");
    ask_expect_result(ask, "moved");
    stage_check(stage, requester->added == 1 && requester->updated == 1 &&
                           requester->events[1].port == after.hello.port);
    raw_close(&peer);
    raw_close(&other);
    fake_close(&before);
    fake_close(&after);
}

/* A listener that takes a fresh id is the same one: its connection serves on. */
static void test_new_id_at_the_same_place(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "old id", true);
    raw_peer peer = fake_meet(&responder);
    raw_hello fresh = responder.hello;
    fresh.iid = "new id";
    raw_say_hello(stage, responder.mouth, &fresh);
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, "new id") == 1);
    raw_say_bye(stage, responder.mouth, &responder.hello);
    stage_wait(stage, actor_heard(requester, COTE_PEER_REMOVED, "old id") == 1);
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    fake_reply_text(&peer, NULL, "s:served");
    ask_expect_result(ask, "served");
    assert_string_equal(ask->peer_id, "new id");
    raw_close(&peer);
    fake_close(&responder);
}

/* Somebody else at the place of one that said goodbye: what still goes to that is not for him. */
static void test_new_id_at_the_place_of_a_departed_one(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "departed", true);
    raw_peer before = fake_meet(&responder);
    test_ask *under_way = ask_send(requester, "any", NULL);
    raw_expect(&before);
    raw_say_bye(stage, responder.mouth, &responder.hello);
    stage_wait(stage, actor_heard(requester, COTE_PEER_REMOVED, "departed") == 1);
    responder.hello.iid = "next";
    raw_peer after = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&after);
    fake_reply_text(&after, NULL, "s:next");
    ask_expect_result(ask, "next");
    fake_reply_text(&before, NULL, "s:departed");
    ask_expect_result(under_way, "departed");
    raw_close(&before);
    ask = ask_send(requester, "any", NULL);
    raw_expect(&after);
    fake_reply_text(&after, NULL, "s:next");
    ask_expect_result(ask, "next");
    raw_close(&after);
    fake_close(&responder);
}

/* Its goodbye was not its own, or it thought better of it. */
static void test_heard_again_after_goodbye(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *first = ask_send(requester, "any", NULL);
    raw_expect(&peer); /* so it is connected */
    raw_say_bye(stage, responder.mouth, &responder.hello);
    stage_wait(stage, requester->removed == 1);
    raw_say_hello(stage, responder.mouth, &responder.hello);
    stage_wait(stage, requester->added == 2);
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&peer); /* the connection is still good */
    fake_reply_text(&peer, NULL, "s:again");
    ask_expect_result(ask, "again");
    actor_close(requester);
    ask_expect(first, COTE_ECLOSED);
    raw_close(&peer);
    fake_close(&responder);
}

/* For one mesh it goes, for the other one it comes. */
static void test_new_key(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *plain = requester_on(stage, loop, "plain");
    test_actor *keyed = actor_create(stage, "keyed");
    keyed->options.key = "k";
    actor_request(keyed, loop);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    stage_wait(stage, plain->added == 1);
    responder.hello.key = "$$k";
    raw_peer other = fake_meet(&responder);
    stage_wait(stage, plain->removed == 1 && keyed->added == 1);
    test_ask *ask = ask_send(keyed, "any", NULL);
    raw_expect(&other);
    fake_reply_text(&other, NULL, "s:here");
    ask_expect_result(ask, "here");
    stage_check(stage, plain->updated == 0 && keyed->updated == 0);
    raw_close(&peer);
    raw_close(&other);
    fake_close(&responder);
}

static void test_silence(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "client");
    requester->options.hello_interval_ms = 100;
    requester->options.check_interval_ms = 100;
    requester->options.node_timeout_ms = 500;
    actor_request(requester, stage_loop(stage));
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    stage_wait(stage, actor_heard(requester, COTE_PEER_REMOVED, "fake") == 1);
    assert_int_equal(requester->events[1].event, COTE_PEER_SUSPECTED);
    assert_in_range(requester->events[2].time - requester->events[0].time, 500, 20000);
    ask_expect(ask, COTE_ECONNLOST); /* nobody is there who could answer */
    raw_expect_closed(&peer);
    raw_close(&peer);
    /* Heard again, it is new again. */
    ask = ask_send(requester, "any", NULL);
    peer = fake_meet(&responder);
    raw_expect(&peer);
    fake_reply_text(&peer, NULL, "s:again");
    ask_expect_result(ask, "again");
    stage_check(stage, actor_heard(requester, COTE_PEER_ADDED, "fake") == 2);
    raw_close(&peer);
    fake_close(&responder);
}

static void test_components_of_one_process(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_actor *responder = responder_on(stage, loop, "server");
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    actor_close(responder);
    stage_wait(stage, actor_heard(requester, COTE_PEER_REMOVED, actor_id(responder)) == 1);
    stage_wait(stage, responder->closed == 1);
    test_ask *waits = ask_send(requester, "echo", NULL);
    responder_on(stage, loop, "next");
    ask_expect(waits, COTE_OK);
    assert_string_equal(waits->peer_name, "next");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_goodbye),
        stage_test(test_spoofed_goodbye_and_hello_are_ignored),
        stage_test(test_goodbye_of_nobody),
        stage_test(test_new_port),
        stage_test(test_new_id_at_the_same_place),
        stage_test(test_new_id_at_the_place_of_a_departed_one),
        stage_test(test_heard_again_after_goodbye),
        stage_test(test_new_key),
        stage_test(test_silence),
        stage_test(test_components_of_one_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
