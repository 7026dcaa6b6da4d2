/* subscriber_test.c - what a subscriber hears, from on to off: patterns, filters, and callbacks
 * that are taken back, or that change who is called while they are called. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/heard.h"

/* A publisher, and a subscriber that is connected to it. */
typedef struct pair {
    test_stage *stage;
    cote_loop *loop; /* the subscriber's */
    test_actor *publisher, *subscriber;
} pair;

static pair pair_on(test_stage *stage)
{
    pair self = {.stage = stage, .loop = stage_loop(stage)};
    self.publisher = publisher_on(stage, stage_loop(stage), "publisher");
    self.subscriber = subscriber_on(stage, self.loop, "subscriber");
    actor_wait_connected(self.publisher, 1);
    return self;
}

static void publish_numbers(const pair *self, const char *topic, unsigned count)
{
    char json[16];
    for (unsigned i = 0; i < count; i++) {
        sprintf(json, "%u", i);
        publish_json(self->publisher, topic, json);
    }
}

/* MARK: which messages */

static void test_patterns(void **state)
{
    static const char *const topics[] = {"a", "a::b", "a::c", "a::b::c", "b", "a:b", "ab"};
    enum { TOPICS = sizeof topics / sizeof *topics };
    static const struct {
        const char *pattern;
        unsigned heard; /* a bit for each of the topics */
    } cases[] = {
        {"a", 1},
        {"a::b", 2},
        {"a::*", 2 | 4},
        {"a::**", 1 | 2 | 4 | 8},
        {"*", 1 | 16 | 32 | 64},
        {"**", 127},
        {"*::b", 2},
        {"**::c", 4 | 8},
        {"a*", 0},
        {"a::b::c", 8},
        {"*::*::*", 8},
        {"A", 0},
        {"a::*::c", 8},
        {"a::**::c", 4 | 8},
        {"**::b::**", 2 | 8 | 16},
    };
    enum { CASES = sizeof cases / sizeof *cases };
    pair two = pair_on(*state);
    test_heard *heard[CASES];
    for (int i = 0; i < CASES; i++) heard[i] = hear(two.subscriber, cases[i].pattern);
    test_heard *last = hear(two.subscriber, "ab"); /* the last of them, and called last */
    for (int i = 0; i < TOPICS; i++) publish_json(two.publisher, topics[i], "1");
    heard_wait(last, 1);
    for (int i = 0; i < CASES; i++) {
        size_t next = 0;
        for (int topic = 0; topic < TOPICS; topic++)
            if (cases[i].heard & 1u << topic)
                heard_check_json(heard[i], next++, topics[topic], "1");
        if (heard[i]->count != next) fail_msg("%s: %zu", cases[i].pattern, heard[i]->count);
    }
}

/* Several are called for one message, in the order in which they came. */
static atomic_uint order;

static void note_order(test_heard *heard)
{
    unsigned *place = heard->context;
    *place = atomic_fetch_add(&order, 1);
}

static void test_callbacks_keep_their_order(void **state)
{
    static const char *const patterns[] = {"a::b", "**", "a::*", "a::b", "*::b"};
    pair two = pair_on(*state);
    unsigned places[5];
    test_heard *heard[5];
    atomic_store(&order, 0);
    for (int i = 0; i < 5; i++)
        heard[i] = hear_then(two.subscriber, patterns[i], note_order, &places[i]);
    publish_json(two.publisher, "a::b", "1");
    for (int i = 0; i < 5; i++) heard_wait(heard[i], 1);
    hear(two.subscriber, "x"); /* the loop is through with the message */
    for (unsigned i = 0; i < 5; i++) assert_int_equal(places[i], i);
}

