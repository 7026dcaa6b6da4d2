/* values_test.c - answers of several values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ask.h"
#include "support/fake.h"

#define J(TEXT)      ((cote_value){COTE_KIND_JSON, TEXT, sizeof(TEXT) - 1})
#define S(TEXT)      ((cote_value){COTE_KIND_STRING, TEXT, sizeof(TEXT) - 1})
#define B(BYTES)     ((cote_value){COTE_KIND_BYTES, BYTES, sizeof(BYTES) - 1})
#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof *(ARRAY))

/* A responder that answers "values" with what is in it. */
typedef struct giver {
    test_stage *stage;
    test_actor *responder;
    const cote_value *values;
    size_t count;
    unsigned flags;
    bool keeps;
    cote_reply *token;
    int result;
} giver;

static void on_request(void *context, const cote_request *request, cote_reply *reply)
{
    giver *self = context;
    (void)request;
    stage_lock(self->stage);
    if (self->keeps)
        self->token = reply;
    else
        self->result = cote_reply_send_values(reply, self->values, self->count, self->flags);
    stage_unlock(self->stage);
}

static giver *giver_on(test_stage *stage)
{
    giver *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->responder = responder_on(stage, stage_loop(stage), "server");
    cote_responder_on(self->responder->responder, "values", on_request, NULL, self, NULL);
    return self;
}

static void give(giver *self, const cote_value *values, size_t count)
{
    stage_lock(self->stage);
    self->values = values;
    self->count = count;
    stage_unlock(self->stage);
}

static void ask_as_node(giver *self, raw_peer *peer, const cote_value *values, size_t count)
{
    give(self, values, count);
    raw_send_request(peer, "{\"type\":\"values\"}", "4242:7");
    raw_expect(peer);
    assert_true(raw_argument_is(peer, peer->frame.count - 1, "s:4242:7"));
}

static void test_as_many_as_fit(void **state)
{
    test_stage *stage = *state;
    giver *self = giver_on(stage);
    raw_peer peer = raw_connect(actor_port(self->responder));
    cote_value values[14];
    for (size_t i = 0; i < COUNT(values); i++) values[i] = J("[1]");
    for (size_t count = 0; count <= 13; count++) {
        ask_as_node(self, &peer, values, count);
        assert_int_equal(peer.frame.count, count + 2);
        assert_true(raw_argument_is(&peer, 0, "j:null"));
        for (unsigned i = 0; i < count; i++) assert_true(raw_argument_is(&peer, i + 1, "j:[1]"));
        stage_check(stage, self->result == COTE_OK);
    }
    ask_as_node(self, &peer, values, 14);
    assert_int_equal(peer.frame.count, 2);
    stage_check(stage, self->result == COTE_EINVAL);
    ask_as_node(self, &peer, NULL, 0);
    assert_int_equal(peer.frame.count, 2);
    assert_true(raw_argument_is(&peer, 0, "j:null"));
    ask_as_node(self, &peer, NULL, 1);
    stage_check(stage, self->result == COTE_EINVAL);
    raw_close(&peer);
    free(self);
}

static void test_more_than_fit_is_an_error_for_both(void **state)
{
    test_stage *stage = *state;
    giver *self = giver_on(stage);
    cote_value values[14], broken[] = {J("1"), J("{")};
    for (size_t i = 0; i < COUNT(values); i++) values[i] = S("x");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    give(self, values, COUNT(values));
    test_ask *ask = ask_send(requester, "values", NULL);
    ask_expect(ask, COTE_EREMOTE);
    assert_string_equal(ask->code, "invalidReply");
    stage_check(stage, self->result == COTE_EINVAL);
    give(self, broken, COUNT(broken));
    ask = ask_send(requester, "values", NULL);
    ask_expect(ask, COTE_EREMOTE);
    assert_string_equal(ask->code, "invalidReply");
    assert_int_equal(cote_reply_send_values(NULL, values, 1, 0), COTE_EINVAL);
    free(self);
}

static void test_bytes_that_look_tagged(void **state)
{
    static const char object[] = "{\"type\":\"Buffer\",\"data\":[106,58,123]}";
    static const char other[] = "{\"type\":\"Buffer\",\"data\":[115,58]}";
    const cote_value values[] = {B("j:{"), B("\x00\x01"), B("s:"), B(""), J("true")};
    const cote_value last[] = {J("1"), B("j:{")};
    test_stage *stage = *state;
    giver *self = giver_on(stage);
    raw_peer peer = raw_connect(actor_port(self->responder));
    ask_as_node(self, &peer, values, COUNT(values));
    char tagged[64];
    snprintf(tagged, sizeof tagged, "j:%s", object);
    assert_true(raw_argument_is(&peer, 1, tagged));
    assert_int_equal(peer.frame.arguments[2].size, 2);
    assert_memory_equal(peer.frame.arguments[2].data, "\x00\x01", 2);
    snprintf(tagged, sizeof tagged, "j:%s", other);
    assert_true(raw_argument_is(&peer, 3, tagged));
    assert_true(raw_argument_is(&peer, 4, ""));
    assert_true(raw_argument_is(&peer, 5, "j:true"));
    raw_close(&peer);

    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "values", NULL);
    ask_expect_result(ask, object);
    assert_int_equal(ask->extra_count, 4);
    assert_string_equal(ask->extra[1].data, other);
    assert_int_equal(ask->extra[2].kind, COTE_KIND_BYTES);
    give(self, last, COUNT(last)); /* which is no mark of the first */
    ask = ask_send(requester, "values", NULL);
    ask_expect_result(ask, "1");
    assert_int_equal(ask->extra_count, 1);
    assert_string_equal(ask->extra[0].data, object);
    give(self, values, 1); /* alone they cross as they are */
    ask = ask_send(requester, "values", NULL);
    ask_expect(ask, COTE_OK);
    assert_int_equal(ask->result.kind, COTE_KIND_BYTES);
    assert_string_equal(ask->result.data, "j:{");
    assert_int_equal(ask->extra_count, 0);
    free(self);
}

static void test_every_kind_from_another_thread(void **state)
{
    const cote_value values[] = {J("{\"a\":1}"),
                                 S("text"),
                                 B("\xff"),
                                 {COTE_KIND_BIGINT, "-12345678901234567890", 21},
                                 J(" null ")};
    test_stage *stage = *state;
    giver *self = giver_on(stage);
    self->keeps = true;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "values", NULL);
    stage_wait(stage, self->token != NULL);
    assert_int_equal(cote_reply_send_values(self->token, values, COUNT(values), 0), COTE_OK);
    ask_expect_result(ask, "{\"a\":1}");
    assert_int_equal(ask->extra_count, COUNT(values) - 1);
    for (size_t i = 1; i < COUNT(values); i++) {
        assert_int_equal(ask->extra[i - 1].kind, values[i].kind);
        assert_int_equal(ask->extra[i - 1].size, values[i].size);
        assert_memory_equal(ask->extra[i - 1].data, values[i].data, values[i].size);
    }
    free(self);
}

static void test_no_value(void **state)
{
    test_stage *stage = *state;
    giver *self = giver_on(stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "values", NULL);
    ask_expect_result(ask, "null");
    assert_int_equal(ask->extra_count, 0);
    free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_as_many_as_fit),
        stage_test(test_more_than_fit_is_an_error_for_both),
        stage_test(test_bytes_that_look_tagged),
        stage_test(test_every_kind_from_another_thread),
        stage_test(test_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
