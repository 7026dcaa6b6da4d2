/* connection_test.c - frames over one connection, and each way in which that ends. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/connection.h"
#include "support/raw_tcp.h"

enum { MAX_FRAME = 1 << 20 };

/* The owner of a connection, with what it was told. */
typedef struct owner {
    test_stage *stage;
    cote_loop *loop;
    cote__connection *connection;
    uint16_t port;
    unsigned frames_to_refuse; /* it refuses the frame of that number */
    bool close_in_frame, close_when_opened;
    unsigned messages; /* that it writes when it is told to */

    /* Under the stage's lock: */
    unsigned opened, frames, closed;
    int result, status;
    uint32_t peer;
    bool called;
    bool read;       /* by the other side, something that it wrote */
    bool left_early; /* it had been, while the turn went on */
} owner;

static void on_opened(void *context)
{
    owner *self = context;
    uint32_t peer = cote__connection_peer(self->connection);
    if (self->close_when_opened) cote__connection_close(self->connection);
    stage_lock(self->stage);
    self->opened++;
    self->peer = peer;
    stage_unlock(self->stage);
}

static bool on_frame(void *context, const cote__amp_frame *frame)
{
    owner *self = context;
    (void)frame;
    if (self->close_in_frame) cote__connection_close(self->connection);
    stage_lock(self->stage);
    bool accepted = ++self->frames != self->frames_to_refuse;
    stage_unlock(self->stage);
    return accepted;
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
    int result = cote__connection_open(self->loop, INADDR_LOOPBACK, self->port, MAX_FRAME, &events,
                                       self, &self->connection);
    stage_lock(self->stage);
    self->result = result;
    self->called = true;
    stage_unlock(self->stage);
}

static void open_and_close(void *context)
{
    owner *self = context;
    open_now(self);
    cote__connection_close(self->connection);
    cote__connection_close(self->connection);
}

static void write_now(void *context)
{
    owner *self = context;
    for (unsigned i = 0; i < self->messages; i++) {
        cote__buffer *out = cote__connection_output(self->connection);
        cote__amp_begin(out, 1);
        cote__amp_argument(out, "", (cote__slice){(const char *)&i, sizeof i});
        cote__connection_written(self->connection);
    }
}

/* One turn, which lasts until the other side has read something, or patience is over. */
static void write_until_read(void *context)
{
    owner *self = context;
    self->messages = 1;
    for (uint64_t end = stage_now() + 10000; !self->left_early && stage_now() < end;) {
        write_now(self);
        usleep(100);
        stage_lock(self->stage);
        self->left_early = self->read;
        stage_unlock(self->stage);
    }
    stage_lock(self->stage);
    self->called = true;
    stage_unlock(self->stage);
}

static void write_and_close(void *context)
{
    owner *self = context;
    write_now(self);
    cote__connection_close(self->connection);
}

static void close_now(void *context)
{
    cote__connection_close(((owner *)context)->connection);
}

static void on_loop(owner *self, void (*call)(void *))
{
    assert_int_equal(cote_loop_call(self->loop, call, self), COTE_OK);
}

/* With the other side, which the test is. */
static owner *connect_owner(test_stage *stage, raw_peer *peer)
{
    owner *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = stage_loop(stage);
    int listener = raw_listen(&self->port);
    on_loop(self, open_now);
    *peer = raw_accept(listener);
    close(listener);
    stage_wait(stage, self->opened == 1);
    return self;
}

/* Waits for the one last event, and that nothing comes after it. */
static void expect_end(owner *self, int status)
{
    stage_wait(self->stage, self->closed > 0);
    stage_end_loop(self->stage, self->loop);
    assert_int_equal(self->closed, 1);
    assert_int_equal(self->status, status);
    free(self);
}

static const char frame_bytes[] = "\x11\x00\x00\x00\x03one";
enum { FRAME_SIZE = sizeof frame_bytes - 1 };

/* MARK: life */

static void test_opens_and_closes(void **state)
{
    raw_peer peer;
    owner *self = connect_owner(*state, &peer);
    assert_int_equal(self->peer, INADDR_LOOPBACK);
    on_loop(self, close_now);
    raw_expect_closed(&peer);
    raw_close(&peer);
    expect_end(self, COTE_OK);
}

static void test_other_side_closes(void **state)
{
    raw_peer peer;
    owner *self = connect_owner(*state, &peer);
    raw_send(&peer, frame_bytes, 3); /* in the middle of a frame */
    raw_close(&peer);
    expect_end(self, COTE_ECONNLOST);
}

static void test_nobody_listens(void **state)
{
    test_stage *stage = *state;
    owner *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = stage_loop(stage);
    int listener = raw_listen(&self->port);
    close(listener);
    on_loop(self, open_now);
    stage_wait(stage, self->called);
    assert_int_equal(self->result, COTE_OK);
    stage_wait(stage, self->closed == 1);
    assert_int_equal(self->opened, 0);
    expect_end(self, COTE_ECONNLOST);
}

static void test_closed_while_connecting(void **state)
{
    test_stage *stage = *state;
    owner *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = stage_loop(stage);
    int listener = raw_listen(&self->port);
    on_loop(self, open_and_close);
    stage_wait(stage, self->closed == 1);
    stage_check(stage, self->opened == 0);
    close(listener);
    expect_end(self, COTE_OK);
}

static void test_closed_when_opened(void **state)
{
    test_stage *stage = *state;
    owner *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = stage_loop(stage);
    self->close_when_opened = true;
    int listener = raw_listen(&self->port);
    on_loop(self, open_now);
    raw_peer peer = raw_accept(listener);
    raw_expect_closed(&peer);
    raw_close(&peer);
    close(listener);
    expect_end(self, COTE_OK);
}

