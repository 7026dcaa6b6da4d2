/* redis_test.c - the client of a redis server, whatever happens to that. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/redis.h"
#include "support/redis_server.h"

enum { CHANGES = 16 };

/* A client, and what it told. */
typedef struct client {
    test_stage *stage;
    cote_loop *loop;
    cote__redis_server server;
    cote__resolver *resolver;
    cote__redis *redis;
    cote__slice say;

    /* Under the stage's lock: */
    bool done;
    unsigned ready, heard;
    char text[256];             /* the last message */
    char changes[CHANGES][256]; /* "" is: it works */
    unsigned change_count;
    cote__hearing hearing;
} client;

static void on_message(void *owner, cote__slice message)
{
    client *self = owner;
    stage_lock(self->stage);
    self->heard++;
    snprintf(self->text, sizeof self->text, "%.*s", (int)message.size, message.data);
    stage_unlock(self->stage);
}

static void on_changed(void *owner, const char *trouble)
{
    client *self = owner;
    stage_lock(self->stage);
    if (self->change_count < CHANGES)
        snprintf(self->changes[self->change_count], 256, "%s", trouble ? trouble : "");
    self->change_count++;
    stage_unlock(self->stage);
}

/* Says something each time, as its owner does. */
static void on_ready(void *owner)
{
    client *self = owner;
    stage_lock(self->stage);
    self->ready++;
    stage_unlock(self->stage);
    cote__redis_publish(self->redis, cote__slice_of("ready"));
}

static const cote__redis_events events = {on_message, on_ready, on_changed};

/* MARK: on the loop */

static void finish(client *self)
{
    stage_lock(self->stage);
    self->done = true;
    stage_unlock(self->stage);
}

static void on_loop(client *self, void (*call)(void *))
{
    stage_lock(self->stage);
    self->done = false;
    stage_unlock(self->stage);
    assert_int_equal(cote_loop_call(self->loop, call, self), COTE_OK);
    stage_wait(self->stage, self->done);
}

static void open_now(void *context)
{
    client *self = context;
    self->resolver = cote__resolver_create(self->loop);
    self->redis =
        cote__redis_open(self->loop, self->resolver, &self->server, "cote", &events, self);
    finish(self);
}

static void publish_now(void *context)
{
    client *self = context;
    cote__redis_publish(self->redis, self->say);
    finish(self);
}

static void ask_hearing(void *context)
{
    client *self = context;
    self->hearing = cote__redis_hearing(self->redis);
    finish(self);
}

static void close_now(void *context)
{
    client *self = context;
    cote__redis_close(self->redis);
    cote__resolver_destroy(self->resolver);
    finish(self);
}

static client *make_client(test_stage *stage, const redis_server *server)
{
    client *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = stage_loop(stage);
    self->server = (cote__redis_server){.host = "127.0.0.1", .port = server->port};
    return self;
}

static client *begin(test_stage *stage, const redis_server *server)
{
    client *self = make_client(stage, server);
    on_loop(self, open_now);
    return self;
}

static void end(client *self)
{
    on_loop(self, close_now);
    stage_end_loop(self->stage, self->loop);
    free(self);
}

static void expect_change(client *self, unsigned number, const char *text)
{
    stage_wait(self->stage, self->change_count > number);
    const char *change = self->changes[number];
    if (*text ? !strstr(change, text) : *change != '\0')
        fail_msg("change %u is \"%s\", not \"%s\"", number, change, text);
}

/* MARK: tests */

static void test_what_is_published_is_heard(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    client *one = begin(stage, &server);
    expect_change(one, 0, "");
    stage_wait(stage, one->heard == 1 && strcmp(one->text, "ready") == 0);

    raw_peer other = redis_connect(&server);
    redis_publish(&other, cote__slice_of("from another"));
    stage_wait(stage, one->heard == 2 && strcmp(one->text, "from another") == 0);

    raw_peer ear = redis_connect(&server);
    redis_do(&ear, "SUBSCRIBE cote");
    one->say = cote__slice_of("to another");
    on_loop(one, publish_now);
    cote__resp_reply heard = redis_hear(&ear);
    assert_true(cote__slice_equal(heard.values[2].text, one->say));
    raw_close(&ear);
    raw_close(&other);
    end(one);
    redis_server_kill(&server);
}

