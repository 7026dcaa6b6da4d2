/* options.h - what a component is and how it finds others: one struct for all kinds of components.
 */
#ifndef COTE_OPTIONS_H
#define COTE_OPTIONS_H

#include "error.h"
#include "log.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A timeout that says: none, whatever the environment says. */
#define COTE_NO_TIMEOUT UINT32_MAX

/* A setting that is on, off, or left to the environment and the default. */
typedef enum cote_switch { COTE_DEFAULT = 0, COTE_ON = 1, COTE_OFF = 2 } cote_switch;

typedef enum cote_peer_event {
    COTE_PEER_ADDED = 0,   /* heard for the first time */
    COTE_PEER_UPDATED = 1, /* announces something new of itself */
    COTE_PEER_REMOVED = 2  /* said goodbye, or was silent for the node timeout */
} cote_peer_event;

/* A component of somebody else that this one works with. Borrowed until the callback returns. */
typedef struct cote_peer {
    size_t size;               /* of this struct, bytes */
    const char *id;            /* its `iid`, UTF-8 */
    const char *name;          /* UTF-8 */
    const char *host;          /* its host name, UTF-8 */
    const char *process;       /* its process's `pid`, UTF-8 */
    const char *address;       /* IPv4, where its hellos come from */
    uint16_t port;             /* TCP port that it listens on; 0 for none */
    bool ours;                 /* it is of this library: raw requests may be sent to it */
    const char *advertisement; /* JSON object, as it announced it */
} cote_peer;

/*
 * Everything that can be said of a component. Start from COTE_OPTIONS_INIT; a field that is zero
 * takes its environment variable, and without one its default. Strings are UTF-8, copied by create;
 * names, keys, namespaces, environments and types have at most 256 bytes.
 * An empty string where none is allowed, a value out of range or an environment variable with
 * nonsense makes create fail with COTE_EINVAL, and cote_error_detail() names the field or variable
 * and its value.
 */
typedef struct cote_options {
    size_t size; /* sizeof(cote_options) */

    const char *name;        /* required, not empty */
    const char *environment; /* separates meshes; default COTE_ENV, else none; "" is none */
    const char *key;         /* separates meshes; not empty; default none */
    const char *name_space;  /* separates components of one key; not empty; default none */
    const char *const
        *types; /* request types: `requests` of a requester, `respondsTo` of a responder */
    size_t type_count;
    const char
        *advertisement; /* JSON object of the user's own fields, to be announced; default none */

    const char *address; /* IPv4 that a listener binds to; default 0.0.0.0 */
    uint16_t port;       /* first port that a listener tries, then upwards; default 8000 */
    uint32_t timeout_ms; /* of a requester's requests; default COTE_REQUEST_TIMEOUT, else
                            COTE_NO_TIMEOUT */
    size_t max_queued;   /* requests that may wait for a responder; default 1,000,000 */
    size_t max_frame;    /* bytes, of a frame that is received; default 64 MiB */

    const char *broadcast; /* IPv4; default COTE_BROADCAST_ADDRESS, else 255.255.255.255 */
    const char
        *multicast; /* IPv4 group; wins over broadcast; default COTE_MULTICAST_ADDRESS, else none */
    const char *discovery_address; /* IPv4 that the discovery socket binds to; default 0.0.0.0 */
    uint16_t discovery_port;       /* UDP; default 12345 */
    uint32_t hello_interval_ms;    /* default 2000 */
    uint32_t check_interval_ms;    /* how often silent peers are looked for; default 4000 */
    uint32_t node_timeout_ms;      /* silent for that long, a peer is removed; at least
                                      check_interval_ms, and more than hello_interval_ms; default
                                      5000 */

    cote_switch
        log; /* cote's hello, online and offline lines through on_log; default COTE_LOG, else off */

    void *context;      /* handed to the callbacks below; may be NULL */
    cote_log_cb on_log; /* may be NULL */
    void (*on_peer)(void *context, cote_peer_event event, const cote_peer *peer); /* may be NULL */
    void (*on_close)(void *context); /* the component's last callback (rule 1); may be NULL */
} cote_options;

#ifdef __cplusplus
}
#endif

/* Everything left to its default: `cote_options options = COTE_OPTIONS_INIT;` */
/* clang-format off */
#ifdef __cplusplus
#define COTE_OPTIONS_INIT cote_options_init()
static inline cote_options cote_options_init()
{
    cote_options options = cote_options();
    options.size = sizeof options;
    return options;
}
#else
#define COTE_OPTIONS_INIT {.size = sizeof(cote_options)}
#endif
/* clang-format on */

#endif
