/* frames_test.c - large frames, frames that are too large, and slow readers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "support/ask.h"
#include "support/fake.h"
#include "support/random.h"

enum { MEBIBYTE = 1 << 20 };

static char *random_bytes(size_t size)
{
    char *bytes = malloc(size);
    assert_non_null(bytes);
    uint64_t random = size;
    for (size_t i = 0; i < size; i++) bytes[i] = (char)cote_test_random(&random);
    return bytes;
}

static void test_large_frames_both_ways(void **state)
{
    enum { SIZE = 10 * MEBIBYTE };
    test_stage *stage = *state;
    responder_on(stage, stage_loop(stage), "server");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    char *bytes = random_bytes(SIZE);
    test_ask *large = ask_raw(requester, "echo", bytes, SIZE);
    test_ask *small = ask_send(requester, "echo", NULL);
    ask_expect(large, COTE_OK);
    assert_int_equal(large->result.size, SIZE);
    assert_memory_equal(large->result.data, bytes, SIZE);
    ask_expect(small, COTE_OK);
    free(bytes);
}

/* The limit is the frame's, lengths included, and only that connection pays for it. */
static void test_frame_over_the_limit(void **state)
{
    enum { LIMIT = 1000, AROUND = 1 + 4 + sizeof "j:{\"type\":\"echo\"}" - 1 + 4 + 4 + 3 };
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    responder->options.max_frame = LIMIT;
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "echo", actor_echo);
    raw_peer standing = raw_connect(actor_port(responder));
    for (int over = 0; over < 2; over++) {
        raw_peer peer = raw_connect(actor_port(responder));
        char filling[LIMIT] = {0};
        cote__buffer frame = {0};
        cote__amp_begin(&frame, 3);
        cote__amp_argument(&frame, "j:", cote__slice_of("{\"type\":\"echo\"}"));
        cote__amp_argument(&frame, "", (cote__slice){filling, (size_t)(LIMIT - AROUND + over)});
        cote__amp_argument(&frame, "s:", cote__slice_of("1"));
        assert_int_equal(frame.size, LIMIT + over);
        raw_send(&peer, frame.data, frame.size);
        cote__buffer_fini(&frame);
        if (over) {
            raw_expect_closed(&peer);
        } else {
            raw_expect(&peer);
            assert_int_equal(peer.frame.arguments[1].size, LIMIT - AROUND);
        }
        raw_send_request(&standing, "{\"type\":\"echo\"}", "1");
        raw_expect(&standing);
        raw_close(&peer);
    }
    raw_close(&standing);
}

/* Memory is taken as bytes arrive, and not as they are announced. */
static void test_announced_bytes_take_no_memory(void **state)
{
    enum { CONNECTIONS = 100, EACH = 16 * 1024 /* bytes, with all that belongs to it */ };
    static const char begun[] = "\x11\x03\xc0\0\0some"; /* of 60 MiB */
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer peers[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++) {
        peers[i] = raw_connect(actor_port(responder));
        raw_send_request(&peers[i], "{\"type\":\"echo\"}", "1");
        raw_expect(&peers[i]);
    }
    size_t before = heap_in_use();
    for (int i = 0; i < CONNECTIONS; i++) {
        cote__buffer bytes = {0};
        cote__amp_begin(&bytes, 2);
        cote__amp_argument(&bytes, "j:", cote__slice_of("{\"type\":\"echo\"}"));
        cote__amp_argument(&bytes, "s:", cote__slice_of("1"));
        cote__buffer_append(&bytes, begun, sizeof begun - 1);
        raw_send(&peers[i], bytes.data, bytes.size);
        cote__buffer_fini(&bytes);
        raw_expect(&peers[i]); /* so the beginning was read as well */
    }
    size_t after = heap_in_use();
    assert_true(after < before + (size_t)CONNECTIONS * EACH);
    for (int i = 0; i < CONNECTIONS; i++) raw_close(&peers[i]);

    static const char endless[] = "\x11\xff\xff\xff\xff";
    raw_peer peer = raw_connect(actor_port(responder));
    raw_send(&peer, endless, sizeof endless - 1);
    raw_expect_closed(&peer);
    raw_close(&peer);
}

