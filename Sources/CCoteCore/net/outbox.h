/*
 * outbox.h - what a connection has to write, in order: frames of its own, and frames that it shares
 * with other connections.
 *
 * Where a frame begins is not written down: nobody needs it while the other side keeps up. The
 * frames say it themselves when some of them have to be dropped.
 */
#ifndef COTE_NET_OUTBOX_H
#define COTE_NET_OUTBOX_H

#include <stdatomic.h>

#include "net/loop.h"
#include "wire/buffer.h"

/* A frame that goes to several connections without being copied for each. Counted, and immutable
 * once it is on its way. */
typedef struct cote__frame {
    cote__task task; /* its maker's, to take it to the loop */
    void *maker;
    atomic_uint references;
    size_t size; /* bytes */
    char bytes[];
} cote__frame;

void cote__frame_release(cote__frame *frame);

typedef struct cote__share {
    cote__frame *frame; /* one reference */
    size_t own_before;  /* of the box's own bytes, those that go between the last share and this */
} cote__share;

/* Zero-initialised is empty. Out of memory sets `own.failed`, as in a buffer. */
typedef struct cote__outbox {
    size_t size;      /* bytes that are to be written */
    cote__buffer own; /* append here, then call cote__outbox_appended */
    size_t own_start; /* bytes of it that were written */
    size_t own_end;   /* bytes of it that are accounted for */
    size_t own_tail;  /* bytes of it that go behind the last share */
    cote__share *shares;
    size_t first_share, share_count, share_capacity;
    size_t share_start; /* bytes of the first share that were written */
    size_t boundary;    /* of its own bytes, where a frame begins, before what is to be written or
                           behind the one whose beginning was */
    cote__buffer front; /* goes before all else: the rest of a frame, and word of dropped ones */
    size_t front_start; /* bytes of it that were written */
    size_t gap_start;   /* where that word begins in it */
    uint64_t gap;       /* how many dropped ones it tells of; 0: it is not there */
} cote__outbox;

void cote__outbox_fini(cote__outbox *box);

/* Accounts for what was appended to `own`: whole frames. */
void cote__outbox_appended(cote__outbox *box);
/* Puts in a frame: a small one as a copy, a larger one as a reference. */
void cote__outbox_share(cote__outbox *box, cote__frame *frame);

/* The first pieces of what is to be written, at most `most`. Returns their number. */
unsigned cote__outbox_pieces(const cote__outbox *box, cote__slice *pieces, unsigned most);
/* The frame that the first piece is of, with a reference for the caller, if it is a shared one;
 * else NULL. */
cote__frame *cote__outbox_next_share(const cote__outbox *box);
/* Takes off the first `count` bytes. */
void cote__outbox_consume(cote__outbox *box, size_t count);

/*
 * Drops the oldest frames until at most `most` bytes are left, but none of which a byte was
 * written, and puts a frame in their place that tells how many they were. Returns their number. Not
 * while the first share is written in part.
 */
size_t cote__outbox_drop(cote__outbox *box, size_t most);

#endif
