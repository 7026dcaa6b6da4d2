/* meeting_test.c - components find each other, and only those that belong together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/child.h"
#include "support/raw_tcp.h"
#include "support/raw_udp.h"

/* MARK: one process */

static void test_responder_first(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *responder = responder_on(stage, loop, "server");
    test_actor *requester = requester_on(stage, loop, "client");
    ask_expect_result(ask_send(requester, "echo", "{\"n\":1}"), "{\"type\":\"echo\",\"n\":1}");
    stage_wait(stage, responder->added == 1 && requester->added == 1);
    assert_string_equal(requester->events[0].id, actor_id(responder));
    assert_string_equal(requester->events[0].name, "server");
    assert_int_equal(requester->events[0].port, actor_port(responder));
    assert_string_equal(requester->events[0].address, "127.0.0.1");
    assert_true(requester->events[0].ours);
    assert_string_equal(responder->events[0].id, actor_id(requester));
    assert_int_equal(responder->events[0].port, 0);
}

static void test_requester_first_on_another_loop(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "echo", "{\"n\":2}");
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    ask_expect_result(ask, "{\"type\":\"echo\",\"n\":2}");
    assert_string_equal(ask->peer_id, actor_id(responder));
    assert_string_equal(ask->peer_name, "server");
}

/* Other intervals mean another discovery socket: these two meet over the network. */
static void test_other_settings_in_one_process(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *responder = responder_on(stage, loop, "server");
    test_actor *requester = actor_create(stage, "client");
    requester->options.hello_interval_ms = 1900;
    actor_request(requester, loop);
    ask_expect_result(ask_send(requester, "echo", NULL), "{\"type\":\"echo\"}");
    actor_close(responder);
    stage_wait(stage, requester->removed == 1); /* by its goodbye */
}

/* MARK: two processes */

static test_child start_child(const test_stage *stage, const char *role)
{
    char port[8];
    snprintf(port, sizeof port, "%u", stage->port);
    return child_start((const char *const[]){role, port, NULL});
}

static void expect_line(test_child *child, const char *text)
{
    char line[256];
    assert_true(child_line(child, line, sizeof line));
    assert_string_equal(line, text);
}

static void test_responder_in_another_process(void **state)
{
    test_stage *stage = *state;
    test_child child = start_child(stage, "respond");
    expect_line(&child, "ready");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    ask_expect_result(ask_send(requester, "echo", "{\"n\":3}"), "{\"type\":\"echo\",\"n\":3}");
    assert_int_equal(child_end(&child), 0);
    stage_wait(stage, requester->removed == 1); /* it said goodbye */
}

static void test_requester_in_another_process(void **state)
{
    test_stage *stage = *state;
    test_child child = start_child(stage, "request");
    expect_line(&child, "asked");
    responder_on(stage, stage_loop(stage), "server");
    expect_line(&child, "{\"type\":\"echo\",\"n\":4}");
    assert_int_equal(child_end(&child), 0);
}

static int child_respond(test_stage *stage)
{
    responder_on(stage, stage_loop(stage), "server");
    puts("ready");
    while (getchar() != EOF) {
    }
    return 0;
}

static int child_request(test_stage *stage)
{
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "echo", "{\"n\":4}");
    puts("asked");
    stage_wait(stage, ask->ended == 1);
    puts(ask->result.data);
    return ask->status;
}

/* MARK: nobody waits for an interval */

static test_actor *rare_responder(test_stage *stage, int ear)
{
    test_actor *responder = actor_create(stage, "server");
    responder->options.hello_interval_ms = 60000;
    actor_respond(responder, stage_loop(stage));
    raw_udp_await_hello(ear, actor_id(responder)); /* its first one */
    return responder;
}

static void test_newcomer_is_answered_at_once(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *responder = rare_responder(stage, ear);
    raw_hello hello = {"7a939a7e-8ad5-415a-97cb-2003fd146394", "newcomer", "req", 0, false, NULL};
    uint64_t began = stage_now();
    raw_say_hello(stage, mouth, &hello);
    raw_udp_await_hello(ear, actor_id(responder));
    assert_true(stage_now() - began < 30000);
    close(ear);
    close(mouth);
}

/* A second hello is no news, and nor is one of somebody whom the listener does not work with: of
 * these newcomers only the first and the last one are answered. */
static void test_only_newcomers_that_would_connect_are_answered(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *responder = rare_responder(stage, ear);
    raw_hello known = {"7a939a7e-8ad5-415a-97cb-000000000001", "one", "req", 0, false, NULL};
    raw_hello listener = {"7a939a7e-8ad5-415a-97cb-000000000002", "two", "rep", 9, false, NULL};
    raw_hello last = {"7a939a7e-8ad5-415a-97cb-000000000003", "three", "req", 0, false, NULL};
    raw_say_hello(stage, mouth, &known);
    raw_udp_await_hello(ear, actor_id(responder));
    raw_say_hello(stage, mouth, &known);
    raw_say_hello(stage, mouth, &listener);
    raw_say_hello(stage, mouth, &last);
    raw_udp_await_hello(ear, actor_id(responder));
    stage_wait(stage, responder->added == 2);
    actor_close(responder);
    static char text[RAW_DATAGRAM];
    do {
        raw_udp_hear(ear, text);
        assert_false(strstr(text, actor_id(responder)) && strstr(text, "\"hello\""));
    } while (!strstr(text, "cote:bye"));
    stage_check(stage, responder->added == 2 && responder->updated == 0);
    close(ear);
    close(mouth);
}

/* MARK: who belongs together */

