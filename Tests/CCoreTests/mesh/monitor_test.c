/* monitor_test.c - whom a monitor sees, and the statuses that it is told: by our own, and byte for
 * byte by a requester of Node.js. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"
#include "support/heard.h"
#include "support/vectors.h"

/* A monitor, and the statuses of it. */
typedef struct watcher {
    test_actor *actor;
    /* Under the stage's lock: */
    unsigned count;
    char id[160], nodes[1024], object[2048]; /* of the last status */
    bool counts;
    cote_counters counters; /* zero if it tells none */
} watcher;

static void copy(char *to, size_t size, cote_value value)
{
    snprintf(to, size, "%.*s", (int)value.size, (const char *)value.data);
}

static void on_status(void *context, const cote_status *status)
{
    watcher *self = ((test_actor *)context)->watcher;
    stage_lock(self->actor->stage);
    self->count++;
    snprintf(self->id, sizeof self->id, "%s", status->id);
    copy(self->nodes, sizeof self->nodes, status->nodes);
    copy(self->object, sizeof self->object, status->object);
    self->counts = status->counters != NULL;
    self->counters = status->counters ? *status->counters : (cote_counters){0};
    stage_unlock(self->actor->stage);
}

static void begin(watcher *self, test_stage *stage, cote_loop *loop, const char *environment,
                  const char *key)
{
    *self = (watcher){.actor = actor_create(stage, "monitor")};
    self->actor->watcher = self;
    self->actor->options.environment = environment;
    self->actor->options.key = key;
    if (cote_monitor_create(loop, &self->actor->options, on_status, &self->actor->monitor) !=
        COTE_OK)
        fail_msg("monitor: %s", cote_error_detail());
    snprintf(self->actor->id, sizeof self->actor->id, "%s", cote_monitor_id(self->actor->monitor));
    self->actor->port = cote_monitor_port(self->actor->monitor);
}

static void wait_added(const watcher *self, const char *id)
{
    stage_wait(self->actor->stage, actor_heard(self->actor, COTE_PEER_ADDED, id) == 1);
}

/* MARK: hello */

/* As the recorded one of Node.js: a type, no axon_type, and the port where it listens. */
static void test_hello(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage);
    watcher self;
    begin(&self, stage, stage_loop(stage), "", NULL);
    static char text[RAW_DATAGRAM], expected[256];
    do raw_udp_hear(ear, text);
    while (!strstr(text, actor_id(self.actor)));
    snprintf(expected, sizeof expected,
             "\"advertisement\":{\"type\":\"monitor\",\"name\":\"monitor\",\"key\":\"$$\","
             "\"port\":%u}",
             actor_port(self.actor));
    if (!strstr(text, expected)) fail_msg("%s", text);
    assert_null(strstr(text, "axon_type"));
    close(ear);
}

/* MARK: whom it sees */

static test_actor *keyed(test_stage *stage, const char *environment, const char *key,
                         const char *name_space)
{
    test_actor *actor = actor_create(stage, "keyed");
    actor->options.environment = environment;
    actor->options.key = key;
    actor->options.name_space = name_space;
    return actor;
}

static void test_sees_what_its_key_begins(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    int ear = raw_udp_ear(stage);
    watcher all, billing, qa;
    begin(&all, stage, loop, "", NULL);
    raw_udp_await_hello(ear, actor_id(all.actor));
    close(ear);
    begin(&billing, stage, loop, "", "billing");
    begin(&qa, stage, loop, "qa", NULL);
    test_actor *ours[] = {keyed(stage, "", NULL, NULL), keyed(stage, "", "billing", "ns"),
                          keyed(stage, "qa", NULL, NULL), keyed(stage, "qa", "billing", NULL)};
    actor_respond(ours[0], loop);
    actor_publish(ours[1], loop);
    actor_request(ours[2], loop);
    actor_subscribe(ours[3], loop);
    fake node = fake_open(stage, "node", false);
    node.hello.key = "$$billing";
    raw_say_hello(stage, node.mouth, &node.hello);

    wait_added(&all, actor_id(ours[0]));
    wait_added(&all, actor_id(ours[1]));
    wait_added(&all, "node");
    wait_added(&all, actor_id(billing.actor)); /* other monitors too */
    wait_added(&billing, actor_id(ours[1]));
    wait_added(&billing, "node");
    wait_added(&qa, actor_id(ours[2]));
    wait_added(&qa, actor_id(ours[3]));
    stage_check(stage, all.actor->added == 4 && billing.actor->added == 2 && qa.actor->added == 2);
    stage_check(stage, all.actor->port != billing.actor->port);

    for (int i = 0; i < 4; i++) actor_close(ours[i]);
    raw_say_bye(stage, node.mouth, &node.hello);
    stage_wait(stage,
               all.actor->removed == 3 && billing.actor->removed == 2 && qa.actor->removed == 2);
    fake_close(&node);
}

/* MARK: statuses */

