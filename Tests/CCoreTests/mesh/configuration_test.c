/* configuration_test.c - settings whose effect others can see: where a listener is, who is told of
 * whom, and what is logged. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/listener.h"
#include "support/ask.h"
#include "support/raw_tcp.h"
#include "support/raw_udp.h"

/* MARK: ports */

static void test_any_free_port(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *responder = actor_create(stage, "server");
    responder->options.ports = "0";
    actor_respond(responder, loop);
    actor_on(responder, "echo", actor_echo);
    assert_int_not_equal(actor_port(responder), 0);
    test_actor *requester = requester_on(stage, loop, "client");
    ask_expect_result(ask_send(requester, "echo", NULL), "{\"type\":\"echo\"}");
    stage_check(stage, requester->events[0].port == actor_port(responder));
}

static void test_range_of_ports_that_is_taken(void **state)
{
    test_stage *stage = *state;
    uint16_t taken;
    int holder = raw_listen(&taken);
    char range[16], told[48];
    snprintf(range, sizeof range, "%u-%u", taken, taken);
    snprintf(told, sizeof told, "from %u to %u", taken, taken);
    test_actor *responder = actor_create(stage, "server");
    responder->options.ports = range;
    assert_int_equal(
        cote_responder_create(stage_loop(stage), &responder->options, &responder->responder),
        COTE_EADDRINUSE);
    assert_non_null(strstr(cote_error_detail(), told));
    assert_null(responder->responder);
    close(holder);
}

/* MARK: the advertised address */

/*
 * A responder is heard at 127.0.0.7, and is not there but at `place`, as `host` or `ours` say: the
 * requester connects to it.
 */
static void expect_connection(test_stage *stage, cote_switch use_host_names, const char *host,
                              const char *ours, uint32_t place, const char *address)
{
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.7"), door;
    test_actor *requester = actor_create(stage, "client");
    requester->options.use_host_names = use_host_names;
    actor_request(requester, stage_loop(stage));
    raw_udp_await_hello(ear, actor_id(requester));
    uint16_t port;
    assert_int_equal(cote__listen(place, 0, 0, &port, &door), COTE_OK);
    char hello[1024];
    snprintf(
        hello, sizeof hello,
        "{\"event\":\"hello\",\"pid\":\"p\",\"iid\":\"elsewhere\",\"hostName\":\"%s\",\"data\":"
        "{\"advertisement\":{\"type\":\"service\",\"name\":\"n\",\"key\":\"$$\",\"axon_type\":"
        "\"rep\",\"port\":%u}},\"cote\":%s}",
        host, port, ours);
    raw_udp_say(stage, mouth, hello);
    raw_peer peer = raw_accept(door);
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, "elsewhere") == 1);
    stage_check(stage, strcmp(requester->events[0].address, address) == 0);
    raw_close(&peer);
    close(door);
    close(ear);
    close(mouth);
}

static const char at_another[] = "{\"v\":1,\"raw\":true,\"address\":\"127.0.0.9\"}";

static void test_advertised_address_is_connected_to(void **state)
{
    expect_connection(*state, COTE_DEFAULT, "h", at_another, 0x7f000009, "127.0.0.7");
}

static void test_host_name_is_connected_to(void **state)
{
    expect_connection(*state, COTE_ON, "127.0.0.8", "null", 0x7f000008, "127.0.0.8");
}

static void test_host_name_is_looked_up(void **state)
{
    expect_connection(*state, COTE_ON, "localhost", "null", 0x7f000001, "127.0.0.1");
}

static void test_advertised_address_is_better_than_a_host_name(void **state)
{
    expect_connection(*state, COTE_ON, "127.0.0.8", at_another, 0x7f000009, "127.0.0.9");
}

static void test_advertised_address_is_announced(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage);
    test_actor *responder = actor_create(stage, "server");
    responder->options.advertised_address = "203.0.113.7"; /* of documentation: nobody is there */
    cote_loop *loop = stage_loop(stage);
    actor_respond(responder, loop);
    actor_on(responder, "echo", actor_echo);
    raw_udp_await(ear, actor_id(responder), "\"address\":\"203.0.113.7\",");
    /* It is for others: its own process knows the way. */
    test_actor *requester = requester_on(stage, loop, "client");
    ask_expect_result(ask_send(requester, "echo", NULL), "{\"type\":\"echo\"}");
    close(ear);
}

