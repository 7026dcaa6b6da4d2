/* utf8.h - characters of UTF-8, and what is none. */
#ifndef COTE_WIRE_UTF8_H
#define COTE_WIRE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How many bytes the character at `at` has, and whether it is valid UTF-8 (RFC 3629: no overlong
 * forms, no surrogates). If not, it is how many bytes to replace by one U+FFFD, as decoders of
 * UTF-8 agreed: the longest beginning of a valid character, or one byte.
 */
static inline size_t cote__utf8_character(const char *at, const char *end, bool *valid)
{
    unsigned char lead = (unsigned char)*at, least = 0x80, most = 0xbf;
    size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    *valid = false;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4) return 1;
    if (lead == 0xe0) least = 0xa0;
    if (lead == 0xed) most = 0x9f;
    if (lead == 0xf0) least = 0x90;
    if (lead == 0xf4) most = 0x8f;
    for (size_t i = 1; i < size; i++) {
        if (at + i == end) return i;
        unsigned char next = (unsigned char)at[i];
        if (next < least || next > most) return i;
        least = 0x80;
        most = 0xbf;
    }
    *valid = true;
    return size;
}

/* How much of a text that was cut is whole characters. */
static inline size_t cote__utf8_cut(const char *text, size_t size)
{
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        const char *at = text + size - back;
        if ((*at & 0xc0) == 0x80) continue;
        bool valid;
        cote__utf8_character(at, text + size, &valid);
        return valid ? size : size - back;
    }
    return size;
}

#endif
