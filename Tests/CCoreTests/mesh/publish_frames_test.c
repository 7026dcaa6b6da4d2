/* publish_frames_test.c - publishers and subscribers byte for byte: as Node.js, large, slow, and
 * hostile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fake.h"
#include "support/heard.h"
#include "support/random.h"
#include "support/vectors.h"

static bool has_name_space(const cote_test_vector *vector)
{
    return strncmp(vector->name, "pub-ns-", 7) == 0;
}

/* The topic of a recorded message. */
static const char *topic_of(const cote_test_vector *vector)
{
    const char *event = vector->frames[0][0].data;
    return event + strlen(has_name_space(vector) ? "message::ns1::" : "message::");
}

/* A publisher of Node.js. The namespace, if it has one, stands behind the key in its hello. */
static fake fake_publisher(test_stage *stage, const char *iid, bool named)
{
    fake self = fake_open(stage, iid, false);
    self.hello.axon_type = "pub-emitter";
    if (named) self.hello.key = "$$\",\"namespace\":\"ns1";
    return self;
}

static test_actor *subscriber_in(test_stage *stage, cote_loop *loop, const char *name_space)
{
    test_actor *actor = actor_create(stage, "subscriber");
    actor->options.name_space = name_space;
    actor_subscribe(actor, loop);
    return actor;
}

/* MARK: Node.js */

static void test_messages_are_those_of_node(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    unsigned count = 0;
    for (int named = 0; named < 2; named++) {
        test_actor *publisher = actor_create(stage, "publisher");
        publisher->options.name_space = named ? "ns1" : NULL;
        actor_publish(publisher, loop);
        raw_peer peer = raw_connect(actor_port(publisher));
        actor_wait_connected(publisher, 1);
        for (size_t i = 0; i < cote_test_vector_count; i++) {
            const cote_test_vector *vector = &cote_test_vectors[i];
            if (vector->meaning != MEANS_PUBLISH || has_name_space(vector) != named) continue;
            size_t size;
            char *bytes = cote_test_vector_bytes(vector, &size);
            assert_int_equal(cote_publisher_publish(publisher->publisher, topic_of(vector),
                                                    &vector->frames[0][1], 0),
                             COTE_OK);
            raw_expect(&peer);
            assert_int_equal(peer.frame.size, size);
            assert_memory_equal(raw_frame_bytes(&peer), bytes, size);
            free(bytes);
            count++;
        }
        raw_close(&peer);
    }
    assert_int_equal(count, 16);
}

/* Whole, and byte by byte. */
static void test_messages_of_node(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    for (int named = 0; named < 2; named++) {
        test_heard *heard = hear(subscriber_in(stage, loop, named ? "ns1" : NULL), "**");
        fake publisher = fake_publisher(stage, named ? "named" : "plain", named);
        raw_peer peer = fake_meet(&publisher);
        size_t next = 0;
        for (size_t i = 0; i < cote_test_vector_count; i++) {
            const cote_test_vector *vector = &cote_test_vectors[i];
            if (vector->meaning != MEANS_PUBLISH || has_name_space(vector) != named) continue;
            size_t size;
            char *bytes = cote_test_vector_bytes(vector, &size);
            raw_send(&peer, bytes, size);
            for (size_t at = 0; at < size; at++) raw_send(&peer, bytes + at, 1);
            free(bytes);
            for (int twice = 0; twice < 2; twice++) {
                heard_wait(heard, next + 2);
                heard_check(heard, next + (size_t)twice, topic_of(vector), vector->frames[0][1]);
            }
            next += 2;
        }
        assert_int_equal(next, 16);
        assert_string_equal(heard->messages[0].peer_id, named ? "named" : "plain");
        assert_string_equal(heard->messages[0].peer_name, "fake");
        raw_close(&peer);
        fake_close(&publisher);
    }
}

