/* unix_test.c - components of one host and user work with each other over unix sockets; where that
 * cannot be, over TCP, at once. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/unix_socket.h"
#include "support/ask.h"
#include "support/child.h"
#include "support/fake.h"
#include "support/heard.h"
#include "support/runtime_folder.h"

static const char fake_id[] = "00000000-0000-4000-8000-000000000001";

static char folder[RUNTIME_PATH], directory[COTE__UNIX_PATH_SIZE];

static int setup(void **state)
{
    unsetenv("COTE_UNIX_SOCKETS");
    runtime_folder_make(folder);
    cote__unix_directory(directory);
    return stage_setup(state);
}

/* Whoever has closed has left nothing behind. */
static int teardown(void **state)
{
    int result = stage_teardown(state);
    if (runtime_folder_count(folder) != 0) result = -1;
    runtime_folder_remove(folder);
    return result;
}

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

static void expect_connections(test_actor *actor, unsigned all, unsigned over_unix)
{
    actor_wait_connected(actor, all);
    assert_int_equal(counters_of(actor).connections, all);
    assert_int_equal(counters_of(actor).unix_connections, over_unix);
}

/* MARK: over unix sockets */

static void test_requester_and_responder(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    expect_connections(requester, 1, 1);
    expect_connections(responder, 1, 1);
    actor_close(requester);
    expect_connections(responder, 0, 0);
}

static void test_publisher_and_subscriber(void **state)
{
    test_stage *stage = *state;
    test_actor *subscriber = subscriber_on(stage, stage_loop(stage), "subscriber");
    test_actor *publisher = publisher_on(stage, stage_loop(stage), "publisher");
    test_heard *heard = hear(subscriber, "news");
    actor_wait_connected(subscriber, 1);
    expect_connections(publisher, 1, 1);
    publish_json(publisher, "news", "1");
    heard_wait(heard, 1);
    expect_connections(subscriber, 1, 1);
}

/* One more than there may be is closed, whichever way it came. */
static void test_bound_of_connections(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    responder->options.max_connections = 1;
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "echo", actor_echo);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    raw_peer peer = raw_connect(actor_port(responder));
    raw_expect_closed(&peer);
    raw_close(&peer);
    expect_connections(responder, 1, 1);
}

/* MARK: over TCP */

static void expect_tcp(test_stage *stage, cote_switch of_responder, cote_switch of_requester)
{
    cote_loop *loop = stage_loop(stage);
    test_actor *responder = actor_create(stage, "server");
    test_actor *requester = actor_create(stage, "client");
    responder->options.unix_sockets = of_responder;
    requester->options.unix_sockets = of_requester;
    actor_respond(responder, loop);
    actor_on(responder, "echo", actor_echo);
    actor_request(requester, loop);
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    expect_connections(requester, 1, 0);
    expect_connections(responder, 1, 0);
    stage_end_loop(stage, loop);
}

static void test_switched_off(void **state)
{
    expect_tcp(*state, COTE_OFF, COTE_DEFAULT);
    expect_tcp(*state, COTE_DEFAULT, COTE_OFF);
    setenv("COTE_UNIX_SOCKETS", "false", 1);
    expect_tcp(*state, COTE_ON, COTE_DEFAULT);
    expect_tcp(*state, COTE_DEFAULT, COTE_ON);
    unsetenv("COTE_UNIX_SOCKETS");
}

static void test_directory_that_others_may_enter(void **state)
{
    test_stage *stage = *state;
    assert_int_equal(mkdir(directory, 0755), 0);
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    expect_connections(requester, 1, 0);
    stage_check(stage, actor_said(responder, "takes connections over TCP only, no unix socket: ") &&
                           actor_said(responder, "is not a directory of this user's alone"));
}

/* The directory was in order when it listened. */
static void test_directory_that_others_may_enter_later(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    test_actor *first = requester_on(stage, stage_loop(stage), "first");
    ask_expect(ask_send(first, "echo", NULL), COTE_OK);
    assert_int_equal(chmod(directory, 0755), 0);
    test_actor *second = requester_on(stage, stage_loop(stage), "second");
    ask_expect(ask_send(second, "echo", NULL), COTE_OK);
    expect_connections(second, 1, 0);
    expect_connections(responder, 2, 1);
}

static int listen_as_fake(char path[COTE__UNIX_PATH_SIZE])
{
    int descriptor;
    assert_int_equal(cote__unix_listen(directory, fake_id, 8, path, &descriptor), COTE_OK);
    return descriptor;
}

static void expect_answer(test_actor *requester, raw_peer *peer)
{
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(peer);
    fake_reply_text(peer, NULL, "s:by TCP");
    ask_expect_result(ask, "by TCP");
    expect_connections(requester, 1, 0);
}

