/* refusals_test.c - what is refused is counted by kind, and told of once a second. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"

static cote_refusals refused(void)
{
    cote_refusals now;
    memset(&now, 0xff, sizeof now);
    cote_refused(&now, sizeof now);
    return now;
}

/* Of the counts, one is greater by so much, and the others are as they were. */
static bool differ_by(cote_refusals before, cote_refusals now, size_t field, uint64_t count)
{
    *(uint64_t *)(void *)((char *)&before + field) += count;
    return memcmp(&before, &now, sizeof now) == 0;
}

static void expect_refused(cote_refusals before, size_t field, uint64_t count)
{
    uint64_t deadline = stage_now() + 30000;
    while (!differ_by(before, refused(), field, count) && stage_now() < deadline) usleep(1000);
    if (!differ_by(before, refused(), field, count)) fail_msg("the field at %zu", field);
}

#define EXPECT_REFUSED(BEFORE, FIELD, COUNT) \
    expect_refused(BEFORE, offsetof(cote_refusals, FIELD), COUNT)

/* With the lock held: how many lines have that text, and how many more these tell of. */
static void count_lines(const test_actor *actor, const char *text, unsigned *lines, unsigned *more)
{
    *lines = *more = 0;
    for (const char *at = actor->log; (at = strstr(at, text)); at += strlen(text)) {
        const char *end = strchr(at, '\n'), *bracket = strstr(at, "(and ");
        unsigned untold = 0;
        (*lines)++;
        if (bracket && (!end || bracket < end) && sscanf(bracket, "(and %u more)", &untold) == 1)
            *more += untold;
    }
}

/* So many came since `begin`: at least one line, at most one a second, none told twice. */
static void expect_told(test_actor *actor, const char *text, unsigned count, uint64_t begin)
{
    unsigned lines, more;
    stage_wait(actor->stage, actor_said(actor, text));
    stage_lock(actor->stage);
    count_lines(actor, text, &lines, &more);
    uint64_t seconds = (stage_now() - begin) / 1000;
    stage_unlock(actor->stage);
    if (lines > seconds + 1 || lines + more > count)
        fail_msg("%u lines and %u more of \"%s\" in %u s", lines, more, text, (unsigned)seconds);
}

/* MARK: over TCP */

static void send_and_expect_closed(uint16_t port, const char *bytes, size_t size)
{
    raw_peer peer = raw_connect(port);
    raw_try_send(&peer, bytes, size);
    raw_expect_closed(&peer);
    raw_close(&peer);
}

static void test_bytes(void **state)
{
    enum { TIMES = 20 };
#define CASE(BYTES, FIELD, LINE)                                       \
    {                                                                  \
        BYTES, sizeof(BYTES) - 1, offsetof(cote_refusals, FIELD), LINE \
    }
    static const struct {
        const char *bytes;
        size_t size, field;
        const char *line;
    } cases[] = {
        CASE("GET / HTTP/1.1\r\n\r\n", frames, "127.0.0.1 sent bytes that make no sense: closed"),
        CASE("\x12\xff\xff\xff\xff", oversized, "127.0.0.1 sent a frame that is too big: closed"),
        CASE("\x12\0\0\0\x05j:{ba\0\0\0\x03s:1", payloads,
             "127.0.0.1 sent JSON that does not parse: closed"),
    };
#undef CASE
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cote_refusals before = refused();
        uint64_t begin = stage_now();
        for (unsigned n = 0; n < TIMES; n++)
            send_and_expect_closed(actor_port(responder), cases[i].bytes, cases[i].size);
        expect_refused(before, cases[i].field, TIMES);
        expect_told(responder, cases[i].line, TIMES, begin);
    }
}

/* After a second, a line says how many came meanwhile. */
static void test_the_next_line_tells_how_many_more(void **state)
{
    static const char line[] = "127.0.0.1 sent bytes that make no sense: closed (and ";
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    uint64_t begin = stage_now(), deadline = begin + 60000;
    unsigned sent = 0;
    bool said = false;
    while (!said && stage_now() < deadline) {
        send_and_expect_closed(actor_port(responder), "\x10", 1);
        sent++;
        stage_lock(stage);
        said = actor_said(responder, line);
        stage_unlock(stage);
    }
    assert_true(said);
    expect_told(responder, "127.0.0.1 sent bytes that make no sense", sent, begin);
}

static void test_requests(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer peer = raw_connect(actor_port(responder));
    cote_refusals before = refused();
    uint64_t begin = stage_now();
    for (unsigned n = 0; n < 10; n++) {
        raw_send_request(&peer, "{\"type\":5}", "bad");
        raw_expect(&peer);
    }
    EXPECT_REFUSED(before, requests, 10);
    expect_told(responder, "127.0.0.1 sent a request without a type", 10, begin);
    raw_close(&peer);
}

