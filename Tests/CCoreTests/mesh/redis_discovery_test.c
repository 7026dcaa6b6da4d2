/* redis_discovery_test.c - components that find each other through a redis server. The others are
 * this program once more, or Node.js as it was recorded. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/actor.h"
#include "support/ask.h"
#include "support/child.h"
#include "support/fixture.h"
#include "support/redis_server.h"
#include "wire/json.h"

enum { HELLO_INTERVAL = 100, CHECK_INTERVAL = 100, NODE_TIMEOUT = 400 };

static test_actor *create(test_stage *stage, const char *name, const char *key, const char *url)
{
    test_actor *self = actor_create(stage, name);
    self->options.broadcast = NULL;
    self->options.key = key;
    self->options.redis = url;
    return self;
}

static void be_quick(test_actor *self)
{
    self->options.hello_interval_ms = HELLO_INTERVAL;
    self->options.check_interval_ms = CHECK_INTERVAL;
    self->options.node_timeout_ms = NODE_TIMEOUT;
}

/* MARK: another process */

static void answer(void *context, const cote_request *request, cote_reply *reply)
{
    (void)context;
    cote_reply_send(reply, &request->payload, 0);
}

/* child URL KEY: a responder, until its input ends. */
static int be_responder(const char *url, const char *key)
{
    cote_loop *loop;
    cote_responder *responder;
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "child";
    options.key = key;
    options.redis = url;
    options.hello_interval_ms = HELLO_INTERVAL;
    options.check_interval_ms = CHECK_INTERVAL;
    options.node_timeout_ms = NODE_TIMEOUT;
    if (cote_loop_create(&loop) != COTE_OK ||
        cote_responder_create(loop, &options, &responder) != COTE_OK ||
        cote_responder_on(responder, "echo", answer, NULL, NULL, NULL) != COTE_OK) {
        fprintf(stderr, "%s\n", cote_error_detail());
        return 1;
    }
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    return cote_loop_destroy(loop) == COTE_OK ? 0 : 1;
}

static test_child start_responder(const redis_server *server, const char *key)
{
    return child_start((const char *const[]){server->url, key, NULL});
}

static void expect_answer(test_actor *requester)
{
    ask_expect_result(ask_send(requester, "echo", "{\"a\":1}"), "{\"type\":\"echo\",\"a\":1}");
}

static void test_two_processes_find_each_other(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    test_actor *requester = create(stage, "client", "k", server.url);
    actor_request(requester, stage_loop(stage));
    test_child child = start_responder(&server, "k");
    expect_answer(requester);
    stage_check(stage, requester->added == 1 && strcmp(requester->events[0].name, "child") == 0);
    stage_check(stage, requester->events[0].ours);
    assert_int_equal(child_end(&child), 0);
    stage_wait(stage, requester->removed == 1); /* it said goodbye */
    redis_server_kill(&server);
}

/* The other's name is none of ours: it is looked up. */
static void test_a_peer_is_where_its_host_name_leads(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    assert_int_equal(setenv("DISCOVERY_HOSTNAME", "localhost", 1), 0);
    test_child child = start_responder(&server, "k");
    assert_int_equal(setenv("DISCOVERY_HOSTNAME", "somebody-else", 1), 0);
    test_actor *requester = create(stage, "client", "k", server.url);
    actor_request(requester, stage_loop(stage));
    expect_answer(requester);
    stage_check(stage, strcmp(requester->events[0].address, "127.0.0.1") == 0);
    unsetenv("DISCOVERY_HOSTNAME");
    assert_int_equal(child_end(&child), 0);
    redis_server_kill(&server);
}

static void test_a_host_name_that_leads_nowhere_is_told(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    test_actor *requester = create(stage, "client", "k", server.url);
    actor_request(requester, stage_loop(stage));
    assert_int_equal(setenv("DISCOVERY_HOSTNAME", "no..name", 1), 0);
    test_child child = start_responder(&server, "k");
    unsetenv("DISCOVERY_HOSTNAME");
    stage_wait(stage, actor_said(requester, "\"no..name\" leads nowhere"));
    stage_check(stage, requester->added == 0);
    assert_int_equal(child_end(&child), 0);
    redis_server_kill(&server);
}

