#include "wire/probe.h"

#define PING "s:cote:ping"
#define PONG "s:cote:pong"
#define ID   "s:cote:0"

static void encode(cote__buffer *out, const char *what)
{
    cote__amp_begin(out, 2);
    cote__amp_argument(out, "", cote__slice_of(what));
    cote__amp_argument(out, "", cote__slice_of(ID));
}

void cote__probe_encode(cote__buffer *out)
{
    encode(out, PING);
}

void cote__probe_answer(cote__buffer *out)
{
    encode(out, PONG);
}

static bool says(const cote__amp_frame *frame, const char *what, size_t size)
{
    const cote__slice *first = &frame->arguments[0];
    return frame->count == 2 && first->size == size && memcmp(first->data, what, size) == 0;
}

bool cote__is_probe(const cote__amp_frame *frame)
{
    return says(frame, PING, sizeof PING - 1);
}

bool cote__is_probe_answer(const cote__amp_frame *frame)
{
    return says(frame, PONG, sizeof PONG - 1);
}
