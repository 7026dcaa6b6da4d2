#include "state/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/random.h"

static cote__slice text(const char *text)
{
    return cote__slice_of(text);
}

static void count_release(void *context, void *value)
{
    (void)context;
    if (value) ++*(int *)value;
}

static cote__roster_peer *hear(cote__roster *roster, const char *iid, uint64_t source,
                               const char *datagram, cote__time now, bool expect_added)
{
    bool added;
    cote__roster_peer *peer =
        cote__roster_hear(roster, text(iid), source, text(datagram), now, &added);
    assert_non_null(peer);
    assert_int_equal(added, expect_added);
    return peer;
}

static void an_empty_roster_has_nobody(void **state)
{
    (void)state;
    cote__roster roster = {.seed = 1};
    assert_null(cote__roster_find(&roster, text("a")));
    assert_null(cote__roster_refresh(&roster, 1, text("hello"), 1));
    assert_null(cote__roster_silent(&roster, 1000, 1));
    cote__roster_fini(&roster, count_release, NULL);
}

static void it_has_room_for_so_many_and_for_their_datagrams(void **state)
{
    (void)state;
    cote__roster roster = {.seed = 1};
    hear(&roster, "a", 1, "hello", 1, true);
    assert_int_equal(roster.raw_bytes, 5);
    assert_true(cote__roster_has_room(&roster, 2, 2 * 4096 - 5));
    assert_false(cote__roster_has_room(&roster, 2, 2 * 4096 - 4));
    hear(&roster, "a", 1, "good morning", 2, false);
    assert_int_equal(roster.raw_bytes, 12);
    cote__roster_peer *other = hear(&roster, "b", 1, "hi", 3, true);
    assert_false(cote__roster_has_room(&roster, 2, 1));
    cote__roster_remove(&roster, other);
    assert_int_equal(roster.raw_bytes, 12);
    assert_true(cote__roster_has_room(&roster, 2, 1));
    cote__roster_fini(&roster, count_release, NULL);
}

static void an_equal_datagram_refreshes(void **state)
{
    (void)state;
    cote__roster roster = {.seed = 1};
    cote__roster_peer *peer = hear(&roster, "a", 7, "hello", 10, true);
    assert_null(peer->value);
    assert_int_equal(peer->last_seen, 10);
    assert_ptr_equal(cote__roster_refresh(&roster, 7, text("hello"), 20), peer);
    assert_int_equal(peer->last_seen, 20);
    assert_null(cote__roster_refresh(&roster, 8, text("hello"), 30)); /* from somewhere else */
    assert_null(cote__roster_refresh(&roster, 7, text("hellp"), 30));
    assert_null(cote__roster_refresh(&roster, 7, text("hell"), 30));
    assert_null(cote__roster_refresh(&roster, 7, text("hello "), 30));
    assert_int_equal(peer->last_seen, 20);
    cote__roster_fini(&roster, count_release, NULL);
}

static void only_the_last_datagram_refreshes(void **state)
{
    (void)state;
    cote__roster roster = {.seed = 1};
    cote__roster_peer *peer = hear(&roster, "a", 7, "one", 10, true);
    assert_ptr_equal(hear(&roster, "a", 7, "another", 20, false), peer);
    assert_int_equal(roster.count, 1);
    assert_null(cote__roster_refresh(&roster, 7, text("one"), 30));
    assert_ptr_equal(cote__roster_refresh(&roster, 7, text("another"), 30), peer);
    assert_ptr_equal(hear(&roster, "a", 9, "another", 40, false), peer); /* it moved */
    assert_null(cote__roster_refresh(&roster, 7, text("another"), 50));
    assert_ptr_equal(cote__roster_refresh(&roster, 9, text("another"), 50), peer);
    cote__roster_fini(&roster, count_release, NULL);
}

