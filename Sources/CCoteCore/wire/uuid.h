/* uuid.h - UUID version 4 as text. Randomness is the caller's. */
#ifndef COTE_WIRE_UUID_H
#define COTE_WIRE_UUID_H

#include "wire/slice.h"

enum { COTE__UUID_SIZE = 36, COTE__REQUEST_ID_SIZE = COTE__UUID_SIZE + 1 + 20 };

/* Lower-case text of the UUID made from 16 random bytes (RFC 9562, version 4), with a terminating
 * zero. */
void cote__uuid_format(const uint8_t random[16], char out[COTE__UUID_SIZE + 1]);
bool cote__uuid_valid(cote__slice text); /* any version, either case */
/* The id of a request of ours, which is a UUID, a colon, and a number in decimal. Returns its size;
 * no zero follows. */
size_t cote__request_id_format(const char *iid, uint64_t number, char out[COTE__REQUEST_ID_SIZE]);
/* False if it is another's. */
bool cote__request_id_parse(cote__slice id, uint8_t iid[16], uint64_t *number);

#endif
