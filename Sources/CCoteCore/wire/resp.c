#include "wire/resp.h"

enum { END = 2 /* bytes of the end of a line */ };

/* MARK: decoding */

typedef struct reader {
    const char *data;
    size_t size, max_size;
    size_t at;
    size_t least; /* bytes that the reply has at least, as far as is known */
} reader;

/* The line at `at`, without its end. */
static cote__resp_result read_line(reader *self, cote__slice *line)
{
    const char *start = self->data + self->at;
    size_t rest = self->size - self->at;
    const char *end = rest > 0 ? memchr(start, '\r', rest) : NULL;
    size_t length = end ? (size_t)(end - start) : rest;
    self->least = self->at + (length > 0 ? length : 1) + END;
    if (self->least > self->max_size) return COTE__RESP_TOO_BIG;
    if (end && length == 0) return COTE__RESP_MALFORMED;
    if (!end || length + 1 == rest) return COTE__RESP_PARTIAL;
    if (end[1] != '\n') return COTE__RESP_MALFORMED;
    *line = (cote__slice){start, length};
    self->at += length + END;
    return COTE__RESP_REPLY;
}

/* Decimal digits with an optional minus. */
static bool parse_integer(cote__slice text, int64_t *integer)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    size_t at = negative ? 1 : 0;
    uint64_t value = 0, most = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
    if (at == text.size) return false;
    for (; at < text.size; at++) {
        unsigned digit = (unsigned char)text.data[at] - (unsigned)'0';
        if (digit > 9 || value > (most - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *integer = (int64_t)(negative ? -value : value);
    return true;
}

/* The bytes whose announced length was just read. */
static cote__resp_result read_bytes(reader *self, int64_t length, cote__resp_value *value)
{
    if (length == -1) return COTE__RESP_REPLY;
    if (length < 0) return COTE__RESP_MALFORMED;
    if ((uint64_t)length + END > self->max_size - self->at) return COTE__RESP_TOO_BIG;
    self->least = self->at + (size_t)length + END;
    if (self->size < self->least) return COTE__RESP_PARTIAL;
    const char *end = self->data + self->least - END;
    if (end[0] != '\r' || end[1] != '\n') return COTE__RESP_MALFORMED;
    *value = (cote__resp_value){COTE__RESP_BYTES, {self->data + self->at, (size_t)length}, 0};
    self->at = self->least;
    return COTE__RESP_REPLY;
}

/* What `line` begins. */
static cote__resp_result read_value(reader *self, cote__slice line, cote__resp_value *value)
{
    cote__slice text = {line.data + 1, line.size - 1};
    int64_t integer = 0;
    *value = (cote__resp_value){COTE__RESP_NIL, {NULL, 0}, 0};
    switch (line.data[0]) {
    case '+': *value = (cote__resp_value){COTE__RESP_STATUS, text, 0}; return COTE__RESP_REPLY;
    case '-': *value = (cote__resp_value){COTE__RESP_ERROR, text, 0}; return COTE__RESP_REPLY;
    case ':':
        if (!parse_integer(text, &integer)) return COTE__RESP_MALFORMED;
        *value = (cote__resp_value){COTE__RESP_INTEGER, {NULL, 0}, integer};
        return COTE__RESP_REPLY;
    case '$':
        if (!parse_integer(text, &integer)) return COTE__RESP_MALFORMED;
        return read_bytes(self, integer, value);
    default: return COTE__RESP_MALFORMED;
    }
}

static cote__resp_result read_reply(reader *self, cote__resp_reply *reply)
{
    cote__slice line;
    int64_t count = 1;
    cote__resp_result result = read_line(self, &line);
    if (result != COTE__RESP_REPLY) return result;
    reply->array = line.data[0] == '*';
    if (reply->array) {
        if (!parse_integer((cote__slice){line.data + 1, line.size - 1}, &count) || count < -1 ||
            count > COTE__RESP_MAX_VALUES)
            return COTE__RESP_MALFORMED;
        if (count < 0) count = 0;
    }
    for (reply->count = 0; reply->count < count; reply->count++) {
        if (reply->array) result = read_line(self, &line);
        if (result == COTE__RESP_REPLY)
            result = read_value(self, line, &reply->values[reply->count]);
        if (result != COTE__RESP_REPLY) return result;
    }
    return COTE__RESP_REPLY;
}

cote__resp_result cote__resp_decode(const char *data, size_t size, size_t max_size,
                                    cote__resp_reply *reply)
{
    reader self = {data, size, max_size, 0, 1};
    cote__resp_result result = read_reply(&self, reply);
    reply->size = result == COTE__RESP_REPLY ? self.at : self.least;
    return result;
}

/* MARK: encoding */

static void append_line(cote__buffer *out, char kind, uint64_t number)
{
    cote__buffer_append_byte(out, kind);
    cote__buffer_append_u64(out, number);
    cote__buffer_append_text(out, "\r\n");
}

void cote__resp_command(cote__buffer *out, const cote__slice *words, unsigned count)
{
    append_line(out, '*', count);
    for (unsigned i = 0; i < count; i++) {
        append_line(out, '$', words[i].size);
        cote__buffer_append_slice(out, words[i]);
        cote__buffer_append_text(out, "\r\n");
    }
}
