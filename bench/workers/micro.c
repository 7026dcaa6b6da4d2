/* micro.c - how long a small thing takes. */
#include "micro.h"

#include "bench.h"

enum { TIMES = 1000 /* between two looks at the clock */ };

double micro_measure(void (*run)(void *context, unsigned times), void *context, double seconds)
{
    uint64_t most = (uint64_t)(seconds * 1e9), passed = 0, times = 0;
    run(context, TIMES);
    for (uint64_t begun = bench_now(); passed < most; times += TIMES) {
        run(context, TIMES);
        passed = bench_now() - begun;
    }
    return (double)passed / (double)times;
}
