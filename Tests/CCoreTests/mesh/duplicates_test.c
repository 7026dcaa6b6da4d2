/* duplicates_test.c - a request of ours that comes again is not handled twice, if that is wanted.
 */
#include <stdio.h>
#include <string.h>

#include "support/ask.h"
#include "support/raw_tcp.h"

#define IID "01234567-89ab-4def-8123-456789abcdef"

typedef struct server {
    test_actor *actor;
    raw_peer peer;
    /* Under the stage's lock: */
    cote_reply *kept;
    unsigned calls, redelivered, gone, released;
} server;

static void on_gone(void *context)
{
    server *self = context;
    stage_lock(self->actor->stage);
    self->gone++;
    stage_unlock(self->actor->stage);
}

static void on_released(void *context)
{
    server *self = context;
    stage_lock(self->actor->stage);
    self->released++;
    stage_unlock(self->actor->stage);
}

/* Answers `now` at once, and keeps `later`. */
static void on_request(void *context, const cote_request *request, cote_reply *reply)
{
    server *self = context;
    if (strcmp(request->type, "now") != 0)
        assert_int_equal(cote_reply_watch(reply, on_gone, on_released, self), COTE_OK);
    stage_lock(self->actor->stage);
    self->calls++;
    self->redelivered = request->redelivered;
    if (strcmp(request->type, "now") != 0) self->kept = reply;
    stage_unlock(self->actor->stage);
    if (strcmp(request->type, "now") == 0) cote_reply_send(reply, NULL, 0);
}

static void begin(server *self, test_stage *stage, uint32_t deduplicate)
{
    *self = (server){.actor = actor_create(stage, "server"), .peer = {.fd = -1}};
    self->actor->options.deduplicate = deduplicate;
    actor_respond(self->actor, stage_loop(stage));
    assert_int_equal(cote_responder_on(self->actor->responder, "**", on_request, NULL, self, NULL),
                     COTE_OK);
    self->peer = raw_connect(actor_port(self->actor));
}

static void lose(server *self)
{
    raw_close(&self->peer);
    stage_wait(self->actor->stage, self->actor->connected == 0);
    self->peer = raw_connect(actor_port(self->actor));
}

/* The connection is lost while a request is handled. */
static void begin_and_lose(server *self, test_stage *stage, uint32_t deduplicate, const char *json)
{
    begin(self, stage, deduplicate);
    raw_send_request(&self->peer, json, IID ":1");
    stage_wait(stage, self->calls == 1);
    lose(self);
}

static void send_again(server *self, const char *type, const char *id)
{
    char json[80];
    snprintf(json, sizeof json, "{\"type\":\"%s\",\"__coteRedelivered\":1}", type);
    raw_send_request(&self->peer, json, id);
}

/* The next frame is an answer to that request. */
static void expect_answer(server *self, const char *id)
{
    char text[80];
    snprintf(text, sizeof text, "s:%s", id);
    raw_expect(&self->peer);
    assert_true(raw_argument_is(&self->peer, self->peer.frame.count - 1, text));
}

static bool is_duplicate_error(const server *self)
{
    cote__slice error = self->peer.frame.arguments[0];
    char text[256] = "";
    if (error.size < sizeof text) memcpy(text, error.data, error.size);
    return self->peer.frame.count == 2 && strstr(text, "\"code\":\"duplicate\"");
}

static void expect_duplicate(server *self, const char *id)
{
    expect_answer(self, id);
    assert_true(is_duplicate_error(self));
}

static uint64_t running(const server *self)
{
    cote_counters counters = COTE_COUNTERS_INIT;
    assert_int_equal(cote_responder_counters(self->actor->responder, &counters), COTE_OK);
    return counters.requests_running;
}

static void answer(server *self)
{
    cote_value value = {COTE_KIND_STRING, "late", 4};
    assert_int_equal(cote_reply_send(self->kept, &value, 0), COTE_OK);
}

/* MARK: known again */

static void test_first_answer_goes_to_the_new_connection(void **state)
{
    test_stage *stage = *state;
    static server self; /* for callbacks that come when the test is through */
    begin(&self, stage, 10);
    raw_send_request(&self.peer, "{\"type\":\"later\"}", IID ":7");
    stage_wait(stage, self.calls == 1);
    lose(&self);
    send_again(&self, "later", IID ":7");
    send_again(&self, "now", IID ":8"); /* it did not come before: it is handled */
    expect_answer(&self, IID ":8");
    stage_check(stage, self.calls == 2 && self.gone == 0 && self.redelivered == 1);
    assert_int_equal(running(&self), 1);
    answer(&self);
    expect_answer(&self, IID ":7");
    assert_true(raw_argument_is(&self.peer, 1, "s:late"));
    stage_wait(stage, self.released == 1);
    stage_check(stage, self.gone == 0);
    assert_int_equal(running(&self), 0);
    /* And now it was answered. */
    lose(&self);
    send_again(&self, "later", IID ":7");
    expect_duplicate(&self, IID ":7");
    send_again(&self, "now", IID ":8");
    expect_duplicate(&self, IID ":8");
    stage_check(stage, self.calls == 2);
    raw_close(&self.peer);
}

