/* report.h - what a component tells a monitor: [ s:status , j:{"id":IID,"nodes":[IID or null]} ]
 * (protocol, section 3.3), and behind these members, if it is ours, what it has counted. */
#ifndef COTE_WIRE_REPORT_H
#define COTE_WIRE_REPORT_H

#include "cote/counters.h"
#include "wire/hello.h"
#include "wire/message.h"

/* Writing: begin, then each peer that it is connected to, then end, with what a component of that
 * type counts; NULL: as Node.js says it. */
size_t cote__report_begin(cote__buffer *out, cote__slice id);
void cote__report_node(cote__buffer *out, cote__slice id);
void cote__report_end(cote__buffer *out, size_t begun, cote__axon_type axon_type,
                      const cote_counters *counters);

/* A report as it came. Everything points into the frame, but `id`, which may point into scratch. */
typedef struct cote__report {
    cote__slice id;     /* 1 to 128 bytes, UTF-8, without U+0000 */
    cote__slice nodes;  /* JSON: an array of strings and nulls */
    cote__slice status; /* JSON: the whole object, members of somebody's own included */
    bool counts;        /* it tells counters; what it does not say of them is 0 */
    cote_counters counters;
} cote__report;

/*
 * IGNORED: another event, or no such object. MALFORMED: JSON that does not parse or is nested too
 * deep. `scratch` grows as needed, and is the caller's.
 */
cote__message_result cote__report_decode(const cote__amp_frame *frame, cote__buffer *scratch,
                                         cote__report *report);

#endif
