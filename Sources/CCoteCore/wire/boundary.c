#include "wire/boundary.h"

#include "wire/uuid.h"

#define KIND "s:cote:boundary"
#define ID   "s:cote:0"

enum { MAX_DIGITS = 19 /* so that the number fits */ };

void cote__boundary_encode(cote__buffer *out, const cote__boundary *boundary)
{
    cote__amp_begin(out, 3);
    cote__amp_argument(out, "", cote__slice_of(KIND));
    size_t begun = cote__amp_argument_open(out, "s:");
    cote__buffer_append_slice(out, boundary->iid);
    cote__buffer_append_byte(out, ':');
    cote__buffer_append_u64(out, boundary->bytes);
    cote__amp_argument_close(out, begun);
    cote__amp_argument(out, "", cote__slice_of(ID));
}

static bool read_number(cote__slice digits, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9') return false;
        *number = *number * 10 + (uint64_t)(digits.data[i] - '0');
    }
    return digits.size > 0 && digits.size <= MAX_DIGITS;
}

bool cote__boundary_decode(const cote__amp_frame *frame, cote__boundary *boundary)
{
    enum { BEFORE = 2 + COTE__UUID_SIZE + 1 /* s:IID: */ };
    const cote__slice *text = &frame->arguments[1];
    if (frame->count != 3 || !cote__slice_equal(frame->arguments[0], cote__slice_of(KIND)) ||
        text->size < BEFORE || memcmp(text->data, "s:", 2) != 0 || text->data[BEFORE - 1] != ':')
        return false;
    boundary->iid = (cote__slice){text->data + 2, COTE__UUID_SIZE};
    cote__slice digits = {text->data + BEFORE, text->size - BEFORE};
    return cote__uuid_valid(boundary->iid) && read_number(digits, &boundary->bytes);
}
