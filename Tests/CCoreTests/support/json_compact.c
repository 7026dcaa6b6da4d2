#include "support/json_compact.h"

#include <math.h>
#include <stdlib.h>

static bool is_inside(cote__slice inner, cote__slice outer)
{
    return inner.size > 0 && inner.data >= outer.data &&
           inner.data + inner.size <= outer.data + outer.size;
}

static const char *compact_string(cote__json string, cote__buffer *out)
{
    char *scratch = malloc(string.text.size);
    cote__slice meaning;
    const char *fault = NULL;
    if (!scratch || !cote__json_string(string, scratch, &meaning)) {
        fault = "a string that has no meaning";
    } else if (meaning.size > string.text.size - 2) {
        fault = "a string that means more than its text";
    } else if (!cote__json_string_equal(string, meaning)) {
        fault = "a string that is not equal to its meaning";
    } else {
        cote__json_write_string(out, meaning);
    }
    free(scratch);
    return fault;
}

static const char *check_number(cote__json number)
{
    double value, again;
    uint64_t integer;
    if (!cote__json_number(number, &value)) return "a number without a value";
    if (isnan(value)) return "a number that is not a number";
    if (cote__json_u64(number, &integer) && (double)integer != value)
        return "an integer that differs from its double";
    if (isinf(value)) return NULL;
    cote__buffer out = {0};
    cote__json_write_number(&out, value);
    cote__json written;
    bool same = cote__json_parse(cote__buffer_slice(&out), 0, &written) &&
                cote__json_number(written, &again) && again == value;
    cote__buffer_fini(&out);
    return same ? NULL : "a number that is not read as it was written";
}

static const char *compact_scalar(cote__json value, cote__buffer *out)
{
    cote__json alone;
    if (!cote__json_parse(value.text, 0, &alone)) return "a scalar that does not parse by itself";
    if (alone.type != value.type || !cote__slice_equal(alone.text, value.text))
        return "a scalar that is another one by itself";
    if (value.type == COTE__JSON_STRING) return compact_string(value, out);
    cote__buffer_append_slice(out, value.text);
    return value.type == COTE__JSON_NUMBER ? check_number(value) : NULL;
}

const char *cote_test_compact(cote__json value, cote__buffer *out)
{
    bool object = value.type == COTE__JSON_OBJECT;
    if (!object && value.type != COTE__JSON_ARRAY) return compact_scalar(value, out);

    const char *fault = NULL, *before = value.text.data;
    cote__json_iterator elements = cote__json_iterate(value);
    cote__json key, element;
    cote__buffer_append_byte(out, object ? '{' : '[');
    for (size_t i = 0; !fault && cote__json_next(&elements, &key, &element); i++) {
        if (i > 0) cote__buffer_append_byte(out, ',');
        if (object) {
            if (key.text.data <= before || !is_inside(key.text, value.text))
                return "a name that is not behind the member before";
            fault = compact_scalar(key, out);
            if (fault) return fault;
            cote__buffer_append_byte(out, ':');
            before = key.text.data;
        }
        if (element.text.data <= before || !is_inside(element.text, value.text))
            return "an element that is not behind the one before";
        before = element.text.data;
        fault = cote_test_compact(element, out);
    }
    cote__buffer_append_byte(out, object ? '}' : ']');
    return fault;
}

const char *cote_test_json_fault(cote__slice text, bool *valid)
{
    cote__json value;
    bool parsed = cote__json_parse(text, COTE__JSON_MAX_DEPTH, &value);
    if (valid) *valid = parsed;
    if (!parsed) return NULL;
    cote__buffer once = {0}, twice = {0};
    const char *fault =
        is_inside(value.text, text) ? cote_test_compact(value, &once) : "a value outside its text";
    if (!fault && !cote__json_parse(cote__buffer_slice(&once), COTE__JSON_MAX_DEPTH, &value))
        fault = "a document that does not parse when written anew";
    if (!fault) fault = cote_test_compact(value, &twice);
    if (!fault && !cote__slice_equal(cote__buffer_slice(&once), cote__buffer_slice(&twice)))
        fault = "a document that is another one when written anew";
    cote__buffer_fini(&once);
    cote__buffer_fini(&twice);
    return fault;
}
