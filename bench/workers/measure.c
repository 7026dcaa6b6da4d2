/* measure.c - times, and what becomes of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

uint64_t bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void bench_at_rate(const bench_work *work, void (*send)(void *context, uint64_t due), void *context)
{
    uint64_t begun = bench_now();
    for (uint64_t number = 0;; number++) {
        uint64_t due = begun + (uint64_t)((double)number * 1e9 / work->rate);
        struct timespec time = {(time_t)(due / 1000000000), (long)(due % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
        send(context, due);
    }
}

/* MARK: histogram: 128 steps for each power of two */

enum { STEP_BITS = 7, STEPS = 1 << STEP_BITS, POWERS = 64 - STEP_BITS };

struct bench_histogram {
    uint64_t total;
    uint64_t counts[POWERS * STEPS];
};

bench_histogram *bench_histogram_create(void)
{
    return calloc(1, sizeof(bench_histogram));
}

static size_t step_of(uint64_t value)
{
    if (value < STEPS) return value;
    unsigned shift = (unsigned)(63 - STEP_BITS - __builtin_clzll(value)) + 1;
    return shift * (STEPS / 2) + (value >> shift);
}

/* The greatest value of a step. */
static uint64_t value_of(size_t step)
{
    if (step < STEPS) return step;
    unsigned shift = (unsigned)(step / (STEPS / 2)) - 1;
    return (((uint64_t)(step - shift * (STEPS / 2)) + 1) << shift) - 1;
}

void bench_histogram_add(bench_histogram *histogram, uint64_t value)
{
    histogram->counts[step_of(value)]++;
    histogram->total++;
}

uint64_t bench_histogram_at(const bench_histogram *histogram, double share)
{
    if (histogram->total == 0) return 0;
    uint64_t wanted = (uint64_t)ceil(share * (double)histogram->total), seen = 0;
    if (wanted == 0) wanted = 1;
    size_t step = 0;
    while ((seen += histogram->counts[step]) < wanted) step++;
    return value_of(step);
}

/* MARK: meter */

bool bench_meter_begin(bench_meter *meter, const bench_work *work)
{
    *meter = (bench_meter){.work = work, .latencies = bench_histogram_create()};
    meter->warm = bench_now() + (uint64_t)(work->warm_up * 1e9);
    return meter->latencies != NULL;
}

static void print(const bench_meter *meter)
{
    double seconds = (double)(meter->last - meter->first) / 1e9;
    printf("{\"messages\":%llu,\"lost\":%llu,\"seconds\":%.9f,\"p50\":%llu,\"p99\":%llu,"
           "\"p999\":%llu,\"latencies\":%llu}\n",
           (unsigned long long)meter->messages, (unsigned long long)meter->lost, seconds,
           (unsigned long long)bench_histogram_at(meter->latencies, 0.5),
           (unsigned long long)bench_histogram_at(meter->latencies, 0.99),
           (unsigned long long)bench_histogram_at(meter->latencies, 0.999),
           (unsigned long long)meter->latencies->total);
    fflush(stdout);
}

void bench_meter_count(bench_meter *meter, uint64_t now, uint64_t messages)
{
    if (!meter->begun) {
        if (now < meter->warm) return;
        meter->begun = true;
        meter->first = now;
        meter->end = now + (uint64_t)(meter->work->seconds * 1e9);
        puts("begin");
        fflush(stdout);
        return;
    }
    meter->messages += messages;
    if (now < meter->end) return;
    meter->last = now;
    print(meter);
    while (true) pause();
}