static void test_answers(void **state)
{
    static const char unasked[] = "\x13\0\0\0\x06j:null\0\0\0\x03j:1\0\0\0\x03s:0";
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", false);
    raw_peer peer = fake_meet(&responder);
    cote_refusals before = refused();
    uint64_t begin = stage_now();
    for (unsigned n = 0; n < 10; n++) raw_send(&peer, unasked, sizeof unasked - 1);
    EXPECT_REFUSED(before, answers, 10);
    expect_told(requester, "fake sent an answer that no request waits for", 10, begin);
    raw_close(&peer);
    fake_close(&responder);
}

/* MARK: of discovery */

static void test_hellos(void **state)
{
    enum { TIMES = 20 };
#define CASE(TEXT, FIELD, LINE)                    \
    {                                              \
        TEXT, offsetof(cote_refusals, FIELD), LINE \
    }
    static const struct {
        const char *text;
        size_t field;
        const char *line;
    } cases[] = {
        CASE("M-SEARCH * HTTP/1.1", datagrams, "discovery: what came from 127.0.0.1:"),
        CASE("{\"event\":\"cote:greet\"}", datagrams, "discovery: what came from 127.0.0.1:"),
        CASE("{\"event\":\"cote:greet\",", datagrams, "discovery: what came from 127.0.0.1:"),
        CASE("{\"event\":\"hello\"}", hellos, "discovery: a hello that makes no sense from 127.0"),
        CASE("{\"event\":\"cote:bye\",\"pid\":5}", hellos,
             "discovery: a hello that makes no sense from 127.0"),
    };
#undef CASE
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    raw_udp_await_hello(ear, actor_id(requester));
    uint64_t begin = stage_now();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cote_refusals before = refused();
        for (unsigned n = 0; n < TIMES; n++) raw_udp_say(stage, mouth, cases[i].text);
        expect_refused(before, cases[i].field, TIMES);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_told(requester, cases[i].line, 3 * TIMES, begin);
    close(ear);
    close(mouth);
}

/* Events that are not ours to handle are nobody's fault. */
static void test_what_is_not_refused(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    raw_udp_await_hello(ear, actor_id(requester));
    cote_refusals before = refused();
    raw_udp_say(stage, mouth, "{\"event\":\"error\"}");
    raw_udp_say(stage, mouth, "{\"event\":\"cote:later\",\"data\":5}");
    raw_hello fence = {"fence", "n", "rep", 0, false, NULL};
    raw_say_hello(stage, mouth, &fence);
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, "fence") == 1);
    EXPECT_REFUSED(before, hellos, 0);
    stage_check(stage, !actor_said(requester, "refused"));
    close(ear);
    close(mouth);
}

static void test_impostors(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    int other = raw_udp_from("127.0.0.2");
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    raw_udp_await_hello(ear, actor_id(requester));
    raw_hello hello = {"known", "n", "rep", 0, false, NULL}, same = hello;
    raw_say_hello(stage, mouth, &hello);
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, "known") == 1);
    cote_refusals before = refused();
    uint64_t begin = stage_now();
    same.name = "another";
    raw_say_hello(stage, other, &same);
    raw_say_bye(stage, other, &same);
    EXPECT_REFUSED(before, impostors, 2);
    expect_told(requester, "a hello with the id of somebody else from 127.0.0.2:", 2, begin);
    stage_check(stage, actor_heard(requester, COTE_PEER_REMOVED, "known") == 0 &&
                           actor_heard(requester, COTE_PEER_UPDATED, "known") == 0);
    close(ear);
    close(mouth);
    close(other);
}

static void test_host_names(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *requester = actor_create(stage, "client");
    requester->options.use_host_names = COTE_ON;
    actor_request(requester, stage_loop(stage));
    raw_udp_await_hello(ear, actor_id(requester));
    cote_refusals before = refused();
    uint64_t begin = stage_now();
    for (unsigned i = 0; i < 5; i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "{\"event\":\"hello\",\"pid\":\"p\",\"iid\":\"%u\",\"hostName\":\"no..%u\","
                 "\"data\":{\"advertisement\":{}}}",
                 i, i);
        raw_udp_say(stage, mouth, text);
    }
    EXPECT_REFUSED(before, hosts, 5);
    expect_told(requester, "discovery: a peer's host name \"no..", 5, begin);
    stage_check(stage, requester->added == 0);
    close(ear);
    close(mouth);
}

/* A caller that knows fewer kinds, or more. */
static void test_sizes(void **state)
{
    (void)state;
    struct {
        cote_refusals known;
        uint64_t behind;
    } memory;
    memset(&memory, 0x55, sizeof memory);
    cote_refused(&memory.known, sizeof memory.known.datagrams);
    assert_int_equal(memory.known.hellos, 0x5555555555555555);
    cote_refused(&memory.known, sizeof memory);
    assert_int_not_equal(memory.known.hellos, 0x5555555555555555);
    assert_int_equal(memory.behind, 0x5555555555555555);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_bytes),       stage_test(test_the_next_line_tells_how_many_more),
        stage_test(test_requests),    stage_test(test_answers),
        stage_test(test_hellos),      stage_test(test_what_is_not_refused),
        stage_test(test_impostors),   stage_test(test_host_names),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
