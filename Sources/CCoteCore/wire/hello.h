/* hello.h - the datagram by which components find each other (protocol, sections 1, 5 and 6). */
#ifndef COTE_WIRE_HELLO_H
#define COTE_WIRE_HELLO_H

#include "wire/json.h"

enum {
    COTE__HELLO_MAX_SIZE = 65507, /* the largest UDP payload */
    COTE__HELLO_AIM = 1200        /* ours stay below, so that no datagram is fragmented */
};

typedef enum cote__hello_event {
    COTE__HELLO_HELLO, /* "hello" */
    COTE__HELLO_BYE    /* "cote:bye", ours: the component is closing; `data` may be absent */
} cote__hello_event;

typedef enum cote__axon_type {
    COTE__AXON_NONE, /* a monitor, or a type that we do not know */
    COTE__AXON_REQ,
    COTE__AXON_REP,
    COTE__AXON_PUB,
    COTE__AXON_SUB,
    COTE__AXON_SOCKEND
} cote__axon_type;

/*
 * A hello, decoded. Strings are unescaped, UTF-8, borrowed from the datagram or from the scratch
 * space. Absent ones have data NULL; a `null` namespace is absent. Lists stay JSON text, validated,
 * to be iterated.
 */
typedef struct cote__hello {
    cote__hello_event event;
    cote__slice pid, iid, host_name;
    bool is_master, is_master_eligible;
    cote__slice advertisement; /* the JSON object itself, as it came */
    cote__slice type;          /* "service", "monitor", or anything */
    cote__slice name;
    cote__slice key; /* ENV$$KEY */
    cote__slice name_space;
    cote__slice subset;
    cote__axon_type axon_type;
    uint16_t port;    /* 0 when it listens on none */
    uint64_t timeout; /* ms, 0 when it says none */
    cote__slice responds_to, broadcasts, subscribes_to,
        requests;          /* JSON arrays of strings, or absent */
    unsigned cote_version; /* the `v` of our extension object; 0: the peer is not ours */
    bool raw;              /* ours, and takes raw requests */
    cote__slice address;   /* ours, and wants to be connected to there; else absent */
    cote__slice handles;   /* ours: the patterns of the types that it handles, a JSON array of
                              strings; absent if it does not say */
    cote__slice digest;    /* ours: of that list, which is told over the connection; else absent */
} cote__hello;

typedef enum cote__hello_result {
    COTE__HELLO_OK = 0,
    COTE__HELLO_IGNORED = 1, /* an event that is not ours to handle */
    COTE__HELLO_MALFORMED = -1,
    COTE__HELLO_NONE = -2 /* no JSON object with an event */
} cote__hello_result;

/*
 * Decodes a datagram. `scratch` must hold `size` bytes. None: not a JSON object, no string event.
 * Malformed: pid, iid, data or advertisement missing or of the wrong JSON type, an iid or pid that
 * is empty or longer than 128 bytes, a host name or a known member of the advertisement of the
 * wrong type, a port that is not an integer from 1 to 65535. A goodbye needs pid and iid alone, and
 * says nothing but them and the host name.
 *
 * Unknown members are skipped; of members of one name the last counts. A numeric name is taken as
 * its text, as Node has it; a missing name reads as empty. Any other known member may be `null`,
 * but not the port, and is absent then. A flag that is not `true` is false; a `cote` member that is
 * not of the form of ours makes the peer one that is not ours.
 *
 * A string that holds U+0000 is malformed as well: strings end up as C strings, where it would make
 * two keys or ids equal that are not. Other control characters are taken as they are, so whoever
 * shows a string escapes it.
 */
cote__hello_result cote__hello_decode(const char *data, size_t size, char *scratch,
                                      cote__hello *hello);

/* What we say of ourselves. Absent strings have data NULL and are not sent. */
typedef struct cote__advertisement {
    cote__slice type; /* "service" */
    cote__slice name;
    cote__slice key; /* ENV$$KEY */
    bool key_given;  /* by the user: decides its place, as in Node */
    cote__slice name_space;
    cote__slice responds_to, broadcasts, subscribes_to,
        requests; /* JSON arrays, validated by the caller */
    cote__slice subset;
    uint64_t timeout;  /* ms; 0 is not sent */
    uint16_t port;     /* 0 is not sent */
    bool port_given;   /* by the user */
    cote__slice extra; /* a JSON object, validated: the user's own members */
    cote__axon_type axon_type;
} cote__advertisement;

/*
 * Writes the advertisement object. Order: type, name, key if given, namespace, requests,
 * respondsTo, broadcasts, subscribesTo, subset, timeout, port if given, the members of `extra`, key
 * if not given, axon_type, port if not given... but as the recorded hellos have it: see
 * fixtures/hello, which this reproduces byte for byte.
 */
void cote__advertisement_encode(cote__buffer *out, const cote__advertisement *advertisement);

typedef struct cote__hello_envelope {
    cote__slice pid, iid, host_name, process_command;
    double weight;             /* (-1, 0) */
    cote__slice advertisement; /* JSON, as encoded above */
    cote__slice address;       /* where others of ours are to connect to; or absent */
    cote__slice handles;       /* JSON array of the patterns of types that it handles; or absent */
    cote__slice digest;        /* of that list, in its place; or absent */
} cote__hello_envelope;

/* Writes the whole datagram: Node's envelope and data, isMaster and isMasterEligible false, then
 * our `cote` object. */
void cote__hello_encode(cote__buffer *out, const cote__hello_envelope *envelope);
/* Writes our goodbye: event "cote:bye" with pid, iid, hostName and the `cote` object. */
void cote__bye_encode(cote__buffer *out, const cote__hello_envelope *envelope);

#endif
