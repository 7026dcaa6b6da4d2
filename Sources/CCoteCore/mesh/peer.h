/* peer.h - what is known of a component of somebody else: immutable, counted, shared between
 * threads. */
#ifndef COTE_MESH_PEER_H
#define COTE_MESH_PEER_H

#include "cote/options.h"
#include "wire/hello.h"

typedef struct cote__peer cote__peer;

/* Where one of ours says that it is to be connected to; 0: nowhere, or at an address of many. */
uint32_t cote__hello_address(const cote__hello *hello);

/* From a hello that came from `address` (host order). One reference. NULL when there is no memory.
 */
cote__peer *cote__peer_create(const cote__hello *hello, uint32_t address);
cote__peer *cote__peer_retain(cote__peer *peer);
void cote__peer_release(cote__peer *peer); /* NULL is allowed */

const cote_peer *cote__peer_public(const cote__peer *peer);
uint32_t cote__peer_address(const cote__peer *peer);   /* where its hellos come from */
uint32_t cote__peer_host(const cote__peer *peer);      /* where to connect to */
const char *cote__peer_subset(const cote__peer *peer); /* NULL when it announces none */
/* What it handles it tells over the connection, since its hello has no room for it. */
bool cote__peer_tells_handles(const cote__peer *peer);
const char *cote__peer_type(const cote__peer *peer); /* "service", "monitor" */

/* What somebody is to a component. */
typedef enum cote__relation {
    COTE__STRANGER,
    COTE__PARTNER, /* the two work with each other: opposite axon types, equal key and namespace */
    COTE__MONITOR, /* wants to be told its status: see protocol, section 3.3 */
    COTE__WATCHED  /* seen by it, which is a monitor */
} cote__relation;

/* What `peer` is to `self`. */
cote__relation cote__peer_relation(const cote__peer *self, const cote__peer *peer);
/* Whether it connects to those that listen for its kind: as a partner or, if it is one of ours,
 * to a monitor of ours. */
bool cote__peer_connects(const cote__peer *peer);
bool cote__peers_share_key(const cote__peer *one, const cote__peer *other);
bool cote__peers_share_process(const cote__peer *one, const cote__peer *other);
/* Whether nothing that anybody looks at is different. */
bool cote__peers_equal(const cote__peer *one, const cote__peer *other);

#endif
