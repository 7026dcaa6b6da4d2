/* fuzz_amp.c - frames: fed in pieces they are the same as fed at once, and what was decoded encodes
 * to what decodes to the same. */
#include <stdlib.h>

#include "wire/amp.h"

enum { MAX_FRAME = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool truth)
{
    if (!truth) abort();
}

static void append_frame(cote__buffer *out, const cote__amp_frame *frame)
{
    cote__amp_begin(out, frame->count);
    for (unsigned i = 0; i < frame->count; i++) cote__amp_argument(out, "", frame->arguments[i]);
}

/* Appends the frames at the start of `data` to `frames`, and says what stands behind them. */
static cote__amp_result decode(const char *data, size_t size, cote__buffer *frames, size_t *done)
{
    cote__amp_frame frame;
    cote__amp_result result;
    *done = 0;
    while ((result = cote__amp_decode(data + *done, size - *done, MAX_FRAME, &frame)) ==
           COTE__AMP_FRAME) {
        check(frame.count >= 1 && frame.count <= COTE__AMP_MAX_ARGUMENTS);
        check(frame.size <= size - *done && frame.size <= MAX_FRAME);
        append_frame(frames, &frame);
        *done += frame.size;
    }
    if (result == COTE__AMP_PARTIAL) check(frame.size > size - *done && frame.size <= MAX_FRAME);
    return result;
}

/* In pieces whose sizes the bytes themselves decide. */
static cote__amp_result decode_pieces(const char *data, size_t size, cote__buffer *frames)
{
    cote__buffer input = {0};
    cote__amp_result result = COTE__AMP_PARTIAL;
    for (size_t at = 0; at < size && result == COTE__AMP_PARTIAL;) {
        size_t piece = 1 + (unsigned char)data[at] % 7, done;
        if (piece > size - at) piece = size - at;
        cote__buffer_append(&input, data + at, piece);
        at += piece;
        result = decode(input.data, input.size, frames, &done);
        cote__buffer_consume(&input, done);
    }
    cote__buffer_fini(&input);
    return result;
}

static void check_equal(const cote__buffer *one, const void *data, size_t size)
{
    check(!one->failed && one->size == size);
    check(size == 0 || memcmp(one->data, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    cote__buffer whole = {0}, pieces = {0}, again = {0};
    size_t done, done_again;
    cote__amp_result result = decode(bytes, size, &whole, &done);
    check_equal(&whole, bytes, done);

    check(decode_pieces(bytes, size, &pieces) == result);
    check_equal(&pieces, whole.data, whole.size);

    decode(whole.data, whole.size, &again, &done_again);
    check_equal(&again, whole.data, whole.size);

    cote__buffer_fini(&whole);
    cote__buffer_fini(&pieces);
    cote__buffer_fini(&again);
    return 0;
}
