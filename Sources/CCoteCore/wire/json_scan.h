/* json_scan.h - what the parts of the JSON reader share: walking over bytes up to a known end. */
#ifndef COTE_WIRE_JSON_SCAN_H
#define COTE_WIRE_JSON_SCAN_H

#include "wire/json.h"

static inline const char *cote__json_skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) at++;
    return at;
}

/* Whether a byte stands for itself inside a JSON string and is a whole character. */
static inline bool cote__json_is_plain(char byte)
{
    return byte >= 0x20 && byte != '"' && byte != '\\' && (byte & 0x80) == 0;
}

/*
 * The first byte from `at` that is not plain, or `end`. Eight bytes at a time: each line of the
 * test sets the top bit of a byte that is a control character, a quote, a backslash or not ASCII. A
 * borrow can set more of them, but only behind one that is set rightly.
 */
static inline const char *cote__json_skip_plain(const char *at, const char *end)
{
    const uint64_t ones = 0x0101010101010101;
    for (uint64_t word; end - at >= (ptrdiff_t)sizeof word; at += sizeof word) {
        memcpy(&word, at, sizeof word);
        uint64_t special = (word - ones * 0x20) | ((word ^ (ones * '"')) - ones) |
                           ((word ^ (ones * '\\')) - ones) | word;
        if (special & (ones * 0x80)) break;
    }
    while (at < end && cote__json_is_plain(*at)) at++;
    return at;
}

/* `at` is where the string or the number begins. Where it ends, or NULL if it is not one. */
const char *cote__json_scan_string(const char *at, const char *end);
const char *cote__json_scan_number(const char *at, const char *end);

#endif