static void test_what_was_published_leaves_before_the_end(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    client *one = begin(stage, &server);
    expect_change(one, 0, "");
    raw_peer ear = redis_connect(&server);
    redis_do(&ear, "SUBSCRIBE cote");
    one->say = cote__slice_of("goodbye");
    on_loop(one, publish_now);
    end(one);
    cote__resp_reply heard = redis_hear(&ear);
    assert_true(cote__slice_equal(heard.values[2].text, cote__slice_of("goodbye")));
    raw_close(&ear);
    redis_server_kill(&server);
}

static void test_it_waits_for_a_server(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    client *one = begin(stage, &server);
    expect_change(one, 0, "connection refused");
    redis_server_run(&server, NULL);
    expect_change(one, 1, "");
    stage_check(stage, one->change_count == 2);
    end(one);
    redis_server_kill(&server);
}

static void test_it_outlives_a_server(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    client *one = begin(stage, &server);
    expect_change(one, 0, "");
    for (unsigned round = 0; round < 3; round++) {
        redis_server_kill(&server);
        expect_change(one, 1 + 2 * round, "redis at 127.0.0.1:");
        redis_server_run(&server, NULL);
        expect_change(one, 2 + 2 * round, "");
        stage_check(stage, one->ready == round + 2);
    }
    stage_check(stage, one->change_count == 7);
    end(one);
    redis_server_kill(&server);
}

static void test_a_wrong_password_is_told_and_may_become_right(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, "correct");
    client *one = make_client(stage, &server);
    one->server.password = "secret-and-wrong";
    on_loop(one, open_now);
    expect_change(one, 0, "WRONGPASS");
    assert_null(strstr(one->changes[0], "secret"));

    raw_peer admin = redis_connect(&server);
    redis_do(&admin, "AUTH correct");
    redis_do(&admin, "CONFIG SET requirepass secret-and-wrong");
    expect_change(one, 1, "");
    stage_check(stage, one->change_count == 2);
    raw_close(&admin);
    end(one);
    redis_server_kill(&server);
}

static void test_no_password_where_one_is_needed(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, "correct");
    client *one = begin(stage, &server);
    expect_change(one, 0, "NOAUTH");
    end(one);
    redis_server_kill(&server);
}

static void test_a_password_where_none_is_needed(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    client *one = make_client(stage, &server);
    one->server.password = "needless";
    on_loop(one, open_now);
    expect_change(one, 0, "");
    end(one);
    redis_server_kill(&server);
}

static void test_user_and_database(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    raw_peer admin = redis_connect(&server);
    redis_do(&admin, "ACL SETUSER alice on >open allcommands allchannels");
    client *one = make_client(stage, &server);
    one->server.username = "alice";
    one->server.password = "open";
    one->server.database = 3;
    on_loop(one, open_now);
    expect_change(one, 0, "");
    cote__resp_reply clients = redis_do(&admin, "CLIENT LIST");
    char list[4096];
    snprintf(list, sizeof list, "%.*s", (int)clients.values[0].text.size,
             clients.values[0].text.data);
    unsigned count = 0;
    for (char *line = strtok(list, "\n"); line; line = strtok(NULL, "\n"))
        if (strstr(line, " user=alice ") && strstr(line, " db=3 ")) count++;
    assert_int_equal(count, 2);
    raw_close(&admin);
    end(one);
    redis_server_kill(&server);
}

static void test_a_database_that_is_not_there(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    client *one = make_client(stage, &server);
    one->server.database = 99;
    on_loop(one, open_now);
    expect_change(one, 0, "ERR DB index is out of range");
    end(one);
    redis_server_kill(&server);
}

