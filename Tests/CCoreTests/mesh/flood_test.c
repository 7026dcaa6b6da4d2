/* flood_test.c - more peers than may be known, and new ones without end: those that are known stay,
 * and those that are real are found. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/actor.h"
#include "support/raw_udp.h"

enum { RATE = 20, BURST = 10 * RATE };

static raw_hello hello_of(char iid[64], const char *prefix, unsigned number)
{
    snprintf(iid, 64, "%s%012u", prefix, number);
    return (raw_hello){.iid = iid, .name = "peer", .axon_type = "req"};
}

/* MARK: how many */

static void test_no_more_than_may_be_known(void **state)
{
    enum { MOST = 5 };
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    responder->options.max_peers = MOST;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    actor_respond(responder, stage_loop(stage));
    raw_udp_await_hello(ear, actor_id(responder));
    char ids[MOST + 1][64];
    raw_hello hellos[MOST + 1];
    for (unsigned i = 0; i <= MOST; i++) {
        hellos[i] = hello_of(ids[i], "9b2d3a11-5c0e-4c3a-8f11-", i);
        raw_say_hello(stage, mouth, &hellos[i]);
    }
    stage_wait(stage, actor_said(responder, "a peer more than may be known"));
    stage_check(stage, responder->added == MOST);
    hellos[0].name = "changed"; /* the known ones are heard as ever */
    raw_say_hello(stage, mouth, &hellos[0]);
    stage_wait(stage, responder->updated == 1);
    raw_say_bye(stage, mouth, &hellos[1]);
    stage_wait(stage, responder->removed == 1);
    raw_say_hello(stage, mouth, &hellos[MOST]); /* there is room now */
    stage_wait(stage, actor_heard(responder, COTE_PEER_ADDED, ids[MOST]) == 1);
    close(mouth);
    close(ear);
}

static void test_hello_that_is_too_big(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    responder->options.max_hello = 600;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    actor_respond(responder, stage_loop(stage));
    raw_udp_await_hello(ear, actor_id(responder));
    test_actor *other = responder_on(stage, stage_loop(stage), "other");
    raw_udp_await_hello(ear, actor_id(other));
    char name[800], ids[2][64];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    raw_hello big = hello_of(ids[0], "9b2d3a11-5c0e-4c3a-8f12-", 1);
    raw_hello small = hello_of(ids[1], "9b2d3a11-5c0e-4c3a-8f12-", 2);
    big.name = name;
    raw_say_hello(stage, mouth, &big);
    raw_say_hello(stage, mouth, &small);
    stage_wait(stage, actor_heard(responder, COTE_PEER_ADDED, ids[1]) == 1);
    stage_wait(stage, actor_heard(other, COTE_PEER_ADDED, ids[0]) == 1);
    stage_check(stage, responder->added == 1);
    close(mouth);
    close(ear);
}

/* MARK: how fast */

typedef struct flood {
    const test_stage *stage;
    atomic_bool over;
    atomic_uint sent;
} flood;

/* New peers, about ten thousand a second. */
static void *send_flood(void *context)
{
    flood *self = context;
    int mouth = raw_udp_from("127.0.0.1");
    for (unsigned i = 0; !atomic_load(&self->over); i++) {
        char iid[64];
        raw_hello hello = hello_of(iid, "9b2d3a11-5c0e-4c3a-8f13-", i);
        raw_say_hello(self->stage, mouth, &hello);
        atomic_fetch_add(&self->sent, 1);
        if (i % 10 == 0) usleep(1000);
    }
    close(mouth);
    return NULL;
}

/* Real ones are found in the midst of it, though they come from the same address. */
static void test_real_peers_in_a_flood(void **state)
{
    enum { REAL = 10, FLOOD = 5000 };
    test_stage *stage = *state;
    test_actor *responder = actor_create(stage, "server");
    responder->options.max_new_peers = RATE;
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    actor_respond(responder, stage_loop(stage));
    raw_udp_await_hello(ear, actor_id(responder));
    flood self = {.stage = stage};
    pthread_t thread;
    uint64_t began = stage_now();
    assert_int_equal(pthread_create(&thread, NULL, send_flood, &self), 0);
    while (atomic_load(&self.sent) < FLOOD) usleep(1000);
    char ids[REAL][64];
    bool is_found[REAL] = {false};
    unsigned found = 0;
    do {
        for (unsigned i = 0; i < REAL; i++) {
            if (is_found[i]) continue;
            raw_hello hello = hello_of(ids[i], "11111111-5c0e-4c3a-8f14-", i);
            raw_say_hello(stage, mouth, &hello);
            stage_lock(stage);
            is_found[i] = actor_heard(responder, COTE_PEER_ADDED, ids[i]) > 0;
            stage_unlock(stage);
            found += is_found[i];
        }
        usleep(200000); /* until they say it again */
        assert_true(stage_now() - began < 60000);
    } while (found < REAL);
    atomic_store(&self.over, true);
    pthread_join(thread, NULL);
    uint64_t seconds = (stage_now() - began) / 1000 + 1;
    stage_check(stage, responder->added <= BURST + RATE * seconds + REAL);
    stage_check(stage, actor_said(responder, "one of too many new peers at once"));
    close(mouth);
    close(ear);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_no_more_than_may_be_known),
        stage_test(test_hello_that_is_too_big),
        stage_test(test_real_peers_in_a_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
