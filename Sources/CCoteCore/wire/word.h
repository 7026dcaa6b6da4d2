/* word.h - frames of one word, as [ s:cote:ping , s:cote:0 ]. Between ours only: to Node.js their
 * last argument is an id that it does not know. */
#ifndef COTE_WIRE_WORD_H
#define COTE_WIRE_WORD_H

#include <stdbool.h>

#include "wire/amp.h"

/* `word` with its tag. */
void cote__word_encode(cote__buffer *out, const char *word);
static inline bool cote__is_word(const cote__amp_frame *frame, const char *word)
{
    return frame->count == 2 && cote__slice_equal(frame->arguments[0], cote__slice_of(word));
}

#endif
