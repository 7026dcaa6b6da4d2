/* micro_hello.c - what it costs to hear a hello again. */
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

#include "cote_pair.h"
#include "mesh/discovery_own.h"
#include "mesh/requester.h"
#include "micro.h"
#include "simulate.h"

/* Discovery is its own thread's, so it is measured there. */
typedef struct hearing {
    cote__task task;
    const cote__component *component;
    const bench_work *work;
    cote__buffer *hellos;
    unsigned next;
    double result; /* 0: the component has not come to its discovery yet */
    sem_t done;
} hearing;

static void hear_some(void *context, unsigned times)
{
    hearing *self = context;
    const cote__transport *transport = self->component->registration.discovery->transport;
    while (times-- > 0) {
        cote__slice hello = cote__buffer_slice(&self->hellos[self->next]);
        transport->events->received(transport->owner, 0x7f000001, 12345, hello);
        if (++self->next == self->work->peers) self->next = 0;
    }
}

static void hear(cote__task *task)
{
    hearing *self = (hearing *)task;
    const struct cote__discovery *there = self->component->registration.discovery;
    if (there) {
        hear_some(self, self->work->peers); /* for the first time */
        if (there->roster.count < self->work->peers) abort();
        self->result = micro_measure(hear_some, self, self->work->seconds);
    }
    sem_post(&self->done);
}

double bench_hello_again(const bench_work *work)
{
    hearing self = {.task.run = hear, .work = work};
    self.hellos = calloc(work->peers, sizeof *self.hellos);
    if (!self.hellos) abort();
    for (unsigned i = 0; i < work->peers; i++) self.hellos[i] = simulated_hello(i);
    sem_init(&self.done, 0, 0);

    cote_loop *loop = pair_loop();
    cote_options options = pair_options(work, "requester");
    cote_requester *requester;
    pair_check(cote_requester_create(loop, &options, &requester), "requester");
    self.component = &requester->component;
    while (self.result == 0) {
        usleep(1000);
        if (!cote__loop_post(self.component->hub, &self.task)) abort();
        sem_wait(&self.done);
    }
    cote_loop_destroy(loop);

    for (unsigned i = 0; i < work->peers; i++) cote__buffer_fini(&self.hellos[i]);
    free(self.hellos);
    sem_destroy(&self.done);
    return self.result;
}
