/*
 * addressee.h - whom a connection is meant for: [ s:cote:for , s:cote:IID ], the first frame over
 * it, and the answer of who is somebody else: [ s:cote:elsewhere , s:cote:0 ]. An address may
 * belong to another listener by now. Between ours only.
 */
#ifndef COTE_WIRE_ADDRESSEE_H
#define COTE_WIRE_ADDRESSEE_H

#include <stdbool.h>

#include "wire/amp.h"

void cote__addressee_encode(cote__buffer *out, cote__slice iid);
/* False if the frame is another one. */
bool cote__addressee_decode(const cote__amp_frame *frame, cote__slice *iid);

void cote__elsewhere_encode(cote__buffer *out);
bool cote__is_elsewhere(const cote__amp_frame *frame);

#endif
