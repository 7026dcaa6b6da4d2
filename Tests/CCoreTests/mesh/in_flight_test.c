/* in_flight_test.c - a responder is given no more requests at once than it may, and the next when
 * it is through with one, however that one ends. */
#include "support/ask.h"
#include "support/heard.h"

enum { MOST = 3, ASKS = 20 };

typedef struct keeper {
    test_actor *actor;
    cote_reply *kept[ASKS];
    unsigned count, answered, most; /* under the lock */
} keeper;

static void keep(void *context, const cote_request *request, cote_reply *reply)
{
    keeper *self = context;
    (void)request;
    stage_lock(self->actor->stage);
    self->kept[self->count++] = reply;
    if (self->count - self->answered > self->most) self->most = self->count - self->answered;
    stage_unlock(self->actor->stage);
}

static void begin(keeper *self, test_stage *stage, cote_loop *loop)
{
    self->actor = actor_create(stage, "keeper");
    actor_respond(self->actor, loop);
    assert_int_equal(cote_responder_on(self->actor->responder, "keep", keep, NULL, self, NULL),
                     COTE_OK);
}

static void answer_one(keeper *self)
{
    test_stage *stage = self->actor->stage;
    stage_lock(stage);
    cote_reply *reply = self->kept[self->answered++];
    stage_unlock(stage);
    assert_int_equal(cote_reply_send(reply, NULL, 0), COTE_OK);
}

static test_actor *bounded(test_stage *stage, cote_loop *loop)
{
    test_actor *requester = actor_create(stage, "client");
    requester->options.max_in_flight = MOST;
    actor_request(requester, loop);
    return requester;
}

static void test_waits_for_answers(void **state)
{
    test_stage *stage = *state;
    keeper self = {0};
    test_actor *requester = bounded(stage, stage_loop(stage));
    begin(&self, stage, stage_loop(stage));
    actor_wait_connected(requester, 1);
    test_ask *asks[ASKS];
    for (int i = 0; i < ASKS; i++) asks[i] = ask_send(requester, "keep", NULL);
    for (unsigned i = 0; i < ASKS; i++) {
        unsigned due = i + MOST < ASKS ? i + MOST : ASKS;
        stage_wait(stage, self.count == due);
        answer_one(&self);
        ask_expect(asks[i], COTE_OK);
    }
    assert_int_equal(self.most, MOST);
}

/* The bound is each responder's own. */
static void test_of_each_responder(void **state)
{
    test_stage *stage = *state;
    keeper both[2] = {{0}, {0}};
    test_actor *requester = bounded(stage, stage_loop(stage));
    begin(&both[0], stage, stage_loop(stage));
    begin(&both[1], stage, stage_loop(stage));
    actor_wait_connected(requester, 2);
    test_ask *asks[2 * MOST + 1];
    for (int i = 0; i < 2 * MOST + 1; i++) asks[i] = ask_send(requester, "keep", NULL);
    stage_wait(stage, both[0].count == MOST && both[1].count == MOST);
    answer_one(&both[1]); /* whoever has room gets the next */
    stage_wait(stage, both[1].count == MOST + 1);
    for (int i = 0; i < MOST; i++) answer_one(&both[0]), answer_one(&both[1]);
    for (int i = 0; i < 2 * MOST + 1; i++) ask_expect(asks[i], COTE_OK);
    assert_int_equal(both[0].count, MOST);
}

static void test_cancelled_and_timed_out_make_room(void **state)
{
    test_stage *stage = *state;
    keeper self = {0};
    test_actor *requester = bounded(stage, stage_loop(stage));
    begin(&self, stage, stage_loop(stage));
    actor_wait_connected(requester, 1);
    test_ask *first[MOST], *next;
    for (int i = 0; i < MOST - 1; i++) first[i] = ask_send(requester, "keep", NULL);
    first[MOST - 1] = ask_within(requester, "keep", 200);
    next = ask_send(requester, "keep", NULL);
    stage_wait(stage, self.count == MOST + 1); /* in place of the one that timed out */
    ask_expect(first[MOST - 1], COTE_ETIMEDOUT);
    test_ask *last = ask_send(requester, "keep", NULL);
    assert_int_equal(cote_requester_cancel(requester->requester, first[0]->id), COTE_OK);
    stage_wait(stage, self.count == MOST + 2);
    ask_expect(first[0], COTE_ECANCELED);
    for (int i = 0; i < MOST + 2; i++) answer_one(&self);
    ask_expect(first[1], COTE_OK);
    ask_expect(next, COTE_OK);
    ask_expect(last, COTE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_waits_for_answers),
        stage_test(test_of_each_responder),
        stage_test(test_cancelled_and_timed_out_make_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