static void test_filters(void **state)
{
    static char long_filter[257]; /* in JSON six times as long */
    memset(long_filter, '\1', 256);
    static const char *const filters[] = {"rate *", "b::*", "literal", long_filter};
    static const struct {
        const char *topic;
        bool heard;
    } cases[] = {
        {"rate updated", true}, {"rate ", false},   {"rates", false},    {"b::c", true},
        {"b::", false},         {"b::c::d", true},  {"b:c", false},      {"literal", true},
        {"literally", false},   {"Literal", false}, {long_filter, true}, {"a", false},
    };
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_actor *subscriber = actor_create(stage, "subscriber");
    subscriber->options.types = filters;
    subscriber->options.type_count = 4;
    actor_subscribe(subscriber, loop);
    test_heard *heard = hear(subscriber, "**");
    actor_wait_connected(publisher, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        publish_json(publisher, cases[i].topic, "1");
    publish_json(publisher, "rate end", "1");
    stage_wait(stage,
               heard->count && strcmp(heard->messages[heard->count - 1].topic, "rate end") == 0);
    size_t next = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].heard) heard_check_json(heard, next++, cases[i].topic, "1");
    assert_int_equal(heard->count, next + 1);
}

/* A list without entries is not the same as no list. */
static void test_no_filter_at_all(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_actor *deaf = actor_create(stage, "deaf");
    static const char *const nothing[] = {NULL};
    deaf->options.types = nothing;
    actor_subscribe(deaf, loop);
    test_heard *heard = hear(deaf, "**"), *all = hear(subscriber_on(stage, loop, "all"), "**");
    actor_wait_connected(publisher, 2);
    publish_json(publisher, "a", "1");
    heard_wait(all, 1);
    actor_close(publisher); /* its last bytes have been read when the connection is gone */
    actor_wait_connected(deaf, 0);
    stage_check(stage, heard->count == 0);
}

/* MARK: off */

static void test_off(void **state)
{
    pair two = pair_on(*state);
    test_heard *short_one = hear(two.subscriber, "**"), *all = hear(two.subscriber, "**");
    publish_numbers(&two, "number", 10);
    heard_wait(all, 10);
    heard_off(short_one);
    stage_wait(two.stage, short_one->released == 1);
    heard_off(short_one); /* nobody has this number any more */
    publish_numbers(&two, "number", 10);
    heard_wait(all, 20);
    heard_wait(short_one, 10);
    test_heard *again = hear(two.subscriber, "**");
    publish_numbers(&two, "number", 1);
    heard_wait(again, 1);
    heard_wait(all, 21);
}

static void take_back(test_heard *heard)
{
    heard_off(heard->context ? heard->context : heard);
}

/* It is not called any more from then on, though more messages are in hand. */
static void test_off_inside_of_itself(void **state)
{
    pair two = pair_on(*state);
    test_heard *once = hear_then(two.subscriber, "number", take_back, NULL);
    test_heard *all = hear(two.subscriber, "number");
    publish_numbers(&two, "number", 1000);
    heard_wait(all, 1000);
    heard_wait(once, 1);
    stage_wait(two.stage, once->released == 1);
}

static void test_off_of_others(void **state)
{
    pair two = pair_on(*state);
    test_heard *first = hear(two.subscriber, "number");
    test_heard *taker = hear_then(two.subscriber, "number", take_back, first);
    test_heard *last = hear(two.subscriber, "number");
    test_heard *other = hear_then(two.subscriber, "number", take_back, last);
    publish_numbers(&two, "number", 100);
    heard_wait(other, 100);
    heard_wait(taker, 100);
    heard_wait(first, 1); /* it was before it */
    heard_wait(last, 1);
    test_heard *end = hear(two.subscriber, "end");
    publish_numbers(&two, "end", 1);
    heard_wait(end, 1);
    stage_check(two.stage, first->released == 1 && last->released == 1);
}

static void take_back_next(test_heard *heard)
{
    test_heard **next = heard->context;
    heard_off(*next);
}

static void test_off_of_one_that_would_be_next(void **state)
{
    pair two = pair_on(*state);
    test_heard *next = NULL;
    test_heard *taker = hear_then(two.subscriber, "number", take_back_next, &next);
    next = hear(two.subscriber, "number");
    test_heard *last = hear(two.subscriber, "number");
    publish_numbers(&two, "number", 10);
    heard_wait(last, 10);
    heard_wait(taker, 10);
    heard_wait(next, 0);
    stage_wait(two.stage, next->released == 1);
}

/* MARK: on, while messages are handed out */