/* MARK: frames */

static void test_frames_at_every_split(void **state)
{
    test_stage *stage = *state;
    raw_peer peer;
    owner *self = connect_owner(stage, &peer);
    unsigned expected = 0;
    char two[2 * FRAME_SIZE];
    memcpy(two, frame_bytes, FRAME_SIZE);
    memcpy(two + FRAME_SIZE, frame_bytes, FRAME_SIZE);
    for (size_t split = 1; split < sizeof two; split++) {
        raw_send(&peer, two, split);
        /* What is whole so far has been read before the rest is sent. */
        stage_wait(stage, self->frames == expected + split / FRAME_SIZE);
        raw_send(&peer, two + split, sizeof two - split);
        expected += 2;
        stage_wait(stage, self->frames == expected);
    }
    raw_close(&peer);
    expect_end(self, COTE_ECONNLOST);
}

static void test_refused_frame(void **state)
{
    test_stage *stage = *state;
    raw_peer peer;
    owner *self = connect_owner(stage, &peer);
    stage_lock(stage);
    self->frames_to_refuse = 2;
    stage_unlock(stage);
    char three[3 * FRAME_SIZE];
    for (int i = 0; i < 3; i++) memcpy(three + i * FRAME_SIZE, frame_bytes, FRAME_SIZE);
    raw_send(&peer, three, sizeof three);
    raw_expect_closed(&peer);
    raw_close(&peer);
    stage_wait(stage, self->closed == 1);
    assert_int_equal(self->frames, 2); /* and not the third one */
    expect_end(self, COTE_EINVAL);
}

static void test_closed_in_a_frame(void **state)
{
    test_stage *stage = *state;
    raw_peer peer;
    owner *self = connect_owner(stage, &peer);
    stage_lock(stage);
    self->close_in_frame = true;
    stage_unlock(stage);
    char two[2 * FRAME_SIZE];
    memcpy(two, frame_bytes, FRAME_SIZE);
    memcpy(two + FRAME_SIZE, frame_bytes, FRAME_SIZE);
    raw_send(&peer, two, sizeof two);
    stage_wait(stage, self->closed == 1);
    assert_int_equal(self->frames, 1);
    raw_close(&peer);
    expect_end(self, COTE_OK);
}

static void test_breaches_of_the_protocol(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        int status;
    } cases[] = {
        {"\x21", 1, COTE_EPROTOCOL},
        {"\x10", 1, COTE_EPROTOCOL},
        {"\x11\x00\x10\x00\x00", 5,
         COTE_ETOOBIG}, /* the lengths count too: a byte over 1 MiB, and more */
        {"\x11\xff\xff\xff\xff", 5, COTE_ETOOBIG},
        {"\x12\x00\x00\x00\x00\xff\xff\xff\xff", 9, COTE_ETOOBIG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        raw_peer peer;
        owner *self = connect_owner(*state, &peer);
        raw_send(&peer, cases[i].bytes, cases[i].size);
        raw_expect_closed(&peer);
        raw_close(&peer);
        expect_end(self, cases[i].status);
    }
}

/* MARK: writing */

static void expect_messages(raw_peer *peer, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        raw_expect(peer);
        assert_int_equal(peer->frame.arguments[0].size, sizeof i);
        assert_memory_equal(peer->frame.arguments[0].data, &i, sizeof i);
    }
}

/* More than the system takes at once, to a reader that has not begun. */
static void test_written_in_order(void **state)
{
    raw_peer peer;
    owner *self = connect_owner(*state, &peer);
    self->messages = 1000000;
    on_loop(self, write_now);
    expect_messages(&peer, self->messages);
    on_loop(self, close_now);
    raw_expect_closed(&peer);
    raw_close(&peer);
    expect_end(self, COTE_OK);
}

/* Not at the end of the turn. */
static void test_long_turn(void **state)
{
    raw_peer peer;
    owner *self = connect_owner(*state, &peer);
    self->called = false;
    on_loop(self, write_until_read);
    raw_expect(&peer);
    stage_lock(self->stage);
    self->read = true;
    stage_unlock(self->stage);
    stage_wait(self->stage, self->called);
    assert_true(self->left_early);
    on_loop(self, close_now);
    raw_expect_closed(&peer);
    raw_close(&peer);
    expect_end(self, COTE_OK);
}

static void test_closed_behind_what_was_written(void **state)
{
    raw_peer peer;
    owner *self = connect_owner(*state, &peer);
    self->messages = 100;
    on_loop(self, write_and_close);
    expect_messages(&peer, 100);
    raw_expect_closed(&peer);
    raw_close(&peer);
    expect_end(self, COTE_OK);
}

static void test_closed_while_writing(void **state)
{
    raw_peer peer;
    owner *self = connect_owner(*state, &peer);
    self->messages = 1000000;
    on_loop(self, write_now);
    on_loop(self, close_now);
    expect_end(self, COTE_OK); /* though nobody reads */
    raw_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_opens_and_closes),
        stage_test(test_other_side_closes),
        stage_test(test_nobody_listens),
        stage_test(test_closed_while_connecting),
        stage_test(test_closed_when_opened),
        stage_test(test_frames_at_every_split),
        stage_test(test_refused_frame),
        stage_test(test_closed_in_a_frame),
        stage_test(test_breaches_of_the_protocol),
        stage_test(test_written_in_order),
        stage_test(test_long_turn),
        stage_test(test_closed_behind_what_was_written),
        stage_test(test_closed_while_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
