#include "support/stage.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/actor.h"
#include "support/ask.h"

enum { DEADLINE = 30 /* s: generous, since it only bounds how long a failure takes */ };

/* MARK: waiting */

struct timespec stage_deadline(void)
{
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += DEADLINE;
    return deadline;
}

bool stage_sleep(test_stage *stage, const struct timespec *deadline)
{
    return pthread_cond_timedwait(&stage->changed, &stage->lock, deadline) != ETIMEDOUT;
}

void stage_lock(test_stage *stage)
{
    pthread_mutex_lock(&stage->lock);
}

void stage_unlock(test_stage *stage)
{
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->lock);
}

uint64_t stage_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* MARK: loops */

cote_loop *stage_loop(test_stage *stage)
{
    assert_true(stage->loop_count < STAGE_LOOPS);
    cote_loop *loop;
    assert_int_equal(cote_loop_create(&loop), COTE_OK);
    return stage->loops[stage->loop_count++] = loop;
}

void stage_end_loop(test_stage *stage, cote_loop *loop)
{
    for (unsigned i = 0; i < stage->loop_count; i++)
        if (stage->loops[i] == loop) stage->loops[i] = stage->loops[--stage->loop_count];
    assert_int_equal(cote_loop_destroy(loop), COTE_OK);
}

/* MARK: life */

/*
 * The system gives each asker another TCP port. Whoever holds it may use the UDP port of the same
 * number.
 */
static bool reserve_port(test_stage *stage)
{
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof local;
    stage->reservation = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (stage->reservation < 0 ||
        bind(stage->reservation, (struct sockaddr *)&local, sizeof local) != 0 ||
        getsockname(stage->reservation, (struct sockaddr *)&local, &size) != 0)
        return false;
    stage->port = ntohs(local.sin_port);
    return true;
}

/* No setting of the machine reaches a test. */
static void forget_variables(void)
{
    static const char *const names[] = {"COTE_REQUEST_TIMEOUT", "COTE_BROADCAST_ADDRESS",
                                        "COTE_MULTICAST_ADDRESS", "COTE_ENV", "COTE_LOG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
}

int stage_setup(void **state)
{
    forget_variables();
    /* From 8000 upwards a port is soon another test's, and whoever still looks for the listener
     * that had it is counted there. */
    setenv("COTE_PORTS", "0", 1);
    test_stage *self = calloc(1, sizeof *self);
    if (!self || !reserve_port(self)) return -1;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&self->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&self->lock, NULL);
    *state = self;
    return 0;
}

int stage_teardown(void **state)
{
    test_stage *self = *state;
    int faults = 0;
    while (self->loop_count > 0)
        if (cote_loop_destroy(self->loops[--self->loop_count]) != COTE_OK) faults++;
    faults += ask_faults(self->asks) + actor_faults(self->actors);
    ask_free_all(self->asks);
    actor_free_all(self->actors);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    close(self->reservation);
    free(self);
    return faults ? -1 : 0;
}