static void renew(test_heard *heard)
{
    heard_off(heard);
    test_heard *fresh = hear_try(heard->of, "number");
    if (!fresh) abort();
    fresh->then = renew;
}

/* One that takes itself back and comes again is called once for each message. */
static void test_on_inside_of_itself(void **state)
{
    enum { MESSAGES = 100 };
    pair two = pair_on(*state);
    hear_then(two.subscriber, "number", renew, NULL);
    test_heard *all = hear(two.subscriber, "number");
    publish_numbers(&two, "number", MESSAGES);
    heard_wait(all, MESSAGES);
    hear(two.subscriber, "x"); /* the loop is through with the last one */
    unsigned called = 0, released = 0, alive = 0;
    for (test_heard *at = two.subscriber->heard; at; at = at->next) {
        if (at->then != renew) continue;
        called += (unsigned)at->count;
        released += at->released;
        alive += at->released == 0;
    }
    assert_int_equal(called, MESSAGES);
    assert_int_equal(released, MESSAGES);
    assert_int_equal(alive, 1);
}

typedef struct successor {
    test_heard *first, *next;
    uint64_t number;
    unsigned released;
} successor;

static void add_next(void *context)
{
    successor *self = context;
    self->released++;
    self->next = hear_try(self->first->of, "number");
    if (!self->next) abort();
}

static void ignore(void *context, const cote_message *message)
{
    (void)context;
    (void)message;
}

static void take_back_number(test_heard *heard)
{
    successor *self = heard->context;
    if (cote_subscriber_off(heard->of->subscriber, self->number) != COTE_OK) abort();
}

/* `release` of the last in the list, whether a message is in hand or not, may bring another. */
static void test_on_inside_of_a_release(void **state)
{
    for (int in_message = 0; in_message < 2; in_message++) {
        pair two = pair_on(*state);
        successor chain = {0};
        chain.first =
            hear_then(two.subscriber, in_message ? "number" : "other", take_back_number, &chain);
        assert_int_equal(cote_subscriber_on(two.subscriber->subscriber, "number", ignore, add_next,
                                            &chain, &chain.number),
                         COTE_OK);
        if (in_message)
            publish_numbers(&two, "number", 1);
        else
            take_back_number(chain.first);
        stage_wait(two.stage, two.subscriber->heard != chain.first);
        test_heard *all = hear(two.subscriber, "number");
        publish_numbers(&two, "number", 5);
        heard_wait(all, 5);
        heard_wait(chain.next, 5);
        assert_int_equal(chain.released, 1);
        actor_close(two.publisher);
        actor_close(two.subscriber);
        stage_wait(two.stage, two.subscriber->closed == 1 && two.publisher->closed == 1);
    }
}

/* MARK: close */

static void test_close_releases_all(void **state)
{
    pair two = pair_on(*state);
    test_heard *heard[50];
    for (int i = 0; i < 50; i++) heard[i] = hear(two.subscriber, i % 2 ? "**" : "never");
    publish_numbers(&two, "number", 1);
    heard_wait(heard[49], 1);
    actor_close(two.subscriber);
    stage_wait(two.stage, two.subscriber->closed == 1);
    for (int i = 0; i < 50; i++) assert_int_equal(heard[i]->released, 1);
}

static void close_it(test_heard *heard)
{
    actor_close(heard->of);
    actor_close(heard->of);
    if (hear_try(heard->of, "number")) abort();
    if (cote_subscriber_off(heard->of->subscriber, heard->number) != COTE_ECLOSED) abort();
}

/* Nobody is called any more, for this message or one that came with it. */
static void test_close_inside_a_callback(void **state)
{
    pair two = pair_on(*state);
    test_heard *before = hear(two.subscriber, "number");
    test_heard *closer = hear_then(two.subscriber, "number", close_it, NULL);
    test_heard *after = hear(two.subscriber, "number");
    publish_numbers(&two, "number", 1000);
    stage_wait(two.stage, two.subscriber->closed == 1);
    heard_wait(before, 1);
    heard_wait(closer, 1);
    heard_wait(after, 0);
    actor_wait_connected(two.publisher, 0);
}

static void close_publisher(test_heard *heard)
{
    actor_close(heard->context);
}

