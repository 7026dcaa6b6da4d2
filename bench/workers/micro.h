/* micro.h - how long a small thing takes. */
#ifndef BENCH_MICRO_H
#define BENCH_MICRO_H

/* Nanoseconds of one of what `run` does `times` times, over so many seconds; a little of it before
 * is not counted. */
double micro_measure(void (*run)(void *context, unsigned times), void *context, double seconds);

#endif
