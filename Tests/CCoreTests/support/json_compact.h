/* json_compact.h - reads a document through the public calls and writes it anew. */
#ifndef COTE_TEST_JSON_COMPACT_H
#define COTE_TEST_JSON_COMPACT_H

#include "wire/json.h"

/*
 * Appends the document without white space, its strings read and written anew and its numbers as
 * they are. NULL, or what the reader did that it must never do: an element outside its parent, a
 * string longer than its text, a scalar that does not parse by itself, and the like.
 */
const char *cote_test_compact(cote__json value, cote__buffer *out);

/*
 * Parses `text`; if it is JSON, checks that writing it anew gives JSON that writes the same again.
 * NULL, or what was wrong. `valid`, which may be NULL, is whether it parsed.
 */
const char *cote_test_json_fault(cote__slice text, bool *valid);

#endif
