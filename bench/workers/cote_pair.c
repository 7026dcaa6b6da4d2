/* cote_pair.c - the mesh that a pair of processes of the C library has for itself. */
#include "cote_pair.h"

#include <stdio.h>
#include <stdlib.h>

void pair_check(int result, const char *what)
{
    if (result == COTE_OK) return;
    fprintf(stderr, "bench: %s: %s: %s\n", what, cote_strerror(result), cote_error_detail());
    exit(1);
}

cote_loop *pair_loop(void)
{
    cote_loop *loop = NULL;
    pair_check(cote_loop_create(&loop), "loop");
    return loop;
}

cote_options pair_options(const bench_work *work, const char *name)
{
    cote_options options = COTE_OPTIONS_INIT;
    options.name = name;
    options.environment = "";
    options.key = work->key;
    options.address = "127.0.0.1";
    options.broadcast = "127.255.255.255";
    options.discovery_port = work->discovery_port;
    return options;
}
