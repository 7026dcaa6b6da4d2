/* amp.h - frames: a count, then arguments with their lengths (protocol, section 2). */
#ifndef COTE_WIRE_AMP_H
#define COTE_WIRE_AMP_H

#include "wire/buffer.h"

enum { COTE__AMP_VERSION = 1, COTE__AMP_MAX_ARGUMENTS = 15 };

/* Bytes of a value that surely fit an argument, with its tag and what is put around a payload. */
#define COTE__AMP_MAX_VALUE (UINT32_MAX - 64u * 1024)

typedef enum cote__amp_result {
    COTE__AMP_FRAME = 1,   /* a whole frame was read */
    COTE__AMP_PARTIAL = 0, /* not an error: more bytes are needed */
    COTE__AMP_BAD_VERSION = -1,
    COTE__AMP_NO_ARGUMENTS = -2,
    COTE__AMP_TOO_BIG = -3
} cote__amp_result;

typedef struct cote__amp_frame {
    unsigned count;                                 /* 1 to 15 */
    cote__slice arguments[COTE__AMP_MAX_ARGUMENTS]; /* point into the bytes that were parsed */
    size_t size;                                    /* of the whole frame, bytes */
} cote__amp_frame;

/*
 * Reads the frame at the start of `data`, in place. `max_size` bounds the whole frame and is
 * checked on the length prefixes, before the bytes are there. On PARTIAL, `frame->size` is the
 * least size that the frame can have, so a caller need not try again before it has that many bytes.
 */
cote__amp_result cote__amp_decode(const char *data, size_t size, size_t max_size,
                                  cote__amp_frame *frame);

/*
 * Encoding: one cote__amp_begin, then `count` arguments. An argument is a tag ("j:", "s:", "b:" or
 * "") and bytes; cote__amp_argument_begin leaves the bytes to the caller, exactly as many as
 * announced. A count that is not 1 to 15, or an argument of 4 GiB, would break the stream for good:
 * they set the buffer's `failed`.
 */
void cote__amp_begin(cote__buffer *out, unsigned count);
void cote__amp_argument_begin(cote__buffer *out, const char *tag, size_t size);
void cote__amp_argument(cote__buffer *out, const char *tag, cote__slice bytes);

/* For an argument whose size is known only afterwards: its bytes are appended between the two. */
size_t cote__amp_argument_open(cote__buffer *out, const char *tag);
void cote__amp_argument_close(cote__buffer *out, size_t opened);

#endif
