/* datagram.h - the UDP socket of discovery. On the loop thread only. */
#ifndef COTE_NET_DATAGRAM_H
#define COTE_NET_DATAGRAM_H

#include "net/loop.h"
#include "wire/slice.h"

typedef struct cote__datagram cote__datagram;

/* `data` is borrowed; `source` in host order. */
typedef void (*cote__datagram_cb)(void *context, uint32_t source, uint16_t port, cote__slice data);

/*
 * Binds `address`:`port`, shared with other sockets of the host (SO_REUSEADDR), able to broadcast;
 * joins `group` with TTL 1 unless it is 0. COTE_ENOMEM, COTE_EADDRESS, COTE_EADDRINUSE,
 * COTE_ESYSTEM.
 */
int cote__datagram_open(cote_loop *loop, uint32_t address, uint16_t port, uint32_t group,
                        cote__datagram_cb received, void *context, cote__datagram **socket);

/* Sends at once or not at all. COTE_ESYSTEM when there is no way there. */
int cote__datagram_send(cote__datagram *socket, uint32_t address, uint16_t port, cote__slice data);

/* Nothing is received afterwards. NULL is allowed. */
void cote__datagram_close(cote__datagram *socket);

#endif
