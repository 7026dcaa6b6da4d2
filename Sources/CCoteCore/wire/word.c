#include "wire/word.h"

void cote__word_encode(cote__buffer *out, const char *word)
{
    cote__amp_begin(out, 2);
    cote__amp_argument(out, "", cote__slice_of(word));
    cote__amp_argument(out, "", cote__slice_of("s:cote:0"));
}
