/* shared_loops_test.c - loops that components share, each in its turn. */
#include <stdlib.h>
#include <string.h>

#include "support/ask.h"
#include "support/heard.h"

static int forget_variable(void **state)
{
    (void)state;
    unsetenv("COTE_LOOPS");
    return 0;
}

static cote_loop *shared(unsigned count)
{
    cote_loop *loop = NULL;
    assert_int_equal(cote_loop_shared(count, &loop), COTE_OK);
    assert_non_null(loop);
    return loop;
}

static void test_each_in_its_turn(void **state)
{
    (void)state;
    cote_loop *first = shared(0);
    assert_ptr_equal(shared(0), first);
    assert_ptr_equal(shared(1), first);
    cote_loop *one = shared(2), *other = shared(2);
    assert_ptr_not_equal(one, other);
    assert_ptr_equal(shared(2), one);
    assert_ptr_equal(shared(2), other);
    setenv("COTE_LOOPS", "2", 1);
    assert_ptr_equal(shared(0), one);
    assert_ptr_equal(shared(0), other);
}

static void test_what_is_refused(void **state)
{
    static const char *const nonsense[] = {"0", "65", "-1", "many"};
    (void)state;
    cote_loop *loop = NULL;
    assert_int_equal(cote_loop_shared(COTE_MAX_LOOPS + 1, &loop), COTE_EINVAL);
    assert_int_equal(cote_loop_shared(1, NULL), COTE_EINVAL);
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        setenv("COTE_LOOPS", nonsense[i], 1);
        assert_int_equal(cote_loop_shared(0, &loop), COTE_EINVAL);
        assert_non_null(strstr(cote_error_detail(), "COTE_LOOPS"));
        assert_non_null(strstr(cote_error_detail(), nonsense[i]));
    }
    assert_null(loop);
}

static void test_components_on_several(void **state)
{
    enum { COUNT = 4 };
    test_stage *stage = *state;
    test_actor *requesters[COUNT];
    test_actor *responder = responder_on(stage, shared(COUNT), "server");
    for (int i = 0; i < COUNT; i++) requesters[i] = requester_on(stage, shared(COUNT), "client");
    for (int i = 0; i < COUNT; i++) ask_expect(ask_send(requesters[i], "echo", NULL), COTE_OK);
    for (int i = 0; i < COUNT; i++) actor_close(requesters[i]); /* these loops do not end */
    actor_close(responder);
    for (int i = 0; i < COUNT; i++) stage_wait(stage, requesters[i]->closed == 1);
    stage_wait(stage, responder->closed == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_in_its_turn, forget_variable, forget_variable),
        cmocka_unit_test_teardown(test_what_is_refused, forget_variable),
        stage_test(test_components_on_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
