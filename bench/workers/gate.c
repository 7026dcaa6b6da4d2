/* gate.c - a window between a sender and its receivers, in shared memory. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

enum {
    WINDOW_MESSAGES = 64 * 1024,
    WINDOW_BYTES = 32 * 1024 * 1024,
    STEP = 64, /* messages between two looks of a receiver at a sender that may wait */
};

struct shared {
    _Atomic uint32_t turn; /* a futex: changed for a sender that waits */
    _Atomic uint32_t waits;
    struct {
        _Atomic uint64_t received;
        char apart[56]; /* from what other receivers write */
    } each[BENCH_MOST_SUBSCRIBERS];
};

struct bench_gate {
    struct shared *shared;
    unsigned receivers;
    uint64_t window;
    uint64_t least; /* that was seen, so that not every look costs a walk */
};

bench_gate *bench_gate_open(const bench_work *work)
{
    int file = open(work->gate, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bench_gate *gate = calloc(1, sizeof *gate);
    if (file < 0 || !gate || ftruncate(file, sizeof(struct shared)) != 0) goto failed;
    gate->shared = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (gate->shared == MAP_FAILED) goto failed;
    close(file);
    gate->receivers = work->subscribers;
    uint64_t most = work->window ? work->window : WINDOW_MESSAGES;
    gate->window = WINDOW_BYTES / work->size;
    if (gate->window > most) gate->window = most;
    return gate;

failed:
    perror(work->gate);
    if (file >= 0) close(file);
    free(gate);
    return NULL;
}

static uint64_t least(const bench_gate *gate)
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < gate->receivers; i++) {
        uint64_t received = atomic_load(&gate->shared->each[i].received);
        if (received < least) least = received;
    }
    return least;
}

bool bench_gate_is_ready(const bench_gate *gate)
{
    return least(gate) > 0;
}

bool bench_gate_is_open(bench_gate *gate, uint64_t sent)
{
    if (sent - gate->least < gate->window) return true;
    gate->least = least(gate);
    return sent - gate->least < gate->window;
}

/* Once closed, it opens when half of the window is free, so that it is not woken for each step. */
void bench_gate_wait(bench_gate *gate, uint64_t sent)
{
    struct timespec most = {0, 20 * 1000 * 1000}; /* then it looks by itself */
    if (bench_gate_is_open(gate, sent)) return;
    while (true) {
        uint32_t turn = atomic_load(&gate->shared->turn);
        atomic_store(&gate->shared->waits, 1);
        if (sent - least(gate) <= gate->window / 2) break;
        syscall(SYS_futex, &gate->shared->turn, FUTEX_WAIT, turn, &most, NULL, 0);
    }
    atomic_store(&gate->shared->waits, 0);
}

void bench_gate_pass(bench_gate *gate, unsigned number, uint64_t received)
{
    if (received % STEP != 0 && received >= STEP) return;
    atomic_store_explicit(&gate->shared->each[number].received, received, memory_order_release);
    bool waits = atomic_load_explicit(&gate->shared->waits, memory_order_acquire);
    if (!waits || received % (gate->window / 4 / STEP * STEP + STEP) != 0) return;
    atomic_fetch_add(&gate->shared->turn, 1);
    syscall(SYS_futex, &gate->shared->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void bench_number_write(char *message, uint64_t number)
{
    memcpy(message + 1, &number, 7);
}

uint64_t bench_number_read(const void *message)
{
    uint64_t number = 0;
    memcpy(&number, (const char *)message + 1, 7);
    return number;
}
