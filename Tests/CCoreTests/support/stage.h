/*
 * stage.h - where a test of live components plays: a discovery port that no other test has, loops
 * that are ended with it, and one lock under which everything that happens is written down.
 */
#ifndef COTE_TEST_STAGE_H
#define COTE_TEST_STAGE_H

/* cmocka wants these before its own header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <time.h>

#include "cote.h"

enum { STAGE_LOOPS = 8 };

typedef struct stage {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint16_t port;   /* UDP, of discovery */
    int reservation; /* keeps the port from the other tests that run now */
    cote_loop *loops[STAGE_LOOPS];
    unsigned loop_count;
    struct actor *actors;
    struct ask *asks;
} test_stage;

/*
 * Set-up and teardown of a test: `*state` is its stage. Teardown ends the loops and fails unless
 * each component told of its close exactly once, and each request was answered exactly once, and
 * before that.
 */
int stage_setup(void **state);
int stage_teardown(void **state);

/* A loop with a thread of its own, ended with the stage or by stage_end_loop. */
cote_loop *stage_loop(test_stage *stage);
void stage_end_loop(test_stage *stage, cote_loop *loop);

/* What a callback does first and last when it writes something down. */
void stage_lock(test_stage *stage);
void stage_unlock(test_stage *stage); /* and tells those who wait */

/* Waits, with the lock held, until something was written down. False when the deadline is over. */
struct timespec stage_deadline(void);
bool stage_sleep(test_stage *stage, const struct timespec *deadline);

/* Waits until the condition holds, which is evaluated under the lock. Fails the test if it never
 * does. */
#define stage_wait(STAGE, CONDITION)                                              \
    do {                                                                          \
        struct timespec stage_until = stage_deadline();                           \
        bool stage_came;                                                          \
        pthread_mutex_lock(&(STAGE)->lock);                                       \
        while (!(stage_came = (CONDITION)) && stage_sleep(STAGE, &stage_until)) { \
        }                                                                         \
        pthread_mutex_unlock(&(STAGE)->lock);                                     \
        if (!stage_came) fail_msg("never came: %s", #CONDITION);                  \
    } while (0)

/* The condition holds now. */
#define stage_check(STAGE, CONDITION)                            \
    do {                                                         \
        pthread_mutex_lock(&(STAGE)->lock);                      \
        bool stage_holds = (CONDITION);                          \
        pthread_mutex_unlock(&(STAGE)->lock);                    \
        if (!stage_holds) fail_msg("is not so: %s", #CONDITION); \
    } while (0)

/* Milliseconds of a clock that never goes back. */
uint64_t stage_now(void);

/* A test with a stage. */
#define stage_test(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, stage_setup, stage_teardown)

#endif
