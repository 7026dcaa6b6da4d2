/* inquiry_test.c - a connection whose frames have lost their measure, and others that only seem so.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "support/ask.h"
#include "support/fake.h"
#include "wire/addressee.h"
#include "wire/boundary.h"
#include "wire/probe.h"

#define IID "11111111-2222-4333-8444-555555555555"

enum {
    TIMEOUT = 1000,     /* ms; the node timeout of those who ask, */
    MOST = 3 * TIMEOUT, /* and for how long they wait before they do */
    TOO_LONG = 0x100000 /* bytes that a length is changed by */
};

/* MARK: a responder is asked */

static size_t send_request(raw_peer *peer, const char *id, size_t more)
{
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 2);
    cote__amp_argument(&frame, "j:", cote__slice_of("{\"type\":\"echo\"}"));
    cote__amp_argument(&frame, "s:", cote__slice_of(id));
    frame.data[2] = (char)(more >> 16);
    raw_send(peer, frame.data, frame.size);
    size_t size = frame.size;
    cote__buffer_fini(&frame);
    return size;
}

/* Asks over a connection made for that. Returns how much was written to the one that is asked for,
 * as the answer says. */
static uint64_t inquire(const test_actor *responder, const char *iid, uint64_t bytes)
{
    raw_peer asking = raw_connect(responder->port);
    cote__buffer question = {0};
    cote__boundary_encode(&question, &(cote__boundary){cote__slice_of(iid), bytes});
    raw_send(&asking, question.data, question.size);
    cote__buffer_fini(&question);
    cote__boundary answer;
    raw_expect(&asking);
    assert_true(cote__boundary_decode(&asking.frame, &answer));
    assert_true(cote__slice_equal(answer.iid, cote__slice_of(iid)));
    bytes = answer.bytes;
    raw_expect_closed(&asking);
    raw_close(&asking);
    return bytes;
}

static void test_a_request_without_an_end(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    cote_refusals before, after;
    cote_refused(&before, sizeof before);
    raw_peer peer = raw_connect(responder->port);
    uint64_t sent = send_request(&peer, IID ":1", 0);
    raw_expect(&peer);
    uint64_t begun = sent, came = peer.frame.size;
    sent += send_request(&peer, IID ":2", TOO_LONG);
    assert_int_equal(inquire(responder, IID, begun), came); /* so far all is well */
    sent += send_request(&peer, IID ":3", 0);
    while (true) { /* until it has been read */
        assert_int_equal(inquire(responder, IID, sent), came);
        struct pollfd closed = {peer.fd, POLLIN, 0};
        if (poll(&closed, 1, 50) > 0) break;
    }
    raw_expect_closed(&peer);
    raw_close(&peer);
    cote_refused(&after, sizeof after);
    assert_int_equal(after.halves - before.halves, 1);
    stage_check(stage, responder->handled == 1);
}

static void test_a_long_request_has_its_time(void **state)
{
    enum { SIZE = 4 * TOO_LONG };
    static char text[SIZE];
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer peer = raw_connect(responder->port);
    uint64_t sent = send_request(&peer, IID ":1", 0);
    raw_expect(&peer);
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 2);
    memset(text, ' ', SIZE - 1);
    memcpy(text, "{\"type\":\"echo\"}", 15);
    cote__amp_argument(&frame, "j:", (cote__slice){text, SIZE - 1});
    cote__amp_argument(&frame, "s:", cote__slice_of(IID ":2"));
    raw_send(&peer, frame.data, frame.size / 2);
    inquire(responder, IID, sent);
    inquire(responder, IID, sent + frame.size);
    inquire(responder, "99999999-2222-4333-8444-555555555555", sent + 1);
    assert_int_equal(inquire(responder, "99999999-2222-4333-8444-555555555555", sent + 1), 0);
    raw_send(&peer, frame.data + frame.size / 2, frame.size - frame.size / 2);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 2, "s:" IID ":2"));
    cote__buffer_fini(&frame);
    raw_close(&peer);
}

/* MARK: a requester asks */

static test_actor *client(test_stage *stage)
{
    test_actor *requester = actor_create(stage, "client");
    requester->options.hello_interval_ms = TIMEOUT / 5;
    requester->options.check_interval_ms = TIMEOUT / 5;
    requester->options.node_timeout_ms = TIMEOUT;
    actor_request(requester, stage_loop(stage));
    return requester;
}

static bool comes(int fd, int wait)
{
    struct pollfd incoming = {fd, POLLIN, 0};
    return poll(&incoming, 1, wait) > 0;
}

/* What came of a connection when its first request was read. */
static uint64_t read_first(raw_peer *peer)
{
    cote__buffer before = {0};
    raw_expect(peer);
    cote__addressee_encode(&before, cote__slice_of(peer->addressee));
    uint64_t came = before.size + peer->frame.size;
    cote__buffer_fini(&before);
    return came;
}

