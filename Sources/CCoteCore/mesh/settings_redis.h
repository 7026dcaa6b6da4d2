/* settings_redis.h - the redis server of discovery: the URL of an option, or environment variables
 * over one another. */
#ifndef COTE_MESH_SETTINGS_REDIS_H
#define COTE_MESH_SETTINGS_REDIS_H

#include "cote/options.h"
#include "net/redis.h"

/* Immutable and counted, since components and their discovery share it. */
typedef struct cote__redis_settings cote__redis_settings;

/*
 * NULL in `*settings`: discovery is to be by UDP. COTE_EINVAL with the option or variable and its
 * value, but for passwords, which no detail shows; COTE_ENOMEM.
 */
int cote__redis_settings_resolve(const cote_options *options, cote__redis_settings **settings);

cote__redis_settings *cote__redis_settings_retain(cote__redis_settings *settings);
void cote__redis_settings_release(cote__redis_settings *settings); /* NULL is allowed */
const cote__redis_server *cote__redis_settings_server(const cote__redis_settings *settings);
/* Either may be NULL. */
bool cote__redis_settings_equal(const cote__redis_settings *one, const cote__redis_settings *other);

#endif
