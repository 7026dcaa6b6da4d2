/* waiting_test.c - those that want the same wait together, however many kinds of them there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mesh/waiting.h"

static cote__wants wants_of(const char *type)
{
    return (cote__wants){.type = cote__slice_of(type), .hash = 5}; /* all fall into one chain */
}

static void differences_part(void **state)
{
    (void)state;
    cote__waitings all = {0};
    cote__wants wanted[] = {wants_of("a"), wants_of("a"), wants_of("a"), wants_of("a"),
                            wants_of("a"), wants_of("b"), wants_of("")};
    wanted[1].subset = "s";
    wanted[2].subset = "";
    wanted[3].ours_only = true;
    wanted[4].handler = true;
    enum { KINDS = sizeof wanted / sizeof *wanted };
    cote__waiting *waiting[KINDS];
    cote__queue_node nodes[KINDS][2] = {0};
    for (size_t i = 0; i < KINDS; i++) {
        waiting[i] = cote__waiting_for(&all, &wanted[i]);
        for (size_t k = 0; k < 2; k++) cote__queue_push(&waiting[i]->queue, &nodes[i][k]);
        for (size_t k = 0; k < i; k++) assert_ptr_not_equal(waiting[i], waiting[k]);
    }
    for (size_t i = 0; i < KINDS; i++)
        assert_ptr_equal(cote__waiting_for(&all, &wanted[i]), waiting[i]);
    assert_int_equal(all.count, KINDS);
    assert_int_equal(all.picky, 2);
    for (size_t i = 0; i < KINDS; i++) {
        cote__waiting_leave(&all, waiting[i], &nodes[i][1]);
        assert_int_equal(all.count, KINDS - i);
        cote__waiting_leave(&all, waiting[i], &nodes[i][0]);
        assert_int_equal(all.count, KINDS - i - 1);
    }
    assert_int_equal(all.picky, 0);
    assert_null(all.first);
    assert_null(all.last);
    cote__waitings_fini(&all);
}

static void check_order(const cote__waitings *all, const char *types)
{
    const cote__waiting *before = NULL, *at = all->first;
    for (; at; before = at, at = at->next, types++) {
        assert_int_equal(*at->wants.type.data, *types);
        assert_ptr_equal(at->previous, before);
    }
    assert_int_equal(*types, '\0');
    assert_ptr_equal(all->last, before);
}

static void the_preferred_comes_first(void **state)
{
    (void)state;
    cote__waitings all = {0};
    cote__waiting *waiting[4];
    cote__queue_node nodes[4] = {0};
    static const char *const types[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++) {
        cote__wants wanted = wants_of(types[i]);
        waiting[i] = cote__waiting_for(&all, &wanted);
        cote__queue_push(&waiting[i]->queue, &nodes[i]);
    }
    check_order(&all, "abcd");
    cote__waiting_prefer(&all, waiting[2]);
    check_order(&all, "cabd");
    cote__waiting_prefer(&all, waiting[2]);
    check_order(&all, "cabd");
    cote__waiting_prefer(&all, waiting[3]);
    check_order(&all, "dcab");
    cote__waiting_leave(&all, waiting[0], &nodes[0]);
    check_order(&all, "dcb");
    cote__waiting_leave(&all, waiting[3], &nodes[3]);
    check_order(&all, "cb");
    cote__waiting_leave(&all, waiting[1], &nodes[1]);
    check_order(&all, "c");
    cote__waiting_leave(&all, waiting[2], &nodes[2]);
    check_order(&all, "");
    cote__waitings_fini(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_part),
        cmocka_unit_test(the_preferred_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