/* Reads what comes, and returns how many bytes that were so far. `answers`: probes are. */
static uint64_t read_on(raw_peer *peer, uint64_t before, bool answers)
{
    while (comes(peer->fd, 0) && raw_read(peer)) {
        before += peer->frame.size;
        if (!answers || !cote__is_probe(&peer->frame)) continue;
        cote__buffer pong = {0};
        cote__probe_answer(&pong);
        raw_send(peer, pong.data, pong.size);
        cote__buffer_fini(&pong);
    }
    return before;
}

/* Goes on with its hellos until it is asked, reading what comes. */
static raw_peer be_asked(const fake *responder, raw_peer *peer, uint64_t *came, bool answers)
{
    uint64_t began = stage_now();
    while (!comes(responder->listener, TIMEOUT / 20)) {
        if (stage_now() - began > 60000) fail_msg("nobody asks");
        fake_say_hello(responder);
        *came = read_on(peer, *came, answers);
    }
    return raw_accept(responder->listener);
}

static void expect_question(raw_peer *asking, test_actor *requester, uint64_t bytes)
{
    cote__boundary question;
    raw_expect(asking);
    assert_true(cote__boundary_decode(&asking->frame, &question));
    assert_true(cote__slice_equal(question.iid, cote__slice_of(actor_id(requester))));
    assert_int_equal(question.bytes, bytes);
}

static void tell(raw_peer *asking, const test_actor *requester, uint64_t bytes)
{
    cote__buffer answer = {0};
    cote__boundary_encode(&answer, &(cote__boundary){cote__slice_of(actor_id(requester)), bytes});
    raw_send(asking, answer.data, answer.size);
    cote__buffer_fini(&answer);
    raw_close(asking);
}

static void test_who_is_silent_is_asked(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "any", NULL);
    uint64_t came = read_first(&peer);
    char id[64];
    cote__slice last = peer.frame.arguments[peer.frame.count - 1];
    snprintf(id, sizeof id, "%.*s", (int)last.size, last.data);
    uint64_t began = stage_now();
    raw_peer asking = be_asked(&responder, &peer, &came, false);
    assert_true(stage_now() - began >= MOST);
    expect_question(&asking, requester, came);
    tell(&asking, requester, 0);
    /* Nothing follows from that, and after a while it is asked again. */
    asking = be_asked(&responder, &peer, &came, false);
    expect_question(&asking, requester, came);
    stage_check(stage, ask->ended == 0 && requester->connections == 1);
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 3);
    cote__amp_argument(&frame, "j:", cote__slice_of("null"));
    cote__amp_argument(&frame, "s:", cote__slice_of("late"));
    cote__amp_argument(&frame, "", cote__slice_of(id));
    raw_send(&peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
    ask_expect_result(ask, "late");
    raw_close(&asking);
    raw_close(&peer);
    fake_close(&responder);
}

/* The beginning of an answer, and then all that is sent is taken for the rest of it. */
static void test_an_answer_without_an_end(void **state)
{
    static const char begun[] =
        "\x13\x00\x10\x00\x06j:null\x00\x00\x00\x04s:no\x00\x00\x00\x04s:no";
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "any", NULL);
    uint64_t came = read_first(&peer);
    raw_send(&peer, begun, sizeof begun - 1);
    raw_peer asking = be_asked(&responder, &peer, &came, true);
    tell(&asking, requester, 0); /* before it: this alone says nothing */
    asking = be_asked(&responder, &peer, &came, true);
    stage_check(stage, ask->ended == 0);
    tell(&asking, requester, sizeof begun - 1);
    ask_expect(ask, COTE_ECONNLOST);
    raw_expect_closed(&peer);
    raw_close(&peer);
    peer = raw_accept(responder.listener); /* the next one, at once */
    raw_close(&peer);
    fake_close(&responder);
}

/* MARK: a loop that stands still */

static void hold(void *context, const cote_request *request, cote_reply *reply)
{
    nanosleep(&(struct timespec){2 * MOST / 1000, 0}, NULL);
    actor_echo(context, request, reply);
}

/* Its process says hello meanwhile, since discovery has a thread of its own. */
static void test_a_handler_that_holds_its_loop_is_spared(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = client(stage);
    test_actor *responder = actor_create(stage, "server");
    responder->options.hello_interval_ms = TIMEOUT / 5;
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "hold", hold);
    test_ask *ask = ask_send(requester, "hold", NULL);
    ask_expect(ask, COTE_OK);
    stage_check(stage, requester->connections == 1 && requester->removed == 0);
    ask_expect(ask_send(requester, "hold", NULL), COTE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_a_request_without_an_end),
        stage_test(test_a_long_request_has_its_time),
        stage_test(test_who_is_silent_is_asked),
        stage_test(test_an_answer_without_an_end),
        stage_test(test_a_handler_that_holds_its_loop_is_spared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