static void test_bytes_that_would_be_misread(void **state)
{
#define BYTES(TEXT) TEXT, sizeof(TEXT) - 1
    static const struct {
        const char *bytes;
        size_t size;
        const char *json; /* how they go; none: as they are */
    } cases[] = {
        {BYTES(""), "{\"type\":\"Buffer\",\"data\":[]}"},
        {BYTES("j:"), "{\"type\":\"Buffer\",\"data\":[106,58]}"},
        {BYTES("j:{"), "{\"type\":\"Buffer\",\"data\":[106,58,123]}"},
        {BYTES("s:a"), "{\"type\":\"Buffer\",\"data\":[115,58,97]}"},
        {BYTES("b:\xff"), "{\"type\":\"Buffer\",\"data\":[98,58,255]}"},
        {BYTES("j"), NULL},
        {BYTES("a:b"), NULL},
        {BYTES("\0j:"), NULL},
        {BYTES("\xde\xad\xbe\xef"), NULL},
    };
#undef BYTES
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_heard *heard = hear(subscriber_on(stage, loop, "subscriber"), "bytes");
    actor_wait_connected(publisher, 1);
    raw_peer peer = raw_connect(actor_port(publisher));
    actor_wait_connected(publisher, 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        publish_bytes(publisher, "bytes", cases[i].bytes, cases[i].size);
        raw_expect(&peer);
        cote__slice argument = peer.frame.arguments[1];
        heard_wait(heard, i + 1);
        if (cases[i].json) {
            assert_int_equal(argument.size, 2 + strlen(cases[i].json));
            assert_memory_equal(argument.data, "j:", 2);
            assert_memory_equal(argument.data + 2, cases[i].json, argument.size - 2);
            heard_check_json(heard, i, "bytes", cases[i].json);
        } else {
            assert_int_equal(argument.size, cases[i].size);
            assert_memory_equal(argument.data, cases[i].bytes, cases[i].size);
            heard_check(heard, i, "bytes",
                        (cote_value){COTE_KIND_BYTES, cases[i].bytes, cases[i].size});
        }
    }
    raw_close(&peer);
}

static void test_extra_values(void **state)
{
    test_stage *stage = *state;
    test_heard *heard = hear(subscriber_on(stage, stage_loop(stage), "subscriber"), "**");
    fake publisher = fake_publisher(stage, "fake", false);
    raw_peer peer = fake_meet(&publisher);
    for (unsigned count = 1; count <= COTE__AMP_MAX_ARGUMENTS; count++) {
        cote__buffer frame = {0};
        cote__amp_begin(&frame, count);
        cote__amp_argument(&frame, "s:", cote__slice_of("message::a"));
        for (unsigned i = 1; i < count; i++) cote__amp_argument(&frame, "j:", cote__slice_of("1"));
        raw_send(&peer, frame.data, frame.size);
        cote__buffer_fini(&frame);
        heard_wait(heard, count);
        heard_check_json(heard, count - 1, "a", count > 1 ? "1" : "null");
        assert_int_equal(heard->messages[count - 1].extra_count, count > 2 ? count - 2 : 0);
    }
    raw_close(&peer);
    fake_close(&publisher);
}

/* MARK: large, and slow */

enum { MEBIBYTE = 1 << 20, LARGE = 12, READERS = 9 };

/* Differs from one number to the next, all over. */
static void fill(char *bytes, unsigned number)
{
    uint64_t random = number;
    for (size_t i = 0; i < MEBIBYTE; i++) bytes[i] = (char)cote_test_random(&random);
    memcpy(bytes, "raw", 3);
}

/* The tenth does not read before the others have everything: then it gets it all, in order. */
static void test_slow_one_holds_up_nobody(void **state)
{
    test_stage *stage = *state;
    test_actor *publisher = publisher_on(stage, stage_loop(stage), "publisher");
    cote_loop *loops[] = {stage_loop(stage), stage_loop(stage)};
    test_heard *heard[READERS];
    for (int i = 0; i < READERS; i++)
        heard[i] = hear(subscriber_on(stage, loops[i % 2], "reader"), "large");
    raw_peer slow = raw_connect(actor_port(publisher));
    actor_wait_connected(publisher, READERS + 1);
    char *bytes = malloc(MEBIBYTE);
    assert_non_null(bytes);
    for (unsigned i = 0; i < LARGE; i++) {
        fill(bytes, i);
        publish_bytes(publisher, "large", bytes, MEBIBYTE);
        publish_json(publisher, "large", "\"and a small one\"");
    }
    for (int reader = 0; reader < READERS; reader++) heard_wait(heard[reader], 2 * LARGE);
    for (unsigned i = 0; i < LARGE; i++) {
        fill(bytes, i);
        for (int reader = 0; reader < READERS; reader++) {
            heard_check(heard[reader], 2 * i, "large",
                        (cote_value){COTE_KIND_BYTES, bytes, MEBIBYTE});
            heard_check_json(heard[reader], 2 * i + 1, "large", "\"and a small one\"");
        }
        raw_expect(&slow);
        assert_int_equal(slow.frame.arguments[1].size, MEBIBYTE);
        assert_memory_equal(slow.frame.arguments[1].data, bytes, MEBIBYTE);
        raw_expect(&slow);
        assert_true(raw_argument_is(&slow, 1, "j:\"and a small one\""));
    }
    free(bytes);
    raw_close(&slow);
}

