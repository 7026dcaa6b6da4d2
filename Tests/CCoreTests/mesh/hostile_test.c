/* hostile_test.c - bytes that kill Node.js peers, and others: at most the connection they came on
 * is closed. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"
#include "support/random.h"

/* Requests, each alone on a connection, and what comes of it. */
typedef enum outcome {
    CLOSED,  /* the connection is */
    REFUSED, /* an error comes back */
    IGNORED, /* nothing comes back, and the next request is answered */
    WAITS    /* for the rest of a frame, and would do so for long */
} outcome;

/* A frame of arguments that end with NULL. Each has its tag. */
static void append_frame(cote__buffer *out, const char *const *arguments)
{
    unsigned count = 0;
    while (arguments[count]) count++;
    cote__amp_begin(out, count);
    for (unsigned i = 0; i < count; i++) cote__amp_argument(out, "", cote__slice_of(arguments[i]));
}

static void check_outcome(raw_peer *peer, outcome expected)
{
    static const char *const good[] = {"j:{\"type\":\"echo\"}", "s:good", NULL};
    if (expected == CLOSED) {
        raw_expect_closed(peer);
        return;
    }
    if (expected == WAITS) return;
    if (expected == REFUSED) {
        raw_expect(peer);
        assert_true(raw_argument_is(peer, 1, "s:bad"));
    }
    cote__buffer next = {0};
    append_frame(&next, good);
    raw_send(peer, next.data, next.size);
    cote__buffer_fini(&next);
    raw_expect(peer);
    assert_true(raw_argument_is(peer, 2, "s:good"));
}

static void expect_served(raw_peer *standing)
{
    raw_send_request(standing, "{\"type\":\"echo\"}", "standing");
    raw_expect(standing);
    assert_true(raw_argument_is(standing, 2, "s:standing"));
}

/* MARK: frames, to a responder */

static void test_frames_to_a_responder(void **state)
{
    static const struct {
        const char *arguments[16];
        outcome outcome;
    } cases[] = {
        {{"j:{bad", "s:bad"}, CLOSED},
        {{"j:", "s:bad"}, CLOSED},
        {{"j:{\"type\":\"\xff\"}", "s:bad"}, CLOSED},
        {{"j:null", "s:bad"}, REFUSED},
        {{"j:{}", "s:bad"}, REFUSED},
        {{"j:[]", "s:bad"}, REFUSED},
        {{"j:{\"type\":7}", "s:bad"}, REFUSED},
        {{"j:{\"type\":{}}", "s:bad"}, REFUSED},
        {{"j:{\"type\":null}", "s:bad"}, REFUSED},
        {{"j:{\"type\":\"\"}", "s:bad"}, REFUSED},
        {{"j:{\"type\":\"error\"}", "s:bad"}, REFUSED},
        {{"j:{\"type\":\"*\"}", "s:bad"}, REFUSED},
        {{"j:{\"type\":\"**\"}", "s:bad"}, REFUSED},
        {{"j:{\"type\":\"__proto__\"}", "s:bad"}, REFUSED},
        {{"j:{\"type\":\"ec\\u0000ho\"}", "s:bad"}, REFUSED},
        {{"\x01\x02", "s:bad"}, REFUSED},
        {{"s:echo", "s:bad"}, REFUSED},
        {{"j:null", "j:null"}, IGNORED},
        {{"j:null"}, IGNORED},
        {{"s:bad"}, REFUSED},
        {{"", ""}, IGNORED},
    };
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer standing = raw_connect(actor_port(responder));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        raw_peer peer = raw_connect(actor_port(responder));
        cote__buffer bytes = {0};
        append_frame(&bytes, cases[i].arguments);
        raw_send(&peer, bytes.data, bytes.size);
        cote__buffer_fini(&bytes);
        check_outcome(&peer, cases[i].outcome);
        expect_served(&standing);
        raw_close(&peer);
    }
    raw_close(&standing);
}

/* The last request that Node.js would have had trouble with: fifteen arguments. */
static void test_fifteen_arguments(void **state)
{
    static const char *const arguments[] = {"j:{\"type\":\"echo\"}",
                                            "j:1",
                                            "j:2",
                                            "j:3",
                                            "j:4",
                                            "j:5",
                                            "j:6",
                                            "j:7",
                                            "j:8",
                                            "j:9",
                                            "j:10",
                                            "j:11",
                                            "j:12",
                                            "j:13",
                                            "s:good",
                                            NULL};
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer peer = raw_connect(actor_port(responder));
    cote__buffer bytes = {0};
    append_frame(&bytes, arguments);
    raw_send(&peer, bytes.data, bytes.size);
    cote__buffer_fini(&bytes);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 2, "s:good"));
    raw_close(&peer);
}

static void append_nested(cote__buffer *out, unsigned depth)
{
    cote__amp_begin(out, 2);
    size_t opened = cote__amp_argument_open(out, "j:");
    cote__buffer_append_text(out, "{\"type\":\"echo\",\"a\":");
    for (unsigned i = 0; i < depth; i++) cote__buffer_append_byte(out, '[');
    for (unsigned i = 0; i < depth; i++) cote__buffer_append_byte(out, ']');
    cote__buffer_append_byte(out, '}');
    cote__amp_argument_close(out, opened);
    cote__amp_argument(out, "s:", cote__slice_of("bad"));
}

