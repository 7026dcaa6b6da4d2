/* printable.c - text of others, as a terminal or a log may show it. */
#include "cote/log.h"

#include <string.h>

#include "wire/utf8.h"

static unsigned code_point(const char *at, size_t size)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned point = (unsigned char)at[0] & masks[size];
    for (size_t i = 1; i < size; i++) point = point << 6 | ((unsigned char)at[i] & 0x3f);
    return point;
}

/* What does something to a terminal, breaks its line, turns its text around, or is not seen. What
 * joins the parts of a letter or an emoji (U+200C, U+200D) is harmless. */
static bool is_harmful(unsigned point)
{
    static const struct {
        unsigned first, last;
    } ranges[] = {
        {0x0000, 0x001f},   {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x061c, 0x061c},
        {0x180e, 0x180e},   {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e},
        {0x2060, 0x206f},   {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0x1d173, 0x1d17a},
        {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i].first && point <= ranges[i].last) return true;
    return false;
}

/* \x1b, \u202e, \U000e0001. */
static size_t escape(char form, unsigned digits, unsigned number, char *out)
{
    out[0] = '\\';
    out[1] = form;
    for (unsigned i = 0; i < digits; i++)
        out[2 + i] = "0123456789abcdef"[number >> (4 * (digits - 1 - i)) & 15];
    return 2 + digits;
}

/* Up to 10 bytes to `shown`; how many bytes of the text they stand for. */
static size_t show(const char *at, const char *end, char *shown, size_t *shown_size)
{
    bool valid;
    size_t size = cote__utf8_character(at, end, &valid);
    if (!valid) {
        *shown_size = escape('x', 2, (unsigned char)*at, shown);
        return 1;
    }
    unsigned point = code_point(at, size);
    if (!is_harmful(point)) {
        memcpy(shown, at, size);
        *shown_size = size;
    } else if (point < 0x80) {
        *shown_size = escape('x', 2, point, shown);
    } else if (point < 0x10000) {
        *shown_size = escape('u', 4, point, shown);
    } else {
        *shown_size = escape('U', 8, point, shown);
    }
    return size;
}

size_t cote_printable(const char *text, size_t size, char *out, size_t capacity)
{
    size_t whole = 0, written = 0;
    for (const char *at = text, *end = size > 0 ? text + size : text; at < end;) {
        char shown[10];
        size_t shown_size;
        at += show(at, end, shown, &shown_size);
        if (written == whole && shown_size < capacity - written && capacity > 0) {
            memcpy(out + written, shown, shown_size);
            written += shown_size;
        }
        whole += shown_size;
    }
    if (capacity > 0) out[written] = '\0';
    return whole;
}
