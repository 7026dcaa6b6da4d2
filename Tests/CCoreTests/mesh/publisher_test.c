/* publisher_test.c - a publisher and its subscribers: everybody that is there, everything in order,
 * and nobody else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/heard.h"
#include "support/random.h"
#include "support/raw_tcp.h"

/* MARK: everybody, in order */

/* JSON with a number in front, of a size that is now copied, now shared. */
static char *numbered(unsigned number, size_t size)
{
    char *text = malloc(size + 32);
    assert_non_null(text);
    size_t start = (size_t)sprintf(text, "[%u,\"", number);
    memset(text + start, 'x', size);
    strcpy(text + start + size, "\"]");
    return text;
}

static void test_all_hear_all_in_order(void **state)
{
    enum { SUBSCRIBERS = 6, MESSAGES = 2000 };
    test_stage *stage = *state;
    cote_loop *loops[] = {stage_loop(stage), stage_loop(stage), stage_loop(stage)};
    test_actor *publisher = publisher_on(stage, loops[0], "publisher");
    test_heard *heard[SUBSCRIBERS];
    for (int i = 0; i < SUBSCRIBERS; i++) /* some share the publisher's loop */
        heard[i] = hear(subscriber_on(stage, loops[i % 3], "subscriber"), "number");
    actor_wait_connected(publisher, SUBSCRIBERS);
    uint64_t random = 1;
    for (unsigned i = 0; i < MESSAGES; i++) {
        char *json = numbered(i, cote_test_random_below(&random, 1500));
        publish_json(publisher, "number", json);
        free(json);
    }
    for (int subscriber = 0; subscriber < SUBSCRIBERS; subscriber++) {
        heard_wait(heard[subscriber], MESSAGES);
        random = 1;
        for (unsigned i = 0; i < MESSAGES; i++) {
            char *json = numbered(i, cote_test_random_below(&random, 1500));
            heard_check_json(heard[subscriber], i, "number", json);
            free(json);
        }
        const heard_message *last = &heard[subscriber]->messages[MESSAGES - 1];
        assert_string_equal(last->peer_id, actor_id(publisher));
        assert_string_equal(last->peer_name, "publisher");
        assert_int_equal(last->extra_count, 0);
    }
}

enum { THREADS = 4, OF_EACH = 500 };

typedef struct speaker {
    test_actor *publisher;
    unsigned number;
} speaker;

static void *publish_all(void *context)
{
    speaker *self = context;
    for (unsigned i = 0; i < OF_EACH; i++) {
        char json[32];
        sprintf(json, "[%u,%u]", self->number, i);
        publish_json(self->publisher, "number", json);
    }
    return NULL;
}

static void publish_on_loop(void *context)
{
    publish_all(context);
}

static void check_speakers(test_heard *heard)
{
    unsigned next[THREADS + 1] = {0}, number, of;
    heard_wait(heard, (THREADS + 1) * OF_EACH);
    for (size_t i = 0; i < heard->count; i++) {
        assert_int_equal(sscanf(heard->messages[i].data, "[%u,%u]", &number, &of), 2);
        assert_true(number <= THREADS);
        assert_int_equal(of, next[number]++);
    }
}

/* The loop's own thread is one of them. */
static void test_each_thread_keeps_its_order(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage), *other = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_heard *near = hear(subscriber_on(stage, loop, "near"), "**");
    test_heard *far = hear(subscriber_on(stage, other, "far"), "**");
    actor_wait_connected(publisher, 2);
    speaker speakers[THREADS + 1];
    pthread_t threads[THREADS];
    for (unsigned i = 0; i <= THREADS; i++) speakers[i] = (speaker){publisher, i};
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, publish_all, &speakers[i]), 0);
    assert_int_equal(cote_loop_call(loop, publish_on_loop, &speakers[THREADS]), COTE_OK);
    for (unsigned i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    check_speakers(near);
    check_speakers(far);
}

