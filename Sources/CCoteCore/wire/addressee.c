#include "wire/addressee.h"

#define FOR       "s:cote:for"
#define ELSEWHERE "s:cote:elsewhere"
#define ID        "s:cote:" /* what Node.js takes for an id that it does not know */

static bool says(const cote__amp_frame *frame, const char *what)
{
    return frame->count == 2 && cote__slice_equal(frame->arguments[0], cote__slice_of(what));
}

void cote__addressee_encode(cote__buffer *out, cote__slice iid)
{
    cote__amp_begin(out, 2);
    cote__amp_argument(out, "", cote__slice_of(FOR));
    cote__amp_argument(out, ID, iid);
}

bool cote__addressee_decode(const cote__amp_frame *frame, cote__slice *iid)
{
    static const size_t prefix = sizeof ID - 1;
    if (!says(frame, FOR)) return false;
    cote__slice id = frame->arguments[1];
    if (id.size <= prefix || memcmp(id.data, ID, prefix) != 0) return false;
    *iid = (cote__slice){id.data + prefix, id.size - prefix};
    return true;
}

void cote__elsewhere_encode(cote__buffer *out)
{
    cote__amp_begin(out, 2);
    cote__amp_argument(out, "", cote__slice_of(ELSEWHERE));
    cote__amp_argument(out, "", cote__slice_of(ID "0"));
}

bool cote__is_elsewhere(const cote__amp_frame *frame)
{
    return says(frame, ELSEWHERE);
}
