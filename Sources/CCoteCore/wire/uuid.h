/* uuid.h - UUID version 4 as text. Randomness is the caller's. */
#ifndef COTE_WIRE_UUID_H
#define COTE_WIRE_UUID_H

#include "wire/slice.h"

enum { COTE__UUID_SIZE = 36 };

/* Lower-case text of the UUID made from 16 random bytes (RFC 9562, version 4), with a terminating
 * zero. */
void cote__uuid_format(const uint8_t random[16], char out[COTE__UUID_SIZE + 1]);
bool cote__uuid_valid(cote__slice text); /* any version, either case */

#endif
