/* unread_test.c - who does not read what is sent to it: what waits for it is bounded, nobody else
 * is kept waiting, and when it reads on nothing is lost. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ask.h"
#include "support/fake.h"
#include "support/heard.h"

enum {
    SIZE = 100 * 1000, /* bytes of a request or an answer */
    MAX_UNSENT = 1 << 20,
    MAX_QUEUED_BYTES = 2 << 20
};

static char *text_of_size(void)
{
    char *text = malloc(SIZE + 1);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    text[SIZE] = '\0';
    return text;
}

/* MARK: a requester that does not read its answers */

static void answer_much(void *context, const cote_request *request, cote_reply *reply)
{
    (void)request;
    cote_value value = {COTE_KIND_STRING, context, SIZE};
    cote_reply_send(reply, &value, 0);
}

static uint64_t handled_by(const test_actor *responder)
{
    cote_counters counters = COTE_COUNTERS_INIT;
    assert_int_equal(cote_responder_counters(responder->responder, &counters), COTE_OK);
    return counters.requests_received;
}

/* So that what the system keeps is soon full. */
static raw_peer connect_with_little_room(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), size = 4096;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    return raw_connect_by(fd, port);
}

static void test_answers_that_are_not_read(void **state)
{
    enum { COUNT = 1000 };
    test_stage *stage = *state;
    char *text = text_of_size();
    test_actor *responder = actor_create(stage, "server");
    actor_respond(responder, stage_loop(stage));
    assert_int_equal(cote_responder_on(responder->responder, "much", answer_much, NULL, text, NULL),
                     COTE_OK);
    raw_peer peer = connect_with_little_room(responder->port);
    for (unsigned i = 0; i < COUNT; i++) {
        char id[16];
        snprintf(id, sizeof id, "peer:%u", i);
        raw_send_request(&peer, "{\"type\":\"much\"}", id);
    }
    /* Others are served meanwhile, and after many turns of the loop no more is handled. */
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    ask_expect(ask_send(requester, "much", NULL), COTE_OK);
    uint64_t handled = 0, before = 0;
    do {
        before = handled;
        for (int i = 0; i < 20; i++) ask_expect(ask_send(requester, "much", NULL), COTE_OK);
        handled = handled_by(responder) - 20;
    } while (handled != before && before != 0);
    assert_in_range(handled_by(responder), 20, COUNT / 2 + 100);
    for (unsigned i = 0; i < COUNT; i++) {
        char id[16];
        snprintf(id, sizeof id, "s:peer:%u", i);
        raw_expect(&peer);
        assert_true(raw_argument_is(&peer, 2, id));
    }
    raw_close(&peer);
    free(text);
}

/* MARK: a responder that does not read its requests */

static void test_requests_that_are_not_read(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "client");
    requester->options.max_unsent = MAX_UNSENT;
    requester->options.max_queued_bytes = MAX_QUEUED_BYTES;
    actor_request(requester, stage_loop(stage));
    fake fake_responder = fake_open(stage, "0d3a71d9-1f4e-4a33-8d7e-6c1a2f6a1c01", true);
    raw_peer peer = fake_meet(&fake_responder);
    actor_wait_connected(requester, 1);
    char *text = text_of_size();
    cote_value payload = {COTE_KIND_BYTES, text, SIZE};
    test_ask *asks[1000];
    unsigned count = 0;
    while (count < 1000 && ask_try(requester, "keep", &payload, NULL, &asks[count]) == COTE_OK)
        count++;
    assert_in_range(count, MAX_QUEUED_BYTES / SIZE, 999);
    for (unsigned i = 0; i < count; i++) {
        raw_expect(&peer);
        fake_reply_text(&peer, NULL, "j:1");
        ask_expect_result(asks[i], "1");
    }
    raw_close(&peer);
    fake_close(&fake_responder);
    free(text);
}

/* Others take what one does not read. */
static void test_others_get_the_rest(void **state)
{
    enum { COUNT = 400 };
    test_stage *stage = *state;
    test_actor *requester = actor_create(stage, "client");
    requester->options.max_unsent = MAX_UNSENT;
    actor_request(requester, stage_loop(stage));
    fake fake_responder = fake_open(stage, "0d3a71d9-1f4e-4a33-8d7e-6c1a2f6a1c01", true);
    raw_peer peer = fake_meet(&fake_responder);
    test_actor *responder = actor_create(stage, "server");
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "echo", actor_echo);
    actor_wait_connected(requester, 2);
    char *text = text_of_size();
    cote_value payload = {COTE_KIND_BYTES, text, SIZE};
    test_ask *asks[COUNT];
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(ask_try(requester, "echo", &payload, NULL, &asks[i]), COTE_OK);
    unsigned answered = 0;
    fake_close(&fake_responder);
    raw_close(&peer); /* what it was sent fails */
    for (unsigned i = 0; i < COUNT; i++) {
        ask_wait(asks[i]);
        answered += asks[i]->status == COTE_OK;
    }
    assert_in_range(answered, COUNT / 2 + 1, COUNT);
    free(text);
}

/* MARK: depth */

static void test_depth_of_a_request(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    responder->options.max_depth = 3;
    actor_respond(responder, stage_loop(stage));
    actor_on(responder, "echo", actor_echo);
    raw_peer peer = raw_connect(responder->port);
    raw_send_request(&peer, "{\"type\":\"echo\",\"a\":[[1]]}", "1:1");
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 2, "s:1:1"));
    raw_send_request(&peer, "{\"type\":\"echo\",\"a\":[[[1]]]}", "1:2");
    raw_expect_closed(&peer);
    raw_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_answers_that_are_not_read),
        stage_test(test_requests_that_are_not_read),
        stage_test(test_others_get_the_rest),
        stage_test(test_depth_of_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
