/* cote_listen.c - a requester that does nothing but hear who is there. */
#include <semaphore.h>
#include <stdio.h>

#include "cote_pair.h"
#include "mesh/discovery_own.h"
#include "mesh/requester.h"

typedef struct census {
    cote__task task;
    const cote__registration *registration;
    size_t peers;
    sem_t done;
} census;

/* On discovery's thread. */
static void count_peers(cote__task *task)
{
    census *self = (census *)task;
    const struct cote__discovery *there = self->registration->discovery;
    self->peers = there ? there->roster.count : 0;
    sem_post(&self->done);
}

int bench_c_listener(const bench_work *work)
{
    cote_options options = pair_options(work, "requester");
    cote_requester *requester;
    pair_check(cote_requester_create(pair_loop(), &options, &requester), "requester");
    census self = {.task.run = count_peers, .registration = &requester->component.registration};
    sem_init(&self.done, 0, 0);
    bench_ready(0);
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        cote__loop_post(requester->component.hub, &self.task);
        sem_wait(&self.done);
        printf("peers %zu\n", self.peers);
        fflush(stdout);
    }
    return 0;
}
