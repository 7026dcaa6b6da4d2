/* buffer.h - a growable run of bytes: the only thing in wire/ that allocates. */
#ifndef COTE_WIRE_BUFFER_H
#define COTE_WIRE_BUFFER_H

#include "wire/slice.h"

/*
 * Embedded by its owner. Zero-initialised is empty and valid. An append that cannot get memory sets
 * `failed`, after which every append does nothing: an encoder checks once, at its end.
 */
typedef struct cote__buffer {
    char *data;
    size_t size;
    size_t capacity;
    bool failed;
} cote__buffer;

void cote__buffer_fini(cote__buffer *buffer);
void cote__buffer_clear(cote__buffer *buffer); /* size 0, failed false; keeps the memory */

/* Makes room for `extra` more bytes and returns where they go, or NULL (then `failed` is set). */
char *cote__buffer_reserve(cote__buffer *buffer, size_t extra);
void cote__buffer_append(cote__buffer *buffer, const void *data, size_t size);
void cote__buffer_append_slice(cote__buffer *buffer, cote__slice slice);
void cote__buffer_append_text(cote__buffer *buffer, const char *text);
void cote__buffer_append_byte(cote__buffer *buffer, char byte);
void cote__buffer_append_u64(cote__buffer *buffer, uint64_t value); /* decimal */

/* Drops the first `count` bytes, moving the rest to the front. */
void cote__buffer_consume(cote__buffer *buffer, size_t count);

static inline cote__slice cote__buffer_slice(const cote__buffer *buffer)
{
    return (cote__slice){buffer->data, buffer->size};
}

#endif
