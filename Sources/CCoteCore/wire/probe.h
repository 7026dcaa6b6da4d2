/* probe.h - a sign of life is asked for: [ s:cote:ping , s:cote:0 ], and given:
 * [ s:cote:pong , s:cote:0 ]. Between ours only. */
#ifndef COTE_WIRE_PROBE_H
#define COTE_WIRE_PROBE_H

#include <stdbool.h>

#include "wire/amp.h"

void cote__probe_encode(cote__buffer *out);
void cote__probe_answer(cote__buffer *out);
bool cote__is_probe(const cote__amp_frame *frame);
bool cote__is_probe_answer(const cote__amp_frame *frame);

#endif