/* MARK: when the server does not work */

/* What on_discovery told, under the stage's lock. */
static unsigned troubles, recoveries;

static void note_discovery(void *context, const char *trouble)
{
    const test_actor *self = context;
    stage_lock(self->stage);
    if (trouble)
        troubles++;
    else
        recoveries++;
    stage_unlock(self->stage);
}

static void test_known_peers_stay_usable(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    test_actor *requester = create(stage, "client", "k", server.url);
    be_quick(requester);
    requester->options.on_discovery = note_discovery;
    troubles = recoveries = 0;
    actor_request(requester, stage_loop(stage));
    test_child child = start_responder(&server, "k");
    expect_answer(requester);

    redis_server_kill(&server);
    stage_wait(stage, actor_said(requester, "discovery: redis at 127.0.0.1:"));
    stage_wait(stage, troubles == 1);
    uint64_t end = stage_now() + 5 * NODE_TIMEOUT; /* long after it would be silent */
    while (stage_now() < end) expect_answer(requester);
    stage_check(stage, requester->removed == 0);

    redis_server_run(&server, NULL);
    stage_wait(stage, actor_said(requester, "discovery works again"));
    stage_wait(stage, recoveries == 1);
    expect_answer(requester);
    stage_check(stage, requester->removed == 0 && requester->added == 1);
    stage_check(stage, troubles == 1);

    /* And now it really goes, without a word. */
    child_kill(&child);
    stage_wait(stage, requester->removed == 1);
    redis_server_kill(&server);
}

/* Nobody knows for a while that the server does not work: it only says nothing, as silent peers do.
 */
static void test_a_silent_server_is_not_taken_for_silent_peers(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    test_actor *requester = create(stage, "client", "k", server.url);
    be_quick(requester);
    actor_request(requester, stage_loop(stage));
    test_child child = start_responder(&server, "k");
    expect_answer(requester);

    kill(server.pid, SIGSTOP);
    bool told = false;
    while (!told) {
        expect_answer(requester);
        stage_lock(stage);
        told = actor_said(requester, "does not answer");
        stage_unlock(stage);
    }
    kill(server.pid, SIGCONT);
    stage_wait(stage, actor_said(requester, "discovery works again"));
    expect_answer(requester);
    stage_check(stage, requester->removed == 0 && requester->added == 1);
    assert_int_equal(child_end(&child), 0);
    redis_server_kill(&server);
}

static void test_a_server_that_comes_later(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    test_actor *requester = create(stage, "client", "k", server.url);
    actor_request(requester, stage_loop(stage));
    stage_wait(stage, actor_said(requester, "connection refused"));
    test_child child = start_responder(&server, "k");
    redis_server_run(&server, NULL);
    expect_answer(requester);
    stage_check(stage, actor_said(requester, "discovery works again"));
    assert_int_equal(child_end(&child), 0);
    redis_server_kill(&server);
}

static void test_a_wrong_password_is_logged_once(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, "correct");
    test_actor *requester = create(stage, "client", "k", server.url);
    actor_request(requester, stage_loop(stage));
    stage_wait(stage, actor_said(requester, "NOAUTH"));
    raw_peer admin = redis_connect(&server);
    redis_do(&admin, "AUTH correct");
    redis_ask(&admin, "CONFIG SET requirepass", cote__slice_of("")); /* an empty one is none */
    stage_wait(stage, actor_said(requester, "discovery works again"));
    stage_check(stage, strstr(strstr(requester->log, "NOAUTH") + 1, "NOAUTH") == NULL);
    raw_close(&admin);
    redis_server_kill(&server);
}

/* MARK: Node.js */

static void publish_fixture(raw_peer *peer, const char *name)
{
    char path[512];
    size_t size;
    snprintf(path, sizeof path, "%s/redis/%s.json", COTE_FIXTURES, name);
    char *message = cote_test_read_file(path, &size);
    redis_publish(peer, (cote__slice){message, size});
    free(message);
}

