/* stall_test.c - whether what is sent still gets there, look by look. */
#include "state/stall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MOST = 6000, LOOK = 500, BEGAN = 100000 };

/* Looks from BEGAN on, when the last answer was `silence` ms old. Returns after how many ms it
 * counts as stalled, 0 if it did not within a minute. */
static cote__time stalls_after(cote__delivery delivery, cote__time silence)
{
    cote__stall stall = {0};
    for (cote__time passed = 0; passed <= 60000; passed += LOOK) {
        delivery.silence = silence + passed;
        if (cote__stall_judge(&stall, &delivery, MOST, BEGAN + passed)) return passed;
    }
    return 0;
}

static void test_limit_follows_the_node_timeout(void **state)
{
    (void)state;
    assert_int_equal(cote__stall_most(5000), 15000);
    assert_int_equal(cote__stall_most(100), 2000);
    assert_int_equal(cote__stall_most(1), 2000);
}

static void test_nothing_is_taken(void **state)
{
    (void)state;
    const cote__delivery delivery = {.in_flight = 1, .room = true, .taken = 7, .pause = 200};
    assert_int_equal(stalls_after(delivery, 0), MOST);
    /* It had been idle for an hour when it was sent something. */
    assert_int_equal(stalls_after(delivery, 3600000), MOST);
}

static void test_nothing_waits(void **state)
{
    (void)state;
    assert_int_equal(stalls_after((cote__delivery){.room = true, .pause = 200}, 3600000), 0);
}

/* The other side sends something again and again, and nothing reaches it. */
static void test_what_comes_proves_nothing(void **state)
{
    (void)state;
    cote__stall stall = {0};
    cote__delivery delivery = {.in_flight = 1, .room = true, .taken = 7, .pause = 25600};
    cote__time passed = 0;
    while (!cote__stall_judge(&stall, &delivery, MOST, BEGAN + passed)) passed += LOOK;
    assert_int_equal(passed, MOST);
}

/* Each look finds something that was sent just now; what was sent before has been taken. */
static void test_taken_a_moment_ago(void **state)
{
    (void)state;
    cote__stall stall = {0};
    cote__delivery delivery = {.in_flight = 1, .room = true, .pause = 200};
    for (cote__time passed = 0; passed < 60000; passed += LOOK) {
        delivery.taken++;
        assert_false(cote__stall_judge(&stall, &delivery, MOST, BEGAN + passed));
    }
    /* No look for a long time, and then the same. */
    delivery.taken++;
    assert_false(cote__stall_judge(&stall, &delivery, MOST, BEGAN + 1000000));
    assert_int_equal(stall.since, BEGAN + 1000000);
}

static void test_all_arrives_in_the_end(void **state)
{
    (void)state;
    cote__stall stall = {0};
    cote__delivery delivery = {.in_flight = 1, .room = true, .silence = 10, .pause = 200};
    assert_false(cote__stall_judge(&stall, &delivery, MOST, BEGAN));
    delivery = (cote__delivery){.room = true, .taken = 10, .silence = 100, .pause = 200};
    assert_false(cote__stall_judge(&stall, &delivery, MOST, BEGAN + MOST));
    assert_int_equal(stall.since, 0);
}

/* There is no room at the other side, and it says so whenever it is asked, less and less often. */
static void test_slow_reader(void **state)
{
    (void)state;
    cote__stall asked = {0}, sent_again = {0};
    cote__time last = 0, pause = 200, passed;
    cote__delivery full, shrunk;
    for (passed = 0; passed < 600000; passed += LOOK) {
        while (passed >= last + pause) {
            last += pause;
            pause = pause * 2 < 120000 ? pause * 2 : 120000;
        }
        full = (cote__delivery){.unsent = 100000, .silence = passed - last, .pause = 200};
        shrunk = (cote__delivery){.in_flight = 1, .silence = passed - last, .pause = pause};
        assert_false(cote__stall_judge(&asked, &full, MOST, BEGAN + passed));
        assert_false(cote__stall_judge(&sent_again, &shrunk, MOST, BEGAN + passed));
    }
    /* There is room at last: what leaves has its time from now on. */
    full.in_flight = 1;
    full.room = shrunk.room = true;
    for (cote__time more = 0; more < MOST; more += LOOK) {
        assert_false(cote__stall_judge(&asked, &full, MOST, BEGAN + passed + more));
        assert_false(cote__stall_judge(&sent_again, &shrunk, MOST, BEGAN + passed + more));
    }
    assert_true(cote__stall_judge(&asked, &full, MOST, BEGAN + passed + MOST));
    assert_true(cote__stall_judge(&sent_again, &shrunk, MOST, BEGAN + passed + MOST));
}

static void test_slow_reader_that_goes(void **state)
{
    (void)state;
    cote__delivery delivery = {.unsent = 100000, .pause = 200};
    assert_int_equal(stalls_after(delivery, 100), 0);
    delivery.unanswered = 1;
    assert_int_equal(stalls_after(delivery, 100), 0);
    delivery.unanswered = 3;
    assert_int_equal(stalls_after(delivery, 100), MOST);
    delivery = (cote__delivery){.in_flight = 1, .pause = 4000};
    assert_int_equal(stalls_after(delivery, 100), MOST);
    delivery.pause = 20000;
    assert_int_equal(stalls_after(delivery, 100), 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit_follows_the_node_timeout),
        cmocka_unit_test(test_nothing_is_taken),
        cmocka_unit_test(test_nothing_waits),
        cmocka_unit_test(test_what_comes_proves_nothing),
        cmocka_unit_test(test_taken_a_moment_ago),
        cmocka_unit_test(test_all_arrives_in_the_end),
        cmocka_unit_test(test_slow_reader),
        cmocka_unit_test(test_slow_reader_that_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
