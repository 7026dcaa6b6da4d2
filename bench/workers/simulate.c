/* simulate.c - peers that are not there but say hello, as real ones do. */
#include "simulate.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "bench.h"
#include "wire/hello.h"

cote__buffer simulated_hello(unsigned number)
{
    char iid[40], pid[40], key[40], name[40];
    snprintf(iid, sizeof iid, "%08x-0000-4000-8000-000000000000", number);
    snprintf(pid, sizeof pid, "%08x-0000-4000-9000-000000000000", number);
    snprintf(key, sizeof key, "$$simulated-%u", number);
    snprintf(name, sizeof name, "simulated requester %u", number);
    cote__advertisement advertisement = {
        .type = cote__slice_of("service"),
        .name = cote__slice_of(name),
        .key = cote__slice_of(key),
        .key_given = true,
        .axon_type = COTE__AXON_REQ,
    };
    cote__buffer json = {0}, hello = {0};
    cote__advertisement_encode(&json, &advertisement);
    cote__hello_envelope envelope = {
        .pid = cote__slice_of(pid),
        .iid = cote__slice_of(iid),
        .host_name = cote__slice_of("simulated-host"),
        .process_command = cote__slice_of("bin/simulated"),
        .weight = -0.5,
        .advertisement = cote__buffer_slice(&json),
    };
    cote__hello_encode(&hello, &envelope);
    cote__buffer_fini(&json);
    if (hello.failed) abort();
    return hello;
}

/* MARK: saying them */

static int compare(const void *left, const void *right)
{
    double one = *(const double *)left, other = *(const double *)right;
    return (one > other) - (one < other);
}

/* Real ones have begun at any time: so many moments of an interval, in order. */
static double *moments(unsigned count, double interval)
{
    double *moments = calloc(count, sizeof *moments);
    if (!moments) abort();
    srand48(1); /* the same each time */
    for (unsigned i = 0; i < count; i++) moments[i] = drand48() * interval;
    qsort(moments, count, sizeof *moments, compare);
    return moments;
}

static void wait_until(uint64_t time)
{
    struct timespec due = {(time_t)(time / 1000000000), (long)(time % 1000000000)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

int bench_simulated_peers(const bench_work *work)
{
    int out = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(work->discovery_port)};
    to.sin_addr.s_addr = htonl(0x7fffffff); /* loopback's broadcast address */
    cote__buffer *hellos = calloc(work->peers, sizeof *hellos);
    if (!hellos || out < 0 || setsockopt(out, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) != 0 ||
        connect(out, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("bench: simulated peers");
        return 1;
    }
    for (unsigned i = 0; i < work->peers; i++) hellos[i] = simulated_hello(i);
    double *due = moments(work->peers, work->seconds);
    uint64_t begun = bench_now();
    for (unsigned long turn = 0;; turn++) {
        double turn_at = (double)turn * work->seconds;
        for (unsigned i = 0; i < work->peers; i++) {
            wait_until(begun + (uint64_t)((turn_at + due[i]) * 1e9));
            send(out, hellos[i].data, hellos[i].size, 0);
        }
        if (turn == 0) bench_ready(0);
    }
}
