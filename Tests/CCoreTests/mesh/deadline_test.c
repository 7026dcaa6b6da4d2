/* deadline_test.c - how long a requester waits, and who is told when it does no longer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ask.h"
#include "support/fake.h"

enum { WATCHES = 64 };

/* A request that is being answered. */
typedef struct watched {
    struct keeper *keeper;
    cote_reply *token;
    unsigned gone, released;
    unsigned order; /* of its `gone` among all */
    uint64_t since, gone_at;
    bool released_first, released_late; /* before `gone`; after on_close */
    bool drops_when_gone;
    struct watched *drops_other;
} watched;

/* A responder whose handlers watch what they do not answer. */
typedef struct keeper {
    test_stage *stage;
    cote_loop *loop;
    test_actor *responder;
    watched all[WATCHES];
    unsigned count, gone;
    uint64_t deadline; /* of the last request */
    unsigned handled;
} keeper;

static void on_gone(void *context)
{
    watched *self = context;
    stage_lock(self->keeper->stage);
    self->gone++;
    self->gone_at = stage_now();
    self->order = self->keeper->gone++;
    self->released_first = self->released > 0;
    stage_unlock(self->keeper->stage);
    if (self->drops_when_gone) cote_reply_drop(self->token);
    if (self->drops_other) cote_reply_drop(self->drops_other->token);
}

static void on_release(void *context)
{
    watched *self = context;
    stage_lock(self->keeper->stage);
    self->released++;
    self->released_late = self->keeper->responder->closed > 0;
    stage_unlock(self->keeper->stage);
}

static watched *watch(keeper *self, const cote_request *request, cote_reply *reply)
{
    stage_lock(self->stage);
    assert_true(self->count < WATCHES);
    watched *one = &self->all[self->count];
    one->keeper = self;
    one->since = stage_now();
    stage_unlock(self->stage);
    if (cote_reply_watch(reply, on_gone, on_release, one) != COTE_OK) abort();
    stage_lock(self->stage);
    self->deadline = request->deadline;
    one->token = reply;
    self->count++;
    stage_unlock(self->stage);
    return one;
}

static void keep(void *context, const cote_request *request, cote_reply *reply)
{
    watch(context, request, reply);
}

static void answer_at_once(void *context, const cote_request *request, cote_reply *reply)
{
    watch(context, request, reply);
    cote_reply_send(reply, NULL, 0);
}

static void note_deadline(void *context, const cote_request *request, cote_reply *reply)
{
    keeper *self = context;
    stage_lock(self->stage);
    self->deadline = request->deadline;
    self->handled++;
    stage_unlock(self->stage);
    cote_reply_send(reply, NULL, 0);
}

static void on(keeper *self, const char *type, cote_request_cb handler)
{
    assert_int_equal(cote_responder_on(self->responder->responder, type, handler, NULL, self, NULL),
                     COTE_OK);
}

static keeper *keeper_on(test_stage *stage)
{
    keeper *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = stage_loop(stage);
    self->responder = responder_on(stage, self->loop, "server");
    on(self, "keep", keep);
    on(self, "answer", answer_at_once);
    on(self, "note", note_deadline);
    return self;
}

static raw_peer peer_of(const keeper *self)
{
    return raw_connect(actor_port(self->responder));
}

/* When it is answered, all that came before over this connection was handled. */
static void settle(raw_peer *peer)
{
    raw_send_request(peer, "{\"type\":\"echo\"}", "settled");
    do raw_expect(peer);
    while (!raw_argument_is(peer, peer->frame.count - 1, "s:settled"));
}

static void close_responder(keeper *self)
{
    actor_close(self->responder);
    stage_wait(self->stage, self->responder->closed == 1);
}

/* `release` was called once each, and before on_close. */
static void check_and_free(keeper *self)
{
    for (unsigned i = 0; i < self->count; i++) {
        const watched *one = &self->all[i];
        assert_int_equal(one->released, 1);
        assert_false(one->released_first || one->released_late);
        assert_true(one->gone <= 1);
    }
    free(self);
}

static void end(keeper *self)
{
    close_responder(self);
    check_and_free(self);
}

/* MARK: what a request says */