static void test_one_hears_many_publishers(void **state)
{
    enum { PUBLISHERS = 5 };
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *subscriber = subscriber_on(stage, loop, "subscriber");
    test_heard *heard = hear(subscriber, "number");
    test_actor *publishers[PUBLISHERS];
    for (int i = 0; i < PUBLISHERS; i++)
        publishers[i] = publisher_on(stage, stage_loop(stage), "publisher");
    for (int i = 0; i < PUBLISHERS; i++) actor_wait_connected(publishers[i], 1);
    actor_wait_connected(subscriber, PUBLISHERS);
    for (int i = 0; i < PUBLISHERS; i++) {
        publish_json(publishers[i], "number", "1");
        heard_wait(heard, (size_t)i + 1);
        assert_string_equal(heard->messages[i].peer_id, actor_id(publishers[i]));
    }
}

/* MARK: nobody else */

static void test_who_comes_late_gets_nothing_old(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    publish_json(publisher, "number", "0"); /* to nobody */
    test_heard *early = hear(subscriber_on(stage, loop, "early"), "number");
    actor_wait_connected(publisher, 1);
    for (int i = 0; i < 100; i++) publish_json(publisher, "number", "1");
    test_heard *late = hear(subscriber_on(stage, loop, "late"), "number");
    actor_wait_connected(publisher, 2);
    publish_json(publisher, "number", "2");
    heard_wait(late, 1);
    heard_check_json(late, 0, "number", "2");
    heard_wait(early, 101);
    heard_check_json(early, 0, "number", "1");
    heard_check_json(early, 100, "number", "2");
}

static test_actor *begin_in(test_stage *stage, cote_loop *loop, const char *key,
                            const char *name_space, bool publishes)
{
    test_actor *actor = actor_create(stage, name_space ? name_space : "none");
    actor->options.key = key;
    actor->options.name_space = name_space;
    if (publishes)
        actor_publish(actor, loop);
    else
        actor_subscribe(actor, loop);
    return actor;
}

/* Each pair hears its own, though all find each other at one port. */
static void test_keys_and_namespaces(void **state)
{
    static const struct {
        const char *key, *name_space;
    } pairs[] = {{NULL, NULL}, {NULL, "a"}, {NULL, "b"}, {"k", NULL}, {"k", "a"}};
    enum { PAIRS = sizeof pairs / sizeof *pairs };
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publishers[PAIRS], *subscribers[PAIRS];
    test_heard *heard[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        publishers[i] = begin_in(stage, loop, pairs[i].key, pairs[i].name_space, true);
        subscribers[i] = begin_in(stage, loop, pairs[i].key, pairs[i].name_space, false);
        heard[i] = hear(subscribers[i], "**");
    }
    for (int i = 0; i < PAIRS; i++) actor_wait_connected(publishers[i], 1);
    char json[16];
    for (int i = 0; i < PAIRS; i++) {
        sprintf(json, "%d", i);
        publish_json(publishers[i], "a::b", json);
        publish_json(publishers[i], "end", "0");
    }
    for (int i = 0; i < PAIRS; i++) {
        sprintf(json, "%d", i);
        heard_wait(heard[i], 2);
        heard_check_json(heard[i], 0, "a::b", json); /* without the namespace */
        stage_check(stage, publishers[i]->connected == 1 && subscribers[i]->connected == 1);
    }
}

/* MARK: how many are there */

