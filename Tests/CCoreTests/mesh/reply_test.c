/* reply_test.c - reply tokens: from any thread, in any order, and longer alive than what they
 * answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ask.h"
#include "support/fake.h"

enum { TOKENS = 64 };

/* A responder that keeps its tokens. */
typedef struct keeper {
    test_stage *stage;
    test_actor *responder;
    cote_loop *loop;
    cote_reply *tokens[TOKENS];
    unsigned count;
} keeper;

static void keep_token(void *context, const cote_request *request, cote_reply *reply)
{
    (void)request;
    keeper *self = context;
    stage_lock(self->stage);
    if (self->count < TOKENS) self->tokens[self->count++] = reply;
    stage_unlock(self->stage);
}

static keeper *keeper_on(test_stage *stage)
{
    keeper *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = stage_loop(stage);
    self->responder = responder_on(stage, self->loop, "server");
    cote_responder_on(self->responder->responder, "keep", keep_token, NULL, self, NULL);
    return self;
}

static cote_value number_text(char *text, unsigned number)
{
    return (cote_value){COTE_KIND_JSON, text, (size_t)sprintf(text, "%u", number)};
}

/* MARK: where and when they are used */

static void *answer_in_reverse(void *context)
{
    keeper *self = context;
    char text[16];
    for (unsigned i = self->count; i-- > 0;) {
        cote_value value = number_text(text, i);
        if (cote_reply_send(self->tokens[i], &value, 0) != COTE_OK) return self;
    }
    return NULL;
}

static void test_from_another_thread_in_any_order(void **state)
{
    test_stage *stage = *state;
    keeper *server = keeper_on(stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *asks[TOKENS];
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK); /* none waits for a responder now */
    for (unsigned i = 0; i < TOKENS; i++) asks[i] = ask_send(requester, "keep", NULL);
    stage_wait(stage, server->count == TOKENS);
    pthread_t thread;
    void *failed;
    assert_int_equal(pthread_create(&thread, NULL, answer_in_reverse, server), 0);
    for (unsigned i = 0; i < TOKENS; i++) {
        char text[16];
        number_text(text, i);
        ask_expect_result(asks[i], text);
    }
    pthread_join(thread, &failed);
    assert_null(failed);
    free(server);
}

static void test_dropped(void **state)
{
    test_stage *stage = *state;
    keeper *server = keeper_on(stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "keep", NULL);
    stage_wait(stage, server->count == 1);
    cote_reply_drop(server->tokens[0]);
    ask_expect(ask, COTE_EREMOTE);
    assert_string_equal(ask->code, "unanswered");
    cote_reply_drop(NULL);
    assert_int_equal(cote_reply_send(NULL, NULL, 0), COTE_EINVAL);
    assert_int_equal(cote_reply_error(NULL, NULL, "m", NULL), COTE_EINVAL);
    free(server);
}

typedef struct used_on_loop {
    test_stage *stage;
    cote_reply *token;
    int result;
    bool done;
} used_on_loop;

static void use(void *context)
{
    used_on_loop *self = context;
    int result = cote_reply_send(self->token, NULL, 0);
    stage_lock(self->stage);
    self->result = result;
    self->done = true;
    stage_unlock(self->stage);
}

static void test_outlives_its_connection(void **state)
{
    test_stage *stage = *state;
    keeper *server = keeper_on(stage);
    raw_peer peer = raw_connect(actor_port(server->responder));
    raw_send_request(&peer, "{\"type\":\"keep\"}", "1");
    raw_send_request(&peer, "{\"type\":\"keep\"}", "2");
    stage_wait(stage, server->count == 2);
    raw_close(&peer);
    /* Once a later connection is answered, the end of the earlier one has been seen. */
    peer = raw_connect(actor_port(server->responder));
    raw_send_request(&peer, "{\"type\":\"echo\"}", "3");
    raw_expect(&peer);
    used_on_loop used = {.stage = stage, .token = server->tokens[0]};
    assert_int_equal(cote_loop_call(server->loop, use, &used), COTE_OK);
    stage_wait(stage, used.done);
    assert_int_equal(used.result, COTE_ECLOSED);
    assert_int_equal(cote_reply_send(server->tokens[1], NULL, 0), COTE_ECLOSED);
    raw_send_request(&peer, "{\"type\":\"echo\"}", "4");
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 2, "s:4"));
    raw_close(&peer);
    free(server);
}

