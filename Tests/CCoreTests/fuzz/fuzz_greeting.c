/* fuzz_greeting.c - any datagram: what is taken as a greeting or as passed on can be said anew, and
 * is the same then. */
#include <stdint.h>
#include <stdlib.h>

#include "wire/greeting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cote__slice datagram = {(const char *)data, size};
    cote__greeting greeting, greeting_again;
    cote__relayed relayed, relayed_again;
    cote__buffer out = {0};
    cote__greeting_kind kind = cote__greeting_decode(datagram, &greeting, &relayed);
    if (kind == COTE__GREETING_GREET) cote__greeting_encode(&out, &greeting);
    if (kind == COTE__GREETING_RELAY) cote__relay_encode(&out, &relayed);
    if (out.size > 0) {
        require(cote__greeting_decode(cote__buffer_slice(&out), &greeting_again, &relayed_again) ==
                kind);
        if (kind == COTE__GREETING_GREET)
            require(memcmp(&greeting, &greeting_again, sizeof greeting) == 0);
        else
            require(relayed.id == relayed_again.id && relayed.source == relayed_again.source &&
                    cote__slice_equal(relayed.message, relayed_again.message));
    }
    cote__buffer_fini(&out);
    return 0;
}
