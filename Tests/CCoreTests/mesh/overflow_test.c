/* overflow_test.c - a subscriber that does not read: what waits for it is bounded, what is dropped
 * is counted and told, and the others miss nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/heard.h"
#include "support/raw_tcp.h"
#include "wire/gap.h"

enum {
    MAX_UNSENT = 64 * 1024,
    SIZE = 4000, /* so that what the system takes by itself is soon full */
    ENOUGH = 100 /* messages that were dropped */
};

static test_actor *bounded_publisher(test_stage *stage, cote_overflow overflow)
{
    test_actor *publisher = actor_create(stage, "publisher");
    publisher->options.max_unsent = MAX_UNSENT;
    publisher->options.overflow = overflow;
    actor_publish(publisher, stage_loop(stage));
    return publisher;
}

static uint64_t dropped_by(const test_actor *publisher)
{
    cote_counters counters = COTE_COUNTERS_INIT;
    assert_int_equal(cote_publisher_counters(publisher->publisher, &counters), COTE_OK);
    return counters.messages_dropped;
}

static void publish_number(test_actor *publisher, unsigned number)
{
    char json[SIZE + 16];
    memset(json, ' ', SIZE);
    sprintf(json + SIZE, "%u", number);
    publish_json(publisher, "number", json);
}

/* Publishes numbers from 0 until so many were dropped. Returns how many it were. */
static unsigned publish_until_dropped(test_actor *publisher, uint64_t count)
{
    unsigned next = 0;
    while (dropped_by(publisher) < count) publish_number(publisher, next++);
    return next;
}

/* A frame that came. Returns the number of its message, or -1 and `*gap`. */
static long read_frame(raw_peer *peer, uint64_t *gap)
{
    raw_expect(peer);
    *gap = cote__gap_decode(&peer->frame);
    if (*gap > 0) return -1;
    assert_int_equal(peer->frame.count, 2);
    assert_true(raw_argument_is(peer, 0, "s:message::number"));
    cote__slice data = peer->frame.arguments[1];
    char text[SIZE + 32] = "";
    assert_true(data.size < sizeof text);
    memcpy(text, data.data, data.size);
    return strtol(text + 2, NULL, 10);
}

/* MARK: the oldest */

static void test_oldest_make_room(void **state)
{
    test_stage *stage = *state;
    test_actor *publisher = bounded_publisher(stage, COTE_DROP_OLDEST);
    test_heard *other = hear(subscriber_on(stage, stage_loop(stage), "subscriber"), "number");
    raw_peer slow = raw_connect(publisher->port);
    actor_wait_connected(publisher, 2);
    unsigned count = 0, settled;
    do { /* the other one keeps up, so that only the slow one's are dropped */
        publish_number(publisher, count++);
        heard_wait(other, count);
    } while (dropped_by(publisher) < ENOUGH);
    settled = count;

    uint64_t gap, gaps = 0;
    long next = 0, number, last_gap = 0;
    while (next < (long)settled) {
        number = read_frame(&slow, &gap);
        if (gap > 0)
            last_gap = next += (long)gap;
        else
            assert_int_equal(number, next++);
        gaps += gap;
    }
    uint64_t dropped = dropped_by(publisher); /* by now it has dropped all that it had to */
    assert_true(gaps == dropped);
    assert_true(last_gap >= (long)(settled - MAX_UNSENT / SIZE - 1)); /* the newest were kept */
    publish_number(publisher, count++);                               /* and it goes on */
    assert_int_equal(read_frame(&slow, &gap), next);
    heard_wait(other, count);
    stage_check(stage, actor_said(publisher, "127.0.0.1 reads too slowly: "));
    assert_true(dropped_by(publisher) == dropped);
    raw_close(&slow);
}

/* MARK: the newest */

static void test_newest_are_dropped(void **state)
{
    test_stage *stage = *state;
    test_actor *publisher = bounded_publisher(stage, COTE_DROP_NEWEST);
    raw_peer slow = raw_connect(publisher->port);
    actor_wait_connected(publisher, 1);
    unsigned count = publish_until_dropped(publisher, ENOUGH);
    unsigned kept = 0;
    uint64_t gap = 0;
    long number;
    /* What it reads makes room. Whatever is published then comes behind word of what it missed. */
    for (number = 0; (number = read_frame(&slow, &gap)) >= 0; kept++) {
        assert_int_equal(number, kept);
        publish_number(publisher, count++);
    }
    assert_true(gap >= ENOUGH);
    assert_int_equal(read_frame(&slow, &gap), kept + gap);
    raw_close(&slow);
}

