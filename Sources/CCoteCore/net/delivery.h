/* delivery.h - what the system knows of what was sent over a socket. */
#ifndef COTE_NET_DELIVERY_H
#define COTE_NET_DELIVERY_H

#include "state/stall.h"

/* One system call. False where it is not known: the socket is none of TCP, or the system does not
 * tell (others than Linux). */
bool cote__delivery_of(int descriptor, cote__delivery *delivery);

#endif
