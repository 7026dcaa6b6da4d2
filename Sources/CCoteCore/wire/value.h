/* value.h - values that are to be sent: whether they may be, and how. */
#ifndef COTE_WIRE_VALUE_H
#define COTE_WIRE_VALUE_H

#include "wire/message.h"

/* Whether the bytes are what their kind says, and not too many. `trusted`: the caller vouches for
 * JSON. */
bool cote__value_is_sound(cote_value value, bool trusted);

/* Bytes as Node.js writes them inside of JSON: {"type":"Buffer","data":[...]}. */
void cote__buffer_object_encode(cote__buffer *out, cote__slice bytes);

#endif
