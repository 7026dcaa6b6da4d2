/*
 * boundary.h - where a frame ends on another connection: [ s:cote:boundary , s:IID:BYTES ,
 * s:cote:0 ]. Between ours only.
 *
 * Who made that connection is asked for by its id, and BYTES of it have been written so far, which
 * are whole frames.
 */
#ifndef COTE_WIRE_BOUNDARY_H
#define COTE_WIRE_BOUNDARY_H

#include <stdbool.h>

#include "wire/amp.h"

typedef struct cote__boundary {
    cote__slice iid; /* borrowed; a UUID */
    uint64_t bytes;
} cote__boundary;

void cote__boundary_encode(cote__buffer *out, const cote__boundary *boundary);
/* False if the frame is none, or makes no sense. */
bool cote__boundary_decode(const cote__amp_frame *frame, cote__boundary *boundary);

#endif
