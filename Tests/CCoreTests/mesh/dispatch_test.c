/* dispatch_test.c - who gets a request, and when. */
#include <string.h>

#include "support/ask.h"
#include "support/fake.h"

static test_actor *subset_responder(test_stage *stage, cote_loop *loop, const char *name,
                                    const char *subset)
{
    test_actor *actor = actor_create(stage, name);
    actor->options.subset = subset;
    actor_respond(actor, loop);
    actor_on(actor, "name", actor_name);
    return actor;
}

static test_ask *ask_subset(test_actor *requester, const char *type, const char *subset)
{
    cote_send_options options = COTE_SEND_OPTIONS_INIT;
    options.subset = subset;
    test_ask *ask;
    assert_int_equal(ask_try(requester, type, NULL, &options, &ask), COTE_OK);
    return ask;
}

/* MARK: subsets */

static void test_subset_alone_gets_it(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    subset_responder(stage, loop, "eu", "eu");
    subset_responder(stage, loop, "us", "us");
    test_actor *any = responder_on(stage, loop, "any");
    actor_on(any, "name", actor_name);
    for (int i = 0; i < 10; i++) {
        ask_expect_result(ask_subset(requester, "name", "eu"), "eu");
        ask_expect_result(ask_subset(requester, "name", "us"), "us");
    }
    cote_value payload = {COTE_KIND_JSON, "{\"__subset\":\"us\",\"a\":1}", 23};
    test_ask *ask;
    assert_int_equal(ask_try(requester, "name", &payload, NULL, &ask), COTE_OK);
    ask_expect_result(ask, "us");
}

/* One that waits for a subset is in nobody's way, and goes when that appears. */
static void test_absent_subset_is_waited_for(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    test_ask *waiting = ask_subset(requester, "name", "eu");
    test_ask *gone = ask_subset(requester, "name", "asia");
    test_actor *any = responder_on(stage, loop, "any");
    actor_on(any, "name", actor_name);
    for (int i = 0; i < 10; i++) ask_expect_result(ask_send(requester, "name", NULL), "any");
    stage_check(stage, waiting->ended == 0);
    subset_responder(stage, loop, "eu", "eu");
    ask_expect_result(waiting, "eu");
    assert_int_equal(cote_requester_cancel(requester->requester, gone->id), COTE_OK);
    ask_expect(gone, COTE_ECANCELED);
}

static void test_subset_is_not_on_the_wire(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake fake_responder = fake_open(stage, "3b1a156f-a063-4e19-b243-df49bb958588", false);
    raw_peer peer = fake_meet(&fake_responder);
    cote_value payload = {COTE_KIND_JSON, "{\"__timeout\":60000,\"a\":1,\"__coteRaw\":true}", 42};
    test_ask *ask;
    assert_int_equal(ask_try(requester, "t", &payload, NULL, &ask), COTE_OK);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:{\"type\":\"t\",\"__timeout\":60000,\"a\":1}"));
    fake_reply_text(&peer, NULL, "j:1");
    ask_expect_result(ask, "1");
    cote_send_options options = COTE_SEND_OPTIONS_INIT;
    options.timeout_ms = 50000;
    options.flags = COTE_SEND_ENCODED;
    payload = (cote_value){COTE_KIND_JSON, "{\"type\":\"t\",\"b\":2}", 18};
    assert_int_equal(ask_try(requester, "t", &payload, &options, &ask), COTE_OK);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:{\"type\":\"t\",\"b\":2,\"__timeout\":50000}"));
    fake_reply_text(&peer, NULL, "j:1");
    ask_expect_result(ask, "1");
    raw_close(&peer);
    fake_close(&fake_responder);
}

/* MARK: further values */

static void test_extra_values_go_to_ours_only(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake node = fake_open(stage, "3b1a156f-a063-4e19-b243-df49bb958588", false);
    raw_peer peer = fake_meet(&node);
    cote_value extra[13];
    for (int i = 0; i < 13; i++) extra[i] = (cote_value){COTE_KIND_JSON, "7", 1};
    extra[0] = (cote_value){COTE_KIND_BYTES, "j:x", 3};
    cote_send_options options = COTE_SEND_OPTIONS_INIT;
    options.extra = extra;
    options.extra_count = 13;
    test_ask *ask;
    assert_int_equal(ask_try(requester, "t", NULL, &options, &ask), COTE_OK);
    ask_expect(ask, COTE_EUNSUPPORTED);
    options.extra_count = 14;
    assert_int_equal(ask_try(requester, "t", NULL, &options, NULL), COTE_EINVAL);
    cote_value raw = {COTE_KIND_BYTES, "x", 1};
    options.extra_count = 13;
    assert_int_equal(ask_try(requester, "t", &raw, &options, NULL), COTE_EINVAL);
    extra[1].data = "{";
    assert_int_equal(ask_try(requester, "t", NULL, &options, NULL), COTE_EINVAL);
    extra[1].data = "7";

    fake ours = fake_open(stage, "4b1a156f-a063-4e19-b243-df49bb958588", true);
    raw_peer other = fake_meet(&ours);
    assert_int_equal(ask_try(requester, "t", NULL, &options, &ask), COTE_OK);
    raw_expect(&other);
    assert_int_equal(other.frame.count, 15);
    assert_true(raw_argument_is(&other, 1, "j:{\"type\":\"Buffer\",\"data\":[106,58,120]}"));
    assert_true(raw_argument_is(&other, 2, "j:7"));
    fake_reply_text(&other, NULL, "j:1");
    ask_expect(ask, COTE_OK);
    raw_close(&peer);
    raw_close(&other);
    fake_close(&node);
    fake_close(&ours);
}

/* MARK: balancing */

static size_t choose_named(void *context, const cote_candidate *candidates, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++)
        if (strcmp(candidates[i].peer->name, "two") == 0) return i;
    return count;
}

/* A user's policy, which here lets requests wait for one by name. */
static void test_custom_choice(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = actor_create(stage, "client");
    requester->options.balancing = COTE_CUSTOM;
    requester->options.choose = choose_named;
    actor_request(requester, loop);
    test_actor *one = responder_on(stage, loop, "one");
    test_ask *ask = ask_send(requester, "echo", NULL);
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, actor_id(one)) > 0);
    test_actor *two = responder_on(stage, loop, "two");
    ask_expect(ask, COTE_OK);
    for (int i = 0; i < 10; i++) ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    stage_check(stage, one->handled == 0 && two->handled == 11);
}

/* Of a queue that grew while nobody was there, the first one gets four until it has answered. */
static void test_queue_is_not_poured_into_the_first(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *asks[20];
    for (int i = 0; i < 20; i++) asks[i] = ask_send(requester, "t", NULL);
    fake fake_responder = fake_open(stage, "3b1a156f-a063-4e19-b243-df49bb958588", false);
    raw_peer peer = fake_meet(&fake_responder);
    for (int i = 0; i < 4; i++) raw_expect(&peer);
    test_actor *other = responder_on(stage, stage_loop(stage), "other");
    actor_on(other, "t", actor_echo);
    fake_reply_text(&peer, NULL, "j:1"); /* to the fourth; the other one may take the rest now */
    ask_expect(asks[3], COTE_OK);
    raw_close(&peer);
    for (int i = 0; i < 3; i++) ask_expect(asks[i], COTE_ECONNLOST);
    fake_close(&fake_responder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_subset_alone_gets_it),
        stage_test(test_absent_subset_is_waited_for),
        stage_test(test_subset_is_not_on_the_wire),
        stage_test(test_extra_values_go_to_ours_only),
        stage_test(test_custom_choice),
        stage_test(test_queue_is_not_poured_into_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