static void test_outlives_component_and_loop(void **state)
{
    test_stage *stage = *state;
    keeper *server = keeper_on(stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *asks[4];
    for (int i = 0; i < 4; i++) asks[i] = ask_send(requester, "keep", NULL);
    stage_wait(stage, server->count == 4);
    actor_close(server->responder);
    stage_wait(stage, server->responder->closed == 1);
    for (int i = 0; i < 4; i++) ask_expect(asks[i], COTE_ECONNLOST);
    used_on_loop used = {.stage = stage, .token = server->tokens[0]};
    assert_int_equal(cote_loop_call(server->loop, use, &used), COTE_OK);
    stage_wait(stage, used.done);
    assert_int_equal(used.result, COTE_ECLOSED);
    cote_reply_drop(server->tokens[1]);
    stage_end_loop(stage, server->loop);
    assert_int_equal(cote_reply_error(server->tokens[2], NULL, "m", NULL), COTE_ECLOSED);
    cote_reply_drop(server->tokens[3]);
    free(server);
}

/* MARK: what they say */

static void test_errors(void **state)
{
    test_stage *stage = *state;
    keeper *server = keeper_on(stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *asks[4];
    for (unsigned i = 0; i < 4; i++) {
        asks[i] = ask_send(requester, "keep", NULL);
        stage_wait(stage, server->count == i + 1);
    }
    cote_value details = {COTE_KIND_JSON, "{\"a\":[1]}", 9};
    cote_value broken = {COTE_KIND_JSON, "{bad", 4};
    assert_int_equal(cote_reply_error(server->tokens[0], "C\"1", "line\n\xc3\xa9", &details),
                     COTE_OK);
    ask_expect(asks[0], COTE_EREMOTE);
    assert_string_equal(asks[0]->message, "line\n\xc3\xa9");
    assert_string_equal(asks[0]->code, "C\"1");
    assert_string_equal(asks[0]->details.data, "{\"a\":[1]}");

    assert_int_equal(cote_reply_error(server->tokens[1], NULL, "m", &broken), COTE_EINVAL);
    ask_expect(asks[1], COTE_EREMOTE);
    assert_string_equal(asks[1]->error.data, "{\"message\":\"m\"}");

    assert_int_equal(cote_reply_send(server->tokens[2], &broken, 0), COTE_EINVAL);
    ask_expect(asks[2], COTE_EREMOTE);
    assert_string_equal(asks[2]->code, "invalidReply");

    cote_value bigint = {COTE_KIND_BIGINT, "12x", 3};
    assert_int_equal(cote_reply_send(server->tokens[3], &bigint, 0), COTE_EINVAL);
    ask_expect(asks[3], COTE_EREMOTE);
    free(server);
}

static void test_every_kind_of_result(void **state)
{
    static const cote_value values[] = {
        {COTE_KIND_JSON, "{\"a\":1}", 7},
        {COTE_KIND_JSON, "null", 4},
        {COTE_KIND_STRING, "text", 4},
        {COTE_KIND_STRING, "", 0},
        {COTE_KIND_BIGINT, "-123456789012345678901234567890", 31},
        {COTE_KIND_BYTES, "\x00\x01", 2},
        {COTE_KIND_BYTES, "", 0},
        {COTE_KIND_BYTES, "j:{", 3},
        {COTE_KIND_BYTES, "s:", 2},
        {COTE_KIND_BYTES, "b:x\x00", 4},
    };
    enum { COUNT = sizeof values / sizeof *values };
    test_stage *stage = *state;
    keeper *server = keeper_on(stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    for (unsigned i = 0; i < COUNT; i++) {
        test_ask *ask = ask_send(requester, "keep", NULL);
        stage_wait(stage, server->count == i + 1);
        assert_int_equal(cote_reply_send(server->tokens[i], &values[i], 0), COTE_OK);
        ask_expect(ask, COTE_OK);
        assert_int_equal(ask->result.kind, values[i].kind);
        assert_int_equal(ask->result.size, values[i].size);
        assert_memory_equal(ask->result.data, values[i].data, values[i].size);
        assert_int_equal(ask->extra_count, 0);
    }
    free(server);
}

/* MARK: requests that nobody waits for, and those that nobody handles */

static void test_request_without_id(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer peer = raw_connect(actor_port(responder));
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 2);
    cote__amp_argument(&frame, "j:", cote__slice_of("{\"type\":\"echo\"}"));
    cote__amp_argument(&frame, "j:", cote__slice_of("null"));
    raw_send(&peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
    raw_send_request(&peer, "{\"type\":\"echo\"}", "1");
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 2, "s:1"));
    stage_check(stage, responder->handled == 2);
    raw_close(&peer);
}

static void test_request_before_its_handler(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    actor_respond(responder, stage_loop(stage));
    raw_peer peer = raw_connect(actor_port(responder));
    raw_send_request(&peer, "{\"type\":\"late\"}", "1");
    raw_send_request(&peer, "{\"type\":\"never\"}", "2");
    raw_send_request(&peer, "{\"type\":\"late\"}", "3");
    actor_on(responder, "late", actor_echo);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 2, "s:1"));
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 2, "s:3"));
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 1, "s:2"));
    assert_non_null(strstr(peer.frame.arguments[0].data, "noHandler"));
    raw_send_request(&peer, "{\"type\":\"never\"}", "4"); /* the first second is over: at once */
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 1, "s:4"));
    raw_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_from_another_thread_in_any_order),
        stage_test(test_dropped),
        stage_test(test_outlives_its_connection),
        stage_test(test_outlives_component_and_loop),
        stage_test(test_errors),
        stage_test(test_every_kind_of_result),
        stage_test(test_request_without_id),
        stage_test(test_request_before_its_handler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
