/* absurd_test.c - names, types and ids of absurd size, with control characters, or given twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fake.h"
#include "support/heard.h"

enum { LARGE = 60000 };

typedef struct town {
    test_stage *stage;
    test_actor *requester; /* it logs who comes */
    int mouth;
} town;

static town begin(test_stage *stage)
{
    town self = {stage, actor_create(stage, "client"), raw_udp_from("127.0.0.1")};
    int ear = raw_udp_ear(stage);
    self.requester->options.log = COTE_ON;
    actor_request(self.requester, stage_loop(stage));
    raw_udp_await_hello(ear, actor_id(self.requester));
    close(ear);
    return self;
}

/* A hello with that id and name, as they stand in JSON, and members behind them. */
static void say(const town *self, const char *id, const char *name, const char *members)
{
    size_t size = strlen(id) + strlen(name) + strlen(members) + 256;
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size,
             "{\"event\":\"hello\",\"pid\":\"p\",\"iid\":\"%s\",\"hostName\":\"h\",\"data\":"
             "{\"advertisement\":{\"type\":\"service\",\"name\":\"%s\",\"key\":\"$$\","
             "\"axon_type\":\"rep\"%s}}}",
             id, name, members);
    raw_udp_say(self->stage, self->mouth, text);
    free(text);
}

static char *repeated(char byte, size_t count)
{
    char *text = malloc(count + 1);
    assert_non_null(text);
    memset(text, byte, count);
    text[count] = '\0';
    return text;
}

/* MARK: size */

/* However long a name is, its line says whose it is. */
static void test_a_long_name(void **state)
{
    town self = begin(*state);
    char *name = repeated('n', LARGE);
    say(&self, "long", name, "");
    stage_wait(self.stage, actor_said(self.requester, "nnnn#long"));
    stage_check(self.stage, self.requester->log_size < 1024);
    free(name);
    close(self.mouth);
}

static void test_a_long_id(void **state)
{
    town self = begin(*state);
    cote_refusals before, after;
    cote_refused(&before, sizeof before);
    char *most = repeated('i', 128), *more = repeated('i', 129), *absurd = repeated('i', LARGE);
    say(&self, more, "refused", "");
    say(&self, absurd, "refused", "");
    say(&self, most, "taken", "");
    stage_wait(self.stage, self.requester->added > 0);
    stage_check(self.stage, actor_said(self.requester, "taken#iiii"));
    stage_check(self.stage, self.requester->added == 1 && !actor_said(self.requester, "refused#"));
    cote_refused(&after, sizeof after);
    assert_int_equal(after.hellos - before.hellos, 2);
    free(most);
    free(more);
    free(absurd);
    close(self.mouth);
}

/* MARK: control characters */

static void test_ids_names_and_types_are_logged_in_print(void **state)
{
    town self = begin(*state);
    say(&self, "\\u001b]0;x\\u0007", "n\\r\\n\xe2\x80\xae", "");
    stage_wait(self.stage,
               actor_said(self.requester, "service.online n\\x0d\\x0a\\u202e#\\x1b]0;x\\x07\n"));
    say(&self, "plain", "p", ",\"type\":\"\xc2\x9b\"");
    stage_wait(self.stage, actor_said(self.requester, "\\u009b.online p#plain\n"));
    close(self.mouth);
}

static void test_types_of_requests_are_logged_in_print(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer peer = raw_connect(actor_port(responder));
    raw_send_request(&peer, "{\"type\":\"a\\u001b[2J\"}", "1");
    raw_expect(&peer);
    stage_wait(stage, actor_said(responder, "handles the request \"a\\x1b[2J\""));
    raw_close(&peer);
}

static void test_topics_are_logged_in_print(void **state)
{
    static const char bytes[] = "\x12\0\0\0\x0es:message::\x1b[m\0\0\0\x03j:1";
    test_stage *stage = *state;
    test_actor *subscriber = subscriber_on(stage, stage_loop(stage), "subscriber");
    fake publisher = fake_open(stage, "publisher", false);
    publisher.hello.axon_type = "pub-emitter";
    raw_peer peer = fake_meet(&publisher);
    raw_send(&peer, bytes, sizeof bytes - 1);
    stage_wait(stage, actor_said(subscriber, "handles the message \"\\x1b[m\""));
    raw_close(&peer);
    fake_close(&publisher);
}

/* A peer's name stands in the line about its bytes. */
static void test_names_of_breakers_are_logged_in_print(void **state)
{
    test_stage *stage = *state;
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    fake responder = fake_open(stage, "responder", false);
    responder.hello.name = "a\\u001bb";
    raw_peer peer = fake_meet(&responder);
    raw_send(&peer, "\x10", 1);
    stage_wait(stage, actor_said(requester, "a\\x1bb sent bytes that make no sense"));
    raw_close(&peer);
    fake_close(&responder);
}

/* MARK: names that are given twice */

static void test_the_last_of_a_name_counts_in_a_hello(void **state)
{
    town self = begin(*state);
    say(&self, "lost\",\"iid\":\"twice", "lost\",\"name\":\"last", ",\"port\":8,\"port\":9");
    stage_wait(self.stage, actor_said(self.requester, "online last#twice on 9\n"));
    /* A good port does not make up for a bad one behind it. */
    say(&self, "bad", "n", ",\"port\":9,\"port\":70000");
    say(&self, "fence", "n", "");
    stage_wait(self.stage, actor_heard(self.requester, COTE_PEER_ADDED, "fence") == 1);
    stage_check(self.stage, self.requester->added == 2);
    close(self.mouth);
}

static void test_the_last_of_a_name_counts_in_a_request(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    raw_peer peer = raw_connect(actor_port(responder));
    raw_send_request(&peer, "{\"type\":5,\"type\":\"lost\",\"type\":\"echo\"}", "1");
    raw_expect(&peer);
    assert_true(raw_argument_is(&peer, 0, "j:null"));
    raw_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_a_long_name),
        stage_test(test_a_long_id),
        stage_test(test_ids_names_and_types_are_logged_in_print),
        stage_test(test_types_of_requests_are_logged_in_print),
        stage_test(test_topics_are_logged_in_print),
        stage_test(test_names_of_breakers_are_logged_in_print),
        stage_test(test_the_last_of_a_name_counts_in_a_hello),
        stage_test(test_the_last_of_a_name_counts_in_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
