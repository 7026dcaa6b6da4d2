/* process.c - what both of a pair do. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "bench.h"

void bench_pin(int core)
{
    if (core < 0) return;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    if (sched_setaffinity(0, sizeof cores, &cores) != 0) perror("bench: sched_setaffinity");
}

void bench_ready(uint16_t port)
{
    printf("ready %u\n", port);
    fflush(stdout);
}

void bench_until_input_ends(void)
{
    char bytes[64];
    while (read(STDIN_FILENO, bytes, sizeof bytes) > 0) continue;
}
