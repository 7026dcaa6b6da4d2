/* load_test.c - many requests from many threads: each answered once, and with its own answer, and
 * the memory of the process does not grow with their number. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heap.h"
#include "support/actor.h"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

enum {
    THREADS = 4,
    IN_FLIGHT = 1000 / THREADS, /* of each thread */
#ifdef SANITIZED
    WARM_UP = 2000,
    REQUESTS = 10000,
#else
    WARM_UP = 10000,
    REQUESTS = 100000,
#endif
    GROWTH = 1 << 20 /* bytes: buffers that are kept */
};

typedef struct sender {
    cote_requester *requester;
    unsigned number, count;
    pthread_mutex_t lock;
    pthread_cond_t room;
    unsigned in_flight, answered, wrong;
} sender;

typedef struct question {
    sender *sender;
    unsigned number, answers;
} question;

static int write_payload(char *text, const char *type, const question *asked)
{
    return sprintf(text, "{\"type\":\"%s\",\"sender\":%u,\"number\":%u}", type,
                   asked->sender->number, asked->number);
}

static void check_answer(void *context, const cote_response *response)
{
    question *self = context;
    sender *of = self->sender;
    char expected[96];
    size_t size = (size_t)write_payload(expected, "echo", self);
    bool right = response->status == COTE_OK && response->result.size == size &&
                 memcmp(response->result.data, expected, size) == 0;
    pthread_mutex_lock(&of->lock);
    if (!right || self->answers++ > 0) of->wrong++;
    of->answered++;
    of->in_flight--;
    pthread_cond_signal(&of->room);
    pthread_mutex_unlock(&of->lock);
}

static void *send_all(void *context)
{
    sender *self = context;
    question *questions = calloc(self->count, sizeof *questions);
    if (!questions) abort();
    for (unsigned i = 0; i < self->count; i++) {
        questions[i] = (question){self, i, 0};
        char text[96];
        cote_value payload = {COTE_KIND_JSON, text,
                              (size_t)write_payload(text, "echo", &questions[i])};
        pthread_mutex_lock(&self->lock);
        while (self->in_flight == IN_FLIGHT) pthread_cond_wait(&self->room, &self->lock);
        self->in_flight++;
        pthread_mutex_unlock(&self->lock);
        if (cote_requester_send(self->requester, "echo", &payload, NULL, check_answer,
                                &questions[i], NULL) != COTE_OK)
            abort();
    }
    pthread_mutex_lock(&self->lock);
    while (self->in_flight > 0) pthread_cond_wait(&self->room, &self->lock);
    for (unsigned i = 0; i < self->count; i++)
        if (questions[i].answers != 1) self->wrong++;
    pthread_mutex_unlock(&self->lock);
    free(questions);
    return NULL;
}

/* Fails the test unless all are answered as they should be. */
static void send_from_threads(cote_requester *requester, unsigned count)
{
    sender senders[THREADS] = {0};
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        senders[i].requester = requester;
        senders[i].number = i;
        senders[i].count = count / THREADS;
        pthread_mutex_init(&senders[i].lock, NULL);
        pthread_cond_init(&senders[i].room, NULL);
        assert_int_equal(pthread_create(&threads[i], NULL, send_all, &senders[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        pthread_cond_destroy(&senders[i].room);
        pthread_mutex_destroy(&senders[i].lock);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(senders[i].answered, count / THREADS);
        assert_int_equal(senders[i].wrong, 0);
    }
}

static void echo(void *context, const cote_request *request, cote_reply *reply)
{
    (void)context;
    cote_reply_send(reply, &request->payload, 0);
}

static void test_many_requests(void **state)
{
    test_stage *stage = *state;
    test_actor *responder = responder_on(stage, stage_loop(stage), "server");
    cote_responder_on(responder->responder, "echo", echo, NULL, NULL, NULL);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    send_from_threads(requester->requester, WARM_UP);
    size_t before = heap_in_use(); /* 0, and so afterwards, with the heap of a sanitizer */
    for (unsigned sent = 0; sent < REQUESTS; sent += WARM_UP)
        send_from_threads(requester->requester, WARM_UP);
    size_t after = heap_in_use();
    if (after > before + GROWTH) fail_msg("grew from %zu to %zu bytes", before, after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {stage_test(test_many_requests)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
