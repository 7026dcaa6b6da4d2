/* system.h - what only the operating system knows. */
#ifndef COTE_NET_SYSTEM_H
#define COTE_NET_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    COTE__HOST_NAME_SIZE = 256,
    COTE__ADDRESS_SIZE = 16, /* of an IPv4 address as text, with its zero */
    COTE__LOOPBACK = 0x7f000001
};

void cote__random(void *bytes, size_t size);
/* Evenly from 0 to `most`, both included. */
uint64_t cote__random_up_to(uint64_t most);
/* What DISCOVERY_HOSTNAME says, as in Node, else the machine's own name. */
void cote__host_name(char name[COTE__HOST_NAME_SIZE]);
/* The program's path cut to its last two parts, as Node announces it; "" if unknown. */
void cote__program_name(char *name, size_t size);

/* IPv4 addresses are numbers in host order. */
bool cote__address_parse(const char *text, uint32_t *address);
void cote__address_format(uint32_t address, char text[COTE__ADDRESS_SIZE]);

#endif