static void test_bytes_to_a_responder(void **state)
{
#define BYTES(TEXT) TEXT, sizeof(TEXT) - 1
    static const struct {
        const char *bytes;
        size_t size;
        outcome outcome;
    } cases[] = {
        {BYTES("\x12\xff\xff\xff\xff"), CLOSED},
        {BYTES("\x12\x04\x00\x00\x01"), CLOSED}, /* a byte more than 64 MiB */
        {BYTES("\x10"), CLOSED},
        {BYTES("\x22\x00\x00\x00\x02j:"), CLOSED},
        {BYTES("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), CLOSED},
        {BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), WAITS}, /* TLS: 50 MB announced */
        {BYTES("\x12\x03\xff\x00\x00j:{\"type\":"), WAITS},
        {BYTES("\x12"), WAITS},
    };
#undef BYTES
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer standing = raw_connect(actor_port(responder));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        raw_peer peer = raw_connect(actor_port(responder));
        raw_send(&peer, cases[i].bytes, cases[i].size);
        check_outcome(&peer, cases[i].outcome);
        expect_served(&standing);
        raw_close(&peer);
    }
    cote__buffer nested = {0};
    append_nested(&nested, 100000);
    raw_peer deep = raw_connect(actor_port(responder));
    raw_send(&deep, nested.data, nested.size);
    check_outcome(&deep, CLOSED);
    expect_served(&standing);
    raw_close(&deep);
    cote__buffer_fini(&nested);

    char noise[64 * 1024];
    uint64_t random = 1;
    for (size_t i = 0; i < sizeof noise; i++) noise[i] = (char)cote_test_random(&random);
    raw_peer loud = raw_connect(actor_port(responder));
    raw_try_send(&loud, noise, sizeof noise);
    shutdown(loud.fd, SHUT_WR);
    raw_expect_closed(&loud);
    expect_served(&standing);
    raw_close(&loud);
    raw_close(&standing);
}

/* MARK: frames, to a requester */

/* Asks and answers, until both have been asked: they take turns once both are connected. */
static void expect_both_serve(test_actor *requester, raw_peer *one, raw_peer *other)
{
    raw_peer *peers[] = {one, other};
    bool served[2] = {false, false};
    while (!served[0] || !served[1]) {
        test_ask *ask = ask_send(requester, "any", NULL);
        struct pollfd readable[] = {{one->fd, POLLIN, 0}, {other->fd, POLLIN, 0}};
        assert_int_equal(poll(readable, 2, 30000), 1);
        int index = readable[0].revents ? 0 : 1;
        raw_expect(peers[index]);
        fake_reply_text(peers[index], NULL, "j:1");
        ask_expect(ask, COTE_OK);
        served[index] = true;
    }
}

static void test_frames_to_a_requester(void **state)
{
    static const struct {
        const char *arguments[16];
        bool closes;
    } cases[] = {
        {{"j:{bad", "s:nobody:0"}, true},
        {{"j:", "s:nobody:0"}, true},
        {{"j:[1", "j:1", "j:null"}, true},
        {{"j:null"}, false},
        {{"s:alone"}, false},
        {{"", ""}, false},
        {{"j:null", "j:{bad", "s:nobody:0"}, false},
        {{"j:null", "j:1", "s:nobody:99999999999999999999999"}, false},
        {{"j:null", "j:1", "j:7"}, false},
        {{"b:1", "b:2", "b:3"}, false},
        {{"j:{\"message\":{}}", "s:cote:unknown"}, false},
    };
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake good = fake_open(stage, "good", false);
    raw_peer standing = fake_meet(&good);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char iid[16];
        snprintf(iid, sizeof iid, "bad %zu", i);
        fake bad = fake_open(stage, iid, false);
        raw_peer peer = fake_meet(&bad);
        close(bad.listener); /* it does not come back */
        bad.listener = -1;
        expect_both_serve(requester, &standing, &peer);
        cote__buffer bytes = {0};
        append_frame(&bytes, cases[i].arguments);
        raw_send(&peer, bytes.data, bytes.size);
        cote__buffer_fini(&bytes);
        if (cases[i].closes) {
            raw_expect_closed(&peer);
            test_ask *ask = ask_send(requester, "any", NULL);
            raw_expect(&standing);
            fake_reply_text(&standing, NULL, "j:1");
            ask_expect(ask, COTE_OK);
        } else {
            expect_both_serve(requester, &standing, &peer);
        }
        raw_say_bye(stage, bad.mouth, &bad.hello);
        stage_wait(stage, actor_heard(requester, COTE_PEER_REMOVED, iid) == 1);
        raw_close(&peer);
        fake_close(&bad);
    }
    raw_close(&standing);
    fake_close(&good);
}

/* MARK: hellos */