/* MARK: the own process */

static void test_process_is_ignored(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = actor_create(stage, "client");
    requester->options.ignore_process = COTE_ON;
    actor_request(requester, loop);
    test_actor *same = responder_on(stage, loop, "same settings");
    test_actor *other = actor_create(stage, "other settings"); /* met over the network */
    other->options.hello_interval_ms = 1900;
    actor_respond(other, loop);
    /* Each decides for itself: these take notice of the requester. */
    stage_wait(stage, same->added == 1 && other->added == 1);
    int mouth = raw_udp_from("127.0.0.1");
    raw_hello hello = {"7a939a7e-8ad5-415a-97cb-2003fd146394", "stranger", "rep", 9, false, NULL};
    raw_say_hello(stage, mouth, &hello);
    stage_wait(stage, requester->added == 1); /* and nobody came before */
    stage_check(stage, strcmp(requester->events[0].name, "stranger") == 0);
    close(mouth);
}

/* MARK: logs */

/* What a component of these switches says of itself, and of a responder that comes and goes. */
static void expect_lines(test_stage *stage, cote_switch log, cote_switch hello_logs,
                         cote_switch status_logs, bool hello, bool online, bool offline)
{
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = actor_create(stage, "watcher");
    requester->options.log = log;
    requester->options.hello_logs = hello_logs;
    requester->options.status_logs = status_logs;
    actor_request(requester, loop);
    test_actor *responder = responder_on(stage, loop, "passer-by");
    stage_wait(stage, requester->added == 1);
    actor_close(responder);
    stage_wait(stage, requester->removed == 1); /* told after it was logged */
    stage_check(stage, actor_said(requester, "Hello! I'm watcher#") == hello);
    stage_check(stage, actor_said(requester, "watcher > service.online passer-by#") == online);
    stage_check(stage, actor_said(requester, "watcher > service.offline passer-by#") == offline);
    actor_close(requester);
    stage_wait(stage, requester->closed == 1);
    stage_end_loop(stage, loop);
}

static void test_log_lines(void **state)
{
    test_stage *stage = *state;
    expect_lines(stage, COTE_DEFAULT, COTE_DEFAULT, COTE_DEFAULT, false, false, false);
    expect_lines(stage, COTE_ON, COTE_DEFAULT, COTE_DEFAULT, true, true, true);
    expect_lines(stage, COTE_ON, COTE_OFF, COTE_DEFAULT, true, false, true);
    expect_lines(stage, COTE_ON, COTE_ON, COTE_OFF, true, false, false);
    expect_lines(stage, COTE_OFF, COTE_ON, COTE_ON, false, false, false);
    expect_lines(stage, COTE_DEFAULT, COTE_DEFAULT, COTE_ON, true, true, true);
}

static void test_requests_that_nobody_handles_are_logged(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *loud = responder_on(stage, loop, "server");
    test_actor *quiet = actor_create(stage, "quiet");
    quiet->options.log_unknown_events = COTE_OFF;
    actor_respond(quiet, loop);
    test_actor *both[] = {quiet, loud};
    for (size_t i = 0; i < 2; i++) {
        raw_peer peer = raw_connect(actor_port(both[i]));
        raw_send_request(&peer, "{\"type\":\"what\\u001b\"}", "1");
        raw_expect(&peer); /* the refusal */
        raw_close(&peer);
    }
    stage_check(stage,
                actor_said(loud, "server has nothing that handles the request \"what\\x1b\""));
    stage_check(stage, !actor_said(quiet, "handles"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_any_free_port),
        stage_test(test_range_of_ports_that_is_taken),
        stage_test(test_advertised_address_is_connected_to),
        stage_test(test_host_name_is_connected_to),
        stage_test(test_host_name_is_looked_up),
        stage_test(test_advertised_address_is_better_than_a_host_name),
        stage_test(test_advertised_address_is_announced),
        stage_test(test_process_is_ignored),
        stage_test(test_log_lines),
        stage_test(test_requests_that_nobody_handles_are_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
