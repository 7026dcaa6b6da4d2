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

/* For `breaker_failures`: no number of them, whatever the environment says. */
#define COTE_NO_BREAKER UINT32_MAX

/* A setting that is on, off, or left to the environment and the default. */
typedef enum cote_switch { COTE_DEFAULT = 0, COTE_ON = 1, COTE_OFF = 2 } cote_switch;

typedef enum cote_peer_event {
    COTE_PEER_ADDED = 0,   /* heard for the first time */
    COTE_PEER_UPDATED = 1, /* announces something new of itself */
    COTE_PEER_REMOVED = 2, /* said goodbye, or was silent for the node timeout */
    /* Of one that was added, and perhaps is removed next: it misses hellos, or is connected and
     * answers nothing, or its requests fail; others are preferred to it */
    COTE_PEER_SUSPECTED = 3,
    COTE_PEER_BACK = 4 /* it was suspected, and is well */
} cote_peer_event;

/* Who of the responders that are there gets the next request. */
typedef enum cote_balancing {
    COTE_ROUND_ROBIN = 0,   /* each in turn */
    COTE_LEAST_PENDING = 1, /* the one with the fewest unanswered requests */
    COTE_LEAST_LATENCY = 2, /* of two at random the one that is likely to answer sooner */
    COTE_CUSTOM = 3         /* the one that `choose` chooses */
} cote_balancing;

/* What becomes of messages for a subscriber that does not read fast enough. */
typedef enum cote_overflow {
    COTE_OVERFLOW_DEFAULT = 0, /* left to the environment and the default */
    COTE_DROP_OLDEST = 1,      /* the message that has waited longest makes room for the new one */
    COTE_DROP_NEWEST = 2,      /* the new message is dropped */
    COTE_DISCONNECT = 3        /* the connection is closed, with what waits in it */
} cote_overflow;

/* Which requests are sent again when their connection is lost before they were answered; the others
 * end with COTE_ECONNLOST. */
typedef enum cote_redelivery {
    COTE_REDELIVER_DEFAULT = 0,   /* as the environment says, else the next */
    COTE_REDELIVER_WHEN_SAFE = 1, /* those that cannot have arrived, and those that were sent with
                                     COTE_SEND_IDEMPOTENT: nothing is done twice that must not be */
    COTE_REDELIVER_ALWAYS = 2,    /* all: each is done at least once, or twice or thrice */
    COTE_REDELIVER_NEVER = 3      /* none */
} cote_redelivery;

/* So many lost connections with bytes of it under way end any request, so that one that kills
 * whoever handles it does not kill them all. */
#define COTE_MAX_DELIVERIES 3

/* For `deduplicate`: none, whatever the environment says. */
#define COTE_NO_DEDUPLICATION UINT32_MAX

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
    const char *handles;       /* of a responder: JSON array of the patterns of types that it has
                                  handlers for; NULL if it does not say, or has too many */
} cote_peer;