#define HELLO(DATA) \
    "{\"event\":\"hello\",\"pid\":\"p\",\"iid\":\"bad\",\"hostName\":\"h\",\"data\":" DATA "}"
#define ADVERTISED(MEMBERS)                                                         \
    HELLO("{\"advertisement\":{\"type\":\"service\",\"name\":\"n\",\"key\":\"$$\"," \
          "\"axon_type\":\"rep\"" MEMBERS "}}")

static void test_hellos(void **state)
{
    static const char *const hellos[] = {
        "",
        "null",
        "5",
        "[]",
        "{}",
        "{",
        "\xff\xfe",
        "\"text\"",
        "{\"event\":\"error\"}",
        "{\"event\":5}",
        "{\"event\":\"cote:bye\"}",
        "{\"event\":\"cote:later\",\"pid\":\"p\",\"iid\":\"bad\",\"data\":5}",
        "{\"event\":\"hello\",\"pid\":\"p\",\"iid\":\"bad\"}",
        "{\"event\":\"hello\",\"pid\":\"p\",\"data\":{\"advertisement\":{}}}",
        "{\"event\":\"hello\",\"iid\":\"bad\",\"data\":{\"advertisement\":{}}}",
        HELLO("5"),
        HELLO("{}"),
        HELLO("{\"advertisement\":null}"),
        HELLO("{\"advertisement\":[]}"),
        ADVERTISED(",\"port\":null"),
        ADVERTISED(",\"port\":70000"),
        ADVERTISED(",\"port\":-1"),
        ADVERTISED(",\"port\":\"abc\""),
        ADVERTISED(",\"port\":\"9\""),
        ADVERTISED(",\"port\":{}"),
        ADVERTISED(",\"port\":1.5"),
        ADVERTISED(",\"port\":0"),
        ADVERTISED(",\"port\":9,\"namespace\":5"),
        ADVERTISED(",\"port\":9,\"axon_type\":5"),
        ADVERTISED(",\"port\":9,\"respondsTo\":[5]"),
    };
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *requester = actor_create(stage, "client");
    requester->options.log = COTE_ON;
    actor_request(requester, loop);
    raw_udp_await_hello(ear, actor_id(requester));
    for (size_t i = 0; i < sizeof hellos / sizeof *hellos; i++) {
        raw_udp_say(stage, mouth, hellos[i]);
        char iid[24];
        snprintf(iid, sizeof iid, "fence %zu", i);
        raw_hello hello = {iid, "n", "rep", 9, false, NULL};
        raw_say_hello(stage, mouth, &hello);
        stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, iid) == 1);
        stage_check(stage, actor_heard(requester, COTE_PEER_ADDED, "bad") == 0);
        raw_say_bye(stage, mouth, &hello);
    }
    responder_on(stage, loop, "server");
    ask_expect(ask_send(requester, "echo", NULL), COTE_OK);
    close(ear);
    close(mouth);
}

/* What Node.js survives is heard: odd, but whole. */
static void test_odd_hellos_are_heard(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    raw_udp_await_hello(ear, actor_id(requester));
    enum { LARGE = 60000 };
    char *text = malloc(LARGE + 1000), *filling = malloc(LARGE + 1);
    assert_true(text && filling);
    memset(filling, 'x', LARGE);
    filling[LARGE] = '\0';
    static const char form[] =
        "{\"event\":\"hello\",\"pid\":\"p\",\"iid\":\"%s\",\"data\":{\"advertisement\":{\"name\":%s"
        ",\"key\":\"$$\",\"axon_type\":\"rep\"%s,\"more\":\"%s\"}}}";
    snprintf(text, LARGE + 1000, form, "__proto__", "5", ",\"port\":9", "");
    raw_udp_say(stage, mouth, text);
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, "__proto__") == 1);
    snprintf(text, LARGE + 1000, form, "large", "\"a\\u001b[31m\"", "", filling);
    raw_udp_say(stage, mouth, text);
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, "large") == 1);
    stage_check(stage,
                strcmp(requester->events[0].name, "5") == 0 && requester->events[1].port == 0);
    free(text);
    free(filling);
    close(ear);
    close(mouth);
}

/* Names come from others: none of them reaches a terminal as it is. */
static void test_control_characters_are_not_logged(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *requester = actor_create(stage, "client");
    requester->options.log = COTE_ON;
    actor_request(requester, stage_loop(stage));
    raw_udp_await_hello(ear, actor_id(requester));
    raw_hello hello = {"iid", "a\\u001b[31m\\nb\\u009bc", "rep", 9, false, NULL};
    raw_say_hello(stage, mouth, &hello);
    stage_wait(stage, actor_said(requester, "online"));
    stage_check(stage, actor_said(requester, "service.online a\\x1b[31m\\x0ab\\u009bc#iid on 9"));
    close(ear);
    close(mouth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_frames_to_a_responder),
        stage_test(test_fifteen_arguments),
        stage_test(test_bytes_to_a_responder),
        stage_test(test_frames_to_a_requester),
        stage_test(test_hellos),
        stage_test(test_odd_hellos_are_heard),
        stage_test(test_control_characters_are_not_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
