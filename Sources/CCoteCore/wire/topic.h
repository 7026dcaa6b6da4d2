/* topic.h - event names, their patterns, and the key of a mesh (protocol, sections 1, 3.2 and 4).
 */
#ifndef COTE_WIRE_TOPIC_H
#define COTE_WIRE_TOPIC_H

#include "wire/buffer.h"

/* A handler's pattern: segments separated by `::`, `*` is any one segment, `**` any number (none
 * included). */
bool cote__topic_matches(cote__slice pattern, cote__slice topic);

/* A subscribesTo filter: literal but for `*`, which stands for one or more characters of any kind.
 */
bool cote__filter_matches(cote__slice filter, cote__slice topic);

/* Appends `ENV$$KEY`: environment followed by ":" if not empty, "$$", key. Absent is as empty. */
void cote__mesh_key_encode(cote__buffer *out, cote__slice environment, cote__slice key);

#endif
