#include "net/system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

void cote__random(void *bytes, size_t size)
{
    if (uv_random(NULL, NULL, bytes, size, 0, NULL) == 0) return;
    /* No source of randomness at all: ids must still differ between processes and calls. */
    uint64_t state = uv_hrtime() ^ ((uint64_t)uv_os_getpid() << 32);
    for (size_t i = 0; i < size; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        ((unsigned char *)bytes)[i] = (unsigned char)(state >> 56);
    }
}

uint64_t cote__random_up_to(uint64_t most)
{
    uint64_t number;
    cote__random(&number, sizeof number);
    return most == UINT64_MAX ? number : number % (most + 1);
}

void cote__host_name(char name[COTE__HOST_NAME_SIZE])
{
    size_t size = COTE__HOST_NAME_SIZE;
    const char *given = getenv("DISCOVERY_HOSTNAME");
    if (given && *given)
        snprintf(name, COTE__HOST_NAME_SIZE, "%s", given);
    else if (uv_os_gethostname(name, &size) != 0)
        snprintf(name, COTE__HOST_NAME_SIZE, "localhost");
}

void cote__program_name(char *name, size_t size)
{
    char path[4096];
    size_t length = sizeof path;
    if (uv_exepath(path, &length) != 0) path[0] = '\0';
    char *cut = strrchr(path, '/');
    for (char *at = path; cut && at < cut; at++)
        if (*at == '/' && strchr(at + 1, '/') == cut) cut = at;
    snprintf(name, size, "%s", cut ? cut + 1 : path);
}

bool cote__address_parse(const char *text, uint32_t *address)
{
    unsigned char bytes[4];
    if (uv_inet_pton(AF_INET, text, bytes) != 0) return false;
    *address =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    return true;
}

void cote__address_format(uint32_t address, char text[COTE__ADDRESS_SIZE])
{
    snprintf(text, COTE__ADDRESS_SIZE, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
             address >> 8 & 255, address & 255);
}
