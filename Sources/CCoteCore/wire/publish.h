/* publish.h - what a publisher says: [ s:message::(NAMESPACE::)TOPIC , data ] (protocol,
 * section 3.2). */
#ifndef COTE_WIRE_PUBLISH_H
#define COTE_WIRE_PUBLISH_H

#include "wire/message.h"

typedef struct cote__published {
    cote__slice topic; /* without what stands before it */
    cote_value data;
    unsigned extra_count; /* values behind the data */
    cote_value extra[COTE__AMP_MAX_ARGUMENTS];
} cote__published;

/* An absent namespace is none. Data that is a string, JSON or a big integer goes tagged, raw bytes
 * as they are. */
void cote__publish_encode(cote__buffer *out, cote__slice name_space, cote__slice topic,
                          cote_value data);

/* False for anything that is no message of this namespace. The data is not validated; without any
 * it is JSON `null`. Everything points into the frame. */
bool cote__publish_decode(const cote__amp_frame *frame, cote__slice name_space,
                          cote__published *published);

#endif
