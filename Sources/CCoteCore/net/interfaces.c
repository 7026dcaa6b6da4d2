#include "net/interfaces.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "net/system.h"

static bool is_usable(const struct ifaddrs *at)
{
    return at->ifa_addr && at->ifa_addr->sa_family == AF_INET && (at->ifa_flags & IFF_UP);
}

static uint32_t address_of(const struct ifaddrs *at)
{
    return ntohl(((const struct sockaddr_in *)at->ifa_addr)->sin_addr.s_addr);
}

static bool is_meant(const struct ifaddrs *at, cote__slice part)
{
    if (cote__slice_equal(part, cote__slice_of("all")))
        return !(at->ifa_flags & IFF_LOOPBACK) && (at->ifa_flags & (IFF_BROADCAST | IFF_MULTICAST));
    char address[COTE__ADDRESS_SIZE];
    cote__address_format(address_of(at), address);
    return cote__slice_equal(part, cote__slice_of(at->ifa_name)) ||
           cote__slice_equal(part, cote__slice_of(address));
}

/* One source for each interface, so that a peer is not heard at two addresses by one road. */
static bool has(const cote__interface *found, size_t count, unsigned index)
{
    for (size_t i = 0; i < count; i++)
        if (found[i].index == index) return true;
    return false;
}

size_t cote__interfaces_find(const char *list, cote__interface found[COTE__INTERFACES_MAX],
                             cote__slice *missing)
{
    size_t count = 0;
    *missing = (cote__slice){NULL, 0};
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) != 0) all = NULL;
    for (const char *start = list;;) {
        cote__slice part = {start, strcspn(start, ",")};
        bool meant = cote__slice_equal(part, cote__slice_of("all")); /* however few these are */
        for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
            if (!is_usable(at) || !is_meant(at, part)) continue;
            meant = true;
            unsigned index = if_nametoindex(at->ifa_name);
            if (index && count < COTE__INTERFACES_MAX && !has(found, count, index))
                found[count++] = (cote__interface){index, address_of(at)};
        }
        if (!meant && !missing->data) *missing = part;
        if (!start[part.size]) break;
        start += part.size + 1;
    }
    if (all) freeifaddrs(all);
    return count;
}

/* MARK: our own */

cote__own_addresses cote__own_addresses_find(void)
{
    cote__own_addresses own = {NULL, 0};
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) != 0) return own;
    size_t most = 0;
    for (const struct ifaddrs *at = all; at; at = at->ifa_next) most += is_usable(at);
    own.items = most > 0 ? malloc(most * sizeof *own.items) : NULL;
    for (const struct ifaddrs *at = all; at && own.items; at = at->ifa_next)
        if (is_usable(at)) own.items[own.count++] = address_of(at);
    freeifaddrs(all);
    return own;
}

void cote__own_addresses_free(cote__own_addresses *own)
{
    free(own->items);
}

bool cote__own_addresses_have(const cote__own_addresses *own, uint32_t address)
{
    bool found = address >> 24 == 127;
    for (size_t i = 0; i < own->count && !found; i++) found = own->items[i] == address;
    return found;
}

bool cote__interfaces_have(uint32_t address)
{
    if (address >> 24 == 127) return true;
    cote__own_addresses own = cote__own_addresses_find();
    bool found = cote__own_addresses_have(&own, address);
    cote__own_addresses_free(&own);
    return found;
}
