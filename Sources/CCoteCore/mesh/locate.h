/*
 * locate.h - where a peer is that said hello: where its datagram came from or, when host names are
 * used or there is no such place, where its host name leads. On the hub's thread only.
 */
#ifndef COTE_MESH_LOCATE_H
#define COTE_MESH_LOCATE_H

#include "net/resolver.h"
#include "net/system.h"
#include "state/queue.h"
#include "wire/hello.h"

/* Embedded in a discovery. */
typedef struct cote__locator {
    cote__resolver *resolver;
    bool by_name;
    /* A message that waited for its sender's address comes once more. */
    void (*again)(void *context, uint32_t source, uint16_t port, cote__slice message);
    /* A host name leads nowhere; told once until it does. */
    void (*lost)(void *context, const char *message);
    void *context;
    char host[COTE__HOST_NAME_SIZE]; /* our own */
    cote__queue held;                /* messages */
} cote__locator;

void cote__locator_fini(cote__locator *locator);

/* The address of who sent this, or 0: it has none, or its name is looked up, and the message comes
 * `again` when it is known. */
uint32_t cote__locate(cote__locator *locator, const cote__hello *hello, uint32_t source,
                      uint16_t port, cote__slice message);
/* Whether a peer that was located there would be so again, without being looked up. */
bool cote__locator_agrees(const cote__locator *locator, const char *host_name, uint32_t address);

#endif
