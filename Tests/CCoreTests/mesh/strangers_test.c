/* strangers_test.c - who speaks another protocol, or none, to each kind of component: at most the
 * connection on which it came is closed, and everything else goes on. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"
#include "support/heard.h"
#include "support/random.h"

enum { NOISE = 64 * 1024 };

/* What strangers say. Either the connection is closed at once, or the rest of a frame is waited
 * for, until they close. */
static const struct speech {
    const char *bytes;
    size_t size;
    bool closes;
} speeches[] = {
#define SAYS(TEXT, CLOSES)             \
    {                                  \
        TEXT, sizeof(TEXT) - 1, CLOSES \
    }
    SAYS("GET / HTTP/1.1\r\nHost: x\r\n\r\n", true),
    SAYS("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", true),
    SAYS("SSH-2.0-OpenSSH_9.2\r\n", true),
    SAYS("*1\r\n$4\r\nPING\r\n", true),                          /* redis */
    SAYS("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", false), /* TLS: a frame of 50 MB */
    SAYS("\x00", true),
    SAYS("\x10", true),
    SAYS("\x22\x00\x00\x00\x02j:", true),
    SAYS("\xff\xff\xff\xff", true),
    SAYS("\x12\xff\xff\xff\xff", true),
    SAYS("\x12\x00\x00\x00\x00\xff\xff\xff\xff", true),
    SAYS("\x11\x04\x00\x00\x01", true), /* a byte more than 64 MiB */
    SAYS("\x12", false),
    SAYS("\x12\x00\x00", false),
    SAYS("\x12\x03\xff\x00\x00j:{\"type\":", false),
#undef SAYS
};
enum { SPEECHES = sizeof speeches / sizeof *speeches };

static char *noise(void)
{
    static char bytes[NOISE];
    uint64_t random = 4;
    for (size_t i = 0; i < NOISE; i++) bytes[i] = (char)cote_test_random(&random);
    return bytes;
}

/* As one does who only looks whether a port is open, and hurries on. */
static void reset(raw_peer *peer)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
    raw_close(peer);
}

/* MARK: those that listen */

/* Asks whether a component still does what it is there for. */
typedef void (*still_works)(void *context);

static void disturb(uint16_t port, still_works check, void *context)
{
    raw_peer waiting[SPEECHES];
    size_t waiting_count = 0;
    for (size_t i = 0; i < SPEECHES; i++) {
        raw_peer peer = raw_connect(port);
        raw_try_send(&peer, speeches[i].bytes, speeches[i].size);
        if (speeches[i].closes) {
            raw_expect_closed(&peer);
            raw_close(&peer);
        } else {
            waiting[waiting_count++] = peer;
        }
        check(context);
    }
    raw_peer closes = raw_connect(port), resets = raw_connect(port), loud = raw_connect(port);
    raw_close(&closes);
    reset(&resets);
    raw_try_send(&loud, noise(), NOISE);
    shutdown(loud.fd, SHUT_WR);
    raw_expect_closed(&loud);
    raw_close(&loud);
    check(context);
    /* In the middle of a frame: half the connection, the whole, or without a word. */
    for (size_t i = 0; i < waiting_count; i++) {
        if (i % 3 == 2) {
            reset(&waiting[i]);
        } else {
            if (i % 3 == 0) {
                shutdown(waiting[i].fd, SHUT_WR);
                raw_expect_closed(&waiting[i]);
            }
            raw_close(&waiting[i]);
        }
        check(context);
    }
}

static void answers(void *context)
{
    raw_send_request(context, "{\"type\":\"echo\"}", "standing");
    raw_expect(context);
    assert_true(raw_argument_is(context, 2, "s:standing"));
}

static void test_a_responder(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer standing = raw_connect(actor_port(responder));
    disturb(actor_port(responder), answers, &standing);
    raw_close(&standing);
    actor_wait_connected(responder, 0);
}

typedef struct publishing {
    test_actor *publisher;
    raw_peer subscriber;
} publishing;

static void publishes(void *context)
{
    publishing *self = context;
    publish_json(self->publisher, "tick", "1");
    raw_expect(&self->subscriber);
    assert_true(raw_argument_is(&self->subscriber, 0, "s:message::tick"));
}

