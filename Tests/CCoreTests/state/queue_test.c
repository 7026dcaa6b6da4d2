#include "state/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/random.h"

enum { ITEMS = 24 };

typedef struct item {
    int before;
    cote__queue_node node;
} item;

static void assert_holds(const cote__queue *queue, item *const *expected, size_t count)
{
    assert_int_equal(queue->count, count);
    assert_ptr_equal(queue->head, count ? &expected[0]->node : NULL);
    assert_ptr_equal(queue->tail, count ? &expected[count - 1]->node : NULL);
    assert_ptr_equal(cote__queue_peek(queue), queue->head);
    for (size_t i = 0; i < count; i++) {
        const cote__queue_node *node = &expected[i]->node;
        assert_ptr_equal(node->previous, i > 0 ? &expected[i - 1]->node : NULL);
        assert_ptr_equal(node->next, i + 1 < count ? &expected[i + 1]->node : NULL);
    }
}

static void an_empty_queue_has_nothing(void **state)
{
    (void)state;
    cote__queue queue = {0};
    assert_null(cote__queue_peek(&queue));
    assert_null(cote__queue_pop(&queue));
    assert_holds(&queue, NULL, 0);
}

static void first_in_is_first_out(void **state)
{
    (void)state;
    cote__queue queue = {0};
    item items[3] = {{.before = 0}};
    for (size_t i = 0; i < 3; i++) assert_true(cote__queue_push(&queue, &items[i].node));
    assert_holds(&queue, (item *const[]){&items[0], &items[1], &items[2]}, 3);
    for (size_t i = 0; i < 3; i++) {
        cote__queue_node *node = cote__queue_pop(&queue);
        assert_ptr_equal(COTE__CONTAINER(node, item, node), &items[i]);
        assert_null(node->next);
        assert_null(node->previous);
    }
    assert_holds(&queue, NULL, 0);
}

static void whoever_goes_to_the_front_is_the_first(void **state)
{
    (void)state;
    cote__queue queue = {.limit = 2};
    item items[3] = {{.before = 0}};
    cote__queue_push_front(&queue, &items[1].node);
    assert_true(cote__queue_push(&queue, &items[2].node));
    cote__queue_push_front(&queue, &items[0].node); /* the limit is for the others */
    item *const expected[] = {&items[0], &items[1], &items[2]};
    assert_holds(&queue, expected, 3);
}

static void the_limit_is_a_limit(void **state)
{
    (void)state;
    cote__queue queue = {.limit = 2};
    item items[3] = {{.before = 0}};
    assert_true(cote__queue_push(&queue, &items[0].node));
    assert_true(cote__queue_push(&queue, &items[1].node));
    assert_false(cote__queue_push(&queue, &items[2].node));
    assert_holds(&queue, (item *const[]){&items[0], &items[1]}, 2);
    cote__queue_remove(&queue, &items[0].node);
    assert_true(cote__queue_push(&queue, &items[2].node));
    assert_holds(&queue, (item *const[]){&items[1], &items[2]}, 2);
}

static void remove_from(item **list, size_t *count, size_t index)
{
    (*count)--;
    for (size_t i = index; i < *count; i++) list[i] = list[i + 1];
}

static void it_agrees_with_a_list(void **state)
{
    (void)state;
    uint64_t random = 21;
    cote__queue queue = {.limit = ITEMS - 4};
    item items[ITEMS] = {{.before = 0}};
    item *list[ITEMS];
    size_t count = 0;
    for (int step = 0; step < 100000; step++) {
        item *any = &items[cote_test_random_below(&random, ITEMS)];
        size_t index = 0;
        while (index < count && list[index] != any) index++;
        if (index < count) {
            cote__queue_remove(&queue, &any->node);
            remove_from(list, &count, index);
        } else if (cote_test_random_below(&random, 8) == 0) {
            cote__queue_node *node = cote__queue_pop(&queue);
            assert_ptr_equal(node, count ? &list[0]->node : NULL);
            if (node) remove_from(list, &count, 0);
        } else {
            assert_int_equal(cote__queue_push(&queue, &any->node), count < queue.limit);
            if (count < queue.limit) list[count++] = any;
        }
        assert_holds(&queue, list, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_queue_has_nothing),
        cmocka_unit_test(first_in_is_first_out),
        cmocka_unit_test(whoever_goes_to_the_front_is_the_first),
        cmocka_unit_test(the_limit_is_a_limit),
        cmocka_unit_test(it_agrees_with_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
