/* ability_test.c - a request goes to those that handle its type, or do not say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/child.h"
#include "support/fake.h"

/* MARK: means */

static const char some_iid[] = "3b1a156f-a063-4e19-b243-df49bb958588";

static test_actor *responder_of(test_stage *stage, cote_loop *loop, const char *name,
                                const char *type)
{
    test_actor *actor = actor_create(stage, name);
    actor_respond(actor, loop);
    actor_on(actor, type, actor_name);
    return actor;
}

static test_ask *ask_handled(test_actor *requester, const char *type, uint32_t timeout_ms)
{
    cote_send_options options = COTE_SEND_OPTIONS_INIT;
    options.flags = COTE_SEND_REQUIRE_HANDLER;
    options.timeout_ms = timeout_ms;
    test_ask *ask;
    assert_int_equal(ask_try(requester, type, NULL, &options, &ask), COTE_OK);
    return ask;
}

/* With the lock held: what the peer was last said to handle. */
static bool handles(const test_actor *actor, const char *id, const char *list)
{
    const char *last = "";
    for (unsigned i = 0; i < actor->event_count && i < ACTOR_EVENTS; i++)
        if (strcmp(actor->events[i].id, id) == 0) last = actor->events[i].handles;
    return strcmp(last, list) == 0;
}

/* MARK: whoever handles it */

static void test_each_type_goes_to_its_responder(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    responder_of(stage, stage_loop(stage), "A", "a");
    test_actor *b = responder_of(stage, stage_loop(stage), "B", "b::*");
    test_actor *c = responder_of(stage, stage_loop(stage), "C", "c::**");
    for (int i = 0; i < 50; i++) {
        ask_expect_result(ask_send(requester, "a", NULL), "A");
        ask_expect_result(ask_send(requester, i % 2 ? "b::x" : "b::y", NULL), "B");
        ask_expect_result(ask_send(requester, i % 2 ? "c" : "c::x::y", NULL), "C");
    }
    stage_check(stage, handles(requester, actor_id(b), "[\"b::*\"]"));
    stage_check(stage, handles(requester, actor_id(c), "[\"c::**\"]"));
}

/* The same whichever policy chooses. */
static size_t choose_last(void *context, const cote_candidate *candidates, size_t count)
{
    (void)context, (void)candidates;
    return count - 1;
}

static void test_every_balancing_knows_it(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    responder_of(stage, loop, "A", "a");
    responder_of(stage, loop, "B", "b");
    static const cote_balancing all[] = {COTE_LEAST_PENDING, COTE_LEAST_LATENCY, COTE_CUSTOM};
    for (size_t policy = 0; policy < sizeof all / sizeof *all; policy++) {
        test_actor *requester = actor_create(stage, "client");
        requester->options.balancing = all[policy];
        requester->options.choose = choose_last;
        actor_request(requester, loop);
        for (int i = 0; i < 20; i++) {
            ask_expect_result(ask_send(requester, "a", NULL), "A");
            ask_expect_result(ask_send(requester, "b", NULL), "B");
        }
    }
}

static test_child start_child(const test_stage *stage, const char *type)
{
    char port[8];
    snprintf(port, sizeof port, "%u", stage->port);
    return child_start((const char *const[]){type, port, NULL});
}

/* Responds to that type with it, as long as somebody holds its input open. */
static int run_child(const char *type, const char *port)
{
    void *state;
    if (stage_setup(&state) != 0) return 99;
    test_stage *stage = state;
    stage->port = (uint16_t)atoi(port);
    responder_of(stage, stage_loop(stage), type, type);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    return stage_teardown(&state) == 0 ? 0 : 98;
}

static void test_in_several_processes(void **state)
{
    test_stage *stage = *state;
    static const char *const types[] = {"a", "b", "c", "d"};
    test_child children[4];
    for (int i = 0; i < 4; i++) children[i] = start_child(stage, types[i]);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    for (int i = 0; i < 100; i++)
        ask_expect_result(ask_send(requester, types[i % 4], NULL), types[i % 4]);
    for (int i = 0; i < 4; i++) assert_int_equal(child_end(&children[i]), 0);
}

/* MARK: handlers that come and go */

