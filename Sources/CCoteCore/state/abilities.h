/* abilities.h - which names somebody handles, by the patterns that it told of, for look-ups that do
 * not walk through them. */
#ifndef COTE_STATE_ABILITIES_H
#define COTE_STATE_ABILITIES_H

#include "wire/json.h"

enum {
    COTE__ABILITIES_MOST = 256 * 1024 /* bytes of a list as JSON; a longer one is not told */
};

typedef struct cote__abilities cote__abilities;

/* From a JSON array of strings, validated. `seed` is that of the hashes of names, and secret. NULL
 * when there is no memory. */
cote__abilities *cote__abilities_create(cote__slice list, uint64_t seed);
void cote__abilities_destroy(cote__abilities *abilities); /* NULL is allowed */

/* Whether a pattern matches the name, as a handler's would; `hash` is the name's by the seed. What
 * no pattern names literally is remembered by its hash. */
bool cote__abilities_include(cote__abilities *abilities, cote__slice name, uint64_t hash);

#endif
