/* resp.h - what a redis server is told and answers: RESP, version 2. */
#ifndef COTE_WIRE_RESP_H
#define COTE_WIRE_RESP_H

#include "wire/buffer.h"

enum { COTE__RESP_MAX_VALUES = 8 /* of an array; no answer to what we ask has more */ };

typedef enum cote__resp_result {
    COTE__RESP_REPLY = 1,      /* a whole reply was read */
    COTE__RESP_PARTIAL = 0,    /* not an error: more bytes are needed */
    COTE__RESP_MALFORMED = -1, /* not RESP, an array in an array, or one with too many values */
    COTE__RESP_TOO_BIG = -2
} cote__resp_result;

typedef enum cote__resp_kind {
    COTE__RESP_STATUS, /* a line, as OK */
    COTE__RESP_ERROR,  /* a line that tells what went wrong */
    COTE__RESP_INTEGER,
    COTE__RESP_BYTES,
    COTE__RESP_NIL
} cote__resp_kind;

typedef struct cote__resp_value {
    cote__resp_kind kind;
    cote__slice text; /* of a status, an error or bytes: points into what was parsed */
    int64_t integer;
} cote__resp_value;

typedef struct cote__resp_reply {
    bool array; /* if not, it is one value; an array that is nil has none */
    unsigned count;
    cote__resp_value values[COTE__RESP_MAX_VALUES];
    size_t size; /* of the whole reply, bytes */
} cote__resp_reply;

/*
 * Reads the reply at the start of `data`, in place. `max_size` bounds the whole reply, and is
 * checked on announced lengths before the bytes are there. On PARTIAL, `reply->size` is the least
 * size that the reply can have.
 */
cote__resp_result cote__resp_decode(const char *data, size_t size, size_t max_size,
                                    cote__resp_reply *reply);

/* Appends a command: its words, each of any bytes. */
void cote__resp_command(cote__buffer *out, const cote__slice *words, unsigned count);

#endif
