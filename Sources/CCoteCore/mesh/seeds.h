/* seeds.h - the hosts of which one is enough to find all others: host names, which are looked up
 * again and again, or addresses. On the hub's thread only. */
#ifndef COTE_MESH_SEEDS_H
#define COTE_MESH_SEEDS_H

#include "net/resolver.h"
#include "net/timer.h"
#include "wire/slice.h"

enum {
    COTE__SEEDS_TEXT = 1024, /* of the list, with its zero */
    COTE__SEED_NAME = 254    /* of one host name, with its zero */
};

typedef struct cote__seed_name {
    char host[COTE__SEED_NAME];
    uint16_t port; /* 0: that of discovery */
} cote__seed_name;

/* The next one of "host, host:port, 10.0.0.5". False at the end, where `*list` is at its zero, or
 * before something that is none. */
bool cote__seeds_next(const char **list, cote__seed_name *name);

typedef struct cote__seeds cote__seeds;

/*
 * Tells every address of every seed, and goes on doing so: it is good until `until`. `lost`: a name
 * leads nowhere; told once until it does. NULL when there is no memory.
 */
cote__seeds *cote__seeds_create(cote_loop *hub, cote__resolver *resolver, const char *list,
                                uint16_t port,
                                void (*found)(void *owner, uint64_t place, cote__time until),
                                void (*lost)(void *owner, const char *message), void *owner);
void cote__seeds_destroy(cote__seeds *seeds); /* NULL is allowed */

#endif
