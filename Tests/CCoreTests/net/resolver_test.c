/* resolver_test.c - host names, with a name server of the test's own: getaddrinfo is this file's.
 */
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/resolver.h"
#include "support/stage.h"

enum { LOOKUPS = 8 };

/* MARK: the name server: answers when it is told to */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool answering;
    unsigned asked, at_once, most_at_once;
} names = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, true, 0, 0, 0};

static int answer(const char *node, struct addrinfo **found)
{
    struct {
        struct addrinfo info;
        struct sockaddr_in address;
    } *result = calloc(1, sizeof *result);
    if (!result || strncmp(node, "host-", 5) != 0) {
        free(result);
        return EAI_NONAME;
    }
    result->address.sin_family = AF_INET;
    result->address.sin_addr.s_addr = htonl(0x0a000000u + (uint32_t)atoi(node + 5));
    result->info.ai_family = AF_INET;
    result->info.ai_addr = (struct sockaddr *)&result->address;
    *found = &result->info;
    return 0;
}

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
    (void)service;
    assert_int_equal(hints->ai_family, AF_INET);
    pthread_mutex_lock(&names.lock);
    names.asked++;
    names.at_once++;
    if (names.at_once > names.most_at_once) names.most_at_once = names.at_once;
    pthread_cond_broadcast(&names.changed);
    while (!names.answering) pthread_cond_wait(&names.changed, &names.lock);
    names.at_once--;
    int status = answer(node, found);
    pthread_mutex_unlock(&names.lock);
    return status;
}

void freeaddrinfo(struct addrinfo *found)
{
    free(found);
}

static void set_answering(bool answering)
{
    pthread_mutex_lock(&names.lock);
    names.answering = answering;
    pthread_cond_broadcast(&names.changed);
    pthread_mutex_unlock(&names.lock);
}

static void await_asked(unsigned count)
{
    pthread_mutex_lock(&names.lock);
    while (names.asked < count) pthread_cond_wait(&names.changed, &names.lock);
    pthread_mutex_unlock(&names.lock);
}

/* MARK: somebody who asks */

typedef struct asker {
    test_stage *stage;
    cote_loop *loop;
    cote__resolver *resolver;
    const char *name;
    struct waiter {
        cote__lookup lookup;
        struct asker *asker;
    } waiters[LOOKUPS];
    unsigned waiter_count;

    /* Under the stage's lock: */
    bool done, at_once;
    unsigned answers;
    cote__resolution last;
} asker;

static void note(asker *self, const cote__resolution *resolution)
{
    stage_lock(self->stage);
    self->answers++;
    self->last = *resolution;
    stage_unlock(self->stage);
}

static void on_answer(cote__lookup *lookup, const cote__resolution *resolution)
{
    note(((struct waiter *)lookup)->asker, resolution);
}

static void finish(asker *self)
{
    stage_lock(self->stage);
    self->done = true;
    stage_unlock(self->stage);
}

static void on_loop(asker *self, void (*call)(void *))
{
    stage_lock(self->stage);
    self->done = false;
    stage_unlock(self->stage);
    assert_int_equal(cote_loop_call(self->loop, call, self), COTE_OK);
    stage_wait(self->stage, self->done);
}

static void create_now(void *context)
{
    asker *self = context;
    self->resolver = cote__resolver_create(self->loop);
    finish(self);
}

static void ask_now(void *context)
{
    asker *self = context;
    struct waiter *waiter = &self->waiters[self->waiter_count++];
    *waiter = (struct waiter){{.done = on_answer}, self};
    const cote__resolution *known = cote__resolve(self->resolver, self->name, &waiter->lookup);
    self->at_once = known != NULL;
    if (known) note(self, known);
    finish(self);
}

static void cancel_now(void *context)
{
    asker *self = context;
    cote__resolve_cancel(self->resolver, self->name, &self->waiters[0].lookup);
    finish(self);
}

static void forget_now(void *context)
{
    asker *self = context;
    cote__resolver_forget(self->resolver, self->name);
    self->last.address = cote__resolver_peek(self->resolver, self->name);
    finish(self);
}

static void peek_now(void *context)
{
    asker *self = context;
    self->last.address = cote__resolver_peek(self->resolver, self->name);
    finish(self);
}

