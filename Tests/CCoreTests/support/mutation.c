#include "support/mutation.h"

#include <stdlib.h>
#include <string.h>

#include "support/random.h"

char *cote_test_exact_copy(const char *bytes, size_t size)
{
    char *copy = malloc(size ? size : 1);
    if (copy && size) memcpy(copy, bytes, size);
    return copy;
}

/* Bytes with a meaning in JSON, UTF-8 or a frame are likelier to lead somewhere than others. */
static char interesting_byte(uint64_t *state)
{
    static const char bytes[] =
        "{}[]\",:\\u/tfn0123456789.eE+- \x00\x01\x11\x7f\x80\xc3\xed\xf4\xff";
    return bytes[cote_test_random_below(state, sizeof bytes - 1)];
}

static size_t take_out(uint64_t *state, char *bytes, size_t size)
{
    size_t at = cote_test_random_below(state, size),
           count = 1 + cote_test_random_below(state, size - at);
    memmove(bytes + at, bytes + at + count, size - at - count);
    return size - count;
}

static size_t put_in(uint64_t *state, char *bytes, size_t size, size_t room)
{
    size_t from = cote_test_random_below(state, size), to = cote_test_random_below(state, size + 1);
    size_t count = 1 + cote_test_random_below(state, size - from < 16 ? size - from : 16);
    char piece[16];
    if (count > room) return size;
    memcpy(piece, bytes + from, count);
    memmove(bytes + to + count, bytes + to, size - to);
    memcpy(bytes + to, piece, count);
    return size + count;
}

char *cote_test_mutate(uint64_t *state, const char *bytes, size_t size, size_t *mutated_size)
{
    size_t capacity = size + 128;
    char *work = malloc(capacity);
    if (!work) return NULL;
    memcpy(work, bytes, size);
    for (uint64_t changes = 1 + cote_test_random_below(state, 8); changes > 0 && size > 0;
         changes--) {
        size_t at = cote_test_random_below(state, size);
        switch (cote_test_random_below(state, 8)) {
        case 0: size = take_out(state, work, size); break;
        case 1: size = put_in(state, work, size, capacity - size); break;
        case 2: work[at] ^= (char)(1 << cote_test_random_below(state, 8)); break;
        case 3: work[at] = (char)cote_test_random_below(state, 256); break;
        default: work[at] = interesting_byte(state);
        }
    }
    *mutated_size = size;
    char *exact = cote_test_exact_copy(work, size);
    free(work);
    return exact;
}
