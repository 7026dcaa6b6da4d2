/*
 * handles.h - the frame by which a responder of ours tells a requester which types it handles, when
 * its hello has no room for them: [ j:{"handles":[...]}, s:cote:handles ]. Anybody else takes it
 * for a reply that nobody waits for.
 */
#ifndef COTE_WIRE_HANDLES_H
#define COTE_WIRE_HANDLES_H

#include "wire/message.h"

/* `list` is a JSON array of strings. */
void cote__handles_encode(cote__buffer *out, cote__slice list);
/* Whether a reply is such a frame. The list is validated, and absent if it is none. */
bool cote__handles_decode(const cote__reply *reply, cote__slice *list);

#endif