static void test_what_nobody_handles_waits(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    test_actor *responder = responder_of(stage, loop, "A", "a");
    test_ask *late = ask_send(requester, "late", NULL);
    test_ask *never = ask_within(requester, "never", 20);
    for (int i = 0; i < 10; i++) ask_expect_result(ask_send(requester, "a", NULL), "A");
    ask_expect(never, COTE_ETIMEDOUT);
    assert_string_equal(never->peer_id, "");
    stage_check(stage, late->ended == 0);
    actor_on(responder, "late", actor_name);
    ask_expect_result(late, "A");
    stage_check(stage, handles(requester, actor_id(responder), "[\"a\",\"late\"]"));
}

static void test_who_handles_it_no_more_gets_it_no_more(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    test_actor *a = actor_create(stage, "A");
    actor_respond(a, loop);
    uint64_t number;
    assert_int_equal(cote_responder_on(a->responder, "t", actor_name, NULL, a, &number), COTE_OK);
    ask_expect_result(ask_send(requester, "t", NULL), "A");
    responder_of(stage, loop, "B", "t");
    assert_int_equal(cote_responder_off(a->responder, number), COTE_OK);
    stage_wait(stage, handles(requester, actor_id(a), "[]"));
    for (int i = 0; i < 10; i++) ask_expect_result(ask_send(requester, "t", NULL), "B");
}

/* Of one turn of the loop, whatever the machine is busy with. */
enum { BURST = 20 };

static void add_handlers(void *context)
{
    for (int i = 0; i < BURST; i++) {
        char type[16];
        snprintf(type, sizeof type, "t%d", i);
        actor_on(context, type, actor_name);
    }
}

static void test_many_handlers_are_one_hello(void **state)
{
    static char text[RAW_DATAGRAM];
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage);
    test_actor *responder = actor_create(stage, "A");
    responder->options.hello_interval_ms = 500000;
    cote_loop *loop = stage_loop(stage);
    actor_respond(responder, loop);
    raw_udp_await(ear, actor_id(responder), "\"handles\":[]}}");
    assert_int_equal(cote_loop_call(loop, add_handlers, responder), COTE_OK);
    raw_udp_hear(ear, text);
    assert_non_null(strstr(text, "\"handles\":[\"t0\",\"t1\",\"t10\","));
    assert_non_null(strstr(text, "\"t9\"]}}"));
    close(ear);
}

/* Before its loop has run for the first time: its first hello has them all. */
static void create_with_handlers(void *context)
{
    test_actor *actor = context;
    actor->options.hello_interval_ms = 500000;
    if (cote_responder_create(actor->stage->loops[0], &actor->options, &actor->responder)) abort();
    add_handlers(actor);
}

static void test_first_hello_has_what_is_there(void **state)
{
    static char text[RAW_DATAGRAM];
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage);
    cote_loop *loop = stage_loop(stage);
    assert_int_equal(cote_loop_call(loop, create_with_handlers, actor_create(stage, "A")), COTE_OK);
    raw_udp_hear(ear, text);
    assert_non_null(strstr(text, "\"handles\":[\"t0\",\"t1\",\"t10\","));
    close(ear);
}

/* From another thread than the loop's, one handler after the other: the first hello has the whole
 * burst, unless the machine was busy with others in the midst of it. */
static void test_first_hello_has_a_burst(void **state)
{
    enum { RESPONDERS = 20, ENOUGH = 5 };
    static char text[RAW_DATAGRAM];
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage);
    cote_loop *loop = stage_loop(stage);
    unsigned whole = 0;
    for (unsigned i = 0; i < RESPONDERS; i++) {
        test_actor *actor = actor_create(stage, "A");
        actor->options.hello_interval_ms = 500000;
        actor_respond(actor, loop);
        add_handlers(actor);
        raw_udp_hear(ear, text);
        assert_non_null(strstr(text, actor_id(actor)));
        if (strstr(text, "\"t9\"]}}"))
            whole++;
        else
            raw_udp_await(ear, actor_id(actor), "\"t9\"]}}");
    }
    assert_in_range(whole, ENOUGH, RESPONDERS);
    close(ear);
}

/* MARK: very many types */

enum { TYPES = 5000, OF_EACH = 4 };

typedef struct tally {
    test_stage *stage;
    unsigned answered, failed;
} tally;

static void count_response(void *context, const cote_response *response)
{
    tally *self = context;
    stage_lock(self->stage);
    self->answered++;
    if (response->status != COTE_OK) self->failed++;
    stage_unlock(self->stage);
}

