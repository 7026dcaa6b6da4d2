/* connection_own.h - a connection as the files that make it up see it. */
#ifndef COTE_NET_CONNECTION_OWN_H
#define COTE_NET_CONNECTION_OWN_H

#include "net/connection_uv.h"
#include "net/timer.h"

struct cote__connection {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe; /* a unix socket */
    } socket;
    cote_loop *loop;
    const cote__connection_events *events;
    void *owner;
    cote__traffic *traffic; /* NULL: nobody counts */
    size_t max_frame;
    bool open, closing;
    bool cut; /* nothing can be written any more; what the other side wrote is still to be read */
    cote__time heard;    /* of the loop's clock, which stands still during a turn */
    cote__time framed;   /* likewise */
    uint64_t received;   /* bytes */
    cote__timer *linger; /* while it only writes what is left */
    int status;          /* what `closed` will say */

    cote__buffer input;  /* the part of a frame that came so far */
    size_t input_needed; /* bytes that the frame at its start has at least */
    const bool *held;    /* no frame is handed on while this is set */
    bool stopped;        /* it reads no more because of that */
    size_t most_unread;  /* bytes that may wait for the other side while it is read from */
    bool clogged;        /* it reads no more because there are more */
    uint64_t read_at;    /* us; 0: nobody has asked yet */

    cote__outbox output;
    size_t max_unsent; /* bytes that may wait in it and below */
    uint64_t taken;    /* bytes, by the system, of all that was written */
    bool write_pending;
    uv_write_t write; /* of what the system did not take at once, and libuv is to: */
    size_t handed_size;
    char *handed;              /* bytes, or */
    cote__frame *handed_frame; /* a part of this one */
    uv_connect_t connect;
    cote__flush opening; /* a unix socket that is connected already */
    cote__flush flush;
    unsigned gathered;        /* frames since the flush was put off */
    uint64_t gathering_since; /* us; when some of them had been written, or the last early write */
};

/* Ends it: `closed` comes with that status. Nothing if its end has begun. */
void cote__connection_end(cote__connection *connection, int status);
/* Reads on, if it had stopped because too many bytes waited. */
void cote__connection_unclog(cote__connection *connection);
/* Hands what was written to the system, as much as that takes. */
void cote__connection_flush(cote__flush *task);

#endif
