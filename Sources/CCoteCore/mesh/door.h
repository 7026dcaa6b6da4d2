/* door.h - the connections of a component that others connect to. On the loop thread, but for
 * cote__door_open, cote__door_abandon and cote__door_fini. */
#ifndef COTE_MESH_DOOR_H
#define COTE_MESH_DOOR_H

#include "mesh/gate.h"
#include "mesh/guard.h"
#include "mesh/recall.h"
#include "net/listener.h"
#include "state/stall.h"

struct cote__door;

/* Whose requests come over a connection. */
typedef enum cote__speaker {
    COTE__SPEAKER_UNKNOWN, /* none came yet */
    COTE__SPEAKER_OURS,
    COTE__SPEAKER_OTHER
} cote__speaker;

/*
 * One connection. Counted, because it may be kept from any thread; `connection` is the loop's
 * alone, and NULL once it is closed.
 */
typedef struct cote__channel {
    atomic_uint references;
    atomic_uint duties;      /* those of them that have something to do still */
    atomic_bool gone;        /* the same, for other threads: what is written would not arrive */
    struct cote__door *door; /* valid while `connection` is not NULL */
    cote__connection *connection;
    cote__queue_node node; /* in the door's list */
    cote__gate_place place;
    bool spoken;           /* a whole frame came */
    bool turned_away;      /* it is for somebody else */
    cote__time idle_since; /* or since somebody was announced where it comes from */
    uint32_t home;         /* IPv4, host order, and 127.0.0.1 for all of this host; 0 if unknown */
    uint64_t missed;       /* messages that its subscriber is to be told it does not get */
    cote__queue watches;   /* the component's, as the next */
    size_t running;        /* requests that came over it and were not answered yet */
    cote__speaker speaker; /* a responder's, as the next */
    char caller[COTE__UUID_SIZE]; /* the id of a requester of ours */
    cote__time active;            /* while its door is left: when something was last under way */
    atomic_size_t *kept;          /* the door's */
    cote__stall stall;            /* the guard's, as the next */
    uint64_t looked_at;           /* how much was written when its delivery was looked at last */
    char address[16];
} cote__channel;

cote__channel *cote__channel_retain(cote__channel *channel);
void cote__channel_release(cote__channel *channel);
/* As these, but a door that is left does not wait for it. */
cote__channel *cote__channel_remember(cote__channel *channel);
void cote__channel_forget(cote__channel *channel);

/* A frame came. False if it breaks the protocol: the connection is closed. */
typedef bool (*cote__door_frame_cb)(cote__channel *channel, const cote__amp_frame *frame);

/* The connection is there, or has ended. */
typedef void (*cote__door_channel_cb)(cote__channel *channel);

/* Embedded in its component. */
typedef struct cote__door {
    cote__component *component;
    cote__door_frame_cb on_frame;
    cote__door_channel_cb on_opened, on_lost; /* NULL, or set after it was opened */
    size_t max_unsent;  /* bytes that may wait in a connection; set likewise */
    size_t most_unread; /* and while it is read from; set likewise */
    cote__gate *gate;   /* NULL, or set likewise */
    cote__guard guard;
    uint16_t port;
    int descriptor;                           /* bound, on its way to the listener; else -1 */
    cote__listener *listener, *unix_listener; /* NULL: there is none */
    cote__queue channels;
    size_t unix_channels; /* of these */
    /* One more than there are channels that the door or anybody else keeps; freed with the last. */
    atomic_size_t *kept;
    bool leaving;
    cote__time left; /* since when it is */
    cote__recall recall;
} cote__door;

/* Binds, on any thread, to the first free port from the settings' one up. COTE_EADDRINUSE,
 * COTE_EADDRESS, COTE_ESYSTEM. */
int cote__door_open(cote__door *door, cote__component *component, cote__door_frame_cb on_frame);
/* Gives it up before it was started, fini included. */
void cote__door_abandon(cote__door *door);
void cote__door_fini(cote__door *door); /* on any thread, when it is closed */
/* Lets others in. */
void cote__door_start(cote__door *door);
void cote__door_close(cote__door *door);
/* How many connections there are from that address, or from this host: 127.0.0.1. */
size_t cote__door_count(const cote__door *door, uint32_t home);
/* The component takes a fresh id, by which it is found from now on. False: it keeps the old one. */
bool cote__door_renew(cote__door *door);

/* Says goodbye over each connection, and over those that still come. */
void cote__door_leave(cote__door *door);
/*
 * To be asked again and again after that: whether nobody is left, and nobody keeps a channel.
 * Requesters of ours leave by themselves when they have heard the goodbye and their last answer;
 * others are shown out when nothing has been under way for a while.
 */
bool cote__door_is_deserted(cote__door *door);
/* Whether the system has taken all that was written. */
bool cote__door_is_flushed(const cote__door *door);

#endif