static void destroy_now(void *context)
{
    asker *self = context;
    cote__resolver_destroy(self->resolver);
    finish(self);
}

static bool ask(asker *self, const char *name)
{
    self->name = name;
    on_loop(self, ask_now);
    return self->at_once;
}

static asker *begin(test_stage *stage)
{
    set_answering(true);
    names.asked = names.most_at_once = 0;
    asker *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = stage_loop(stage);
    on_loop(self, create_now);
    return self;
}

static void end(asker *self)
{
    on_loop(self, destroy_now);
    stage_end_loop(self->stage, self->loop);
    free(self);
}

/* MARK: tests */

static void test_a_name_is_looked_up_once(void **state)
{
    test_stage *stage = *state;
    asker *self = begin(stage);
    assert_false(ask(self, "host-7"));
    stage_wait(stage, self->answers == 1);
    assert_int_equal(self->last.address, 0x0a000007);
    assert_null(self->last.error);
    assert_true(ask(self, "host-7"));
    assert_int_equal(self->last.address, 0x0a000007);
    assert_int_equal(names.asked, 1);
    self->last.address = 0;
    on_loop(self, peek_now);
    assert_int_equal(self->last.address, 0x0a000007);
    end(self);
}

static void test_all_who_wait_are_told(void **state)
{
    test_stage *stage = *state;
    asker *self = begin(stage);
    set_answering(false);
    for (int i = 0; i < 3; i++) assert_false(ask(self, "host-1"));
    set_answering(true);
    stage_wait(stage, self->answers == 3);
    assert_int_equal(names.asked, 1);
    end(self);
}

static void test_two_at_once_and_no_more(void **state)
{
    test_stage *stage = *state;
    asker *self = begin(stage);
    set_answering(false);
    static const char *const all[] = {"host-1", "host-2", "host-3", "host-4", "host-5"};
    for (int i = 0; i < 5; i++) assert_false(ask(self, all[i]));
    await_asked(2);
    set_answering(true);
    stage_wait(stage, self->answers == 5);
    assert_int_equal(names.asked, 5);
    assert_int_equal(names.most_at_once, 2);
    end(self);
}

static void test_what_cannot_be_found_is_news_once(void **state)
{
    test_stage *stage = *state;
    asker *self = begin(stage);
    assert_false(ask(self, "nobody"));
    stage_wait(stage, self->answers == 1);
    assert_int_equal(self->last.address, 0);
    assert_string_equal(self->last.error, gai_strerror(EAI_NONAME));
    assert_false(self->last.again);
    on_loop(self, forget_now);
    assert_false(ask(self, "nobody"));
    stage_wait(stage, self->answers == 2);
    assert_true(self->last.again);
    end(self);
}

static void test_what_is_forgotten_is_looked_up_again(void **state)
{
    test_stage *stage = *state;
    asker *self = begin(stage);
    assert_false(ask(self, "host-1"));
    stage_wait(stage, self->answers == 1);
    on_loop(self, forget_now);
    assert_int_equal(self->last.address, 0);
    assert_false(ask(self, "host-1"));
    stage_wait(stage, self->answers == 2);
    assert_int_equal(names.asked, 2);
    end(self);
}

static void test_who_cancelled_is_not_told(void **state)
{
    test_stage *stage = *state;
    asker *self = begin(stage);
    set_answering(false);
    assert_false(ask(self, "host-1"));
    assert_false(ask(self, "host-1"));
    on_loop(self, cancel_now);
    set_answering(true);
    stage_wait(stage, self->answers == 1);
    assert_false(self->waiters[0].lookup.waiting);
    end(self);
}

/* The name server says nothing, and the loop ends all the same. */
static void test_the_end_waits_for_no_name(void **state)
{
    test_stage *stage = *state;
    asker *self = begin(stage);
    set_answering(false);
    assert_false(ask(self, "host-1"));
    await_asked(1);
    on_loop(self, cancel_now);
    end(self);
    assert_int_equal(names.at_once, 1);
    set_answering(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_a_name_is_looked_up_once),
        stage_test(test_all_who_wait_are_told),
        stage_test(test_two_at_once_and_no_more),
        stage_test(test_what_cannot_be_found_is_news_once),
        stage_test(test_what_is_forgotten_is_looked_up_again),
        stage_test(test_who_cancelled_is_not_told),
        stage_test(test_the_end_waits_for_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
