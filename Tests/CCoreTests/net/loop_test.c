/* loop_test.c - the loop thread: calls in order, from every thread, and its end. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "net/timer.h"
#include "support/stage.h"

/* MARK: calls */

typedef struct numbered {
    struct order *order;
    unsigned number;
} numbered;

typedef struct order {
    test_stage *stage;
    cote_loop *loop;
    unsigned called;
    bool wrong;
} order;

static void note_number(void *context)
{
    numbered *self = context;
    order *all = self->order;
    stage_lock(all->stage);
    if (self->number != all->called++ || !cote_loop_is_current(all->loop)) all->wrong = true;
    stage_unlock(all->stage);
}

static void test_calls_of_one_thread_keep_their_order(void **state)
{
    enum { COUNT = 10000 };
    test_stage *stage = *state;
    order all = {.stage = stage, .loop = stage_loop(stage)};
    numbered *calls = calloc(COUNT, sizeof *calls);
    assert_non_null(calls);
    assert_false(cote_loop_is_current(all.loop));
    for (unsigned i = 0; i < COUNT; i++) {
        calls[i] = (numbered){&all, i};
        assert_int_equal(cote_loop_call(all.loop, note_number, &calls[i]), COTE_OK);
    }
    stage_wait(stage, all.called == COUNT);
    assert_false(all.wrong);
    free(calls);
}

enum { CALLERS = 4, CALLS = 5000 };

typedef struct caller {
    cote_loop *loop;
    atomic_uint *count;
} caller;

static void count_call(void *context)
{
    atomic_fetch_add((atomic_uint *)context, 1);
}

static void *call_often(void *context)
{
    caller *self = context;
    for (unsigned i = 0; i < CALLS; i++)
        if (cote_loop_call(self->loop, count_call, self->count) != COTE_OK) return context;
    return NULL;
}

/* All that was let in is called before destroy returns. */
static void test_calls_of_many_threads(void **state)
{
    test_stage *stage = *state;
    atomic_uint count = 0;
    caller all = {stage_loop(stage), &count};
    pthread_t threads[CALLERS];
    for (unsigned i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, &all), 0);
    for (unsigned i = 0; i < CALLERS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    stage_end_loop(stage, all.loop);
    assert_int_equal(count, CALLERS * CALLS);
}

/* A call that calls again, and so never leaves the mailbox empty. */
typedef struct relay {
    test_stage *stage;
    cote_loop *loop;
    bool stop, ended;
} relay;

static void pass_on(void *context)
{
    relay *self = context;
    stage_lock(self->stage);
    bool stop = self->stop;
    self->ended = stop;
    stage_unlock(self->stage);
    if (!stop) cote_loop_call(self->loop, pass_on, self);
}

static void note_fired(void *context)
{
    relay *self = context;
    stage_lock(self->stage);
    self->stop = true;
    stage_unlock(self->stage);
}

typedef struct timed {
    relay *relay;
    cote__timer *timer;
} timed;

static void start_timer(void *context)
{
    timed *self = context;
    self->timer = cote__timer_create(self->relay->loop, note_fired, self->relay);
    if (!self->timer) abort();
    cote__timer_start(self->timer, 10);
}

static void end_timer(void *context)
{
    cote__timer_destroy(((timed *)context)->timer);
}

static void test_busy_mailbox_leaves_room_for_the_rest(void **state)
{
    test_stage *stage = *state;
    relay all = {.stage = stage, .loop = stage_loop(stage)};
    timed timer = {.relay = &all};
    assert_int_equal(cote_loop_call(all.loop, start_timer, &timer), COTE_OK);
    assert_int_equal(cote_loop_call(all.loop, pass_on, &all), COTE_OK);
    stage_wait(stage, all.ended);
    assert_int_equal(cote_loop_call(all.loop, end_timer, &timer), COTE_OK);
    stage_end_loop(stage, all.loop);
}

