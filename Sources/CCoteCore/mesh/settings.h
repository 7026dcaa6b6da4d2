/* settings.h - options as they are after argument, environment and default were put over one
 * another. */
#ifndef COTE_MESH_SETTINGS_H
#define COTE_MESH_SETTINGS_H

#include "mesh/seeds.h"
#include "mesh/settings_redis.h"
#include "mesh/settings_value.h"
#include "net/interfaces.h"
#include "net/unix_path.h"
#include "state/breaker.h"
#include "wire/hello.h"

/* What components must agree in to share a discovery socket. */
typedef struct cote__discovery_settings {
    uint32_t address;     /* IPv4, host order, as the others */
    uint32_t destination; /* broadcast address or multicast group */
    bool multicast;
    uint8_t multicast_ttl;
    char interfaces[COTE__INTERFACES_TEXT]; /* empty: the routing table's choice */
    char seeds[COTE__SEEDS_TEXT];           /* empty: none */
    uint16_t port;
    uint32_t hello_interval, check_interval, node_timeout; /* ms */
    cote__redis_settings *redis; /* in place of UDP; one reference, NULL: none */
    size_t max_peers, max_new_peers /* a second, of each address */;
    size_t max_hello;    /* bytes */
    bool use_host_names; /* peers are where their host names lead */
} cote__discovery_settings;

bool cote__discovery_settings_equal(const cote__discovery_settings *one,
                                    const cote__discovery_settings *other);

/* Which of cote's lines are logged. */
typedef struct cote__log_settings {
    bool hello;           /* its own, at the start */
    bool online, offline; /* of others that come and go */
    bool unknown_events;
} cote__log_settings;

typedef struct cote__settings {
    cote__discovery_settings discovery;
    uint32_t address;    /* a listener's */
    cote__ports ports;   /* a listener's */
    uint32_t advertised; /* IPv4 that others are told to connect to; 0: none */
    uint32_t timeout;    /* ms, or COTE_NO_TIMEOUT */
    size_t max_queued, max_queued_bytes, max_in_flight, max_running, max_frame, max_unsent;
    size_t max_depth;
    size_t max_connections;
    uint32_t frame_timeout, idle_timeout; /* ms, or COTE_NO_TIMEOUT */
    cote_overflow overflow;
    bool ignore_process;
    char unix_directory[COTE__UNIX_PATH_SIZE]; /* empty: no unix sockets */
    cote__log_settings log;
    void *context;
    cote_log_cb on_log;
    void (*on_peer)(void *context, cote_peer_event event, const cote_peer *peer);
    void (*on_connected)(void *context, size_t count);
    void (*on_discovery)(void *context, const char *trouble);
    void (*on_gap)(void *context, const cote_peer *publisher, uint64_t dropped);
    cote_redelivery redelivery; /* not the default */
    uint32_t deduplicate;       /* requests; 0: none */
    cote_balancing balancing;
    size_t (*choose)(void *context, const cote_candidate *candidates, size_t count);
    cote__breaker_limits breaker;
    void (*on_close)(void *context);

    cote__advertisement
        advertisement; /* without what the component adds; its strings are owned here: */
    char *name;
    cote__buffer key, types, extra, name_space, subset;
} cote__settings;

/* COTE_EINVAL with its detail, or COTE_ENOMEM; then nothing is left to be freed. `options` may be
 * of an older, shorter version. */
int cote__settings_resolve(const cote_options *options, cote__axon_type kind,
                           cote__settings *settings);
void cote__settings_fini(cote__settings *settings);

/* The part of it that says how much of something there may be. */
int cote__settings_bounds(const cote_options *options, cote__settings *settings);

/* The part of it that is announced. */
int cote__settings_announce(const cote_options *options, cote__axon_type kind,
                            cote__settings *settings);

#endif