/* What waits for one that goes away, or for nobody any more, is given up with it. */
static void test_slow_one_goes(void **state)
{
    test_stage *stage = *state;
    test_actor *publisher = publisher_on(stage, stage_loop(stage), "publisher");
    test_heard *heard = hear(subscriber_on(stage, stage_loop(stage), "reader"), "large");
    raw_peer slow[] = {raw_connect(actor_port(publisher)), raw_connect(actor_port(publisher))};
    actor_wait_connected(publisher, 3);
    char *bytes = malloc(MEBIBYTE);
    assert_non_null(bytes);
    fill(bytes, 0);
    for (unsigned i = 0; i < 2 * LARGE; i++) publish_bytes(publisher, "large", bytes, MEBIBYTE);
    heard_wait(heard, 2 * LARGE);
    raw_close(&slow[0]);
    actor_wait_connected(publisher, 2);
    publish_bytes(publisher, "large", bytes, MEBIBYTE);
    heard_wait(heard, 2 * LARGE + 1);
    actor_close(publisher); /* with the other one still waiting */
    stage_wait(stage, publisher->closed == 1);
    raw_close(&slow[1]);
    free(bytes);
}

/* A subscriber's limit: its connection is closed, others get the message, and it comes again. */
static void test_message_over_the_limit(void **state)
{
    enum { LIMIT = 1000, AROUND = 1 + 4 + sizeof "s:message::a" - 1 + 4 };
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_actor *narrow = actor_create(stage, "narrow");
    narrow->options.max_frame = LIMIT;
    actor_subscribe(narrow, loop);
    test_heard *heard = hear(narrow, "a"), *other = hear(subscriber_on(stage, loop, "wide"), "a");
    actor_wait_connected(publisher, 2);
    char bytes[LIMIT] = {0};
    publish_bytes(publisher, "a", bytes, LIMIT - AROUND);
    heard_wait(heard, 1);
    publish_bytes(publisher, "a", bytes, LIMIT - AROUND + 1);
    heard_wait(other, 2);
    stage_wait(stage, publisher->connections >= 4); /* it went, and came again */
    actor_wait_connected(publisher, 2);
    publish_json(publisher, "a", "1");
    heard_wait(heard, 2);
    heard_check_json(heard, 1, "a", "1");
    heard_wait(other, 3);
}

/* MARK: hostile */

static void append_frame(cote__buffer *out, const char *const *arguments)
{
    unsigned count = 0;
    while (arguments[count]) count++;
    cote__amp_begin(out, count);
    for (unsigned i = 0; i < count; i++) cote__amp_argument(out, "", cote__slice_of(arguments[i]));
}

