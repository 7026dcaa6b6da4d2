#include "state/pending.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/random.h"

static cote__pending_entry entry(uint64_t number, cote__time deadline)
{
    return (cote__pending_entry){.number = number, .deadline = deadline};
}

static void an_empty_table_has_nothing(void **state)
{
    (void)state;
    cote__pending table = {0};
    assert_null(cote__pending_find(&table, 0));
    assert_null(cote__pending_expire(&table, COTE__NEVER));
    assert_null(cote__pending_pop(&table));
    assert_true(cote__pending_next_deadline(&table) == COTE__NEVER);
    cote__pending_fini(&table);
}

static void numbers_are_found(void **state)
{
    (void)state;
    cote__pending table = {0};
    cote__pending_entry entries[] = {entry(0, COTE__NEVER), entry(1, COTE__NEVER),
                                     entry(UINT64_MAX, COTE__NEVER),
                                     entry(UINT64_C(1) << 32, COTE__NEVER)};
    for (size_t i = 0; i < 4; i++) assert_true(cote__pending_add(&table, &entries[i]));
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(cote__pending_find(&table, entries[i].number), &entries[i]);
    assert_null(cote__pending_find(&table, 2));
    cote__pending_remove(&table, &entries[1]);
    assert_null(cote__pending_find(&table, 1));
    assert_int_equal(table.count, 3);
    cote__pending_fini(&table);
    assert_int_equal(table.count, 0);
}

static void deadlines_expire_in_their_order(void **state)
{
    (void)state;
    cote__pending table = {0};
    cote__pending_entry entries[] = {entry(1, 30), entry(2, 10), entry(3, COTE__NEVER),
                                     entry(4, 20), entry(5, 0)};
    for (size_t i = 0; i < 5; i++) assert_true(cote__pending_add(&table, &entries[i]));
    assert_int_equal(cote__pending_next_deadline(&table), 0);
    assert_ptr_equal(cote__pending_expire(&table, 0), &entries[4]);
    assert_null(cote__pending_expire(&table, 9));
    assert_int_equal(cote__pending_next_deadline(&table), 10);
    assert_ptr_equal(cote__pending_expire(&table, 10), &entries[1]); /* at its deadline */
    assert_ptr_equal(cote__pending_expire(&table, 100), &entries[3]);
    assert_ptr_equal(cote__pending_expire(&table, 100), &entries[0]);
    assert_null(cote__pending_expire(&table, COTE__NEVER)); /* without a deadline: never */
    assert_true(cote__pending_next_deadline(&table) == COTE__NEVER);
    assert_ptr_equal(cote__pending_pop(&table), &entries[2]);
    cote__pending_fini(&table);
}

static void many_without_a_deadline_are_popped_once_each(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    cote__pending table = {0};
    cote__pending_entry *entries = calloc(COUNT, sizeof *entries);
    bool *seen = calloc(COUNT, sizeof *seen);
    assert_non_null(entries);
    assert_non_null(seen);
    for (size_t i = 0; i < COUNT; i++) {
        entries[i] = entry(i, COTE__NEVER);
        assert_true(cote__pending_add(&table, &entries[i]));
    }
    for (size_t i = 0; i < COUNT; i++) {
        cote__pending_entry *popped = cote__pending_pop(&table);
        assert_non_null(popped);
        assert_false(seen[popped->number]);
        seen[popped->number] = true;
    }
    assert_null(cote__pending_pop(&table));
    cote__pending_fini(&table);
    free(seen);
    free(entries);
}

static void a_steady_load_takes_no_memory(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    cote__pending table = {0};
    cote__pending_entry entries[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        entries[i] = entry(i, 1000 + i);
        assert_true(cote__pending_add(&table, &entries[i]));
    }
    size_t bucket_count = table.bucket_count, heap_capacity = table.heap_capacity;
    for (uint64_t i = COUNT; i < 100000; i++) {
        cote__pending_entry *answered = cote__pending_find(&table, i - COUNT);
        assert_non_null(answered);
        cote__pending_remove(&table, answered);
        *answered = entry(i, 1000 + i);
        assert_true(cote__pending_add(&table, answered));
    }
    assert_int_equal(table.bucket_count, bucket_count);
    assert_int_equal(table.heap_capacity, heap_capacity);
    cote__pending_fini(&table);
}

/* MARK: against a plain array */

enum { MOST = 300 };

typedef struct model {
    cote__pending table;
    cote__pending_entry entries[MOST];
    bool present[MOST];
    size_t count;
    uint64_t random, next_number;
    cote__time now;
} model;

static size_t index_of(const model *self, const cote__pending_entry *entry)
{
    size_t index = (size_t)(entry - self->entries);
    assert_true(index < MOST && self->present[index]);
    return index;
}

static cote__time earliest(const model *self)
{
    cote__time least = COTE__NEVER;
    for (size_t i = 0; i < MOST; i++)
        if (self->present[i] && self->entries[i].deadline < least)
            least = self->entries[i].deadline;
    return least;
}

static void add_or_remove(model *self)
{
    size_t index = cote_test_random_below(&self->random, MOST);
    cote__pending_entry *any = &self->entries[index];
    if (self->present[index]) {
        assert_ptr_equal(cote__pending_find(&self->table, any->number), any);
        cote__pending_remove(&self->table, any);
        assert_null(cote__pending_find(&self->table, any->number));
        self->count--;
    } else {
        bool timed = cote_test_random_below(&self->random, 4) > 0;
        cote__time deadline = self->now + cote_test_random_below(&self->random, 50);
        *any = entry(self->next_number, timed ? deadline : COTE__NEVER);
        self->next_number += 1 + cote_test_random_below(&self->random, 3) * 4096;
        assert_true(cote__pending_add(&self->table, any));
        self->count++;
    }
    self->present[index] = !self->present[index];
}

static void expire(model *self)
{
    self->now += cote_test_random_below(&self->random, 20);
    cote__time least;
    while ((least = earliest(self)) <= self->now) {
        cote__pending_entry *expired = cote__pending_expire(&self->table, self->now);
        assert_non_null(expired);
        assert_int_equal(expired->deadline, least);
        self->present[index_of(self, expired)] = false;
        self->count--;
    }
    assert_null(cote__pending_expire(&self->table, self->now));
}

static void pop(model *self)
{
    cote__pending_entry *popped = cote__pending_pop(&self->table);
    assert_int_equal(popped != NULL, self->count > 0);
    if (!popped) return;
    self->present[index_of(self, popped)] = false;
    self->count--;
}

static void it_agrees_with_an_array(void **state)
{
    (void)state;
    model *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->random = 41;
    self->now = 1000;
    for (int step = 0; step < 100000; step++) {
        switch (cote_test_random_below(&self->random, 20)) {
        case 0: expire(self); break;
        case 1: pop(self); break;
        default: add_or_remove(self);
        }
        assert_int_equal(self->table.count, self->count);
        if (step % 16 == 0)
            assert_int_equal(cote__pending_next_deadline(&self->table), earliest(self));
    }
    while (self->count > 0) pop(self);
    pop(self);
    cote__pending_fini(&self->table);
    free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_has_nothing),
        cmocka_unit_test(numbers_are_found),
        cmocka_unit_test(deadlines_expire_in_their_order),
        cmocka_unit_test(many_without_a_deadline_are_popped_once_each),
        cmocka_unit_test(a_steady_load_takes_no_memory),
        cmocka_unit_test(it_agrees_with_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
