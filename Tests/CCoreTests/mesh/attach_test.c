/* attach_test.c - components on the embedder's own loop. */
#include <pthread.h>
#include <stdlib.h>
#include <uv.h>

#include "support/ask.h"

typedef struct embedder {
    test_stage *stage;
    uv_loop_t uv;
    cote_loop *loop;
} embedder;

static int embed(void **state)
{
    void *stage;
    if (stage_setup(&stage) != 0) return -1;
    embedder *self = calloc(1, sizeof *self);
    if (!self || uv_loop_init(&self->uv) != 0) return -1;
    self->stage = stage;
    if (cote_loop_attach(&self->uv, &self->loop) != COTE_OK) return -1;
    *state = self;
    return 0;
}

static int leave(void **state)
{
    embedder *self = *state;
    int status = cote_loop_destroy(self->loop);
    uv_run(&self->uv, UV_RUN_DEFAULT); /* what the test itself left to be closed */
    if (status == COTE_OK) status = uv_loop_close(&self->uv);
    void *stage = self->stage;
    free(self);
    return stage_teardown(&stage) == 0 ? status : -1;
}

#define embedder_test(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, embed, leave)

/* MARK: running and ending */

static void test_nothing_to_do(void **state)
{
    embedder *self = *state;
    assert_true(cote_loop_is_current(self->loop));
    assert_int_equal(uv_run(&self->uv, UV_RUN_DEFAULT), 0);
}

static void note_call(void *context)
{
    *(bool *)context = true;
}

typedef struct both {
    test_actor *requester, *responder;
} both;

static void close_both(void *context, const cote_response *response)
{
    both *self = context;
    if (response->status != COTE_OK) abort();
    actor_close(self->requester);
    actor_close(self->responder);
}

/* uv_run comes back by itself when the last component has closed. */
static void test_runs_until_the_last_component_closes(void **state)
{
    embedder *self = *state;
    for (int round = 0; round < 3; round++) {
        both actors = {requester_on(self->stage, self->loop, "client"),
                       responder_on(self->stage, self->loop, "server")};
        bool called = false;
        assert_int_equal(cote_loop_call(self->loop, note_call, &called), COTE_OK);
        assert_int_equal(cote_requester_send(actors.requester->requester, "echo", NULL, NULL,
                                             close_both, &actors, NULL),
                         COTE_OK);
        assert_int_equal(uv_run(&self->uv, UV_RUN_DEFAULT), 0);
        assert_true(called);
        assert_int_equal(actors.requester->closed, 1);
        assert_int_equal(actors.responder->closed, 1);
    }
}

static void test_destroy_closes_what_is_open(void **state)
{
    embedder *self = *state;
    cote_loop *second;
    assert_int_equal(cote_loop_attach(&self->uv, &second), COTE_OK); /* two may share it */
    test_actor *requester = requester_on(self->stage, second, "client");
    test_actor *responder = responder_on(self->stage, second, "server");
    test_ask *ask = ask_send(requester, "echo", NULL);
    assert_int_equal(cote_loop_destroy(second), COTE_OK);
    assert_int_equal(ask->ended, 1);
    assert_int_equal(requester->closed, 1);
    assert_int_equal(responder->closed, 1);
    assert_int_equal(uv_run(&self->uv, UV_RUN_DEFAULT), 0);
}

static void count_tick(uv_timer_t *timer)
{
    ++*(unsigned *)timer->data;
}

static void test_beside_the_embedders_own_handles(void **state)
{
    embedder *self = *state;
    uv_timer_t timer;
    unsigned ticks = 0;
    uv_timer_init(&self->uv, &timer);
    timer.data = &ticks;
    uv_timer_start(&timer, count_tick, 0, 1);
    responder_on(self->stage, self->loop, "server");
    test_actor *requester = requester_on(self->stage, stage_loop(self->stage), "client");
    test_ask *ask = ask_send(requester, "echo", NULL);
    bool ended = false;
    while (!ended || ticks < 5) {
        uv_run(&self->uv, UV_RUN_ONCE);
        stage_lock(self->stage);
        ended = ask->ended > 0;
        stage_unlock(self->stage);
    }
    ask_expect(ask, COTE_OK);
    uv_close((uv_handle_t *)&timer, NULL);
    assert_int_equal(cote_loop_destroy(self->loop), COTE_OK);
    assert_int_equal(cote_loop_attach(&self->uv, &self->loop), COTE_OK);
}

static void *destroy_elsewhere(void *context)
{
    embedder *self = context;
    bool refused =
        !cote_loop_is_current(self->loop) && cote_loop_destroy(self->loop) == COTE_EINVAL;
    return refused ? context : NULL;
}

static void test_destroy_on_another_thread_is_refused(void **state)
{
    pthread_t thread;
    void *refused;
    assert_int_equal(pthread_create(&thread, NULL, destroy_elsewhere, *state), 0);
    pthread_join(thread, &refused);
    assert_ptr_equal(refused, *state);
    cote_loop *loop;
    assert_int_equal(cote_loop_attach(NULL, &loop), COTE_EINVAL);
    assert_int_equal(cote_loop_attach(&((embedder *)*state)->uv, NULL), COTE_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        embedder_test(test_nothing_to_do),
        embedder_test(test_runs_until_the_last_component_closes),
        embedder_test(test_destroy_closes_what_is_open),
        embedder_test(test_beside_the_embedders_own_handles),
        embedder_test(test_destroy_on_another_thread_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