static void ids_are_any_bytes(void **state)
{
    (void)state;
    cote__roster roster = {.seed = 1};
    bool added;
    cote__slice one = {"a\0b", 3}, other = {"a\0c", 3}, empty = {"", 0};
    cote__roster_peer *peers[] = {
        cote__roster_hear(&roster, one, 1, text("1"), 1, &added),
        cote__roster_hear(&roster, other, 1, text("2"), 1, &added),
        cote__roster_hear(&roster, empty, 1, text("3"), 1, &added),
    };
    assert_int_equal(roster.count, 3);
    assert_ptr_equal(cote__roster_find(&roster, one), peers[0]);
    assert_ptr_equal(cote__roster_find(&roster, other), peers[1]);
    assert_ptr_equal(cote__roster_find(&roster, empty), peers[2]);
    assert_null(cote__roster_find(&roster, text("a")));
    cote__roster_fini(&roster, count_release, NULL);
}

static void who_is_silent_for_longer_goes(void **state)
{
    (void)state;
    cote__roster roster = {.seed = 1};
    cote__roster_peer *a = hear(&roster, "a", 1, "A", 100, true);
    cote__roster_peer *b = hear(&roster, "b", 1, "B", 200, true);
    assert_null(cote__roster_silent(&roster, 50, 10)); /* heard in the future: not silent */
    assert_null(cote__roster_silent(&roster, 150, 50));
    assert_ptr_equal(cote__roster_silent(&roster, 151, 50), a);
    assert_ptr_equal(cote__roster_refresh(&roster, 1, text("A"), 300), a);
    assert_null(cote__roster_silent(&roster, 250, 50));
    assert_ptr_equal(cote__roster_silent(&roster, 251, 50), b);
    int value = 0;
    b->value = &value;
    assert_ptr_equal(cote__roster_remove(&roster, b), &value);
    assert_null(cote__roster_find(&roster, text("b")));
    assert_null(cote__roster_refresh(&roster, 1, text("B"), 300));
    assert_null(cote__roster_silent(&roster, 350, 50));
    assert_int_equal(roster.count, 1);
    cote__roster_fini(&roster, count_release, NULL);
    assert_int_equal(value, 0); /* it was given back before */
}

static void who_is_suspected_is_named_once_and_comes_back(void **state)
{
    (void)state;
    cote__roster roster = {.seed = 1};
    assert_int_equal(cote__roster_oldest(&roster), COTE__NEVER);
    assert_null(cote__roster_suspect(&roster, 1000, 1));
    cote__roster_peer *a = hear(&roster, "a", 1, "A", 100, true);
    cote__roster_peer *b = hear(&roster, "b", 1, "B", 200, true);
    assert_int_equal(cote__roster_oldest(&roster), 100);
    assert_null(cote__roster_suspect(&roster, 150, 50));
    assert_ptr_equal(cote__roster_suspect(&roster, 151, 50), a);
    assert_null(cote__roster_suspect(&roster, 250, 50));
    assert_true(a->suspected && !b->suspected);
    assert_int_equal(cote__roster_oldest(&roster), 200);
    /* It is still known, and the first to go. */
    assert_ptr_equal(cote__roster_find(&roster, text("a")), a);
    assert_ptr_equal(cote__roster_silent(&roster, 300, 150), a);
    /* Heard again it is like the others, once its owner has seen to it. */
    assert_ptr_equal(cote__roster_refresh(&roster, 1, text("A"), 300), a);
    assert_true(a->suspected);
    a->suspected = false;
    assert_ptr_equal(cote__roster_suspect(&roster, 301, 50), b);
    assert_null(cote__roster_suspect(&roster, 301, 50));
    assert_ptr_equal(cote__roster_suspect(&roster, 400, 50), a);
    assert_ptr_equal(cote__roster_silent(&roster, 400, 50), b);
    cote__roster_remove(&roster, b);
    assert_ptr_equal(cote__roster_silent(&roster, 400, 50), a);
    assert_int_equal(roster.count, 1);
    cote__roster_fini(&roster, count_release, NULL);
}

