/* json.h - a JSON reader that allocates nothing and never recurses, and a writer into a buffer. */
#ifndef COTE_WIRE_JSON_H
#define COTE_WIRE_JSON_H

#include "wire/buffer.h"

typedef enum cote__json_type {
    COTE__JSON_NULL,
    COTE__JSON_TRUE,
    COTE__JSON_FALSE,
    COTE__JSON_NUMBER,
    COTE__JSON_STRING,
    COTE__JSON_ARRAY,
    COTE__JSON_OBJECT
} cote__json_type;

enum {
    COTE__JSON_MAX_DEPTH = 512 /* the largest max_depth that cote__json_parse takes */
};

/* A value inside a text that was validated as a whole: `text` spans it, quotes and brackets
 * included. */
typedef struct cote__json {
    cote__json_type type;
    cote__slice text;
} cote__json;

/* An iterator over the members of an object or the elements of an array. */
typedef struct cote__json_iterator {
    const char *at, *end;
    bool object;
} cote__json_iterator;

/*
 * Validates `text` as one JSON value (RFC 8259; UTF-8 checked; white space around it allowed; no
 * byte order mark), nested no deeper than `max_depth`, and describes it in `value`. Lone surrogate
 * escapes are accepted, as JavaScript sends them. False if it is anything else; then `value` is not
 * to be used.
 */
bool cote__json_parse(cote__slice text, unsigned max_depth, cote__json *value);

/* `value` must come from cote__json_parse or an iterator; an iterator over a scalar is empty. */
cote__json_iterator cote__json_iterate(cote__json value);
/* Next element; `key` (the string with its quotes) is set for objects, and may be NULL. False at
 * the end. */
bool cote__json_next(cote__json_iterator *iterator, cote__json *key, cote__json *value);

/* The last member of that name, as JavaScript has it when names repeat. False if none or not an
 * object. */
bool cote__json_member(cote__json object, const char *name, cote__json *value);

/* Whether it is an array of nothing but strings. */
bool cote__json_is_strings(cote__json value);

/* True if `string` is a JSON string that means exactly `bytes`, escapes taken into account. */
bool cote__json_string_equal(cote__json string, cote__slice bytes);

/*
 * What a JSON string means. Without escapes the slice points into the text itself; with them into
 * `scratch`, which must hold string.text.size bytes (what it means is never longer). A lone
 * surrogate becomes U+FFFD. False if it is not a string.
 */
bool cote__json_string(cote__json string, char *scratch, cote__slice *meaning);

/*
 * Numbers, by what they mean: 8000, 8e3 and 8000.0 are one integer. False if it is not a number, or
 * (u64) not an integer that fits. As in JavaScript, one beyond the doubles is infinite. The locale
 * does not matter.
 */
bool cote__json_number(cote__json number, double *value);
bool cote__json_u64(cote__json number, uint64_t *value);

/* Writes bytes as a JSON string, quotes included. Invalid UTF-8 becomes U+FFFD; escapes as
 * JSON.stringify does. */
void cote__json_write_string(cote__buffer *out, cote__slice text);

/* Writes a number as JSON.stringify does: the shortest text that reads as that double, `null` if it
 * is none or infinite. */
void cote__json_write_number(cote__buffer *out, double value);

#endif