static void test_deadline_is_told(void **state)
{
    static const struct {
        const char *request;
        uint64_t deadline;
    } cases[] = {
        {"{\"type\":\"note\",\"__timeout\":60000}", 60000},
        {"{\"type\":\"note\",\"__timeout\":6e4}", 60000},
        {"{\"type\":\"note\",\"__timeout\":1500.25}", 1501},
        {"{\"__timeout\":3,\"type\":\"note\",\"__timeout\":70000}", 70000},
        {"{\"type\":\"note\",\"\\u005f_timeout\":80000}", 80000},
        {"{\"type\":\"note\"}", 0},
        {"{\"type\":\"note\",\"__timeout\":0}", 0},
        {"{\"type\":\"note\",\"__timeout\":-1}", 0},
        {"{\"type\":\"note\",\"__timeout\":1e300}", 0},
        {"{\"type\":\"note\",\"__timeout\":1e999}", 0},
        {"{\"type\":\"note\",\"__timeout\":null}", 0},
        {"{\"type\":\"note\",\"__timeout\":\"60000\"}", 0},
        {"{\"type\":\"note\",\"__timeout\":{}}", 0},
        {"{\"type\":\"note\",\"__timeout\":5,\"__timeout\":\"5\"}", 0},
    };
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    raw_peer peer = peer_of(self);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        raw_send_request(&peer, cases[i].request, "1");
        raw_expect(&peer);
        stage_check(stage, self->deadline == cases[i].deadline && self->handled == i + 1);
    }
    raw_close(&peer);
    end(self);
}

static void test_time_runs_before_there_is_a_handler(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    raw_peer peer = peer_of(self);
    raw_send_request(&peer, "{\"type\":\"late\",\"__timeout\":60000}", "1");
    settle(&peer);
    uint64_t parked = stage_now();
    while (stage_now() == parked) settle(&peer);
    on(self, "late", note_deadline);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 2, "s:1"));
    stage_check(stage, self->deadline > 0 && self->deadline < 60000);
    raw_close(&peer);
    end(self);
}

/* After a second it is refused if somebody waits, and forgotten if not. */
static void test_over_before_there_is_a_handler(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    raw_peer peer = peer_of(self);
    raw_send_request(&peer, "{\"type\":\"never\",\"__timeout\":1}", "1");
    raw_send_request(&peer, "{\"type\":\"never\"}", "2");
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 1, "s:2"));
    raw_close(&peer);
    end(self);
}

/* MARK: nobody waits any more */

static void test_connection_ends(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    raw_peer peer = peer_of(self), other = peer_of(self);
    raw_send_request(&peer, "{\"type\":\"keep\"}", "1");
    raw_send_request(&peer, "{\"type\":\"keep\",\"__timeout\":600000}", "2");
    stage_wait(stage, self->count == 2);
    raw_send_request(&other, "{\"type\":\"keep\"}", "1");
    stage_wait(stage, self->count == 3);
    raw_close(&peer);
    stage_wait(stage, self->all[0].released == 1 && self->all[1].released == 1);
    stage_check(stage, self->all[0].gone == 1 && self->all[1].gone == 1);
    settle(&other);
    stage_check(stage, self->all[2].gone == 0 && self->all[2].released == 0);
    assert_int_equal(cote_reply_send(self->all[0].token, NULL, 0), COTE_ECLOSED);
    cote_reply_drop(self->all[1].token);
    assert_int_equal(cote_reply_send(self->all[2].token, NULL, 0), COTE_OK);
    raw_expect(&other);
    raw_close(&other);
    end(self);
}

static void test_deadline_passes(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    raw_peer peer = peer_of(self);
    raw_send_request(&peer, "{\"type\":\"keep\",\"__timeout\":600000}", "0");
    raw_send_request(&peer, "{\"type\":\"keep\",\"__timeout\":120}", "1");
    raw_send_request(&peer, "{\"type\":\"keep\",\"__timeout\":20}", "2");
    raw_send_request(&peer, "{\"type\":\"keep\",\"__timeout\":70}", "3");
    stage_wait(stage, self->gone == 3);
    static const unsigned orders[] = {0, 2, 0, 1}, timeouts[] = {0, 120, 20, 70};
    for (unsigned i = 1; i < 4; i++) {
        stage_check(stage, self->all[i].gone == 1 && self->all[i].order == orders[i]);
        stage_check(stage, self->all[i].gone_at - self->all[i].since >= timeouts[i]);
    }
    stage_check(stage, self->all[0].gone == 0);
    /* Its requester is still there, and gets what is answered after all. */
    assert_int_equal(cote_reply_send(self->all[1].token, NULL, 0), COTE_OK);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 2, "s:1"));
    raw_send_request(&peer, "{\"type\":\"keep\",\"__timeout\":10}", "4"); /* a timer anew */
    stage_wait(stage, self->gone == 4);
    for (unsigned i = 0; i < 5; i++)
        if (i != 1) cote_reply_drop(self->all[i].token);
    raw_close(&peer);
    end(self);
}

