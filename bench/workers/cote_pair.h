/* cote_pair.h - the mesh that a pair of processes of the C library has for itself. */
#ifndef BENCH_COTE_PAIR_H
#define BENCH_COTE_PAIR_H

#include "bench.h"
#include "cote.h"

cote_loop *pair_loop(void); /* ends the process with a message when there is none */
cote_options pair_options(const bench_work *work, const char *name);
/* Ends the process with a message if something failed. */
void pair_check(int result, const char *what);

#endif