static void count_visit(void *context, cote__roster_peer *peer)
{
    (void)context;
    ++*(int *)peer->value;
}

static void all_are_visited_and_released_once(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    static int visits[COUNT];
    cote__roster roster = {.seed = 99};
    for (int i = 0; i < COUNT; i++) {
        char iid[24];
        snprintf(iid, sizeof iid, "peer %d", i);
        hear(&roster, iid, 1, iid, 1, true)->value = &visits[i];
    }
    cote__roster_each(&roster, count_visit, NULL);
    for (int i = 0; i < COUNT; i++) assert_int_equal(visits[i], 1);
    cote__roster_fini(&roster, count_release, NULL);
    for (int i = 0; i < COUNT; i++) assert_int_equal(visits[i], 2);
    assert_int_equal(roster.count, 0);
}

/* Every byte counts, at every size: a datagram with one bit changed is another one. */
static void every_bit_counts(void **state)
{
    (void)state;
    char datagram[70];
    memset(datagram, 'x', sizeof datagram);
    for (size_t size = 0; size < sizeof datagram; size++) {
        cote__roster roster = {.seed = size};
        bool added;
        cote__slice bytes = {datagram, size};
        cote__roster_peer *peer = cote__roster_hear(&roster, text("a"), 1, bytes, 1, &added);
        assert_ptr_equal(cote__roster_refresh(&roster, 1, bytes, 2), peer);
        for (size_t bit = 0; bit < size * 8; bit++) {
            datagram[bit / 8] ^= (char)(1 << bit % 8);
            assert_null(cote__roster_refresh(&roster, 1, bytes, 3));
            datagram[bit / 8] ^= (char)(1 << bit % 8);
        }
        cote__roster_fini(&roster, count_release, NULL);
    }
}

static void the_seed_and_the_source_change_the_hash(void **state)
{
    (void)state;
    cote__roster one = {.seed = 1}, other = {.seed = 2};
    uint64_t hash = hear(&one, "a", 1, "hello", 1, true)->raw_hash;
    assert_int_not_equal(hash, hear(&other, "a", 1, "hello", 1, true)->raw_hash);
    assert_int_not_equal(hash, hear(&one, "b", 2, "hello", 1, true)->raw_hash);
    cote__roster_fini(&one, count_release, NULL);
    cote__roster_fini(&other, count_release, NULL);
}

/* Hellos are alike but for their ids: the chains must stay short all the same. */
static void like_datagrams_spread(void **state)
{
    (void)state;
    enum { COUNT = 4096 };
    cote__roster roster = {.seed = UINT64_C(0x123456789abcdef)};
    for (int i = 0; i < COUNT; i++) {
        char iid[48], datagram[300];
        snprintf(iid, sizeof iid, "%08x-0000-4000-8000-000000000000", (unsigned)i);
        snprintf(datagram, sizeof datagram, "{\"event\":\"hello\",\"iid\":\"%s\",\"data\":%200s}",
                 iid, "");
        hear(&roster, iid, 1, datagram, 1, true);
    }
    for (size_t i = 0; i < roster.bucket_count; i++) {
        int by_iid = 0, by_raw = 0;
        for (cote__roster_peer *peer = roster.by_iid[i]; peer; peer = peer->next_by_iid) by_iid++;
        for (cote__roster_peer *peer = roster.by_raw[i]; peer; peer = peer->next_by_raw) by_raw++;
        assert_true(by_iid <= 10 && by_raw <= 10); /* about one each, more by chance */
    }
    cote__roster_fini(&roster, count_release, NULL);
}

/* MARK: against a plain array */

enum { IDS = 120, CONTENTS = 4, SOURCES = 3 };

typedef struct known {
    bool present;
    cote__time last_seen;
    uint64_t source, content;
    int releases;
} known;

typedef struct model {
    cote__roster roster;
    known all[IDS];
    size_t count;
    uint64_t random;
    cote__time now;
} model;

