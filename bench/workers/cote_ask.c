/* cote_ask.c - one request at a time, by the C library: how soon it is answered. */
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "cote_pair.h"

typedef struct asker {
    sem_t answered;
    atomic_size_t responders;
} asker;

static void on_connected(void *context, size_t count)
{
    asker *self = context;
    atomic_store(&self->responders, count);
}

static void on_answer(void *context, const cote_response *response)
{
    asker *self = context;
    uint64_t now = bench_now();
    pair_check(response->status, "answer");
    printf("answered %llu\n", (unsigned long long)now);
    fflush(stdout);
    sem_post(&self->answered);
}

int bench_c_asker(const bench_work *work)
{
    static asker self;
    sem_init(&self.answered, 0, 0);
    cote_options options = pair_options(work, "requester");
    options.context = &self;
    options.on_connected = on_connected;
    cote_loop *loop = pair_loop();
    cote_requester *requester;
    pair_check(cote_requester_create(loop, &options, &requester), "requester");
    cote_value payload = {COTE_KIND_BYTES, "", 0};
    char line[64];
    do {
        while (atomic_load(&self.responders) > 0) usleep(1000);
        int result = cote_requester_send(requester, "echo", &payload, NULL, on_answer, &self, NULL);
        pair_check(result, "request");
        puts("asked");
        fflush(stdout);
        sem_wait(&self.answered);
    } while (fgets(line, sizeof line, stdin));
    return cote_loop_destroy(loop) == COTE_OK ? 0 : 1;
}
