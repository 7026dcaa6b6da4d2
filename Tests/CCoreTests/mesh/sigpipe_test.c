/* sigpipe_test.c - writing to a connection that the other side has closed raises SIGPIPE, which
 * ends a process that does nothing about it. This one does nothing. */
#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#include "support/actor.h"
#include "support/raw_tcp.h"

/* A loop of a thread of the test's own, as an embedder has one. */
typedef struct embedder {
    test_stage *stage;
    uv_async_t stop; /* keeps the loop running */

    /* Under the stage's lock: */
    cote_loop *loop;
} embedder;

static void on_stop(uv_async_t *async)
{
    uv_close((uv_handle_t *)async, NULL);
}

static void *run_embedder(void *context)
{
    embedder *self = context;
    uv_loop_t uv;
    cote_loop *loop;
    if (uv_loop_init(&uv) != 0 || uv_async_init(&uv, &self->stop, on_stop) != 0 ||
        cote_loop_attach(&uv, &loop) != COTE_OK)
        abort();
    stage_lock(self->stage);
    self->loop = loop;
    stage_unlock(self->stage);
    uv_run(&uv, UV_RUN_DEFAULT);
    if (cote_loop_destroy(loop) != COTE_OK || uv_loop_close(&uv) != 0) abort();
    return NULL;
}

/* MARK: how to make it happen */

typedef struct scene {
    test_stage *stage;

    /* Under the stage's lock: */
    cote_reply *kept[2];
    unsigned kept_count;
    bool held, go;
} scene;

static void keep(void *context, const cote_request *request, cote_reply *reply)
{
    scene *self = context;
    (void)request;
    stage_lock(self->stage);
    if (self->kept_count < 2) self->kept[self->kept_count++] = reply;
    stage_unlock(self->stage);
}

/* Holds the loop until it may go on; then one of the kept tokens is used. */
static void hold(void *context, const cote_request *request, cote_reply *reply)
{
    scene *self = context;
    struct timespec deadline = stage_deadline();
    stage_lock(self->stage);
    self->held = true;
    pthread_cond_broadcast(&self->stage->changed);
    while (!self->go && stage_sleep(self->stage, &deadline)) {
    }
    cote_reply *kept = self->kept[0];
    stage_unlock(self->stage);
    cote_reply_send(kept, &request->payload, 0);
    cote_reply_drop(reply);
}

/*
 * While the loop is held, a second answer and the close are put into its mailbox, and then the
 * other side closes. So the loop writes the first answer, to which the other side's system says
 * that the connection is no more, and before it looks at that connection, it writes the second one.
 */
static void write_twice_to_a_closed_connection(test_stage *stage, cote_loop *loop)
{
    test_actor *responder = actor_create(stage, "server");
    actor_respond(responder, loop);
    scene all = {.stage = stage};
    cote_responder_on(responder->responder, "keep", keep, NULL, &all, NULL);
    cote_responder_on(responder->responder, "hold", hold, NULL, &all, NULL);
    raw_peer closed = raw_connect(actor_port(responder)),
             other = raw_connect(actor_port(responder));
    raw_send_request(&closed, "{\"type\":\"keep\"}", "1");
    raw_send_request(&closed, "{\"type\":\"keep\"}", "2");
    stage_wait(stage, all.kept_count == 2);
    raw_send_request(&other, "{\"type\":\"hold\"}", "3");
    stage_wait(stage, all.held);
    assert_int_equal(cote_reply_send(all.kept[1], NULL, 0), COTE_OK);
    actor_close(responder);
    raw_close(&closed);
    stage_lock(stage);
    all.go = true;
    stage_unlock(stage);
    stage_wait(stage, responder->closed == 1);
    raw_close(&other);
}

static void test_on_a_thread_of_ours(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    for (int i = 0; i < 20; i++) write_twice_to_a_closed_connection(stage, loop);
}

static void test_on_a_thread_of_the_embedder(void **state)
{
    test_stage *stage = *state;
    embedder host = {.stage = stage};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_embedder, &host), 0);
    stage_wait(stage, host.loop);
    for (int i = 0; i < 20; i++) write_twice_to_a_closed_connection(stage, host.loop);
    uv_async_send(&host.stop);
    pthread_join(thread, NULL);
}

int main(void)
{
    signal(SIGPIPE, SIG_DFL);
    const struct CMUnitTest tests[] = {
        stage_test(test_on_a_thread_of_ours),
        stage_test(test_on_a_thread_of_the_embedder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