/* The other end closes from the same loop; what it had sent is heard. */
static void test_publisher_closes_inside_a_callback(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    test_actor *publisher = publisher_on(stage, loop, "publisher");
    test_actor *subscriber = subscriber_on(stage, loop, "subscriber");
    test_heard *heard = hear_then(subscriber, "number", close_publisher, publisher);
    actor_wait_connected(publisher, 1);
    publish_json(publisher, "number", "1");
    stage_wait(stage, publisher->closed == 1);
    actor_wait_connected(subscriber, 0);
    heard_wait(heard, 1);
}

static void test_what_is_refused_is_not_released(void **state)
{
    pair two = pair_on(*state);
    cote_subscriber *subscriber = two.subscriber->subscriber;
    uint64_t number = 77;
    successor never = {0};
    assert_int_equal(cote_subscriber_on(NULL, "a", ignore, add_next, &never, &number), COTE_EINVAL);
    assert_int_equal(cote_subscriber_on(subscriber, NULL, ignore, add_next, &never, &number),
                     COTE_EINVAL);
    assert_int_equal(cote_subscriber_on(subscriber, "", ignore, add_next, &never, &number),
                     COTE_EINVAL);
    assert_int_equal(cote_subscriber_on(subscriber, "a", NULL, add_next, &never, &number),
                     COTE_EINVAL);
    assert_int_equal(cote_subscriber_off(NULL, 0), COTE_EINVAL);
    assert_int_equal(number, 77);
    assert_int_equal(cote_subscriber_on(subscriber, "a", ignore, NULL, NULL, NULL), COTE_OK);
    actor_close(two.subscriber);
    stage_wait(two.stage, two.subscriber->closed == 1);
    assert_int_equal(never.released, 0);
}

/* MARK: from many threads */

enum { THREADS = 4, ROUNDS = 300 };

typedef struct changer {
    cote_subscriber *subscriber;
    atomic_uint added, called, released;
} changer;

static void count_call(void *context, const cote_message *message)
{
    (void)message;
    atomic_fetch_add(&((changer *)context)->called, 1);
}

static void count_release(void *context)
{
    atomic_fetch_add(&((changer *)context)->released, 1);
}

static void *change(void *context)
{
    changer *self = context;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t number;
        if (cote_subscriber_on(self->subscriber, i % 2 ? "**" : "number", count_call, count_release,
                               self, &number) != COTE_OK)
            abort();
        atomic_fetch_add(&self->added, 1);
        if (i % 3 && cote_subscriber_off(self->subscriber, number) != COTE_OK) abort();
    }
    return NULL;
}

static void test_while_threads_change_it(void **state)
{
    pair two = pair_on(*state);
    changer all = {.subscriber = two.subscriber->subscriber};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, change, &all), 0);
    publish_numbers(&two, "number", 200);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    hear(two.subscriber, "x"); /* the loop has seen the last off */
    assert_int_equal(all.added, THREADS * ROUNDS);
    assert_int_equal(all.released, THREADS * (ROUNDS - ROUNDS / 3));
    unsigned before = all.called;
    test_heard *all_heard = hear(two.subscriber, "end");
    publish_numbers(&two, "end", 1);
    heard_wait(all_heard, 1);
    actor_close(two.subscriber);
    stage_wait(two.stage, two.subscriber->closed == 1);
    assert_true(all.called >= before + THREADS * ROUNDS / 6); /* those of `**` that are left */
    assert_int_equal(all.released, all.added);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_patterns),
        stage_test(test_callbacks_keep_their_order),
        stage_test(test_filters),
        stage_test(test_no_filter_at_all),
        stage_test(test_off),
        stage_test(test_off_inside_of_itself),
        stage_test(test_off_of_others),
        stage_test(test_off_of_one_that_would_be_next),
        stage_test(test_on_inside_of_itself),
        stage_test(test_on_inside_of_a_release),
        stage_test(test_close_releases_all),
        stage_test(test_close_inside_a_callback),
        stage_test(test_publisher_closes_inside_a_callback),
        stage_test(test_what_is_refused_is_not_released),
        stage_test(test_while_threads_change_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