/* Those that wait in vain are in nobody's way, and when they can go they all go. */
static void test_very_many_types_wait(void **state)
{
    test_stage *stage = *state;
    tally all = {.stage = stage};
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    for (int i = 0; i < TYPES * OF_EACH; i++) {
        char type[16];
        snprintf(type, sizeof type, "t%d", i % TYPES);
        assert_int_equal(
            cote_requester_send(requester->requester, type, NULL, NULL, count_response, &all, NULL),
            COTE_OK);
    }
    test_actor *responder = responder_of(stage, stage_loop(stage), "A", "a");
    for (int i = 0; i < 100; i++) ask_expect_result(ask_send(requester, "a", NULL), "A");
    stage_check(stage, all.answered == 0);
    actor_on(responder, "**", actor_echo);
    stage_wait(stage, all.answered == TYPES * OF_EACH);
    stage_check(stage, all.failed == 0);
}

/* MARK: those that do not say, and those that say it is none of theirs */

static void test_node_gets_any_type(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    responder_of(stage, stage_loop(stage), "A", "a");
    fake node = fake_open(stage, some_iid, false);
    raw_peer peer = fake_meet(&node);
    stage_wait(stage, handles(requester, some_iid, "none"));
    test_ask *ask = ask_handled(requester, "t", 0);
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:{\"type\":\"t\"}"));
    fake_reply_text(&peer, "j:{\"message\":\"not mine\",\"code\":\"noHandler\"}", NULL);
    ask_expect(ask, COTE_ENOHANDLER);
    assert_string_equal(ask->message, "not mine");
    assert_string_equal(ask->code, "noHandler");
    assert_string_equal(ask->peer_id, some_iid);
    assert_string_equal(ask->error.data, "{\"message\":\"not mine\",\"code\":\"noHandler\"}");
    raw_close(&peer);
    fake_close(&node);
}

static void test_required_handler(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    ask_expect(ask_handled(requester, "a", 0), COTE_ENOHANDLER); /* nobody is there at all */
    responder_of(stage, loop, "A", "a");
    ask_expect_result(ask_send(requester, "a", NULL), "A");
    ask_expect_result(ask_handled(requester, "a", 0), "A");
    test_ask *none = ask_handled(requester, "b", 0);
    ask_expect(none, COTE_ENOHANDLER);
    assert_string_equal(none->peer_id, "");
    assert_string_equal(none->message, "nobody handles requests of that type");
    assert_string_equal(none->code, "");
}

/* One that is known and cannot be reached may be yet; when it says goodbye nobody is left. */
static void test_required_handler_that_goes(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    int ear = raw_udp_ear(stage);
    raw_udp_await_hello(ear, actor_id(requester));
    fake ours = fake_open(stage, some_iid, true);
    ours.says = "\"handles\":[\"a\"]";
    close(ours.listener);
    ours.listener = -1;
    fake_say_hello(&ours);
    stage_wait(stage, handles(requester, some_iid, "[\"a\"]"));
    test_ask *waits = ask_handled(requester, "a", 0), *more = ask_handled(requester, "a", 0);
    ask_expect(ask_handled(requester, "b", 0), COTE_ENOHANDLER);
    stage_check(stage, waits->ended == 0);
    raw_say_bye(stage, ours.mouth, &ours.hello);
    ask_expect(waits, COTE_ENOHANDLER);
    ask_expect(more, COTE_ENOHANDLER);
    fake_close(&ours);
    close(ear);
}

/* MARK: lists that a hello has no room for */

static void add_long_types(test_actor *actor, char letter)
{
    for (int i = 0; i < 100; i++) {
        char type[32];
        snprintf(type, sizeof type, "a rather long type %c%d", letter, i);
        actor_on(actor, type, actor_name);
    }
}

static void test_long_lists_go_over_the_connection(void **state)
{
    static char text[RAW_DATAGRAM];
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage);
    cote_loop *loop = stage_loop(stage);
    test_actor *a = responder_of(stage, loop, "A", "a"), *b = responder_of(stage, loop, "B", "b");
    add_long_types(a, 'a');
    add_long_types(b, 'b');
    do raw_udp_hear(ear, text);
    while (!strstr(text, "\"raw\":true,\"digest\":\""));
    assert_in_range(strlen(text), 1, 1200);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    for (int i = 0; i < 50; i++) {
        ask_expect_result(ask_send(requester, "a rather long type a7", NULL), "A");
        ask_expect_result(ask_send(requester, "a rather long type b99", NULL), "B");
    }
    stage_wait(stage, handles(requester, actor_id(a), "none"));
    test_ask *late = ask_send(requester, "late", NULL);
    ask_expect_result(ask_send(requester, "a", NULL), "A");
    stage_check(stage, late->ended == 0);
    actor_on(b, "late", actor_name);
    ask_expect_result(late, "B");
    close(ear);
}

