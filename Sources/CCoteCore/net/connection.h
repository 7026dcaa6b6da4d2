/*
 * connection.h - frames over a TCP connection or a unix socket. On the loop thread only.
 *
 * What is written in one turn of the loop leaves in one system call. Frames are parsed where they
 * were read.
 */
#ifndef COTE_NET_CONNECTION_H
#define COTE_NET_CONNECTION_H

#include "net/delivery.h"
#include "net/loop.h"
#include "net/outbox.h"
#include "state/counter.h"
#include "wire/amp.h"

typedef struct cote__connection cote__connection;

/* What its owner is told; all on the loop thread, none from inside a call of this header. */
typedef struct cote__connection_events {
    /* The connection is made. Only for those that were made from here; may be NULL. */
    void (*opened)(void *owner);
    /* A frame came, borrowed until this returns. False ends the connection: it makes no sense. */
    bool (*frame)(void *owner, const cote__amp_frame *frame);
    /*
     * The last event, exactly once: COTE_OK when the owner closed it, COTE_ECONNLOST when the other
     * side did or it never opened; COTE_EPROTOCOL for bytes that are no frame, COTE_ETOOBIG for a
     * frame that is larger than `max_frame`, COTE_EINVAL for one that the owner refused. The
     * connection is dead when this returns.
     */
    void (*closed)(void *owner, int status);
    /* It has stopped reading, because of cote__connection_hold_while. NULL if that is not used. */
    void (*held)(void *owner);
    /* What was written since the last time leaves now, or waits for the system. Once a turn; also
     * from inside of finish and close. May be NULL. */
    void (*leaving)(void *owner);
    /* All that had waited for the system was taken. May be NULL. */
    void (*drained)(void *owner);
    /* Of a frame a part has come, and the rest has not yet. May be NULL. */
    void (*partial)(void *owner);
} cote__connection_events;

/* Bytes that the connections of somebody have read and written. */
typedef struct cote__traffic {
    cote__counter received, sent;
} cote__traffic;

/* Connects to an IPv4 address in host order. Failure to connect comes by `closed`. COTE_ENOMEM,
 * COTE_ESYSTEM. */
int cote__connection_open(cote_loop *loop, uint32_t address, uint16_t port, size_t max_frame,
                          const cote__connection_events *events, void *owner,
                          cote__connection **connection);

/* Connects to a component of this user on this host, if it listens on a unix socket (unix_path.h).
 * COTE_ENOMEM, COTE_ESYSTEM and others if it does not; that costs next to nothing. */
int cote__connection_open_unix(cote_loop *loop, const char *directory, const char *iid,
                               size_t max_frame, const cote__connection_events *events, void *owner,
                               cote__connection **connection);

/* Where to append whole frames, followed by cote__connection_written. */
cote__buffer *cote__connection_output(cote__connection *connection);
void cote__connection_written(cote__connection *connection);

/* Writes a frame that goes to others too. False, and it is not written, if there is no room. */
bool cote__connection_share(cote__connection *connection, cote__frame *frame);
/*
 * Whether `size` more bytes may wait, or are the only ones. What fills a connection within a turn
 * of the loop leaves at once: bytes wait because the system takes no more.
 */
bool cote__connection_has_room(cote__connection *connection, size_t size);
/* How many bytes may wait of what is shared; there is no bound until it is set. */
void cote__connection_bound(cote__connection *connection, size_t max_unsent);
/* Drops the oldest frames that wait, but none that has begun to leave, until `size` more bytes may
 * wait. Returns how many; the other side is told. */
size_t cote__connection_make_room(cote__connection *connection, size_t size);
/* Hands on no frame while `*held`, which stays the caller's: when there is one, it stops reading,
 * and keeps what it has read. Set before anything comes. */
void cote__connection_hold_while(cote__connection *connection, const bool *held);
/* Hands on no frame, and then reads no more either, while more than so many bytes wait for the
 * other side to read them: it is to read before it says more. */
void cote__connection_hold_above(cote__connection *connection, size_t most_unsent);
/* Reads on. Frames that were kept come from inside this call. */
void cote__connection_resume(cote__connection *connection);
/* Where what is written next begins: so many bytes were written before it. */
uint64_t cote__connection_position(const cote__connection *connection);
/* How many of them the system has taken, at most; exact but after an error in writing. To be asked
 * in `closed` still: what stands behind it never left. */
uint64_t cote__connection_taken(const cote__connection *connection);
/* Bytes that wait to be taken by the system. */
size_t cote__connection_backlog(const cote__connection *connection);

/* Whether what is written now may still leave: false once its end has begun, before `closed`. */
bool cote__connection_is_open(const cote__connection *connection);

/* Counts its bytes from now on. Borrowed. */
void cote__connection_meter(cote__connection *connection, cote__traffic *traffic);
/* While a frame is handed on: when it was read; us, as cote__now_us. One look at the clock for all
 * that came at once. */
uint64_t cote__connection_read_at(cote__connection *connection);

/* When bytes of the other side came last, or it took some that had waited; else when the connection
 * was made. Monotonic. */
cote__time cote__connection_heard(const cote__connection *connection);

/* What the system knows of what was written, by one call to it. False if that is nothing. */
bool cote__connection_delivery(const cote__connection *connection, cote__delivery *delivery);

/* When a whole frame came last, else when the connection was made. Monotonic. */
cote__time cote__connection_framed(const cote__connection *connection);
/* Whether it is behind the `bytes` from its beginning, and still in the frame that it was in before
 * them. */
bool cote__connection_is_beyond(const cote__connection *connection, uint64_t bytes);

/* Whether it is a unix socket. */
bool cote__connection_is_unix(const cote__connection *connection);
/* The other side's address, host order; 0 if unknown. Over a unix socket 127.0.0.1. */
uint32_t cote__connection_peer(const cote__connection *connection);

/* Whether it comes from this host. */
bool cote__connection_is_local(const cote__connection *connection);
/* Whether a frame has begun to come, and is not whole. */
bool cote__connection_is_in_frame(const cote__connection *connection);

/* Reads no more, writes what there is to be written, for a while, and closes. May be called again.
 */
void cote__connection_finish(cote__connection *connection);
/* Sends what the system takes at once, and closes. May be called again. */
void cote__connection_close(cote__connection *connection);

#endif
