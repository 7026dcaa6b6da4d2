/* json_string.c - JSON strings: checking, reading and writing them. */
#include "wire/json.h"

#include "wire/json_scan.h"
#include "wire/utf8.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* MARK: checking */

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

static const char *scan_escape(const char *at, const char *end)
{
    if (end - at < 2) return NULL;
    switch (at[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return at + 2;
    case 'u': break;
    default: return NULL;
    }
    if (end - at < 6) return NULL;
    for (int i = 2; i < 6; i++)
        if (hex_value(at[i]) < 0) return NULL;
    return at + 6;
}

const char *cote__json_scan_string(const char *at, const char *end)
{
    at++; /* the quote */
    while (at) {
        at = cote__json_skip_plain(at, end);
        if (at == end) return NULL;
        if (*at == '"') return at + 1;
        if (*at == '\\') {
            at = scan_escape(at, end);
        } else {
            bool valid;
            size_t size = cote__utf8_character(at, end, &valid);
            at = valid && size > 1 ? at + size : NULL; /* of one byte: a control character */
        }
    }
    return NULL;
}

/* MARK: reading, text known to be valid */

static uint32_t code_unit(const char *escape)
{
    uint32_t unit = 0;
    for (int i = 2; i < 6; i++) unit = unit << 4 | (uint32_t)hex_value(escape[i]);
    return unit;
}

static size_t encode_utf8(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, point >>= 6) out[i] = (char)(0x80 | (point & 0x3f));
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(leads[size] | point);
    return size;
}

/* A \u escape, or two of them that make one character; a lone half is not a character. */
static uint32_t code_point(const char **at, const char *end)
{
    uint32_t high = code_unit(*at);
    *at += 6;
    if (high < 0xd800 || high > 0xdfff) return high;
    if (high < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        uint32_t low = code_unit(*at);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *at += 6;
            return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return 0xfffd;
}

/* Writes what the escape at `*at` means, up to 4 bytes and never more than it has, and moves on. */
static size_t unescape(const char **at, const char *end, char *out)
{
    static const char short_forms[] = "b\bf\fn\nr\rt\t";
    char form = (*at)[1];
    if (form == 'u') return encode_utf8(code_point(at, end), out);
    const char *known = strchr(short_forms, form);
    out[0] = known ? known[1] : form;
    *at += 2;
    return 1;
}

/* The bytes up to the next escape. */
static cote__slice run(const char *at, const char *end)
{
    const char *escape = at < end ? memchr(at, '\\', (size_t)(end - at)) : NULL;
    return (cote__slice){at, (size_t)((escape ? escape : end) - at)};
}

bool cote__json_string(cote__json string, char *scratch, cote__slice *meaning)
{
    if (string.type != COTE__JSON_STRING) return false;
    const char *at = string.text.data + 1, *end = string.text.data + string.text.size - 1;
    cote__slice piece = run(at, end);
    if (piece.data + piece.size == end) {
        *meaning = piece;
        return true;
    }
    char *out = scratch;
    for (;;) {
        if (piece.size > 0) memcpy(out, piece.data, piece.size);
        out += piece.size;
        at = piece.data + piece.size;
        if (at == end) break;
        out += unescape(&at, end, out);
        piece = run(at, end);
    }
    *meaning = (cote__slice){scratch, (size_t)(out - scratch)};
    return true;
}

bool cote__json_string_equal(cote__json string, cote__slice bytes)
{
    if (string.type != COTE__JSON_STRING) return false;
    const char *at = string.text.data + 1, *end = string.text.data + string.text.size - 1;
    while (at < end) {
        if (*at == '\\') {
            char meaning[4];
            size_t size = unescape(&at, end, meaning);
            if (size > bytes.size || memcmp(meaning, bytes.data, size) != 0) return false;
            bytes.data += size;
            bytes.size -= size;
        } else {
            if (bytes.size == 0 || *bytes.data != *at++) return false;
            bytes.data++;
            bytes.size--;
        }
    }
    return bytes.size == 0;
}

/* MARK: writing */

static void write_escape(cote__buffer *out, char byte)
{
    static const char letters[32] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    static const char digits[] = "0123456789abcdef";
    char letter = byte == '"' || byte == '\\' ? byte : letters[(unsigned char)byte];
    if (letter)
        cote__buffer_append(out, (char[]){'\\', letter}, 2);
    else
        cote__buffer_append(out,
                            (char[]){'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]}, 6);
}

void cote__json_write_string(cote__buffer *out, cote__slice text)
{
    cote__buffer_append_byte(out, '"');
    const char *at = text.data, *end = text.size > 0 ? at + text.size : at;
    while (at < end) {
        const char *plain = at;
        at = cote__json_skip_plain(at, end);
        cote__buffer_append(out, plain, (size_t)(at - plain));
        if (at == end) break;
        bool valid;
        size_t size = cote__utf8_character(at, end, &valid);
        if (valid && size == 1)
            write_escape(out, *at);
        else if (valid)
            cote__buffer_append(out, at, size);
        else
            cote__buffer_append_text(out, replacement);
        at += size;
    }
    cote__buffer_append_byte(out, '"');
}
