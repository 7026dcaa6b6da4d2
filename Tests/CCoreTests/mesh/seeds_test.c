/*
 * seeds_test.c - hosts that hear each other by unicast alone. Each has a discovery port of its own
 * here, so that no broadcast of one is heard by another.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mesh/seeds.h"
#include "support/ask.h"
#include "support/raw_udp.h"

/* MARK: the list */

static void test_list_of_seeds(void **state)
{
    (void)state;
    const char *rest = "one.example, 10.0.0.5:12345 ,b_2-c:1";
    static const cote__seed_name expected[] = {
        {"one.example", 0}, {"10.0.0.5", 12345}, {"b_2-c", 1}};
    cote__seed_name seed;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_true(cote__seeds_next(&rest, &seed));
        assert_string_equal(seed.host, expected[i].host);
        assert_int_equal(seed.port, expected[i].port);
    }
    assert_string_equal(rest, "");
}

static void test_lists_that_are_none(void **state)
{
    (void)state;
    static const char *const all[] = {"a,",  ",a",  "a,,b", "a:",    "a:0",      "a:65536", "a:b",
                                      ":12", "a b", "a/b",  "[::1]", "a:12345x", " "};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *rest = all[i];
        cote__seed_name seed;
        while (*rest && cote__seeds_next(&rest, &seed)) continue;
        if (!*rest) fail_msg("\"%s\" was taken", all[i]);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    cote_loop *loop;
    cote_requester *requester = NULL;
    assert_int_equal(cote_loop_create(&loop), COTE_OK);
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "n";
    setenv("COTE_UNICAST_SEEDS", "a b", 1);
    assert_int_equal(cote_requester_create(loop, &options, &requester), COTE_EINVAL);
    assert_non_null(strstr(cote_error_detail(), "COTE_UNICAST_SEEDS: \"a b\" is not a list"));
    options.seeds = "one.example";
    options.redis = "redis://127.0.0.1";
    assert_int_equal(cote_requester_create(loop, &options, &requester), COTE_EINVAL);
    assert_string_equal(cote_error_detail(),
                        "seeds: \"one.example\" cannot be together with redis");
    unsetenv("COTE_UNICAST_SEEDS");
    assert_int_equal(cote_loop_destroy(loop), COTE_OK);
}

/* MARK: hosts */

/* A UDP port that nobody else has, held by a socket on another address. */
static uint16_t reserve_port(int *holder)
{
    *holder = raw_udp_from("127.9.9.9");
    struct sockaddr_in local;
    socklen_t size = sizeof local;
    assert_int_equal(getsockname(*holder, (struct sockaddr *)&local, &size), 0);
    return ntohs(local.sin_port);
}

typedef struct host {
    uint16_t port;
    int holder;
    char place[32];
} host;

static host host_create(const char *name)
{
    host self;
    self.port = reserve_port(&self.holder);
    snprintf(self.place, sizeof self.place, "%s:%u", name, self.port);
    return self;
}

static test_actor *actor_at(test_stage *stage, const char *name, const host *at, const char *seeds)
{
    test_actor *self = actor_create(stage, name);
    self->options.discovery_port = at->port;
    self->options.seeds = seeds;
    self->options.hello_interval_ms = 100;
    return self;
}

/* A knows B, C knows B, and A and C meet by way of B. Nobody else is told of them. */
static void test_one_seed_is_enough(void **state)
{
    test_stage *stage = *state;
    host a = host_create("127.0.0.1"), b = host_create("localhost"), c = host_create("127.0.0.1");
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = actor_at(stage, "a", &a, b.place);
    actor_request(requester, loop);
    test_actor *middle = actor_at(stage, "b", &b, NULL);
    actor_respond(middle, loop);
    actor_on(middle, "name", actor_name);
    ask_expect_result(ask_send(requester, "name", NULL), "b");
    stage_wait(stage, middle->added == 1);
    test_actor *third = actor_at(stage, "c", &c, b.place);
    actor_respond(third, loop);
    stage_wait(stage, actor_heard(requester, COTE_PEER_ADDED, actor_id(third)) == 1);
    stage_wait(stage, actor_heard(third, COTE_PEER_ADDED, actor_id(requester)) == 1);
    /* The seed goes: those that it introduced to each other stay together. */
    actor_close(middle);
    stage_wait(stage, requester->removed == 1); /* by its goodbye */
    stage_check(stage, actor_heard(requester, COTE_PEER_REMOVED, actor_id(third)) == 0);
    close(a.holder);
    close(b.holder);
    close(c.holder);
}

static void test_a_seed_that_leads_nowhere(void **state)
{
    test_stage *stage = *state;
    host a = host_create("127.0.0.1"), b = host_create("127.0.0.1");
    char seeds[64];
    snprintf(seeds, sizeof seeds, "nobody.invalid,%s", b.place);
    cote_loop *loop = stage_loop(stage);
    test_actor *requester = actor_at(stage, "a", &a, seeds);
    actor_request(requester, loop);
    test_actor *responder = actor_at(stage, "b", &b, NULL);
    actor_respond(responder, loop);
    stage_wait(stage, requester->added == 1); /* the other one is enough */
    stage_wait(stage, actor_said(requester, "the seed \"nobody.invalid\" leads nowhere: "));
    close(a.holder);
    close(b.holder);
}