static void test_counts(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    assert_int_equal(cote_publisher_subscribers(publisher->publisher), 0);
    test_actor *subscribers[3];
    for (unsigned i = 0; i < 3; i++) {
        subscribers[i] = subscriber_on(stage, loop, "subscriber");
        actor_wait_connected(publisher, i + 1);
        actor_wait_connected(subscribers[i], 1);
        assert_int_equal(cote_publisher_subscribers(publisher->publisher), i + 1);
        assert_int_equal(cote_subscriber_publishers(subscribers[i]->subscriber), 1);
    }
    stage_check(stage, publisher->connections == 3); /* told when it changes, and only then */
    raw_peer raw = raw_connect(actor_port(publisher));
    actor_wait_connected(publisher, 4);
    raw_close(&raw);
    actor_wait_connected(publisher, 3);
    actor_close(subscribers[0]);
    actor_wait_connected(publisher, 2);
    test_actor *other = publisher_on(stage, loop, "other");
    for (unsigned i = 1; i < 3; i++) actor_wait_connected(subscribers[i], 2);
    actor_close(publisher);
    for (unsigned i = 1; i < 3; i++) {
        actor_wait_connected(subscribers[i], 1);
        assert_int_equal(cote_subscriber_publishers(subscribers[i]->subscriber), 1);
    }
    actor_wait_connected(other, 2);
    stage_wait(stage, publisher->closed == 1);
    stage_check(stage, publisher->connected == 2); /* nothing is told while it closes */
}

/* The moment that on_connected tells of is early enough for a message. */
static void greet(void *context, size_t count)
{
    test_actor *self = context;
    char json[16];
    sprintf(json, "%zu", count);
    publish_json(self, "count", json);
    stage_lock(self->stage);
    self->connected = count;
    stage_unlock(self->stage);
}

static void test_publishing_as_they_come(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *subscriber = subscriber_on(stage, loop, "subscriber");
    test_heard *heard = hear(subscriber, "count");
    test_actor *publisher = actor_create(stage, "publisher");
    publisher->options.on_connected = greet;
    actor_publish(publisher, loop);
    heard_wait(heard, 1);
    raw_peer raw = raw_connect(actor_port(publisher));
    raw_expect(&raw);
    assert_true(raw_argument_is(&raw, 1, "j:2"));
    raw_close(&raw);
    heard_wait(heard, 3);
    heard_check_json(heard, 0, "count", "1");
    heard_check_json(heard, 1, "count", "2");
    heard_check_json(heard, 2, "count", "1");
}

/* MARK: what is refused */

static void test_what_cannot_be_published(void **state)
{
    static const cote_value json = {COTE_KIND_JSON, "{\"a\":1}", 7},
                            broken = {COTE_KIND_JSON, "{\"a\":", 5},
                            number = {COTE_KIND_BIGINT, "1.5", 3}, unknown = {(cote_kind)7, "1", 1},
                            missing = {COTE_KIND_BYTES, NULL, 3};
    static const struct {
        const char *topic;
        const cote_value *data;
        unsigned flags;
        int result;
    } cases[] = {
        {NULL, &json, 0, COTE_EINVAL},
        {"", &json, 0, COTE_EINVAL},
        {"error", &json, 0, COTE_EINVAL},
        {"a", &broken, 0, COTE_EINVAL},
        {"a", &number, COTE_PUBLISH_ENCODED, COTE_EINVAL},
        {"a", &unknown, COTE_PUBLISH_ENCODED, COTE_EINVAL},
        {"a", &missing, COTE_PUBLISH_ENCODED, COTE_EINVAL},
        {"a", &broken, COTE_PUBLISH_ENCODED, COTE_OK},
        {"a", NULL, 0, COTE_OK},
        {"error::a", &json, 0, COTE_OK},
    };
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_heard *heard = hear(subscriber_on(stage, loop, "subscriber"), "**");
    actor_wait_connected(publisher, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cote_publisher_publish(publisher->publisher, cases[i].topic, cases[i].data,
                                                cases[i].flags),
                         cases[i].result);
    assert_int_equal(cote_publisher_publish(NULL, "a", &json, 0), COTE_EINVAL);
    heard_wait(heard, 3);
    heard_check_json(heard, 0, "a", "{\"a\":");
    heard_check_json(heard, 1, "a", "null");
    heard_check_json(heard, 2, "error::a", "{\"a\":1}");
}

/* With a namespace it is an event like others to Node.js. */
static void test_errors_of_a_namespace(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = begin_in(stage, loop, NULL, "room", true);
    test_heard *heard = hear(begin_in(stage, loop, NULL, "room", false), "error");
    actor_wait_connected(publisher, 1);
    publish_json(publisher, "error", "1");
    heard_wait(heard, 1);
}