/* It gets ready again and again, and each time it is told that it may not publish. */
static void test_what_is_refused_for_good_is_told_once(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    raw_peer admin = redis_connect(&server);
    redis_do(&admin, "ACL SETUSER mute on >open allcommands allchannels -publish");
    client *one = make_client(stage, &server);
    one->server.username = "mute";
    one->server.password = "open";
    on_loop(one, open_now);
    expect_change(one, 0, "NOPERM");
    stage_wait(stage, one->ready >= 3);
    stage_check(stage, one->change_count == 1);
    redis_do(&admin, "ACL SETUSER mute +publish");
    expect_change(one, 1, "");
    raw_close(&admin);
    end(one);
    redis_server_kill(&server);
}

static void test_a_server_that_falls_silent(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    client *one = begin(stage, &server);
    expect_change(one, 0, "");
    kill(server.pid, SIGSTOP);
    expect_change(one, 1, "does not answer");
    on_loop(one, ask_hearing);
    cote__hearing silent = one->hearing;
    assert_true(silent.until >= silent.since && silent.since > 0);
    kill(server.pid, SIGCONT);
    expect_change(one, 2, "");
    on_loop(one, ask_hearing);
    assert_true(one->hearing.since > silent.until);
    end(one);
    redis_server_kill(&server);
}

/* What nobody else says is known to be nothing, since the server answers. */
static void test_silence_is_heard(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    client *one = begin(stage, &server);
    expect_change(one, 0, "");
    on_loop(one, ask_hearing);
    cote__time before = one->hearing.until;
    uint64_t deadline = stage_now() + 30000;
    while (one->hearing.until < before + 2000 && stage_now() < deadline) on_loop(one, ask_hearing);
    assert_true(one->hearing.until >= before + 2000);
    stage_check(stage, one->heard == 1 && one->change_count == 1);
    end(one);
    redis_server_kill(&server);
}

static void test_a_server_that_never_answers(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    kill(server.pid, SIGSTOP);
    client *one = begin(stage, &server);
    expect_change(one, 0, "does not answer");
    kill(server.pid, SIGCONT);
    expect_change(one, 1, "");
    end(one);
    redis_server_kill(&server);
}

static void test_another_kind_of_server(void **state)
{
    test_stage *stage = *state;
    redis_server server = {0};
    int listener = raw_listen(&server.port);
    client *one = begin(stage, &server);
    raw_peer peer = raw_accept(listener);
    raw_send(&peer, "HTTP/1.1 400 Bad Request\r\n", 26);
    expect_change(one, 0, "no redis server");
    raw_close(&peer);
    close(listener);
    end(one);
}

static void test_a_host_by_its_name(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    redis_server_run(&server, NULL);
    client *one = make_client(stage, &server);
    one->server.host = "localhost";
    on_loop(one, open_now);
    expect_change(one, 0, "");
    end(one);
    redis_server_kill(&server);
}

static void test_an_address_without_a_way_there(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    client *one = make_client(stage, &server);
    one->server.host = "255.255.255.255";
    on_loop(one, open_now);
    expect_change(one, 0, "redis at 255.255.255.255:");
    end(one);
}

static void test_a_name_that_leads_nowhere(void **state)
{
    test_stage *stage = *state;
    redis_server server = redis_server_choose();
    client *one = make_client(stage, &server);
    one->server.host = "no..name";
    on_loop(one, open_now);
    expect_change(one, 0, "redis at no..name:");
    end(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_what_is_published_is_heard),
        stage_test(test_what_was_published_leaves_before_the_end),
        stage_test(test_it_waits_for_a_server),
        stage_test(test_it_outlives_a_server),
        stage_test(test_a_wrong_password_is_told_and_may_become_right),
        stage_test(test_no_password_where_one_is_needed),
        stage_test(test_a_password_where_none_is_needed),
        stage_test(test_user_and_database),
        stage_test(test_a_database_that_is_not_there),
        stage_test(test_what_is_refused_for_good_is_told_once),
        stage_test(test_a_server_that_falls_silent),
        stage_test(test_silence_is_heard),
        stage_test(test_a_server_that_never_answers),
        stage_test(test_another_kind_of_server),
        stage_test(test_a_host_by_its_name),
        stage_test(test_an_address_without_a_way_there),
        stage_test(test_a_name_that_leads_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
