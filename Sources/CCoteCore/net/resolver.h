/*
 * resolver.h - IPv4 addresses of host names. Look-ups run on threads of their own, at most two at
 * once, so that neither the loop nor its end waits for a name server; what was found, or not, is
 * remembered for a while. On the loop thread only.
 */
#ifndef COTE_NET_RESOLVER_H
#define COTE_NET_RESOLVER_H

#include "net/loop.h"

typedef struct cote__resolver cote__resolver;

enum { COTE__ADDRESSES_MOST = 32 /* of one name; further ones are not looked at */ };

typedef struct cote__resolution {
    uint32_t address;                   /* host order; 0: it could not be found */
    const char *error;                  /* why; static storage, NULL if it was found */
    bool again;                         /* the look-up before had failed as well */
    uint32_t all[COTE__ADDRESSES_MOST]; /* `address` first */
    size_t count;
} cote__resolution;

/* Somebody who waits for a name. Embedded; zero-initialised but for `done`. */
typedef struct cote__lookup {
    struct cote__lookup *next;
    /* Must not destroy the resolver. */
    void (*done)(struct cote__lookup *lookup, const cote__resolution *resolution);
    bool waiting;
} cote__lookup;

/* NULL when there is no memory. */
cote__resolver *cote__resolver_create(cote_loop *loop);
/* Nobody may be waiting. NULL is allowed. */
void cote__resolver_destroy(cote__resolver *resolver);

/*
 * The resolution, if it is known; it is borrowed until the next call. Else NULL, and `done` is
 * called once, not from inside this call, unless the look-up is cancelled before.
 */
const cote__resolution *cote__resolve(cote__resolver *resolver, const char *name,
                                      cote__lookup *lookup);
void cote__resolve_cancel(cote__resolver *resolver, const char *name, cote__lookup *lookup);

/* The address, if it is known now, else 0. */
uint32_t cote__resolver_peek(const cote__resolver *resolver, const char *name);
/* What is known of the name has proved wrong: the next one who asks waits for a new look-up. */
void cote__resolver_forget(cote__resolver *resolver, const char *name);

#endif
