#include "wire/json.h"

#include "wire/json_scan.h"

/* MARK: validating */

typedef struct reader {
    const char *end;
    unsigned depth, max_depth;
    uint64_t objects[COTE__JSON_MAX_DEPTH / 64]; /* a bit for each open bracket: is it a brace? */
} reader;

static void enter(reader *self, bool object)
{
    uint64_t *word = &self->objects[self->depth / 64], bit = UINT64_C(1) << self->depth % 64;
    *word = object ? *word | bit : *word & ~bit;
    self->depth++;
}

static bool in_object(const reader *self)
{
    unsigned innermost = self->depth - 1;
    return self->objects[innermost / 64] >> innermost % 64 & 1;
}

/* Each of these takes where something begins, and returns where it ends, or NULL. */

static const char *read_literal(const char *at, const char *end, const char *literal, size_t size)
{
    return (size_t)(end - at) >= size && memcmp(at, literal, size) == 0 ? at + size : NULL;
}

static const char *read_scalar(const char *at, const char *end)
{
    switch (*at) {
    case '"': return cote__json_scan_string(at, end);
    case 't': return read_literal(at, end, "true", 4);
    case 'f': return read_literal(at, end, "false", 5);
    case 'n': return read_literal(at, end, "null", 4);
    default: return cote__json_scan_number(at, end);
    }
}

/* A member's name, its colon, and the space up to the value. */
static const char *read_name(const char *at, const char *end)
{
    if (at == end || *at != '"' || !(at = cote__json_scan_string(at, end))) return NULL;
    at = cote__json_skip_space(at, end);
    if (at == end || *at != ':') return NULL;
    return cote__json_skip_space(at + 1, end);
}

/* Into the brackets at `at`, one within the other, up to the end of the first value that is a
 * scalar or empty. */
static const char *read_first(reader *self, const char *at)
{
    const char *end = self->end;
    while (at && at < end) {
        char opening = *at;
        if (opening != '{' && opening != '[') return read_scalar(at, end);
        if (self->depth == self->max_depth) return NULL;
        at = cote__json_skip_space(at + 1, end);
        if (at < end && *at == (opening == '{' ? '}' : ']')) return at + 1;
        enter(self, opening == '{');
        if (opening == '{') at = read_name(at, end);
    }
    return NULL;
}

static const char *read_value(reader *self, const char *at)
{
    const char *end = self->end;
    at = read_first(self, at);
    while (at && self->depth > 0) {
        at = cote__json_skip_space(at, end);
        if (at == end) return NULL;
        bool object = in_object(self);
        if (*at == (object ? '}' : ']')) {
            self->depth--;
            at++;
            continue;
        }
        if (*at != ',') return NULL;
        at = cote__json_skip_space(at + 1, end);
        if (object) at = read_name(at, end);
        at = read_first(self, at);
    }
    return at;
}

/* Of a valid value, from its first byte. */
static cote__json_type type_of(char first)
{
    switch (first) {
    case '{': return COTE__JSON_OBJECT;
    case '[': return COTE__JSON_ARRAY;
    case '"': return COTE__JSON_STRING;
    case 't': return COTE__JSON_TRUE;
    case 'f': return COTE__JSON_FALSE;
    case 'n': return COTE__JSON_NULL;
    default: return COTE__JSON_NUMBER;
    }
}

static cote__json describe(const char *start, const char *end)
{
    return (cote__json){type_of(*start), {start, (size_t)(end - start)}};
}

bool cote__json_parse(cote__slice text, unsigned max_depth, cote__json *value)
{
    if (text.size == 0) return false;
    reader self = {
        .end = text.data + text.size,
        .max_depth = max_depth < COTE__JSON_MAX_DEPTH ? max_depth : COTE__JSON_MAX_DEPTH,
    };
    const char *start = cote__json_skip_space(text.data, self.end);
    const char *after = read_value(&self, start);
    if (!after || cote__json_skip_space(after, self.end) != self.end) return false;
    *value = describe(start, after);
    return true;
}

/* MARK: iterating, over text known to be valid */

static const char *skip_brackets(const char *at, const char *end)
{
    size_t depth = 0;
    do {
        if (*at == '"') {
            at = cote__json_scan_string(at, end);
            continue;
        }
        if (*at == '{' || *at == '[') depth++;
        if (*at == '}' || *at == ']') depth--;
        at++;
    } while (depth > 0);
    return at;
}

/* Whether it can be within a number or literal: all that may follow one cannot. */
static bool is_word(char byte)
{
    return byte != ',' && byte != ']' && byte != '}' && byte > ' ';
}

static const char *skip_word(const char *at, const char *end)
{
    while (at < end && is_word(*at)) at++;
    return at;
}

static const char *skip_value(const char *at, const char *end)
{
    switch (*at) {
    case '"': return cote__json_scan_string(at, end);
    case '{':
    case '[': return skip_brackets(at, end);
    default: return skip_word(at, end);
    }
}

cote__json_iterator cote__json_iterate(cote__json value)
{
    bool object = value.type == COTE__JSON_OBJECT;
    if (!object && value.type != COTE__JSON_ARRAY) return (cote__json_iterator){NULL, NULL, false};
    return (cote__json_iterator){
        .at = value.text.data + 1,
        .end = value.text.data + value.text.size - 1,
        .object = object,
    };
}

bool cote__json_next(cote__json_iterator *iterator, cote__json *key, cote__json *value)
{
    const char *end = iterator->end, *at = cote__json_skip_space(iterator->at, end);
    if (at < end && *at == ',') at = cote__json_skip_space(at + 1, end);
    if (at == end) return false;
    if (iterator->object) {
        const char *name_end = cote__json_scan_string(at, end);
        if (key) *key = describe(at, name_end);
        at = cote__json_skip_space(name_end, end) + 1; /* the colon */
        at = cote__json_skip_space(at, end);
    }
    iterator->at = skip_value(at, end);
    *value = describe(at, iterator->at);
    return true;
}

bool cote__json_member(cote__json object, const char *name, cote__json *value)
{
    if (object.type != COTE__JSON_OBJECT) return false;
    cote__slice wanted = cote__slice_of(name);
    cote__json_iterator members = cote__json_iterate(object);
    cote__json key, member;
    bool found = false;
    while (cote__json_next(&members, &key, &member)) {
        if (!cote__json_string_equal(key, wanted)) continue;
        *value = member;
        found = true;
    }
    return found;
}

bool cote__json_is_strings(cote__json value)
{
    cote__json_iterator elements = cote__json_iterate(value);
    cote__json element;
    if (value.type != COTE__JSON_ARRAY) return false;
    while (cote__json_next(&elements, NULL, &element))
        if (element.type != COTE__JSON_STRING) return false;
    return true;
}