static void test_file_of_the_dead(void **state)
{
    test_stage *stage = *state;
    char path[COTE__UNIX_PATH_SIZE];
    close(listen_as_fake(path));
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, fake_id, true);
    raw_peer peer = fake_meet(&responder);
    expect_answer(requester, &peer);
    raw_close(&peer);
    fake_close(&responder);
    unlink(path);
}

/* What a socket that was planted does cannot keep anybody from TCP. */
static void test_socket_that_hangs_up(void **state)
{
    test_stage *stage = *state;
    char path[COTE__UNIX_PATH_SIZE];
    int planted = listen_as_fake(path);
    fcntl(planted, F_SETFL, 0);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, fake_id, true), impostor = responder;
    impostor.listener = planted;
    close(fake_meet(&impostor).fd);
    close(raw_accept(planted).fd); /* what is lost for the first time is tried again at once */
    raw_peer peer = raw_accept(responder.listener);
    expect_answer(requester, &peer);
    raw_close(&peer);
    fake_close(&responder);
    close(planted);
    unlink(path);
}

/* MARK: ids */

/* With the id of the component. */
static void expect_one_file(const char *id)
{
    char path[COTE__UNIX_PATH_SIZE];
    assert_int_equal(cote__unix_path(directory, id, path), COTE_OK);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(runtime_folder_count(folder), 1);
}

/* For the sake of a peer of Node.js it goes by another id, and is found by that one only. */
static void test_fresh_id(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    test_actor *old = requester_on(stage, stage_loop(stage), "old");
    ask_expect(ask_send(old, "echo", NULL), COTE_OK);
    const char *first = cote_responder_id(responder->responder);
    expect_one_file(first);

    int mouth = raw_udp_from("127.0.0.1");
    raw_hello hello = {"node", "node", "req", 0, false, NULL};
    raw_peer peer = raw_connect(actor_port(responder));
    raw_say_hello(stage, mouth, &hello);
    stage_wait(stage, actor_heard(responder, COTE_PEER_ADDED, "node") == 1);
    raw_close(&peer);
    stage_wait(stage, actor_said(responder, "takes a fresh id"));
    const char *second = cote_responder_id(responder->responder);
    assert_string_not_equal(first, second);
    expect_one_file(second);

    test_actor *new = requester_on(stage, stage_loop(stage), "new");
    test_ask *ask = ask_send(new, "echo", NULL);
    ask_expect(ask, COTE_OK);
    assert_string_equal(ask->peer_id, second);
    expect_connections(new, 1, 1);
    expect_connections(old, 1, 1);
    raw_say_bye(stage, mouth, &hello);
    close(mouth);
}

/* MARK: other processes */

static int child_main(test_stage *stage)
{
    test_actor *responder = actor_create(stage, "child");
    responder->options.ports = "0"; /* nobody takes it for one that was here before */
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "echo", actor_echo);
    printf("%s\n", actor_id(responder));
    fflush(stdout);
    char end;
    return read(STDIN_FILENO, &end, 1) == 0 ? 0 : 1;
}

/* On a stage of its own, with the parent's discovery port. */
static int play_child(const char *port)
{
    void *state;
    if (stage_setup(&state) != 0) return 1;
    test_stage *stage = state;
    stage->port = (uint16_t)atoi(port);
    int result = child_main(stage);
    return stage_teardown(&state) == 0 ? result : 1;
}

static test_child start_responder(const test_stage *stage, char id[64])
{
    char port[8];
    snprintf(port, sizeof port, "%u", stage->port);
    test_child child = child_start((const char *const[]){port, NULL});
    assert_true(child_line(&child, id, 64));
    return child;
}

static void make_older(const char *id)
{
    char path[COTE__UNIX_PATH_SIZE];
    assert_int_equal(cote__unix_path(directory, id, path), COTE_OK);
    struct timespec times[2];
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= 60;
    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Silence is no departure here: that its connection ends is all that tells of its death. */
static void test_killed_process(void **state)
{
    test_stage *stage = *state;
    char id[64], next_id[64];
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_child child = start_responder(stage, id);
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    expect_connections(requester, 1, 1);
    child_kill(&child);
    actor_wait_connected(requester, 0);
    expect_one_file(id);
    make_older(id);

    child = start_responder(stage, next_id); /* which finds what the other one left */
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    expect_connections(requester, 1, 1);
    expect_one_file(next_id);
    assert_int_equal(child_end(&child), 0);
}

#define unix_test(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1) return play_child(argv[1]);
    const struct CMUnitTest tests[] = {
        unix_test(test_requester_and_responder),
        unix_test(test_publisher_and_subscriber),
        unix_test(test_bound_of_connections),
        unix_test(test_switched_off),
        unix_test(test_directory_that_others_may_enter),
        unix_test(test_directory_that_others_may_enter_later),
        unix_test(test_file_of_the_dead),
        unix_test(test_socket_that_hangs_up),
        unix_test(test_fresh_id),
        unix_test(test_killed_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