/* MARK: the end */

static void close_when_two(void *context, size_t count)
{
    test_actor *self = context;
    if (count < 2) return;
    publish_json(self, "last", "1");
    cote_publisher_close(self->publisher);
    cote_publisher_close(self->publisher);
    if (cote_publisher_publish(self->publisher, "late", NULL, 0) != COTE_ECLOSED) abort();
}

static void test_closing_inside_a_callback(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage), *other = stage_loop(stage);
    test_heard *one = hear(subscriber_on(stage, other, "one"), "**");
    test_heard *two = hear(subscriber_on(stage, other, "two"), "**");
    test_actor *publisher = actor_create(stage, "publisher");
    publisher->options.on_connected = close_when_two;
    actor_publish(publisher, loop);
    stage_wait(stage, publisher->closed == 1);
    heard_wait(one, 1); /* what was published before the close has left */
    heard_wait(two, 1);
    actor_wait_connected(one->of, 0);
    actor_wait_connected(two->of, 0);
}

/* Their order is that of the calls: everything before the close, and refusals behind it. */
static void test_publishing_until_it_closes(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_heard *heard = hear(subscriber_on(stage, stage_loop(stage), "subscriber"), "number");
    actor_wait_connected(publisher, 1);
    for (int i = 0; i < 50; i++) publish_json(publisher, "number", "1");
    actor_close(publisher);
    stage_wait(stage, publisher->closed == 1);
    heard_wait(heard, 50);
    actor_wait_connected(heard->of, 0);
}

/* Holds up the loop with the connection that is being made, until all is over for others. */
static test_actor *over_for_watcher;

static void hold_up(void *context, cote_peer_event event, const cote_peer *peer)
{
    test_stage *stage = ((test_actor *)context)->stage;
    struct timespec deadline = stage_deadline();
    (void)peer;
    if (event != COTE_PEER_ADDED) return;
    stage_lock(stage);
    while (over_for_watcher->removed == 0 && stage_sleep(stage, &deadline)) {
    }
    stage_unlock(stage);
}

/* To the publisher a subscriber is connected before that has noticed. The goodbye, by UDP, is there
 * before the message; still it comes. */
static void test_goodbye_overtakes_a_message(void **state)
{
    test_stage *stage = *state;
    test_actor *watcher = over_for_watcher = subscriber_on(stage, stage_loop(stage), "watcher");
    test_actor *held = actor_create(stage, "held");
    held->options.on_peer = hold_up;
    actor_subscribe(held, stage_loop(stage));
    test_heard *heard = hear(held, "last"), *other = hear(watcher, "last");
    test_actor *publisher = publisher_on(stage, stage_loop(stage), "publisher");
    actor_wait_connected(publisher, 2);
    publish_json(publisher, "last", "1");
    actor_close(publisher);
    heard_wait(heard, 1);
    heard_wait(other, 1);
    stage_check(stage, watcher->removed == 1);
}

static void test_loop_ends_under_it(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_heard *same = hear(subscriber_on(stage, loop, "same"), "**");
    test_heard *other = hear(subscriber_on(stage, stage_loop(stage), "other"), "**");
    actor_wait_connected(publisher, 2);
    publish_json(publisher, "last", "1");
    stage_end_loop(stage, loop);
    stage_check(stage, publisher->closed == 1 && same->of->closed == 1 && same->released == 1);
    heard_wait(other, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_all_hear_all_in_order),
        stage_test(test_each_thread_keeps_its_order),
        stage_test(test_one_hears_many_publishers),
        stage_test(test_who_comes_late_gets_nothing_old),
        stage_test(test_keys_and_namespaces),
        stage_test(test_counts),
        stage_test(test_publishing_as_they_come),
        stage_test(test_what_cannot_be_published),
        stage_test(test_errors_of_a_namespace),
        stage_test(test_closing_inside_a_callback),
        stage_test(test_publishing_until_it_closes),
        stage_test(test_goodbye_overtakes_a_message),
        stage_test(test_loop_ends_under_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
