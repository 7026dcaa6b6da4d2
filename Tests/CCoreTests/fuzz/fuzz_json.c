/* fuzz_json.c - any bytes, read as JSON: what parses stays within itself and means one thing. */
#include <stdio.h>
#include <stdlib.h>

#include "support/json_compact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cote__slice text = {(const char *)data, size};
    bool valid, shallow;
    cote__json value;
    const char *fault = cote_test_json_fault(text, &valid);
    shallow = cote__json_parse(text, 3, &value);
    if (!fault && shallow && !valid) fault = "a text that parses only with less depth";

    /* Whatever the bytes are, writing them as a string gives JSON. */
    cote__buffer string = {0};
    cote__json_write_string(&string, text);
    if (!fault && !cote__json_parse(cote__buffer_slice(&string), 0, &value))
        fault = "a string written wrongly";
    if (!fault) fault = cote_test_json_fault(cote__buffer_slice(&string), NULL);
    cote__buffer_fini(&string);

    if (fault) {
        fprintf(stderr, "%s\n", fault);
        abort();
    }
    return 0;
}