static void send_frame(raw_peer *peer, const char *event, const char *data)
{
    const char *const arguments[] = {event, data, NULL};
    cote__buffer frame = {0};
    append_frame(&frame, arguments);
    raw_send(peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
}

/* Frames that mean nothing to a subscriber, or hold data that makes no sense. */
static void test_frames_to_a_subscriber(void **state)
{
    static const char *const ignored[][4] = {
        {""},
        {"", ""},
        {"message::a", "j:1"},
        {"j:\"message::a\"", "j:1"},
        {"j:{", "j:1"},
        {"j:", "s:"},
        {"b:1", "j:1"},
        {"s:", "j:1"},
        {"s:message", "j:1"},
        {"s:message::", "j:1"},
        {"s:messages::a", "j:1"},
        {"s:error", "j:1"},
        {"s:newListener", "j:1"},
        {"s:__proto__", "j:1"},
        {"s:status", "j:{\"id\":\"x\",\"nodes\":[]}"},
    };
    enum { IGNORED = sizeof ignored / sizeof *ignored };
    test_stage *stage = *state;
    test_heard *heard = hear(subscriber_on(stage, stage_loop(stage), "subscriber"), "**");
    fake publisher = fake_publisher(stage, "fake", false);
    raw_peer peer = fake_meet(&publisher);
    for (unsigned i = 0; i < IGNORED; i++) {
        cote__buffer frame = {0};
        append_frame(&frame, ignored[i]);
        raw_send(&peer, frame.data, frame.size);
        cote__buffer_fini(&frame);
        send_frame(&peer, "s:message::good", "j:1");
        heard_wait(heard, i + 1);
        heard_check_json(heard, i, "good", "1");
    }
    /* The data is for the callback to judge; topics are only compared. */
    send_frame(&peer, "s:message::a", "j:{bad");
    send_frame(&peer, "s:message::\xff\xc0", "j:\xff");
    send_frame(&peer, "s:message::**", "b:x");
    heard_wait(heard, IGNORED + 3);
    heard_check_json(heard, IGNORED, "a", "{bad");
    heard_check_json(heard, IGNORED + 1, "\xff\xc0", "\xff");
    heard_check(heard, IGNORED + 2, "**", (cote_value){COTE_KIND_BIGINT, "x", 1});
    raw_close(&peer);
    fake_close(&publisher);
}

static void test_topic_with_a_zero(void **state)
{
    test_stage *stage = *state;
    test_actor *subscriber = subscriber_on(stage, stage_loop(stage), "subscriber");
    test_heard *exact = hear(subscriber, "a"), *heard = hear(subscriber, "**");
    fake publisher = fake_publisher(stage, "fake", false);
    raw_peer peer = fake_meet(&publisher);
    static const char event[] = "message::a\0b";
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 1);
    cote__amp_argument(&frame, "s:", (cote__slice){event, sizeof event - 1});
    raw_send(&peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
    heard_wait(heard, 1);
    heard_wait(exact, 0);
    assert_int_equal(heard->messages[0].topic_size, 3);
    assert_memory_equal(heard->messages[0].topic, "a\0b", 4);
    raw_close(&peer);
    fake_close(&publisher);
}

static const struct {
    const char *bytes;
    size_t size;
} breaches[] = {
#define BYTES(TEXT)            \
    {                          \
        TEXT, sizeof(TEXT) - 1 \
    }
    BYTES("\x22\0\0\0\x01x"),      /* a version that there is not */
    BYTES("\x10"),                 /* no argument */
    BYTES("\x12\xff\xff\xff\xff"), /* far more than a frame may have */
    BYTES("GET / HTTP/1.1\r\n\r\n"),
    BYTES("\0\0\0\0"),
#undef BYTES
};
enum { BREACHES = sizeof breaches / sizeof *breaches };

/* Only that connection goes: another publisher's messages come as before, and a new one of the same
 * publisher is made. */
static void test_breaches_to_a_subscriber(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *subscriber = subscriber_on(stage, loop, "subscriber");
    test_actor *standing = publisher_on(stage, loop, "standing");
    test_heard *heard = hear(subscriber, "**");
    fake publisher = fake_publisher(stage, "fake", false);
    raw_peer peer = fake_meet(&publisher);
    actor_wait_connected(standing, 1);
    for (unsigned i = 0; i < BREACHES; i++) {
        send_frame(&peer, "s:message::good", "j:1");
        raw_send(&peer, breaches[i].bytes, breaches[i].size);
        raw_expect_closed(&peer);
        raw_close(&peer);
        publish_json(standing, "standing", "2");
        heard_wait(heard, 2 * i + 2);
        peer = raw_accept(publisher.listener);
    }
    stage_check(stage, standing->connected == 1 && standing->connections == 1);
    stage_check(stage, actor_said(subscriber, "fake sent bytes that make no sense"));
    raw_close(&peer);
    fake_close(&publisher);
}

static void test_bytes_to_a_publisher(void **state)
{
    static const char *const frames[][4] = {
        {""}, {"j:{", "s:1"}, {"s:message::a", "j:1"}, {"s:error"}, {"s:subscribe", "j:null", "b:"},
    };
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_heard *heard = hear(subscriber_on(stage, loop, "subscriber"), "**");
    raw_peer talker = raw_connect(actor_port(publisher));
    actor_wait_connected(publisher, 2);
    for (unsigned i = 0; i < BREACHES; i++) {
        raw_peer peer = raw_connect(actor_port(publisher));
        actor_wait_connected(publisher, 3);
        raw_send(&peer, breaches[i].bytes, breaches[i].size);
        raw_expect_closed(&peer);
        raw_close(&peer);
        actor_wait_connected(publisher, 2);
        cote__buffer frame = {0};
        append_frame(&frame, frames[i]);
        raw_send(&talker, frame.data, frame.size); /* goes unheard, and does no harm */
        cote__buffer_fini(&frame);
        publish_json(publisher, "a", "1");
        raw_expect(&talker);
        assert_true(raw_argument_is(&talker, 0, "s:message::a"));
        heard_wait(heard, i + 1);
    }
    raw_close(&talker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_messages_are_those_of_node),  stage_test(test_messages_of_node),
        stage_test(test_bytes_that_would_be_misread), stage_test(test_extra_values),
        stage_test(test_slow_one_holds_up_nobody),    stage_test(test_slow_one_goes),
        stage_test(test_message_over_the_limit),      stage_test(test_frames_to_a_subscriber),
        stage_test(test_topic_with_a_zero),           stage_test(test_breaches_to_a_subscriber),
        stage_test(test_bytes_to_a_publisher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