static void test_our_requester_tells_its_timeout(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_within(requester, "keep", 50);
    ask_expect(ask, COTE_ETIMEDOUT);
    stage_wait(stage, self->count == 1 && self->all[0].released == 1);
    stage_check(stage, self->all[0].gone == 1 && self->deadline > 0 && self->deadline <= 50);
    cote_reply_drop(self->all[0].token);
    end(self);
}

static void test_responder_closes(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    raw_peer peer = peer_of(self);
    raw_send_request(&peer, "{\"type\":\"keep\",\"__timeout\":600000}", "1");
    raw_send_request(&peer, "{\"type\":\"keep\"}", "2");
    stage_wait(stage, self->count == 2);
    cote_reply *first = self->all[0].token, *second = self->all[1].token;
    cote_loop *loop = self->loop;
    close_responder(self);
    stage_check(stage, self->all[0].gone == 1 && self->all[1].gone == 1);
    assert_int_equal(cote_reply_send(first, NULL, 0), COTE_ECLOSED);
    check_and_free(self);
    stage_end_loop(stage, loop);
    cote_reply_drop(second);
    raw_close(&peer);
}

static void test_tokens_used_when_they_are_told(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    raw_peer peer = peer_of(self);
    for (unsigned i = 0; i < 3; i++) {
        raw_send_request(&peer, "{\"type\":\"keep\",\"__timeout\":600000}", "1");
        stage_wait(stage, self->count == i + 1);
    }
    stage_lock(stage);
    self->all[0].drops_when_gone = self->all[1].drops_when_gone = true;
    self->all[0].drops_other = &self->all[2];
    stage_unlock(stage);
    raw_close(&peer);
    stage_wait(stage, self->all[0].released && self->all[1].released && self->all[2].released);
    stage_check(stage, self->all[0].gone == 1 && self->all[1].gone == 1 && self->all[2].gone == 0);
    end(self);
}

/* MARK: somebody answers */

static void test_answered_on_the_loop(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    raw_peer peer = peer_of(self), other = peer_of(self);
    raw_send_request(&peer, "{\"type\":\"answer\",\"__timeout\":600000}", "1");
    raw_send_request(&peer, "{\"type\":\"answer\"}", "2");
    raw_expect(&peer);
    raw_expect(&peer);
    stage_wait(stage, self->count == 2 && self->all[0].released && self->all[1].released);
    raw_close(&peer);
    settle(&other);
    stage_check(stage, self->all[0].gone == 0 && self->all[1].gone == 0);
    raw_close(&other);
    end(self);
}

static void test_answered_elsewhere(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    raw_peer peer = peer_of(self), other = peer_of(self);
    for (unsigned i = 0; i < 3; i++)
        raw_send_request(&peer, "{\"type\":\"keep\",\"__timeout\":600000}", "1");
    stage_wait(stage, self->count == 3);
    assert_int_equal(cote_reply_send(self->all[0].token, NULL, 0), COTE_OK);
    assert_int_equal(cote_reply_error(self->all[1].token, NULL, "m", NULL), COTE_OK);
    cote_reply_drop(self->all[2].token);
    for (unsigned i = 0; i < 3; i++) raw_expect(&peer);
    stage_wait(stage, self->all[0].released && self->all[1].released && self->all[2].released);
    raw_close(&peer);
    settle(&other);
    stage_check(stage, self->gone == 0);
    raw_close(&other);
    end(self);
}

/* Of several handlers each has its own: another's answer is not the end of it. */
static void test_several_handlers(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    on(self, "k*ep", keep); /* matches nothing: `*` is a whole segment */
    on(self, "*", keep);
    raw_peer peer = peer_of(self);
    raw_send_request(&peer, "{\"type\":\"keep\"}", "1");
    stage_wait(stage, self->count == 2);
    assert_int_equal(cote_reply_send(self->all[0].token, NULL, 0), COTE_OK);
    raw_expect(&peer);
    stage_wait(stage, self->all[0].released == 1);
    stage_check(stage, self->all[1].released == 0);
    raw_close(&peer);
    stage_wait(stage, self->all[1].released == 1);
    stage_check(stage, self->all[0].gone == 0 && self->all[1].gone == 1);
    cote_reply_drop(self->all[1].token);
    end(self);
}

