/* fuzz_resp.c - replies of a redis server: fed in pieces they are the same as fed at once, and stay
 * within their bytes and limits. */
#include <stdlib.h>

#include "wire/resp.h"

enum { MAX_REPLY = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool truth)
{
    if (!truth) abort();
}

static void append_number(cote__buffer *out, uint64_t number)
{
    cote__buffer_append(out, &number, sizeof number);
}

/* Everything that a reply says, in a form that can be compared. */
static void append_reply(cote__buffer *out, const cote__resp_reply *reply)
{
    append_number(out, reply->array);
    append_number(out, reply->count);
    append_number(out, reply->size);
    for (unsigned i = 0; i < reply->count; i++) {
        const cote__resp_value *value = &reply->values[i];
        append_number(out, value->kind);
        append_number(out, (uint64_t)value->integer);
        append_number(out, value->text.size);
        cote__buffer_append_slice(out, value->text);
    }
}

/* Appends the replies at the start of `data`, and says what stands behind them. */
static cote__resp_result decode(const char *data, size_t size, cote__buffer *replies, size_t *done)
{
    cote__resp_reply reply;
    cote__resp_result result;
    *done = 0;
    while ((result = cote__resp_decode(data + *done, size - *done, MAX_REPLY, &reply)) ==
           COTE__RESP_REPLY) {
        const char *begin = data + *done;
        check(reply.size > 0 && reply.size <= size - *done && reply.size <= MAX_REPLY);
        check(reply.count <= COTE__RESP_MAX_VALUES && (reply.array || reply.count == 1));
        for (unsigned i = 0; i < reply.count; i++) {
            cote__slice text = reply.values[i].text;
            if (text.data) check(text.data > begin && text.data + text.size < begin + reply.size);
        }
        append_reply(replies, &reply);
        *done += reply.size;
    }
    if (result == COTE__RESP_PARTIAL) check(reply.size > size - *done && reply.size <= MAX_REPLY);
    return result;
}

/* In pieces whose sizes the bytes themselves decide. */
static cote__resp_result decode_pieces(const char *data, size_t size, cote__buffer *replies)
{
    cote__buffer input = {0};
    cote__resp_result result = COTE__RESP_PARTIAL;
    for (size_t at = 0; at < size && result == COTE__RESP_PARTIAL;) {
        size_t piece = 1 + (unsigned char)data[at] % 7, done;
        if (piece > size - at) piece = size - at;
        cote__buffer_append(&input, data + at, piece);
        at += piece;
        result = decode(input.data, input.size, replies, &done);
        cote__buffer_consume(&input, done);
    }
    cote__buffer_fini(&input);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    cote__buffer whole = {0}, pieces = {0};
    size_t done;
    cote__resp_result result = decode(bytes, size, &whole, &done);
    check(decode_pieces(bytes, size, &pieces) == result);
    check(whole.size == pieces.size);
    check(whole.size == 0 || memcmp(whole.data, pieces.data, whole.size) == 0);
    cote__buffer_fini(&whole);
    cote__buffer_fini(&pieces);
    return 0;
}