static cote__slice iid_of(size_t id, char space[32])
{
    snprintf(space, 32, "id-%zu", id);
    return cote__slice_of(space);
}

static cote__slice datagram_of(size_t id, uint64_t content, char space[64])
{
    snprintf(space, 64, "%.*shello of %zu, %d", (int)(content * 7), "                      ", id,
             (int)content);
    return cote__slice_of(space);
}

static void say(model *self)
{
    size_t id = cote_test_random_below(&self->random, IDS);
    uint64_t source = cote_test_random_below(&self->random, SOURCES);
    uint64_t content = cote_test_random_below(&self->random, CONTENTS);
    char iid[32], space[64];
    cote__slice datagram = datagram_of(id, content, space);
    known *one = &self->all[id];

    cote__roster_peer *peer = cote__roster_refresh(&self->roster, source, datagram, self->now);
    bool same = one->present && one->source == source && one->content == content;
    assert_int_equal(peer != NULL, same);
    if (!same) {
        bool added;
        peer =
            cote__roster_hear(&self->roster, iid_of(id, iid), source, datagram, self->now, &added);
        assert_non_null(peer);
        assert_int_equal(added, !one->present);
        if (added) self->count++;
        peer->value = &one->releases;
    }
    assert_ptr_equal(peer->value, &one->releases);
    assert_int_equal(peer->last_seen, self->now);
    one->present = true;
    one->last_seen = self->now;
    one->source = source;
    one->content = content;
}

static void leave(model *self)
{
    size_t id = cote_test_random_below(&self->random, IDS);
    char iid[32];
    cote__roster_peer *peer = cote__roster_find(&self->roster, iid_of(id, iid));
    assert_int_equal(peer != NULL, self->all[id].present);
    if (!peer) return;
    assert_ptr_equal(cote__roster_remove(&self->roster, peer), &self->all[id].releases);
    self->all[id].present = false;
    self->count--;
}

static void sweep(model *self)
{
    const cote__time timeout = 300;
    cote__roster_peer *silent;
    while ((silent = cote__roster_silent(&self->roster, self->now, timeout))) {
        known *one = (known *)(void *)((char *)silent->value - offsetof(known, releases));
        assert_true(one->present && self->now - one->last_seen > timeout);
        cote__roster_remove(&self->roster, silent);
        one->present = false;
        self->count--;
    }
    for (size_t i = 0; i < IDS; i++)
        assert_false(self->all[i].present && self->now - self->all[i].last_seen > timeout);
}

static void it_agrees_with_an_array(void **state)
{
    (void)state;
    model *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->random = self->roster.seed = 51;
    for (int step = 0; step < 100000; step++) {
        self->now += cote_test_random_below(&self->random, 3);
        switch (cote_test_random_below(&self->random, 16)) {
        case 0: leave(self); break;
        case 1: sweep(self); break;
        default: say(self);
        }
        assert_int_equal(self->roster.count, self->count);
    }
    cote__roster_fini(&self->roster, count_release, NULL);
    for (size_t i = 0; i < IDS; i++) assert_int_equal(self->all[i].releases, self->all[i].present);
    free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_roster_has_nobody),
        cmocka_unit_test(an_equal_datagram_refreshes),
        cmocka_unit_test(it_has_room_for_so_many_and_for_their_datagrams),
        cmocka_unit_test(only_the_last_datagram_refreshes),
        cmocka_unit_test(ids_are_any_bytes),
        cmocka_unit_test(who_is_silent_for_longer_goes),
        cmocka_unit_test(who_is_suspected_is_named_once_and_comes_back),
        cmocka_unit_test(all_are_visited_and_released_once),
        cmocka_unit_test(every_bit_counts),
        cmocka_unit_test(the_seed_and_the_source_change_the_hash),
        cmocka_unit_test(like_datagrams_spread),
        cmocka_unit_test(it_agrees_with_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
