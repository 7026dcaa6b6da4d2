#include "wire/addressee.h"

#include "wire/word.h"

#define ID "s:cote:" /* what Node.js takes for an id that it does not know */

static const char meant_for[] = "s:cote:for", elsewhere[] = "s:cote:elsewhere";

void cote__addressee_encode(cote__buffer *out, cote__slice iid)
{
    cote__amp_begin(out, 2);
    cote__amp_argument(out, "", cote__slice_of(meant_for));
    cote__amp_argument(out, ID, iid);
}

bool cote__addressee_decode(const cote__amp_frame *frame, cote__slice *iid)
{
    static const size_t prefix = sizeof ID - 1;
    if (!cote__is_word(frame, meant_for)) return false;
    cote__slice id = frame->arguments[1];
    if (id.size <= prefix || memcmp(id.data, ID, prefix) != 0) return false;
    *iid = (cote__slice){id.data + prefix, id.size - prefix};
    return true;
}

void cote__elsewhere_encode(cote__buffer *out)
{
    cote__word_encode(out, elsewhere);
}

bool cote__is_elsewhere(const cote__amp_frame *frame)
{
    return cote__is_word(frame, elsewhere);
}
