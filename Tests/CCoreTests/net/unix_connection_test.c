/* unix_connection_test.c - a connection over a unix socket: as one over TCP, but that it is made at
 * once, and that who writes hears first that the other side has gone. */
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include "net/connection.h"
#include "net/unix_socket.h"
#include "support/raw_tcp.h"
#include "support/runtime_folder.h"

static const char iid[] = "00000000-0000-4000-8000-000000000001";
static const char frame_bytes[] = "\x11\x00\x00\x00\x03one";

enum { MAX_FRAME = 1 << 20, FRAME_SIZE = sizeof frame_bytes - 1 };

static char folder[RUNTIME_PATH], directory[COTE__UNIX_PATH_SIZE];

static int setup(void **state)
{
    runtime_folder_make(folder);
    cote__unix_directory(directory);
    return stage_setup(state);
}

static int teardown(void **state)
{
    int result = stage_teardown(state);
    runtime_folder_remove(folder);
    return result;
}

/* The owner of a connection, with what it was told. */
typedef struct owner {
    test_stage *stage;
    cote_loop *loop;
    cote__connection *connection;
    int listener;
    sem_t writes, gone; /* the loop is about to; the other side is */

    /* Under the stage's lock: */
    bool within_call, opened_within_call, was_open;
    unsigned opened, frames, closed;
    int result, status;
} owner;

static void on_opened(void *context)
{
    owner *self = context;
    assert_true(cote__connection_is_unix(self->connection));
    assert_int_equal(cote__connection_peer(self->connection), INADDR_LOOPBACK);
    assert_true(cote__connection_is_local(self->connection));
    stage_lock(self->stage);
    self->opened++;
    self->opened_within_call = self->within_call;
    stage_unlock(self->stage);
}

static bool on_frame(void *context, const cote__amp_frame *frame)
{
    owner *self = context;
    (void)frame;
    bool is_open = cote__connection_is_open(self->connection);
    stage_lock(self->stage);
    self->frames++;
    self->was_open = is_open;
    stage_unlock(self->stage);
    return true;
}

static void on_closed(void *context, int status)
{
    owner *self = context;
    stage_lock(self->stage);
    self->closed++;
    self->status = status;
    stage_unlock(self->stage);
}

static const cote__connection_events events = {
    .opened = on_opened, .frame = on_frame, .closed = on_closed};

static void open_now(void *context)
{
    owner *self = context;
    self->within_call = true;
    int result = cote__connection_open_unix(self->loop, directory, iid, MAX_FRAME, &events, self,
                                            &self->connection);
    self->within_call = false;
    stage_lock(self->stage);
    self->result = result;
    stage_unlock(self->stage);
}

static void open_and_close(void *context)
{
    owner *self = context;
    open_now(self);
    cote__connection_close(self->connection);
}

static void write_to_the_gone(void *context)
{
    owner *self = context;
    sem_post(&self->writes);
    sem_wait(&self->gone);
    for (int i = 0; i < 2; i++) {
        cote__buffer *out = cote__connection_output(self->connection);
        cote__buffer_append(out, frame_bytes, FRAME_SIZE);
        cote__connection_written(self->connection);
    }
}

static owner *owner_on(test_stage *stage)
{
    static owner self;
    self = (owner){.stage = stage, .loop = stage_loop(stage), .result = 1};
    sem_init(&self.writes, 0, 0);
    sem_init(&self.gone, 0, 0);
    char path[COTE__UNIX_PATH_SIZE];
    assert_int_equal(cote__unix_listen(directory, iid, 8, path, &self.listener), COTE_OK);
    return &self;
}

static void expect_end(owner *self, int status)
{
    stage_wait(self->stage, self->closed > 0);
    stage_end_loop(self->stage, self->loop);
    assert_int_equal(self->closed, 1);
    assert_int_equal(self->status, status);
    close(self->listener);
}

static raw_peer accept_peer(const owner *self)
{
    struct pollfd ready = {self->listener, POLLIN, 0};
    assert_int_equal(poll(&ready, 1, 30000), 1);
    return raw_accept(self->listener);
}

static void test_opens_and_ends(void **state)
{
    owner *self = owner_on(*state);
    assert_int_equal(cote_loop_call(self->loop, open_now, self), COTE_OK);
    raw_peer peer = accept_peer(self);
    stage_wait(self->stage, self->opened == 1);
    assert_false(self->opened_within_call);
    raw_send(&peer, frame_bytes, FRAME_SIZE);
    stage_wait(self->stage, self->frames == 1);
    assert_true(self->was_open);
    raw_close(&peer);
    expect_end(self, COTE_ECONNLOST);
}

static void test_closed_before_it_opened(void **state)
{
    owner *self = owner_on(*state);
    assert_int_equal(cote_loop_call(self->loop, open_and_close, self), COTE_OK);
    expect_end(self, COTE_OK);
    assert_int_equal(self->opened, 0);
}

static void test_nobody_listens(void **state)
{
    owner *self = owner_on(*state);
    close(self->listener);
    assert_int_equal(cote_loop_call(self->loop, open_now, self), COTE_OK);
    stage_wait(self->stage, self->result != 1);
    assert_int_equal(self->result, COTE_ESYSTEM);
    stage_end_loop(self->stage, self->loop);
    assert_true(self->opened == 0 && self->closed == 0);
}

/* What the other side said before it went is heard, though it is written to meanwhile. */
static void test_last_words(void **state)
{
    owner *self = owner_on(*state);
    assert_int_equal(cote_loop_call(self->loop, open_now, self), COTE_OK);
    raw_peer peer = accept_peer(self);
    stage_wait(self->stage, self->opened == 1);
    assert_int_equal(cote_loop_call(self->loop, write_to_the_gone, self), COTE_OK);
    sem_wait(&self->writes); /* it reads nothing before that */
    raw_send(&peer, frame_bytes, FRAME_SIZE);
    raw_close(&peer);
    sem_post(&self->gone);
    stage_wait(self->stage, self->closed > 0);
    assert_int_equal(self->frames, 1);
    expect_end(self, COTE_ECONNLOST);
}

#define unix_test(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        unix_test(test_opens_and_ends),
        unix_test(test_closed_before_it_opened),
        unix_test(test_nobody_listens),
        unix_test(test_last_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