static void test_round_robin(void **state)
{
    enum { RESPONDERS = 3, REQUESTS = 300 };
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    test_actor *responders[RESPONDERS];
    test_ask *asks[REQUESTS];
    for (unsigned i = 0; i < RESPONDERS; i++) responders[i] = responder_on(stage, loop, "server");
    /* A responder is in the round once it has a connection, and then it answers. */
    for (unsigned known = 0; known != (1u << RESPONDERS) - 1;) {
        test_ask *ask = ask_send(requester, "echo", NULL);
        ask_expect(ask, COTE_OK);
        for (unsigned i = 0; i < RESPONDERS; i++)
            if (strcmp(ask->peer_id, actor_id(responders[i])) == 0) known |= 1u << i;
    }
    stage_lock(stage);
    for (unsigned i = 0; i < RESPONDERS; i++) responders[i]->handled = 0;
    stage_unlock(stage);
    for (unsigned i = 0; i < REQUESTS; i++) asks[i] = ask_send(requester, "echo", NULL);
    for (unsigned i = 0; i < REQUESTS; i++) ask_expect(asks[i], COTE_OK);
    for (unsigned i = 0; i < RESPONDERS; i++)
        stage_check(stage, responders[i]->handled == REQUESTS / RESPONDERS);
}

static test_actor *member(test_stage *stage, cote_loop *loop, bool responds, const char *name,
                          const char *environment, const char *key, const char *name_space)
{
    test_actor *actor = actor_create(stage, name);
    actor->options.environment = environment;
    actor->options.key = key;
    actor->options.name_space = name_space;
    if (!responds) {
        actor_request(actor, loop);
        return actor;
    }
    actor_respond(actor, loop);
    actor_on(actor, "name", actor_name);
    return actor;
}

/* Every requester has one responder that it belongs to among those that it does not. */
static void test_meshes_are_separate(void **state)
{
    static const struct {
        const char *name, *environment, *key, *name_space;
    } meshes[] = {
        {"plain", NULL, NULL, NULL},
        {"keyed", NULL, "k", NULL},
        {"other key", NULL, "K", NULL},
        {"environment", "qa", NULL, NULL},
        {"both", "qa", "k", NULL},
        {"name space", NULL, NULL, "n"},
        {"all", "qa", "k", "n"},
        {"odd key", NULL, "$$", NULL},
        {"odd environment", "qa:", "k", NULL},
    };
    enum { MESHES = sizeof meshes / sizeof *meshes };
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requesters[MESHES];
    for (unsigned i = 0; i < MESHES; i++)
        requesters[i] = member(stage, loop, false, meshes[i].name, meshes[i].environment,
                               meshes[i].key, meshes[i].name_space);
    for (unsigned i = 0; i < MESHES; i++)
        member(stage, loop, true, meshes[i].name, meshes[i].environment, meshes[i].key,
               meshes[i].name_space);
    for (unsigned i = 0; i < MESHES; i++) {
        ask_expect_result(ask_send(requesters[i], "name", NULL), meshes[i].name);
        stage_check(stage, requesters[i]->added == 1 &&
                               strcmp(requesters[i]->events[0].name, meshes[i].name) == 0);
    }
}

static void hello_with_name_space(char *text, size_t size, const char *iid, uint16_t port,
                                  const char *member_text)
{
    snprintf(text, size,
             "{\"event\":\"hello\",\"pid\":\"p\",\"iid\":\"%s\",\"hostName\":\"h\",\"data\":"
             "{\"advertisement\":{\"type\":\"service\",\"name\":\"n\",\"key\":\"$$\"%s,"
             "\"axon_type\":\"rep\",\"port\":%u}}}",
             iid, member_text, port);
}

static void test_null_and_missing_name_space_are_one(void **state)
{
    static const struct {
        const char *iid, *member;
        bool partner;
    } peers[] = {{"missing", "", true},
                 {"null", ",\"namespace\":null", true},
                 {"empty", ",\"namespace\":\"\"", false},
                 {"named", ",\"namespace\":\"n\"", false},
                 {"last", "", true}};
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    raw_udp_await_hello(ear, actor_id(requester));
    uint16_t port;
    int listener = raw_listen(&port);
    char text[512];
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
        hello_with_name_space(text, sizeof text, peers[i].iid, port, peers[i].member);
        raw_udp_say(stage, mouth, text);
    }
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, "last") == 1);
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++)
        stage_check(stage, actor_heard(requester, COTE_PEER_ADDED, peers[i].iid) ==
                               (peers[i].partner ? 1 : 0));
    close(ear);
    close(mouth);
    close(listener);
}

/* MARK: all of them */

static int run_child(const char *role, const char *port)
{
    test_stage *stage;
    void *state;
    if (stage_setup(&state) != 0) return 99;
    stage = state;
    stage->port = (uint16_t)atoi(port);
    setvbuf(stdout, NULL, _IOLBF, 0);
    int result = strcmp(role, "respond") == 0 ? child_respond(stage) : child_request(stage);
    return stage_teardown(&state) == 0 ? result : 98;
}

int main(int argc, char **argv)
{
    if (argc == 3) return run_child(argv[1], argv[2]);
    const struct CMUnitTest tests[] = {
        stage_test(test_responder_first),
        stage_test(test_requester_first_on_another_loop),
        stage_test(test_other_settings_in_one_process),
        stage_test(test_responder_in_another_process),
        stage_test(test_requester_in_another_process),
        stage_test(test_newcomer_is_answered_at_once),
        stage_test(test_only_newcomers_that_would_connect_are_answered),
        stage_test(test_round_robin),
        stage_test(test_meshes_are_separate),
        stage_test(test_null_and_missing_name_space_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
