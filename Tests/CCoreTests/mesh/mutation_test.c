/* mutation_test.c - 10,000 mutations of recorded traffic, against live components. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/ask.h"
#include "support/fake.h"
#include "support/fixture.h"
#include "support/mutation.h"
#include "support/random.h"
#include "support/vectors.h"

enum { HELLOS = 4000, REQUESTS = 3000, REPLIES = 3000, EACH = 50 };

/* What is mutated: recordings whose names begin so. */
typedef struct recordings {
    char *bytes[128];
    size_t sizes[128];
    size_t count;
} recordings;

static recordings frames_of(const char *prefix)
{
    recordings all = {.count = 0};
    for (size_t i = 0; i < cote_test_vector_count; i++) {
        if (strncmp(cote_test_vectors[i].name, prefix, strlen(prefix)) != 0) continue;
        char *bytes = cote_test_vector_bytes(&cote_test_vectors[i], &all.sizes[all.count]);
        all.bytes[all.count] = bytes;
        if (all.sizes[all.count] > 0)
            all.count++;
        else
            free(bytes); /* Node.js sent nothing */
    }
    assert_true(all.count > 10);
    return all;
}

static recordings hellos(void)
{
    recordings all = {.count = 0};
    char **paths = cote_test_list(COTE_FIXTURES "/hello", ".json", NULL);
    assert_non_null(paths);
    for (char **path = paths; *path && all.count < 127; path++)
        all.bytes[all.count] = cote_test_read_file(*path, &all.sizes[all.count]), all.count++;
    cote_test_list_free(paths);
    static const char bye[] = "{\"event\":\"cote:bye\",\"pid\":\"p\",\"iid\":\"fence\"}";
    all.bytes[all.count] = cote_test_exact_copy(bye, sizeof bye - 1);
    all.sizes[all.count++] = sizeof bye - 1;
    assert_true(all.count > 10);
    return all;
}

static char *mutation_of(const recordings *all, uint64_t *random, size_t *size)
{
    size_t index = cote_test_random_below(random, all->count);
    char *mutated = cote_test_mutate(random, all->bytes[index], all->sizes[index], size);
    assert_non_null(mutated);
    return mutated;
}

static void forget(recordings *all)
{
    for (size_t i = 0; i < all->count; i++) free(all->bytes[i]);
}

/* Nothing more comes: what waits for the rest of a frame ends. */
static void end_and_drain(raw_peer *peer)
{
    char dropped[4096];
    shutdown(peer->fd, SHUT_WR);
    while (recv(peer->fd, dropped, sizeof dropped, 0) > 0) {
    }
    raw_close(peer);
}

static void test_requests(void **state)
{
    static const char *const types[] = {"x", "b", "m", "add", "n", "u", "t"};
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        actor_on(responder, types[i], actor_echo);
    recordings all = frames_of("req-");
    raw_peer standing = raw_connect(actor_port(responder));
    uint64_t random = 1;
    for (unsigned i = 0; i < REQUESTS; i++) {
        raw_peer peer = raw_connect(actor_port(responder));
        size_t size;
        char *bytes = mutation_of(&all, &random, &size);
        raw_try_send(&peer, bytes, size);
        free(bytes);
        end_and_drain(&peer);
        if (i % EACH != 0) continue;
        raw_send_request(&standing, "{\"type\":\"echo\"}", "standing");
        raw_expect(&standing);
        assert_true(raw_argument_is(&standing, 2, "s:standing"));
    }
    raw_close(&standing);
    forget(&all);
}

static void ask_over(test_actor *requester, raw_peer *peer)
{
    test_ask *ask = ask_send(requester, "any", NULL);
    raw_expect(peer);
    fake_reply_text(peer, NULL, "j:1");
    ask_expect(ask, COTE_OK);
}

static void test_replies(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "fake", true);
    char iids[2][24];
    raw_peer peer = fake_meet(&responder);
    recordings all = frames_of("resp-");
    uint64_t random = 2;
    for (unsigned i = 0; i < REPLIES; i++) {
        if (i % EACH == 0) ask_over(requester, &peer);
        /* Whoever has left is not tried again after a while: the next one comes at once. */
        const char *iid = responder.hello.iid;
        raw_say_bye(stage, responder.mouth, &responder.hello);
        stage_wait(stage, actor_heard(requester, COTE_PEER_REMOVED, iid) == 1);
        size_t size;
        char *bytes = mutation_of(&all, &random, &size);
        raw_try_send(&peer, bytes, size);
        free(bytes);
        end_and_drain(&peer);
        snprintf(iids[i % 2], sizeof iids[0], "fake %u", i);
        responder.hello.iid = iids[i % 2];
        peer = fake_meet(&responder);
    }
    ask_over(requester, &peer);
    raw_close(&peer);
    fake_close(&responder);
    forget(&all);
}

static void test_hellos(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    test_actor *responder = responder_on(stage, loop, "server");
    test_actor *requester = requester_on(stage, loop, "client");
    raw_udp_await_hello(ear, actor_id(requester));
    /* Alone in its mesh, with nobody made up by a mutation. */
    test_actor *other = actor_create(stage, "other"), *its_responder = actor_create(stage, "its");
    other->options.key = its_responder->options.key = "apart";
    actor_request(other, loop);
    actor_respond(its_responder, loop);
    actor_on(its_responder, "echo", actor_echo);
    recordings all = hellos();
    uint64_t random = 3;
    for (unsigned i = 0; i < HELLOS; i++) {
        size_t size;
        char *bytes = mutation_of(&all, &random, &size);
        raw_udp_send(stage, mouth, bytes, size);
        free(bytes);
        if (i % EACH != 0) continue;
        /* All that was sent has been read when this is answered by an event. */
        char iid[24];
        snprintf(iid, sizeof iid, "fence %u", i);
        raw_hello hello = {iid, "n", "req", 0, false, NULL};
        raw_say_hello(stage, mouth, &hello);
        stage_wait(stage, actor_heard(responder, COTE_PEER_ADDED, iid) == 1);
        raw_say_bye(stage, mouth, &hello);
        ask_expect(ask_send(other, "echo", NULL), COTE_OK);
    }
    forget(&all);
    close(ear);
    close(mouth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_requests),
        stage_test(test_replies),
        stage_test(test_hellos),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