static void test_statuses_of_ours(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = requester_on(stage, loop, "requester");
    fake responder = fake_open(stage, "node", false); /* which tells nothing itself */
    raw_peer connection = fake_meet(&responder);
    actor_wait_connected(requester, 1);
    watcher self;
    begin(&self, stage, loop, NULL, NULL);
    static const char nodes[] = "[\"node\"]";
    char object[256];
    int size = snprintf(object, sizeof object, "{\"id\":\"%s\",\"nodes\":%s,\"cote\":{",
                        actor_id(requester), nodes);
    stage_wait(stage, self.count == 1);
    stage_check(stage, strcmp(self.id, actor_id(requester)) == 0);
    stage_check(stage, strcmp(self.nodes, nodes) == 0);
    stage_check(stage, strncmp(self.object, object, (size_t)size) == 0);
    stage_check(stage, self.counts && self.counters.connections == 1);
    ask_send(requester, "x", NULL);
    stage_wait(stage, self.count == 2); /* the next interval */
    stage_check(stage, self.counters.requests_sent == 1 && self.counters.requests_in_flight == 1);
    stage_check(stage, self.actor->connected == 1 && requester->connected == 1);
    /* Both ways of the end. */
    actor_close(requester);
    actor_wait_connected(self.actor, 0);
    actor_close(self.actor);
    stage_wait(stage, self.actor->closed == 1);
    raw_close(&connection);
    fake_close(&responder);
}

/* A raw requester of Node.js: its hello, and its recorded status, at once and in single bytes. */
static void test_status_of_node(void **state)
{
    test_stage *stage = *state;
    int ear = raw_udp_ear(stage);
    watcher self;
    begin(&self, stage, stage_loop(stage), NULL, NULL);
    raw_udp_await_hello(ear, actor_id(self.actor));
    close(ear);
    fake node = fake_open(stage, "7a939a7e-8ad5-415a-97cb-2003fd146394", false);
    node.hello.axon_type = "req";
    node.hello.port = 0;
    raw_say_hello(stage, node.mouth, &node.hello);
    wait_added(&self, node.hello.iid);
    raw_peer peer = raw_connect(actor_port(self.actor));
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        if (cote_test_vectors[i].meaning != MEANS_STATUS) continue;
        size_t size;
        char *bytes = cote_test_vector_bytes(&cote_test_vectors[i], &size);
        raw_send(&peer, bytes, size);
        for (size_t at = 0; at < size; at++) raw_send(&peer, bytes + at, 1);
        free(bytes);
    }
    stage_wait(stage, self.count == 2);
    stage_check(stage, strcmp(self.id, node.hello.iid) == 0);
    stage_check(stage, !self.counts);
    stage_check(stage, strcmp(self.nodes, "[\"10dd97a7-30c1-4dec-aece-6fa0b599f1b2\"]") == 0);
    raw_close(&peer);
    fake_close(&node);
}

static void send_frame(raw_peer *peer, const char *event, const char *status)
{
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 2);
    cote__amp_argument(&frame, "", cote__slice_of(event));
    cote__amp_argument(&frame, "", cote__slice_of(status));
    raw_send(peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
}

/* Ends the connection that it comes over, and no other. */
static void test_hostile_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } breaches[] = {
#define BYTES(TEXT) {TEXT, sizeof(TEXT) - 1}
        BYTES("\x22\0\0\0\x01x"),
        BYTES("\x10"),
        BYTES("\x12\xff\xff\xff\xff"),
        BYTES("GET / HTTP/1.1\r\n\r\n"),
        BYTES("\x12\0\0\0\x08s:status\0\0\0\x03j:{"),
#undef BYTES
    };
    test_stage *stage = *state;
    watcher self;
    begin(&self, stage, stage_loop(stage), NULL, NULL);
    raw_peer good = raw_connect(actor_port(self.actor));
    for (unsigned i = 0; i < sizeof breaches / sizeof *breaches; i++) {
        raw_peer peer = raw_connect(actor_port(self.actor));
        raw_send(&peer, breaches[i].bytes, breaches[i].size);
        raw_expect_closed(&peer);
        raw_close(&peer);
        send_frame(&good, "s:message::a", "j:1"); /* means nothing here */
        send_frame(&good, "s:status", "j:{\"id\":\"\",\"nodes\":[]}");
        send_frame(&good, "s:status", "j:{\"id\":\"a\",\"nodes\":[null],\"more\":1}");
        stage_wait(stage, self.count == i + 1);
    }
    stage_check(stage, strcmp(self.id, "a") == 0 && strcmp(self.nodes, "[null]") == 0);
    stage_check(stage, strcmp(self.object, "{\"id\":\"a\",\"nodes\":[null],\"more\":1}") == 0);
    raw_close(&good);
}

/* MARK: create */

static void test_what_create_refuses(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    cote_monitor *monitor;
    cote_options options = COTE_OPTIONS_INIT;
    assert_int_equal(cote_monitor_create(loop, &options, NULL, NULL), COTE_EINVAL);
    assert_int_equal(cote_monitor_create(loop, &options, NULL, &monitor), COTE_EINVAL);
    assert_non_null(strstr(cote_error_detail(), "name"));
    raw_peer none = {.fd = raw_listen(&options.port)};
    char ports[16];
    snprintf(ports, sizeof ports, "%u-%u", options.port, options.port);
    options.port = 0;
    options.ports = ports;
    options.name = "monitor";
    options.discovery_port = stage->port;
    options.broadcast = "127.255.255.255";
    assert_int_equal(cote_monitor_create(loop, &options, NULL, &monitor), COTE_EADDRINUSE);
    assert_null(monitor);
    raw_close(&none);
    cote_monitor_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_hello),
        stage_test(test_sees_what_its_key_begins),
        stage_test(test_statuses_of_ours),
        stage_test(test_status_of_node),
        stage_test(test_hostile_bytes),
        stage_test(test_what_create_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