/* MARK: the end */

static void destroy_itself(void *context)
{
    order *self = context;
    int result = cote_loop_destroy(self->loop);
    stage_lock(self->stage);
    self->wrong = result != COTE_EINVAL;
    self->called++;
    stage_unlock(self->stage);
}

static void test_destroy_on_its_own_thread_is_refused(void **state)
{
    test_stage *stage = *state;
    order all = {.stage = stage, .loop = stage_loop(stage)};
    assert_int_equal(cote_loop_call(all.loop, destroy_itself, &all), COTE_OK);
    stage_wait(stage, all.called == 1);
    assert_false(all.wrong);
    assert_int_equal(cote_loop_destroy(NULL), COTE_OK);
}

static void test_refusals(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    assert_int_equal(cote_loop_create(NULL), COTE_EINVAL);
    assert_int_equal(cote_loop_call(NULL, count_call, NULL), COTE_EINVAL);
    assert_int_equal(cote_loop_call(loop, NULL, NULL), COTE_EINVAL);
}

static void test_many_loops_come_and_go(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        cote_loop *loop;
        assert_int_equal(cote_loop_create(&loop), COTE_OK);
        assert_int_equal(cote_loop_destroy(loop), COTE_OK);
    }
}

/* MARK: signals are the application's */

static void read_mask(void *context)
{
    pthread_sigmask(SIG_SETMASK, NULL, context);
}

static void test_signals_are_blocked_on_a_thread_of_ours(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    sigset_t before, after, mask;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(cote_loop_call(loop, read_mask, &mask), COTE_OK);
    stage_end_loop(stage, loop);
    static const int blocked[] = {SIGINT, SIGTERM, SIGPIPE, SIGCHLD, SIGUSR1};
    for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
        assert_int_equal(sigismember(&mask, blocked[i]), 1);
    assert_int_equal(sigismember(&mask, SIGSEGV), 0);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int i = 1; i < 32; i++) assert_int_equal(sigismember(&before, i), sigismember(&after, i));
}

/* MARK: the flush */

typedef struct flushed {
    cote__flush flush; /* first */
    test_stage *stage;
    cote_loop *loop;
    unsigned runs;
} flushed;

static void run_flush(cote__flush *flush)
{
    flushed *self = (flushed *)flush;
    stage_lock(self->stage);
    self->runs++;
    stage_unlock(self->stage);
}

static void flush_twice(void *context)
{
    flushed *all = context;
    for (unsigned i = 0; i < 3; i++) {
        cote__loop_flush_later(all[i].loop, &all[i].flush);
        cote__loop_flush_later(all[i].loop, &all[i].flush);
    }
    cote__loop_flush_cancel(all[1].loop, &all[1].flush);
    cote__loop_flush_cancel(all[1].loop, &all[1].flush);
}

static void test_flush_once_in_a_turn(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    flushed all[3];
    for (unsigned i = 0; i < 3; i++)
        all[i] = (flushed){.flush = {.run = run_flush}, .stage = stage, .loop = loop};
    for (unsigned turn = 1; turn <= 3; turn++) {
        assert_int_equal(cote_loop_call(loop, flush_twice, all), COTE_OK);
        stage_wait(stage, all[0].runs == turn && all[2].runs == turn);
    }
    stage_end_loop(stage, loop);
    assert_int_equal(all[0].runs, 3);
    assert_int_equal(all[1].runs, 0);
    assert_int_equal(all[2].runs, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_calls_of_one_thread_keep_their_order),
        stage_test(test_calls_of_many_threads),
        stage_test(test_busy_mailbox_leaves_room_for_the_rest),
        stage_test(test_destroy_on_its_own_thread_is_refused),
        stage_test(test_refusals),
        stage_test(test_many_loops_come_and_go),
        stage_test(test_signals_are_blocked_on_a_thread_of_ours),
        stage_test(test_flush_once_in_a_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