static void test_a_publisher(void **state)
{
    test_stage *stage = *state;
    publishing self = {publisher_on(stage, stage_loop(stage), "publisher"), {.fd = -1}};
    self.subscriber = raw_connect(actor_port(self.publisher));
    actor_wait_connected(self.publisher, 1);
    disturb(actor_port(self.publisher), publishes, &self);
    raw_close(&self.subscriber);
    actor_wait_connected(self.publisher, 0);
}

typedef struct watching {
    test_actor *monitor;
    raw_peer reporter;
    unsigned sent;
} watching;

static void on_status(void *context, const cote_status *status)
{
    test_actor *monitor = context;
    assert_string_equal(status->id, "r");
    stage_lock(monitor->stage);
    monitor->handled++;
    stage_unlock(monitor->stage);
}

static void watches(void *context)
{
    static const char status[] = "\x12\0\0\0\x08s:status\0\0\0\x17j:{\"id\":\"r\",\"nodes\":[]}";
    watching *self = context;
    raw_send(&self->reporter, status, sizeof status - 1);
    self->sent++;
    stage_wait(self->monitor->stage, self->monitor->handled == self->sent);
}

static void test_a_monitor(void **state)
{
    test_stage *stage = *state;
    watching self = {actor_create(stage, "monitor"), {.fd = -1}, 0};
    assert_int_equal(cote_monitor_create(stage_loop(stage), &self.monitor->options, on_status,
                                         &self.monitor->monitor),
                     COTE_OK);
    uint16_t port = cote_monitor_port(self.monitor->monitor);
    self.reporter = raw_connect(port);
    disturb(port, watches, &self);
    raw_close(&self.reporter);
    actor_wait_connected(self.monitor, 0);
}

/* MARK: those that connect */

/* Each speech is that of a peer of its own, which is gone afterwards. */
static void disturb_from(test_stage *stage, const char *axon_type, still_works check, void *context)
{
    for (size_t i = 0; i <= SPEECHES; i++) {
        fake stranger = fake_open(stage, "stranger", false);
        stranger.hello.axon_type = axon_type;
        raw_peer peer = fake_meet(&stranger);
        close(stranger.listener); /* it does not come back */
        stranger.listener = -1;
        if (i < SPEECHES)
            raw_try_send(&peer, speeches[i].bytes, speeches[i].size);
        else
            raw_try_send(&peer, noise(), NOISE);
        if (i == SPEECHES || !speeches[i].closes) shutdown(peer.fd, SHUT_WR);
        raw_expect_closed(&peer);
        raw_say_bye(stage, stranger.mouth, &stranger.hello);
        raw_close(&peer);
        fake_close(&stranger);
        check(context);
    }
}

static void asks(void *context)
{
    ask_expect(ask_send(context, "echo", NULL), COTE_OK);
}

static void test_a_requester(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    int ear = raw_udp_ear(stage);
    test_actor *requester = requester_on(stage, loop, "client");
    raw_udp_await_hello(ear, actor_id(requester));
    close(ear);
    responder_on(stage, loop, "server");
    actor_wait_connected(requester, 1);
    disturb_from(stage, "rep", asks, requester);
}

typedef struct hearing {
    test_actor *publisher;
    test_heard *heard;
    size_t sent;
} hearing;

static void hears(void *context)
{
    hearing *self = context;
    publish_json(self->publisher, "tick", "1");
    heard_wait(self->heard, ++self->sent);
}

static void test_a_subscriber(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    int ear = raw_udp_ear(stage);
    test_actor *subscriber = subscriber_on(stage, loop, "subscriber");
    raw_udp_await_hello(ear, actor_id(subscriber));
    close(ear);
    hearing self = {publisher_on(stage, loop, "publisher"), hear(subscriber, "tick"), 0};
    actor_wait_connected(subscriber, 1);
    actor_wait_connected(self.publisher, 1);
    disturb_from(stage, "pub-emitter", hears, &self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_a_responder), stage_test(test_a_publisher),  stage_test(test_a_monitor),
        stage_test(test_a_requester), stage_test(test_a_subscriber),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
