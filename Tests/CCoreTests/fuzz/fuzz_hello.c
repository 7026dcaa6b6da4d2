/* fuzz_hello.c - any datagram: what is taken as a hello keeps its bounds and can be said anew. */
#include <stdio.h>
#include <stdlib.h>

#include "support/hello_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cote__hello_result result;
    const char *fault = cote_test_hello_fault((cote__slice){(const char *)data, size}, &result);
    if (fault) {
        fprintf(stderr, "%s\n", fault);
        abort();
    }
    return 0;
}