/* Several that share a port, of which a unicast datagram reaches one: all are found, and find. */
static void test_a_port_that_is_shared(void **state)
{
    test_stage *stage = *state;
    host a = host_create("127.0.0.1"), b = host_create("127.0.0.1");
    cote_loop *loop = stage_loop(stage);
    test_actor *sharing[3];
    for (uint32_t i = 0; i < 3; i++) {
        sharing[i] = actor_at(stage, "sharing", &a, NULL);
        sharing[i]->options.hello_interval_ms = 100 + i; /* so that each has a socket of its own */
        actor_respond(sharing[i], loop);
    }
    test_actor *requester = actor_at(stage, "other", &b, a.place);
    actor_request(requester, loop);
    stage_wait(stage, requester->added == 3);
    for (int i = 0; i < 3; i++) stage_wait(stage, sharing[i]->added == 1);
    /* The last one heard it, and told the others. When it goes, another one does so. */
    actor_close(sharing[2]);
    stage_wait(stage, requester->removed == 1);
    test_actor *later = actor_at(stage, "later", &b, a.place);
    actor_request(later, loop);
    for (int i = 0; i < 2; i++) stage_wait(stage, sharing[i]->added == 2);
    actor_close(later);
    for (int i = 0; i < 2; i++) stage_wait(stage, sharing[i]->removed == 1); /* its goodbye */
    close(a.holder);
    close(b.holder);
}

/* MARK: strangers */

enum { SMALL = 128 /* bytes */ };

/* Returns when it hears. */
static test_actor *responder_at(test_stage *stage, const host *at)
{
    test_stage there = {.port = at->port};
    int ear = raw_udp_ear(&there);
    test_actor *self = actor_at(stage, "a", at, NULL);
    actor_respond(self, stage_loop(stage));
    raw_udp_await_hello(ear, actor_id(self));
    close(ear);
    return self;
}

/* A socket of a peer that is written by hand, with a deadline, and where it sends to. */
typedef struct stranger {
    int fd;
    struct sockaddr_in to;
    char heard[2048];
} stranger;

static stranger stranger_to(const host *other)
{
    stranger self = {.fd = raw_udp_from("127.0.0.1")};
    self.to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(other->port)};
    self.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return self;
}

static void say(const stranger *self, const char *text)
{
    assert_int_equal(sendto(self->fd, text, strlen(text), 0, (const struct sockaddr *)&self->to,
                            sizeof self->to),
                     strlen(text));
}

static const char *hear(stranger *self)
{
    ssize_t size = recv(self->fd, self->heard, sizeof self->heard - 1, 0);
    assert_true(size > 0);
    self->heard[size] = '\0';
    return self->heard;
}

static unsigned long long member(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    assert_non_null(at);
    return strtoull(at + strlen(name), NULL, 10);
}

/* Whoever says that he is somewhere gets a small greeting, and nothing else before he has said what
 * only who hears there can know. */
static void test_only_who_hears_is_told(void **state)
{
    test_stage *stage = *state;
    host a = host_create("127.0.0.1");
    test_actor *responder = responder_at(stage, &a);
    stranger self = stranger_to(&a);
    char text[256];
    static const char forged[] =
        "{\"event\":\"cote:greet\",\"id\":1,\"proof\":18446744073709551615,"
        "\"echo\":18446744073709551614,\"places\":[\"127.0.0.1:9\"]}";
    for (int i = 0; i < 3; i++) {
        say(&self, forged);
        assert_non_null(strstr(hear(&self), "\"echo\":18446744073709551615,\"places\":[]}"));
        assert_in_range(strlen(self.heard), 1, SMALL);
    }
    unsigned long long proof = member(self.heard, "\"proof\":");
    snprintf(text, sizeof text,
             "{\"event\":\"cote:greet\",\"id\":1,\"proof\":5,\"echo\":%llu,\"places\":[]}", proof);
    say(&self, text);
    assert_non_null(strstr(hear(&self), "\"echo\":5,"));
    do {
        hear(&self);
    } while (!strstr(self.heard, "\"event\":\"hello\"")); /* greetings may come before it */
    assert_non_null(strstr(self.heard, actor_id(responder)));
    close(self.fd);
    close(a.holder);
}

/* Of places that somebody tells of each is sent a few small greetings, and no more. */
static void test_places_that_are_told_of_are_greeted_a_little(void **state)
{
    test_stage *stage = *state;
    host a = host_create("127.0.0.1");
    responder_at(stage, &a);
    stranger self = stranger_to(&a), victim = stranger_to(&a);
    struct sockaddr_in local;
    socklen_t size = sizeof local;
    assert_int_equal(getsockname(victim.fd, (struct sockaddr *)&local, &size), 0);
    char text[256];
    unsigned long long proof = 0;
    say(&self, "{\"event\":\"cote:greet\",\"id\":1,\"proof\":5,\"echo\":0,\"places\":[]}");
    proof = member(hear(&self), "\"proof\":");
    snprintf(text, sizeof text,
             "{\"event\":\"cote:greet\",\"id\":1,\"proof\":5,\"echo\":%llu,\"places\":["
             "\"127.0.0.1:%u\"]}",
             proof, ntohs(local.sin_port));
    /* Told of in every round, for more rounds than it is greeted in. */
    unsigned rounds = 0, greeted = 0;
    while (rounds < 10) {
        say(&self, text);
        do {
            hear(&self);
        } while (!strstr(self.heard, "cote:greet"));
        rounds++;
    }
    while (recv(victim.fd, victim.heard, sizeof victim.heard, MSG_DONTWAIT) > 0) {
        assert_non_null(strstr(victim.heard, "\"echo\":0,\"places\":[]}"));
        greeted++;
    }
    assert_in_range(greeted, 1, 3);
    close(self.fd);
    close(victim.fd);
    close(a.holder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_of_seeds),
        cmocka_unit_test(test_lists_that_are_none),
        cmocka_unit_test(test_refusals),
        stage_test(test_one_seed_is_enough),
        stage_test(test_a_seed_that_leads_nowhere),
        stage_test(test_a_port_that_is_shared),
        stage_test(test_only_who_hears_is_told),
        stage_test(test_places_that_are_told_of_are_greeted_a_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
