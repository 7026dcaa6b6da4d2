/* datagram.h - the UDP socket of discovery. On the loop thread only. */
#ifndef COTE_NET_DATAGRAM_H
#define COTE_NET_DATAGRAM_H

#include "net/loop.h"
#include "wire/slice.h"

typedef struct cote__datagram cote__datagram;

/* `data` is borrowed; `source` in host order. */
typedef void (*cote__datagram_cb)(void *context, uint32_t source, uint16_t port, cote__slice data);

typedef struct cote__datagram_options {
    uint32_t address;       /* to bind to; host order */
    uint16_t port;          /* shared with other sockets of the host (SO_REUSEADDR) */
    uint32_t group;         /* multicast, to be joined; 0: none */
    uint8_t ttl;            /* of what is sent to it */
    const char *interfaces; /* copied. Where what is sent to 255.255.255.255 or to the group leaves,
                               from each one's own address, and where the group is joined; NULL or
                               empty: what the routing table says */
} cote__datagram_options;

/* Binds and joins. COTE_ENOMEM, COTE_EADDRESS, COTE_EADDRINUSE, COTE_ESYSTEM. */
int cote__datagram_open(cote_loop *loop, const cote__datagram_options *options,
                        cote__datagram_cb received, void *context, cote__datagram **socket);

/* Sends at once or not at all. COTE_ESYSTEM when there is no way there; of several interfaces, when
 * there is none by any of them. */
int cote__datagram_send(cote__datagram *socket, uint32_t address, uint16_t port, cote__slice data);

/* Nothing is received afterwards. NULL is allowed. */
void cote__datagram_close(cote__datagram *socket);

#endif