/* A requester's limit closes the connection to the responder that sent too much. */
static void test_answer_over_the_limit(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "client");
    requester->options.max_frame = 100;
    actor_request(requester, stage_loop(stage));
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    char text[200] = "s:";
    memset(text + 2, 'x', sizeof text - 3);
    fake_reply_text(&peer, NULL, text);
    ask_expect(ask, COTE_ECONNLOST);
    raw_expect_closed(&peer);
    raw_close(&peer);
    fake_close(&responder);
}

/* An answer that begins and does not end. */
static void test_half_an_answer(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "client");
    requester->options.frame_timeout_ms = 300;
    actor_request(requester, stage_loop(stage));
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    raw_send(&peer, "\x13\0\0\x10\0j:", 7);
    ask_expect(ask, COTE_ECONNLOST);
    raw_expect_closed(&peer);
    stage_check(stage,
                actor_said(requester, "fake began a frame, and sends no more of it: closed"));
    raw_close(&peer);
    fake_close(&responder);
}

/* Frames in the smallest pieces. */
static void test_byte_by_byte(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer peer = raw_connect(actor_port(responder));
    cote__buffer frames = {0};
    for (unsigned i = 0; i < 20; i++) {
        cote__amp_begin(&frames, 2);
        cote__amp_argument(&frames, "j:", cote__slice_of("{\"type\":\"echo\"}"));
        cote__amp_argument(&frames, "s:", cote__slice_of("1"));
    }
    for (size_t i = 0; i < frames.size; i++) raw_send(&peer, frames.data + i, 1);
    cote__buffer_fini(&frames);
    for (unsigned i = 0; i < 20; i++) raw_expect(&peer);
    raw_close(&peer);
}

/* A responder that reads late: nothing is lost, and the order stays. */
static void test_slow_responder(void **state)
{
    enum { COUNT = 200, SIZE = 64 * 1024 };
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    /* Connected: what is sent before that may be overtaken. */
    test_ask *first = ask_send(requester, "any", NULL);
    raw_expect(&peer);
    fake_reply_text(&peer, NULL, "j:1");
    ask_expect(first, COTE_OK);
    char *bytes = random_bytes(SIZE);
    test_ask *asks[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        memcpy(bytes, &i, sizeof i);
        asks[i] = ask_raw(requester, "any", bytes, SIZE);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        raw_expect(&peer);
        memcpy(bytes, &i, sizeof i);
        assert_int_equal(peer.frame.arguments[1].size, SIZE);
        assert_memory_equal(peer.frame.arguments[1].data, bytes, SIZE);
        fake_reply_text(&peer, NULL, "j:1");
    }
    for (unsigned i = 0; i < COUNT; i++) ask_expect(asks[i], COTE_OK);
    free(bytes);
    raw_close(&peer);
    fake_close(&responder);
}

/* Closing does not wait for it. */
static void test_close_with_a_reader_that_does_not_read(void **state)
{
    enum { SIZE = 16 * MEBIBYTE };
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", true);
    raw_peer peer = fake_meet(&responder);
    char *bytes = random_bytes(SIZE);
    test_ask *ask = ask_raw(requester, "any", bytes, SIZE);
    free(bytes);
    actor_close(requester);
    ask_expect(ask, COTE_ECLOSED);
    stage_wait(stage, requester->closed == 1);
    raw_expect_closed(&peer);
    raw_close(&peer);
    fake_close(&responder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_large_frames_both_ways),
        stage_test(test_frame_over_the_limit),
        stage_test(test_announced_bytes_take_no_memory),
        stage_test(test_answer_over_the_limit),
        stage_test(test_half_an_answer),
        stage_test(test_byte_by_byte),
        stage_test(test_slow_responder),
        stage_test(test_close_with_a_reader_that_does_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