static void test_hellos_of_node(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    assert_int_equal(setenv("DISCOVERY_HOSTNAME", "vm", 1), 0); /* as where they were recorded */
    cote_loop *loop = stage_loop(stage);
    raw_peer other = redis_connect(&server), ear = redis_connect(&server);
    redis_do(&ear, "SUBSCRIBE cote");
    test_actor *requester = create(stage, "client", "s1", server.url);
    test_actor *responder = create(stage, "server", "s1", server.url);
    actor_request(requester, loop);
    actor_respond(responder, loop);
    unsetenv("DISCOVERY_HOSTNAME");
    redis_hear(&ear);
    stage_wait(stage, requester->added == 1 && responder->added == 1); /* each other */
    static const char *const names[] = {"publish-cote-s1_pub", "publish-cote-s1_sub",
                                        "publish-cote-s1_responder", "publish-cote-s1_requester"};
    for (size_t i = 0; i < 4; i++) publish_fixture(&other, names[i]);
    stage_wait(stage, requester->added == 2 && responder->added == 2);
    stage_check(stage, strcmp(requester->events[1].name, "s1 responder") == 0);
    stage_check(stage, strcmp(requester->events[1].address, "127.0.0.1") == 0);
    stage_check(stage, requester->events[1].port == 8002 && !requester->events[1].ours);
    stage_check(stage, strcmp(responder->events[1].name, "s1 requester") == 0);
    raw_close(&other);
    raw_close(&ear);
    redis_server_kill(&server);
}

static cote__slice advertisement_of(cote__slice message)
{
    cote__json envelope, data, advertisement;
    assert_true(cote__json_parse(message, 16, &envelope));
    assert_true(cote__json_member(envelope, "data", &data));
    assert_true(cote__json_member(data, "advertisement", &advertisement));
    return advertisement.text;
}

/* What Node.js announced of a component like ours, with our port. */
static void expect_as_node(const char *fixture, cote__slice message, uint16_t port)
{
    char path[512], expected[512];
    size_t size;
    snprintf(path, sizeof path, "%s/redis/%s.json", COTE_FIXTURES, fixture);
    char *recorded = cote_test_read_file(path, &size);
    cote__slice node = advertisement_of((cote__slice){recorded, size});
    snprintf(expected, sizeof expected, "%.*s", (int)node.size, node.data);
    char *at = strstr(expected, "\"port\":");
    if (at) snprintf(at, sizeof expected - (size_t)(at - expected), "\"port\":%u}", port);
    cote__slice ours = advertisement_of(message);
    assert_true(cote__slice_equal(ours, cote__slice_of(expected)));
    free(recorded);

    cote__json envelope, member;
    assert_true(cote__json_parse(message, 16, &envelope));
    static const char *const names[] = {"event", "pid", "iid", "hostName", "data"};
    cote__json_iterator members = cote__json_iterate(envelope);
    for (size_t i = 0; i < 5; i++) { /* in Node's order */
        cote__json name;
        assert_true(cote__json_next(&members, &name, &member));
        assert_true(cote__json_string_equal(name, cote__slice_of(names[i])));
    }
}

static void test_what_we_publish_is_as_of_node(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    cote_loop *loop = stage_loop(stage);
    raw_peer ear = redis_connect(&server);
    redis_do(&ear, "SUBSCRIBE cote");
    test_actor *requester = create(stage, "s1 requester", "s1", server.url);
    actor_request(requester, loop);
    cote__resp_reply heard = redis_hear(&ear);
    expect_as_node("publish-cote-s1_requester", heard.values[2].text, 0);
    actor_close(requester);
    heard = redis_hear(&ear);
    char bye[512];
    snprintf(bye, sizeof bye, "%.*s", (int)heard.values[2].text.size, heard.values[2].text.data);
    assert_non_null(strstr(bye, "\"cote:bye\""));
    assert_non_null(strstr(bye, actor_id(requester)));

    test_actor *responder = create(stage, "s1 responder", "s1", server.url);
    actor_respond(responder, loop);
    heard = redis_hear(&ear);
    expect_as_node("publish-cote-s1_responder", heard.values[2].text, actor_port(responder));
    raw_close(&ear);
    redis_server_kill(&server);
}

