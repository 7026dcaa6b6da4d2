/* interfaces.h - the network interfaces of this host that have an IPv4 address. */
#ifndef COTE_NET_INTERFACES_H
#define COTE_NET_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/slice.h"

enum { COTE__INTERFACES_MAX = 32, COTE__INTERFACES_TEXT = 256 /* of a list, with its zero */ };

typedef struct cote__interface {
    unsigned index; /* the system's */
    uint32_t address;
} cote__interface;

/*
 * Those that `list` means and that are up now: names or addresses with commas between them, or
 * "all", which are those that can broadcast or multicast to others. Each name is one interface with
 * its first address. Returns how many there are. `missing` is the first part of the list that means
 * nothing, absent if there is none.
 */
size_t cote__interfaces_find(const char *list, cote__interface found[COTE__INTERFACES_MAX],
                             cote__slice *missing);

/* Whether it is one of this host. */
bool cote__interfaces_have(uint32_t address);

/* The addresses of this host, as they are now. */
typedef struct cote__own_addresses {
    uint32_t *items;
    size_t count;
} cote__own_addresses;

/* Without memory, there are none but 127.0.0.0/8. */
cote__own_addresses cote__own_addresses_find(void);
void cote__own_addresses_free(cote__own_addresses *addresses);
bool cote__own_addresses_have(const cote__own_addresses *addresses, uint32_t address);

#endif