/* MARK: those that nobody waits for, and those that cannot be watched */

static void test_nobody_waits_from_the_beginning(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    raw_peer peer = peer_of(self);
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 2);
    cote__amp_argument(&frame, "j:", cote__slice_of("{\"type\":\"keep\",\"__timeout\":1}"));
    cote__amp_argument(&frame, "j:", cote__slice_of("null"));
    raw_send(&peer, frame.data, frame.size);
    raw_send(&peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
    stage_wait(stage, self->count == 2);
    assert_int_equal(cote_reply_send(self->all[0].token, NULL, 0), COTE_OK);
    raw_close(&peer);
    stage_wait(stage, self->all[0].released && self->all[1].released);
    stage_check(stage, self->gone == 0);
    cote_reply_drop(self->all[1].token);
    end(self);
}

static void watch_badly(void *context, const cote_request *request, cote_reply *reply)
{
    keeper *self = context;
    watched *one = watch(self, request, reply);
    bool refused = cote_reply_watch(reply, on_gone, on_release, one) == COTE_EINVAL &&
                   cote_reply_watch(reply, NULL, on_release, one) == COTE_EINVAL &&
                   cote_reply_watch(NULL, on_gone, on_release, one) == COTE_EINVAL;
    cote_value value = {COTE_KIND_JSON, refused ? "true" : "false", refused ? 4 : 5};
    cote_reply_send(reply, &value, 0);
}

static void test_refused(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    on(self, "badly", watch_badly);
    raw_peer peer = peer_of(self);
    raw_send_request(&peer, "{\"type\":\"badly\"}", "1");
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 1, "j:true"));
    raw_send_request(&peer, "{\"type\":\"keep\"}", "2");
    stage_wait(stage, self->count == 2);
    assert_int_equal(cote_reply_watch(self->all[1].token, on_gone, on_release, self), COTE_EINVAL);
    cote_reply_drop(self->all[1].token);
    raw_close(&peer);
    end(self);
}

/* MARK: many at once */

enum { ROUNDS = 40, BURST = WATCHES };

static void *use_all(void *context)
{
    keeper *self = context;
    for (unsigned i = 0; i < BURST; i++) {
        stage_wait(self->stage, self->all[i].token != NULL);
        cote_reply *token = self->all[i].token;
        if (i % 3 == 0)
            cote_reply_drop(token);
        else
            cote_reply_send(token, NULL, 0);
    }
    return NULL;
}

/* Answers, deadlines, and the end of the connection, all at the same time. */
static void test_race(void **state)
{
    test_stage *stage = *state;
    keeper *self = keeper_on(stage);
    for (unsigned round = 0; round < ROUNDS; round++) {
        pthread_t thread;
        raw_peer peer = peer_of(self);
        assert_int_equal(pthread_create(&thread, NULL, use_all, self), 0);
        for (unsigned i = 0; i < BURST; i++) {
            char request[64];
            snprintf(request, sizeof request, "{\"type\":\"keep\",\"__timeout\":%u}",
                     i % 4 ? i % 4 : 600000);
            raw_send_request(&peer, request, "1");
        }
        stage_wait(stage, self->count == BURST);
        raw_close(&peer);
        pthread_join(thread, NULL);
        for (unsigned i = 0; i < BURST; i++) {
            stage_wait(stage, self->all[i].released == 1);
            stage_check(stage, !self->all[i].released_first && self->all[i].gone <= 1);
        }
        stage_lock(stage);
        memset(self->all, 0, sizeof self->all);
        self->count = 0;
        stage_unlock(stage);
    }
    end(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_deadline_is_told),
        stage_test(test_time_runs_before_there_is_a_handler),
        stage_test(test_over_before_there_is_a_handler),
        stage_test(test_connection_ends),
        stage_test(test_deadline_passes),
        stage_test(test_our_requester_tells_its_timeout),
        stage_test(test_responder_closes),
        stage_test(test_tokens_used_when_they_are_told),
        stage_test(test_answered_on_the_loop),
        stage_test(test_answered_elsewhere),
        stage_test(test_several_handlers),
        stage_test(test_nobody_waits_from_the_beginning),
        stage_test(test_refused),
        stage_test(test_race),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
