#include "wire/amp.h"

enum { PREFIX = 4 /* bytes of a length */ };

/* MARK: decoding */

static uint32_t read_length(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

cote__amp_result cote__amp_decode(const char *data, size_t size, size_t max_size,
                                  cote__amp_frame *frame)
{
    frame->size = 1;
    if (size == 0) return COTE__AMP_PARTIAL;
    unsigned version = (unsigned char)data[0] >> 4, count = (unsigned char)data[0] & 15;
    if (version != COTE__AMP_VERSION) return COTE__AMP_BAD_VERSION;
    if (count == 0) return COTE__AMP_NO_ARGUMENTS;

    /* `least` counts all the prefixes and those arguments whose length is known. It never passes
     * max_size, so nothing overflows, and the prefix at `at` always ends within it. */
    size_t at = 1, least = 1 + (size_t)count * PREFIX;
    if (least > max_size) return COTE__AMP_TOO_BIG;
    for (unsigned i = 0; i < count && size >= at + PREFIX; i++) {
        size_t length = read_length(data + at);
        if (length > max_size - least) return COTE__AMP_TOO_BIG;
        least += length;
        frame->arguments[i] = (cote__slice){data + at + PREFIX, length};
        at += PREFIX + length;
    }
    frame->count = count;
    frame->size = least;
    return size < least ? COTE__AMP_PARTIAL : COTE__AMP_FRAME;
}

/* MARK: encoding */

static void write_length(char *at, size_t length)
{
    at[0] = (char)(length >> 24);
    at[1] = (char)(length >> 16);
    at[2] = (char)(length >> 8);
    at[3] = (char)length;
}

void cote__amp_begin(cote__buffer *out, unsigned count)
{
    if (count < 1 || count > COTE__AMP_MAX_ARGUMENTS) {
        out->failed = true;
        return;
    }
    char *at = cote__buffer_reserve(out, 1);
    if (!at) return;
    *at = (char)(COTE__AMP_VERSION << 4 | count);
    out->size++;
}

/* Writes the length and the tag, and returns where the bytes go, or NULL. */
static char *begin_argument(cote__buffer *out, const char *tag, size_t size)
{
    size_t tag_size = strlen(tag);
    if (size > UINT32_MAX - tag_size) {
        out->failed = true;
        return NULL;
    }
    char *at = cote__buffer_reserve(out, PREFIX + tag_size + size);
    if (!at) return NULL;
    write_length(at, tag_size + size);
    memcpy(at + PREFIX, tag, tag_size);
    out->size += PREFIX + tag_size;
    return at + PREFIX + tag_size;
}

void cote__amp_argument_begin(cote__buffer *out, const char *tag, size_t size)
{
    begin_argument(out, tag, size);
}

void cote__amp_argument(cote__buffer *out, const char *tag, cote__slice bytes)
{
    char *at = begin_argument(out, tag, bytes.size);
    if (!at || bytes.size == 0) return;
    memcpy(at, bytes.data, bytes.size);
    out->size += bytes.size;
}

size_t cote__amp_argument_open(cote__buffer *out, const char *tag)
{
    size_t start = out->size;
    begin_argument(out, tag, 0);
    return start;
}

void cote__amp_argument_close(cote__buffer *out, size_t opened)
{
    if (out->failed) return;
    size_t length = out->size - opened - PREFIX;
    if (length > UINT32_MAX)
        out->failed = true;
    else
        write_length(out->data + opened, length);
}