/* MARK: who may speak for whom */

static void say(raw_peer *peer, const char *event, const char *pid, const char *host,
                const char *name)
{
    char text[512];
    snprintf(text, sizeof text,
             "{\"event\":\"%s\",\"pid\":\"%s\",\"iid\":\"somebody\",\"hostName\":\"%s\",\"data\":{"
             "\"advertisement\":{\"type\":\"service\",\"name\":\"%s\",\"key\":\"$$k\","
             "\"axon_type\":\"req\"}},\"cote\":{\"v\":1,\"raw\":true}}",
             event, pid, host, name);
    redis_publish(peer, cote__slice_of(text));
}

static void test_an_id_belongs_to_its_process_and_host(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    raw_peer other = redis_connect(&server), ear = redis_connect(&server);
    redis_do(&ear, "SUBSCRIBE cote");
    test_actor *responder = create(stage, "server", "k", server.url);
    actor_respond(responder, stage_loop(stage));
    redis_hear(&ear);
    say(&other, "hello", "p1", "127.0.0.1", "first");
    stage_wait(stage, responder->added == 1);
    say(&other, "cote:bye", "p2", "127.0.0.1", "");
    say(&other, "cote:bye", "p1", "127.0.0.2", "");
    say(&other, "hello", "p2", "127.0.0.1", "usurper");
    say(&other, "hello", "p1", "127.0.0.1", "second");
    stage_wait(stage, responder->updated == 1);
    stage_check(stage, strcmp(responder->events[1].name, "second") == 0);
    stage_check(stage, responder->removed == 0);
    say(&other, "cote:bye", "p1", "127.0.0.1", "");
    stage_wait(stage, responder->removed == 1);
    raw_close(&other);
    raw_close(&ear);
    redis_server_kill(&server);
}

static void test_nonsense_harms_nobody(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    raw_peer other = redis_connect(&server), ear = redis_connect(&server);
    redis_do(&ear, "SUBSCRIBE cote");
    test_actor *responder = create(stage, "server", "k", server.url);
    actor_respond(responder, stage_loop(stage));
    redis_hear(&ear);
    size_t size = 300 * 1024; /* larger than any datagram */
    char *large = malloc(size);
    assert_non_null(large);
    memset(large, '[', size);
    redis_publish(&other, (cote__slice){large, size});
    free(large);
    static const char *const texts[] = {"", "null", "5", "{}", "{\"event\":\"hello\"}", "\xff\xfe"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        redis_publish(&other, cote__slice_of(texts[i]));
    say(&other, "hello", "p1", "", "nowhere"); /* no host name: it cannot be reached */
    say(&other, "hello", "p1", "127.0.0.1", "first");
    stage_wait(stage, responder->added == 1);
    stage_check(stage, strcmp(responder->events[0].name, "first") == 0);
    raw_close(&other);
    raw_close(&ear);
    redis_server_kill(&server);
}

int main(int argument_count, char **arguments)
{
    if (argument_count == 3) return be_responder(arguments[1], arguments[2]);
    const struct CMUnitTest tests[] = {
        stage_test(test_two_processes_find_each_other),
        stage_test(test_a_peer_is_where_its_host_name_leads),
        stage_test(test_a_host_name_that_leads_nowhere_is_told),
        stage_test(test_known_peers_stay_usable),
        stage_test(test_a_silent_server_is_not_taken_for_silent_peers),
        stage_test(test_a_server_that_comes_later),
        stage_test(test_a_wrong_password_is_logged_once),
        stage_test(test_hellos_of_node),
        stage_test(test_what_we_publish_is_as_of_node),
        stage_test(test_an_id_belongs_to_its_process_and_host),
        stage_test(test_nonsense_harms_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