static bool ends_with(cote__slice text, const char *end)
{
    size_t size = strlen(end);
    return text.size >= size && memcmp(text.data + text.size - size, end, size) == 0;
}

/* Anybody is told it first of all, and again when it has changed. */
static void test_long_list_is_a_frame(void **state)
{
    test_stage *stage = *state;
    test_actor *a = responder_of(stage, stage_loop(stage), "A", "a");
    add_long_types(a, 'x');
    int ear = raw_udp_ear(stage);
    raw_udp_await(ear, actor_id(a), "\"digest\"");
    raw_peer peer = raw_connect(actor_port(a));
    raw_expect(&peer);
    assert_int_equal(peer.frame.count, 2);
    assert_true(raw_argument_is(&peer, 1, "s:cote:handles"));
    assert_memory_equal(peer.frame.arguments[0].data, "j:{\"handles\":[\"a\",\"a rather", 26);
    actor_on(a, "b", actor_name);
    do raw_expect(&peer);
    while (!ends_with(peer.frame.arguments[0], ",\"b\"]}"));
    assert_true(raw_argument_is(&peer, 1, "s:cote:handles"));
    raw_send_request(&peer, "{\"type\":\"b\"}", "1");
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 1, "s:A"));
    raw_close(&peer);
    close(ear);
}

static void tell(raw_peer *peer, const char *first)
{
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 2);
    cote__amp_argument(&frame, "", cote__slice_of(first));
    cote__amp_argument(&frame, "s:", cote__slice_of("cote:handles"));
    raw_send(peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
}

static void expect_request(raw_peer *peer, test_ask *ask, const char *payload)
{
    raw_expect(peer);
    assert_true(raw_argument_is(peer, 0, payload));
    fake_reply_text(peer, NULL, "j:1");
    ask_expect_result(ask, "1");
}

/* The last list that makes sense counts, and none from the connection before. */
static void test_list_of_a_connection(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake ours = fake_open(stage, some_iid, true);
    ours.says = "\"digest\":\"01\"";
    raw_peer peer = fake_meet(&ours);
    test_ask *a = ask_send(requester, "a", NULL), *b = ask_handled(requester, "b", 0);
    test_ask *c = ask_handled(requester, "c", 0); /* which it might handle, for all that is known */
    tell(&peer, "j:{\"handles\":[\"b\"]}");
    expect_request(&peer, b, "j:{\"type\":\"b\"}");
    ask_expect(c, COTE_ENOHANDLER);
    tell(&peer, "j:{\"handles\":[\"a\",1]}");
    tell(&peer, "s:text");
    expect_request(&peer, ask_send(requester, "b", NULL), "j:{\"type\":\"b\"}");
    stage_check(stage, a->ended == 0);
    tell(&peer, "j:{\"handles\":[\"a\"]}");
    expect_request(&peer, a, "j:{\"type\":\"a\"}");
    raw_close(&peer);

    peer = raw_accept(ours.listener);
    a = ask_send(requester, "a", NULL);
    b = ask_send(requester, "b", NULL);
    tell(&peer, "j:{\"handles\":[\"b\"]}");
    expect_request(&peer, b, "j:{\"type\":\"b\"}");
    stage_check(stage, a->ended == 0);
    ours.says = "\"handles\":[\"a\"]"; /* by now there is room in its hello */
    fake_say_hello(&ours);
    expect_request(&peer, a, "j:{\"type\":\"a\"}");
    raw_close(&peer);
    fake_close(&ours);
}

int main(int argc, char **argv)
{
    if (argc == 3) return run_child(argv[1], argv[2]);
    const struct CMUnitTest tests[] = {
        stage_test(test_each_type_goes_to_its_responder),
        stage_test(test_every_balancing_knows_it),
        stage_test(test_in_several_processes),
        stage_test(test_what_nobody_handles_waits),
        stage_test(test_who_handles_it_no_more_gets_it_no_more),
        stage_test(test_many_handlers_are_one_hello),
        stage_test(test_first_hello_has_what_is_there),
        stage_test(test_first_hello_has_a_burst),
        stage_test(test_very_many_types_wait),
        stage_test(test_node_gets_any_type),
        stage_test(test_required_handler),
        stage_test(test_required_handler_that_goes),
        stage_test(test_long_lists_go_over_the_connection),
        stage_test(test_long_list_is_a_frame),
        stage_test(test_list_of_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