static void test_answer_that_found_nobody_is_told(void **state)
{
    test_stage *stage = *state;
    static server self;
    begin(&self, stage, 10);
    raw_send_request(&self.peer, "{\"type\":\"later\"}", IID ":7");
    stage_wait(stage, self.calls == 1);
    lose(&self);
    assert_int_equal(cote_reply_send(self.kept, NULL, 0), COTE_ECLOSED);
    send_again(&self, "later", IID ":7");
    expect_duplicate(&self, IID ":7");
    raw_close(&self.peer);
}

static void test_unanswered_token_answers_the_new_connection(void **state)
{
    test_stage *stage = *state;
    static server self;
    begin(&self, stage, 10);
    raw_send_request(&self.peer, "{\"type\":\"later\"}", IID ":7");
    stage_wait(stage, self.calls == 1);
    lose(&self);
    send_again(&self, "later", IID ":7");
    send_again(&self, "now", IID ":8");
    expect_answer(&self, IID ":8");
    cote_reply_drop(self.kept);
    expect_answer(&self, IID ":7");
    assert_int_equal(self.peer.frame.count, 2);
    assert_false(is_duplicate_error(&self));
    raw_close(&self.peer);
}

/* MARK: handled */

static void test_window_is_bounded(void **state)
{
    test_stage *stage = *state;
    static server self;
    begin(&self, stage, 2);
    static const char *const ids[] = {IID ":1", IID ":2", IID ":3"};
    for (int i = 0; i < 3; i++) {
        raw_send_request(&self.peer, "{\"type\":\"now\"}", ids[i]);
        expect_answer(&self, ids[i]);
    }
    send_again(&self, "now", IID ":3");
    expect_duplicate(&self, IID ":3");
    send_again(&self, "now", IID ":2");
    expect_duplicate(&self, IID ":2");
    send_again(&self, "now", IID ":1");
    expect_answer(&self, IID ":1");
    assert_false(is_duplicate_error(&self));
    stage_check(stage, self.calls == 4);
    raw_close(&self.peer);
}

/* Whoever does not say that it comes again is somebody else, and so are the ids of others, which
 * mean something on their connection only. */
static void test_others_are_handled(void **state)
{
    test_stage *stage = *state;
    static server self;
    begin(&self, stage, 10);
    for (int i = 0; i < 2; i++) {
        raw_send_request(&self.peer, "{\"type\":\"now\"}", IID ":1");
        expect_answer(&self, IID ":1");
        send_again(&self, "now", "4242:0");
        expect_answer(&self, "4242:0");
        assert_false(is_duplicate_error(&self));
    }
    stage_check(stage, self.calls == 4);
    raw_close(&self.peer);
}

static void test_nothing_is_remembered_by_default(void **state)
{
    test_stage *stage = *state;
    static server self;
    begin_and_lose(&self, stage, 0, "{\"type\":\"later\"}");
    stage_wait(stage, self.gone == 1);
    assert_int_equal(cote_reply_send(self.kept, NULL, 0), COTE_ECLOSED);
    send_again(&self, "now", IID ":1");
    expect_answer(&self, IID ":1");
    stage_check(stage, self.calls == 2 && self.redelivered == 1);
    raw_close(&self.peer);
}

/* MARK: the end */

static void test_close_tells_those_that_outlived_their_connection(void **state)
{
    test_stage *stage = *state;
    static server self;
    begin_and_lose(&self, stage, 10, "{\"type\":\"later\"}");
    actor_close(self.actor);
    stage_wait(stage, self.gone == 1 && self.released == 1);
    assert_int_equal(cote_reply_send(self.kept, NULL, 0), COTE_ECLOSED);
    raw_close(&self.peer);
}

static void test_deadline_is_told_after_the_connection(void **state)
{
    test_stage *stage = *state;
    static server self;
    begin_and_lose(&self, stage, 10, "{\"type\":\"later\",\"__timeout\":500}");
    stage_wait(stage, self.gone == 1);
    assert_int_equal(cote_reply_send(self.kept, NULL, 0), COTE_ECLOSED);
    raw_close(&self.peer);
}

/* What is remembered of answered requests, and their connections, is nothing to wait for. */
static void test_drain_does_not_wait_for_memories(void **state)
{
    test_stage *stage = *state;
    static server self;
    begin(&self, stage, 10);
    raw_send_request(&self.peer, "{\"type\":\"now\"}", IID ":1");
    expect_answer(&self, IID ":1");
    raw_close(&self.peer);
    stage_wait(stage, self.actor->connected == 0);
    cote_responder_drain(self.actor->responder, 600000);
    stage_wait(stage, self.actor->closed == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_first_answer_goes_to_the_new_connection),
        stage_test(test_answer_that_found_nobody_is_told),
        stage_test(test_unanswered_token_answers_the_new_connection),
        stage_test(test_window_is_bounded),
        stage_test(test_others_are_handled),
        stage_test(test_nothing_is_remembered_by_default),
        stage_test(test_close_tells_those_that_outlived_their_connection),
        stage_test(test_deadline_is_told_after_the_connection),
        stage_test(test_drain_does_not_wait_for_memories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
