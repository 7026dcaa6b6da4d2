#include "wire/buffer.h"

#include <stdlib.h>

enum { LEAST_CAPACITY = 256 };

void cote__buffer_fini(cote__buffer *buffer)
{
    free(buffer->data);
    *buffer = (cote__buffer){0};
}

void cote__buffer_clear(cote__buffer *buffer)
{
    buffer->size = 0;
    buffer->failed = false;
}

static bool grow(cote__buffer *buffer, size_t least)
{
    size_t capacity = buffer->capacity ? buffer->capacity : LEAST_CAPACITY;
    while (capacity < least) {
        if (capacity > SIZE_MAX / 2) return false;
        capacity *= 2;
    }
    char *data = realloc(buffer->data, capacity);
    if (!data) return false;
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

char *cote__buffer_reserve(cote__buffer *buffer, size_t extra)
{
    if (buffer->failed) return NULL;
    if (extra <= buffer->capacity - buffer->size && buffer->data)
        return buffer->data + buffer->size;
    if (extra > SIZE_MAX - buffer->size || !grow(buffer, buffer->size + extra)) {
        buffer->failed = true;
        return NULL;
    }
    return buffer->data + buffer->size;
}

void cote__buffer_append(cote__buffer *buffer, const void *data, size_t size)
{
    if (size == 0) return;
    char *room = cote__buffer_reserve(buffer, size);
    if (!room) return;
    memcpy(room, data, size);
    buffer->size += size;
}

void cote__buffer_append_slice(cote__buffer *buffer, cote__slice slice)
{
    cote__buffer_append(buffer, slice.data, slice.size);
}

void cote__buffer_append_text(cote__buffer *buffer, const char *text)
{
    cote__buffer_append(buffer, text, strlen(text));
}

void cote__buffer_append_byte(cote__buffer *buffer, char byte)
{
    cote__buffer_append(buffer, &byte, 1);
}

void cote__buffer_append_u64(cote__buffer *buffer, uint64_t value)
{
    char digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    cote__buffer_append(buffer, digits + start, sizeof digits - start);
}

void cote__buffer_consume(cote__buffer *buffer, size_t count)
{
    buffer->size -= count;
    if (buffer->size > 0) memmove(buffer->data, buffer->data + count, buffer->size);
}
