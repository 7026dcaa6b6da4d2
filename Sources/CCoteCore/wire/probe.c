#include "wire/probe.h"

#include "wire/word.h"

static const char ping[] = "s:cote:ping", pong[] = "s:cote:pong";

void cote__probe_encode(cote__buffer *out)
{
    cote__word_encode(out, ping);
}

void cote__probe_answer(cote__buffer *out)
{
    cote__word_encode(out, pong);
}

bool cote__is_probe(const cote__amp_frame *frame)
{
    return cote__is_word(frame, ping);
}

bool cote__is_probe_answer(const cote__amp_frame *frame)
{
    return cote__is_word(frame, pong);
}
