/* gap.h - what a publisher of ours tells a subscriber from which it kept messages:
 * [ s:cote:gap , j:{"dropped":N} ]. Node.js hears no such event. */
#ifndef COTE_WIRE_GAP_H
#define COTE_WIRE_GAP_H

#include "wire/amp.h"

enum {
    COTE__GAP_MAX_SIZE = 64 /* bytes of such a frame */
};
void cote__gap_encode(cote__buffer *out, uint64_t dropped);

/* How many messages are missing, at least 1; 0 for any other frame. */
uint64_t cote__gap_decode(const cote__amp_frame *frame);

#endif
