/* settings.h - options as they are after argument, environment and default were put over one
 * another. */
#ifndef COTE_MESH_SETTINGS_H
#define COTE_MESH_SETTINGS_H

#include "cote/options.h"
#include "wire/hello.h"

/* What components must agree in to share a discovery socket. */
typedef struct cote__discovery_settings {
    uint32_t address;     /* IPv4, host order, as the others */
    uint32_t destination; /* broadcast address or multicast group */
    bool multicast;
    uint16_t port;
    uint32_t hello_interval, check_interval, node_timeout; /* ms */
} cote__discovery_settings;

typedef struct cote__settings {
    cote__discovery_settings discovery;
    uint32_t address; /* a listener's */
    uint16_t port;    /* a listener's first */
    uint32_t timeout; /* ms, or COTE_NO_TIMEOUT */
    size_t max_queued, max_frame;
    bool log;
    void *context;
    cote_log_cb on_log;
    void (*on_peer)(void *context, cote_peer_event event, const cote_peer *peer);
    void (*on_close)(void *context);

    cote__advertisement
        advertisement; /* without what the component adds; its strings are owned here: */
    char *name;
    cote__buffer key, types, extra, name_space;
} cote__settings;

/* COTE_EINVAL with its detail, or COTE_ENOMEM; then nothing is left to be freed. `options` may be
 * of an older, shorter version. */
int cote__settings_resolve(const cote_options *options, cote__axon_type kind,
                           cote__settings *settings);
void cote__settings_fini(cote__settings *settings);

#endif