/* MARK: to disconnect */

static void test_slow_one_is_disconnected(void **state)
{
    test_stage *stage = *state;
    test_actor *publisher = bounded_publisher(stage, COTE_DISCONNECT);
    raw_peer slow = raw_connect(publisher->port);
    actor_wait_connected(publisher, 1);
    unsigned count = publish_until_dropped(publisher, 1);
    actor_wait_connected(publisher, 0);
    uint64_t gap;
    long next = 0;
    while (raw_read(&slow) && (gap = cote__gap_decode(&slow.frame)) == 0) next++;
    assert_true((uint64_t)next + dropped_by(publisher) <= count);
    raw_expect_closed(&slow);
    raw_close(&slow);
}

/* MARK: more than a turn's worth, and more than a bound's */

static void publish_many(void *context)
{
    for (unsigned i = 0; i < 50; i++) publish_number(context, i);
}

/* What is published in one turn of the loop does not wait while the system takes it. */
static void test_burst_within_a_turn(void **state)
{
    test_stage *stage = *state;
    test_actor *publisher = bounded_publisher(stage, COTE_DROP_OLDEST);
    raw_peer peer = raw_connect(publisher->port);
    actor_wait_connected(publisher, 1);
    assert_int_equal(cote_loop_call(stage->loops[0], publish_many, publisher), COTE_OK);
    uint64_t gap;
    for (long i = 0; i < 50; i++) assert_int_equal(read_frame(&peer, &gap), i);
    assert_true(dropped_by(publisher) == 0);
    raw_close(&peer);
}

static void test_message_larger_than_the_bound(void **state)
{
    test_stage *stage = *state;
    test_actor *publisher = bounded_publisher(stage, COTE_DROP_OLDEST);
    raw_peer peer = raw_connect(publisher->port);
    actor_wait_connected(publisher, 1);
    enum { LARGE = 16 << 20 };
    char *bytes = calloc(1, LARGE);
    assert_non_null(bytes);
    publish_bytes(publisher, "large", bytes, LARGE);
    raw_expect(&peer);
    assert_int_equal(peer.frame.arguments[1].size, LARGE);
    free(bytes);
    raw_close(&peer);
}

/* MARK: a subscriber of ours */

typedef struct slow_one {
    test_actor *actor;
    pthread_mutex_t busy; /* held by the test while it is to be slow */
    uint64_t messages, gaps;
} slow_one;

static void on_message(void *context, const cote_message *message)
{
    slow_one *self = context;
    (void)message;
    pthread_mutex_lock(&self->busy);
    pthread_mutex_unlock(&self->busy);
    stage_lock(self->actor->stage);
    self->messages++;
    stage_unlock(self->actor->stage);
}

static slow_one *slow_in_hand;

static void on_gap(void *context, const cote_peer *publisher, uint64_t dropped)
{
    (void)context;
    slow_one *self = slow_in_hand;
    assert_string_equal(publisher->name, "publisher");
    stage_lock(self->actor->stage);
    self->gaps += dropped;
    stage_unlock(self->actor->stage);
}

static void test_subscriber_learns_of_the_gap(void **state)
{
    test_stage *stage = *state;
    slow_one self = {.busy = PTHREAD_MUTEX_INITIALIZER};
    slow_in_hand = &self;
    test_actor *publisher = bounded_publisher(stage, COTE_OVERFLOW_DEFAULT);
    self.actor = actor_create(stage, "subscriber");
    self.actor->options.on_gap = on_gap;
    actor_subscribe(self.actor, stage_loop(stage));
    assert_int_equal(
        cote_subscriber_on(self.actor->subscriber, "number", on_message, NULL, &self, NULL),
        COTE_OK);
    actor_wait_connected(publisher, 1);
    pthread_mutex_lock(&self.busy);
    unsigned count = publish_until_dropped(publisher, ENOUGH);
    pthread_mutex_unlock(&self.busy);
    stage_wait(stage, self.messages + self.gaps == count);
    assert_true(self.gaps >= ENOUGH);
    assert_true(self.gaps == dropped_by(publisher));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_oldest_make_room),
        stage_test(test_newest_are_dropped),
        stage_test(test_slow_one_is_disconnected),
        stage_test(test_burst_within_a_turn),
        stage_test(test_message_larger_than_the_bound),
        stage_test(test_subscriber_learns_of_the_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
