#include "state/unknown.h"

/* FNV-1a; never 0, which is no name. */
static uint64_t hash_name(cote__slice name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * UINT64_C(0x100000001b3);
    return hash | 1;
}

bool cote__unknown_is_news(cote__unknown *unknown, cote__slice name, cote__time now)
{
    uint64_t hash = hash_name(name);
    for (unsigned i = 0; i < COTE__UNKNOWN_NAMES; i++)
        if (unknown->told[i] == hash) return false;
    if (unknown->lines == 0 || now - unknown->second >= 1000) {
        unknown->second = now;
        unknown->lines = 0;
    }
    if (unknown->lines == COTE__UNKNOWN_LINES) return false;
    unknown->lines++;
    unknown->told[unknown->next] = hash;
    unknown->next = (unknown->next + 1) % COTE__UNKNOWN_NAMES;
    return true;
}
