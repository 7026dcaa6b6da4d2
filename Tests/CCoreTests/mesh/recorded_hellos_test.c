/* recorded_hellos_test.c - the recorded hellos of Node.js, said to live components. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/actor.h"
#include "support/fixture.h"
#include "support/hello_fixture.h"
#include "support/raw_udp.h"

static bool is_partner(const hello_fixture *hello, cote__axon_type type)
{
    return hello->axon_type == type && strcmp(hello->key, "$$") == 0 && !hello->name_space;
}

static void check_heard(const test_actor *actor, const hello_fixture *hello)
{
    unsigned index = 0;
    while (strcmp(actor->events[index].id, hello->iid) != 0) index++;
    assert_string_equal(actor->events[index].name, hello->name);
    assert_int_equal(actor->events[index].port, hello->port);
    assert_false(actor->events[index].ours);
}

static void test_hellos_of_node(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    int ear = raw_udp_ear(stage), mouth = raw_udp_from("127.0.0.1");
    /* Each hears those of the other kind, and of each other. */
    test_actor *responder = responder_on(stage, loop, "server");
    test_actor *requester = requester_on(stage, loop, "client");
    raw_udp_await_hello(ear, actor_id(requester));
    unsigned responders = 1, requesters = 1;
    for (size_t i = 0; i < hello_fixture_count; i++) {
        const hello_fixture *hello = &hello_fixtures[i];
        char path[512];
        snprintf(path, sizeof path, "%s/%s", COTE_FIXTURES, hello->file);
        size_t size;
        char *datagram = cote_test_read_file(path, &size);
        raw_udp_send(stage, mouth, datagram, size);
        free(datagram);
        if (is_partner(hello, COTE__AXON_REP)) responders++;
        if (is_partner(hello, COTE__AXON_REQ)) requesters++;
    }
    raw_hello last = {"last", "n", "req", 0, false, NULL};
    raw_say_hello(stage, mouth, &last);
    stage_wait(stage, actor_heard(responder, COTE_PEER_ADDED, "last") == 1);
    stage_wait(stage, requester->added == responders);
    stage_check(stage, responder->added == requesters + 1);
    assert_true(responders > 2 && requesters > 2);
    for (size_t i = 0; i < hello_fixture_count; i++) {
        if (is_partner(&hello_fixtures[i], COTE__AXON_REP))
            check_heard(requester, &hello_fixtures[i]);
        if (is_partner(&hello_fixtures[i], COTE__AXON_REQ))
            check_heard(responder, &hello_fixtures[i]);
    }
    close(ear);
    close(mouth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_hellos_of_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
