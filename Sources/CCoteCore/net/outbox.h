/* outbox.h - what a connection has to write, in order: bytes of its own, and frames that it shares
 * with other connections. */
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
} cote__outbox;

void cote__outbox_fini(cote__outbox *box);

/* Accounts for what was appended to `own`. */
void cote__outbox_appended(cote__outbox *box);
/* Puts in a frame: a small one as a copy, a larger one as a reference. */
void cote__outbox_share(cote__outbox *box, cote__frame *frame);

/* The first pieces of what is to be written, at most `most`. Returns their number. */
unsigned cote__outbox_pieces(const cote__outbox *box, cote__slice *pieces, unsigned most);
/* Takes off the first `count` bytes. */
void cote__outbox_consume(cote__outbox *box, size_t count);

#endif