/* A responder that may be chosen. Borrowed until the callback returns. */
typedef struct cote_candidate {
    size_t size; /* of this struct, bytes */
    const cote_peer *peer;
    size_t pending;    /* requests of this requester that it has not answered */
    double latency_ms; /* a moving average that jumps up to a slow answer and sinks slowly; 0 before
                          the first answer */
} cote_candidate;

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

    const char *name;         /* required, not empty */
    const char *environment;  /* separates meshes; default COTE_ENV, else none; "" is none */
    const char *key;          /* separates meshes; not empty; default none */
    const char *name_space;   /* separates components of one key; not empty; default none */
    const char *const *types; /* what it announces: `requests` of a requester, `respondsTo` of a
                                 responder, `broadcasts` of a publisher, `subscribesTo` of a
                                 subscriber */
    size_t type_count;
    const char
        *advertisement; /* JSON object of the user's own fields, to be announced; default none */

    const char
        *address;  /* IPv4 that a listener binds to; default COTE_BIND_ADDRESS, else 0.0.0.0 */
    uint16_t port; /* first port that a listener tries, then upwards; default as `ports` */
    uint32_t timeout_ms; /* of a requester's requests; default COTE_REQUEST_TIMEOUT, else
                            COTE_NO_TIMEOUT */
    size_t max_queued;   /* requests that may wait for a responder, at most 2^25; default
                            COTE_MAX_QUEUED, else 1,000,000 */
    size_t max_frame; /* bytes, of a frame that is received; default COTE_MAX_FRAME, else 64 MiB */

    const char *broadcast; /* IPv4; default COTE_BROADCAST_ADDRESS, else 255.255.255.255 */
    const char
        *multicast; /* IPv4 group; wins over broadcast; default COTE_MULTICAST_ADDRESS, else none */
    const char *discovery_address; /* IPv4 that the discovery socket binds to; default
                                      COTE_UDP_ADDRESS, else 0.0.0.0 */
    uint16_t discovery_port;       /* UDP; default COTE_UDP_PORT, else 12345 */
    uint32_t hello_interval_ms;    /* default COTE_HELLO_INTERVAL, else 2000 */
    uint32_t check_interval_ms;    /* how often silent peers are looked for; default
                                      COTE_CHECK_INTERVAL, else 4000 */
    uint32_t node_timeout_ms;      /* silent for that long, a peer is removed, unless bytes of it
                                      come over its connection; at least
                                      check_interval_ms, and more than hello_interval_ms; default
                                      COTE_NODE_TIMEOUT, else 5000 */

    cote_switch
        log; /* cote's hello, online and offline lines through on_log; default COTE_LOG, else off */

    void *context;      /* handed to the callbacks below; may be NULL */
    cote_log_cb on_log; /* may be NULL */
    void (*on_peer)(void *context, cote_peer_event event, const cote_peer *peer); /* may be NULL */
    void (*on_close)(void *context); /* the component's last callback (rule 1); may be NULL */
    /* How many partners it is connected to, whenever that changes; may be NULL */
    void (*on_connected)(void *context, size_t count);

    /* Which of the lines of `log` about others: those of who comes need both, those of who goes the
     * second. What `log` off hides they do not show; if nothing is said of `log`, either of them on
     * turns it on. Defaults COTE_HELLO_LOGS_ENABLED and COTE_STATUS_LOGS_ENABLED, else on */
    cote_switch hello_logs;
    cote_switch status_logs;
    /* A warning through on_log for a request or message that nobody here handles, for each type or
     * topic once in a while; default COTE_LOG_UNKNOWN_EVENTS, else on */
    cote_switch log_unknown_events;
    /* Takes no notice of the components of its own process; default COTE_IGNORE_PROCESS, else off
     */
    cote_switch ignore_process;
    /* Connects to where the host names of others lead, which are looked up, and not to where their
     * hellos come from; default COTE_USE_HOST_NAMES, else off. With redis it is always so */
    cote_switch use_host_names;

    const char *ports; /* in place of `port`: "8000" is that one and upwards, "8000-8010" these
                          only, "0" any that is free; default COTE_PORTS, else 8000 and upwards */
    const char *advertised_address; /* IPv4 that others are told to connect to; default
                                       COTE_ADVERTISED_ADDRESS, else where the hellos come from */
    const char *interfaces; /* names or IPv4 addresses of network interfaces with commas between
                               them, or "all": each says hello, to 255.255.255.255 or a multicast
                               group; default COTE_INTERFACES, else what the routing table says */
    const char *seeds; /* hosts with commas between them, each a name or IPv4 address and perhaps
                          a UDP port, as in "one.example, 10.0.0.5:12345": found by unicast, and
                          by way of them whom they know, where neither broadcast nor multicast
                          gets through; default COTE_UNICAST_SEEDS, else none; "" is none */
    uint8_t multicast_ttl; /* how many networks hellos to a multicast group cross; default
                              COTE_MULTICAST_TTL, else 1 */

    const char *subset; /* of a responder: requests may be sent to one of this subset only; UTF-8,
                           not empty; default none */
    cote_balancing balancing; /* of a requester; default COTE_ROUND_ROBIN */
    /* For COTE_CUSTOM: the index of the chosen one among `count`, at least 1; any other number lets
     * the request wait until responders come or go. Those that are suspected are among them only
     * in a second call, when it chose none of the others. On the loop thread; must not block. */
    size_t (*choose)(void *context, const cote_candidate *candidates, size_t count);

    /* A redis server through which components find each other in place of UDP:
     * redis://user:password@host:port/database, of which everything but the host may be left out;
     * "" is UDP. Default, unless broadcast or multicast is given here: COTE_DISCOVERY_REDIS_URL,
     * completed by COTE_DISCOVERY_REDIS_HOST, _PORT, _USERNAME, _PASSWORD and _DB, or
     * 127.0.0.1:6379 if COTE_DISCOVERY_REDIS is true; else UDP. It wins over broadcast and
     * multicast. Peers are then where their host names lead, unless they advertise an address */
    const char *redis;
    /* Discovery does not work, for the reason in `trouble`, or works again (NULL), whenever that
     * changes; peers that are known stay so while redis does not work. May be NULL */
    void (*on_discovery)(void *context, const char *trouble);

    /* Of a requester: so many requests to one responder that time out, or are lost with their
     * connection, without an answer between them, and it is passed over while others are there;
     * default COTE_BREAKER_FAILURES, else 5 */
    uint32_t breaker_failures;
    uint32_t breaker_pause_ms; /* for so long, before one request tries it; twice as long after each
                                  try that fails; default COTE_BREAKER_PAUSE, else 1000 */
    uint32_t breaker_max_pause_ms; /* but no longer; at least breaker_pause_ms; default
                                      COTE_BREAKER_MAX_PAUSE, else 30000 */

    size_t max_queued_bytes; /* of the frames of those, together, at most 2^37; default
                                COTE_MAX_QUEUED_BYTES, else 256 MiB */
    size_t max_in_flight;    /* requests to one responder that it has not answered; what is more
                                waits, if it is for no other; default COTE_MAX_IN_FLIGHT, else
                                10,000 */
    size_t max_running; /* requests that a responder handles at once, counted by reply tokens that
                           are not used up; it reads no more until there are fewer; default
                           COTE_MAX_RUNNING, else 10,000 */
    size_t max_unsent;  /* bytes that wait for one peer to read: of a publisher's messages for a
                           subscriber; of requests to one responder, beyond which they wait in the
                           queue; of answers to one requester, at most 1 MiB, beyond which it is not
                           read from. A single larger one may too; default COTE_MAX_UNSENT, else
                           64 MiB */
    cote_overflow overflow;    /* when there would be more; default COTE_OVERFLOW (dropOldest,
                                  dropNewest or disconnect), else COTE_DROP_OLDEST */
    size_t max_connections;    /* that a listener has; one more is closed at once; default
                                  COTE_MAX_CONNECTIONS, else 10,000 */
    uint32_t frame_timeout_ms; /* without another byte of a frame that has begun to come, its
                                  connection is closed; COTE_NO_TIMEOUT: never; default
                                  COTE_FRAME_TIMEOUT, else 30000 */
    uint32_t idle_timeout_ms; /* from where nobody is announced, a listener closes a connection that
                                 has not sent a whole frame and sends nothing; COTE_NO_TIMEOUT:
                                 never; default COTE_IDLE_TIMEOUT, else 60000 */
    size_t max_peers; /* that are known at once, of all keys, with hellos of 4 KiB on the average;
                         at most 2^25; default COTE_MAX_PEERS, else 10,000 */
    size_t max_new_peers; /* of each address in a second, and ten times as many at once; at most
                             2^25; default COTE_MAX_NEW_PEERS, else 100 */
    size_t max_hello; /* bytes, of a hello that is heard; default COTE_MAX_HELLO, else 65507, which
                         is what a datagram holds */
    /* Of a subscriber: this publisher dropped so many messages for it, which would have been here;
     * may be NULL */
    void (*on_gap)(void *context, const cote_peer *publisher, uint64_t dropped);
    cote_redelivery redelivery; /* of a requester; default COTE_REDELIVERY, which is whenSafe,
                                   always or never, else COTE_REDELIVER_WHEN_SAFE */
    /* Of a responder: so many of the last requests of this library's requesters it knows again when
     * they come once more over another connection, and does not handle twice; at most 10,000,000;
     * default COTE_DEDUPLICATE, else none. A request that is known again takes the answer of the
     * first, if that is still being handled, or else the error `duplicate`. Each takes about 150
     * bytes. Handlers are then not told that a connection was lost, since the request may come
     * again */
    uint32_t deduplicate;
    size_t max_depth; /* levels of arrays and objects in the JSON of a request or answer that comes;
                         the connection of a deeper one is closed; at most 512; default
                         COTE_MAX_DEPTH, else 512 */
    /* Connects to those of this host and user over unix sockets, which take less time than TCP, and
     * listens on one beside the port; where there is none, TCP it is. Their directory, of mode
     * 0700, is `cote` in XDG_RUNTIME_DIR, if that is the user's alone, else /tmp/cote-UID. Default
     * COTE_UNIX_SOCKETS, else on */
    cote_switch unix_sockets;
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
