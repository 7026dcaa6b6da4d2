#include "wire/gap.h"

#include "wire/message.h"

enum { MAX_DIGITS = 19 /* so that the number fits */ };

void cote__gap_encode(cote__buffer *out, uint64_t dropped)
{
    cote__amp_begin(out, 2);
    cote__amp_argument(out, "s:", cote__slice_of("cote:gap"));
    size_t begun = cote__amp_argument_open(out, "j:");
    cote__buffer_append_text(out, "{\"dropped\":");
    cote__buffer_append_u64(out, dropped);
    cote__buffer_append_byte(out, '}');
    cote__amp_argument_close(out, begun);
}

uint64_t cote__gap_decode(const cote__amp_frame *frame)
{
    cote__json object, number;
    if (frame->count < 2) return 0;
    cote_value event = cote__argument_decode(frame->arguments[0]);
    cote_value gap = cote__argument_decode(frame->arguments[1]);
    if (event.kind != COTE_KIND_STRING || gap.kind != COTE_KIND_JSON ||
        !cote__slice_equal((cote__slice){event.data, event.size}, cote__slice_of("cote:gap")) ||
        !cote__json_parse((cote__slice){gap.data, gap.size}, COTE__JSON_MAX_DEPTH, &object) ||
        !cote__json_member(object, "dropped", &number) || number.type != COTE__JSON_NUMBER ||
        number.text.size > MAX_DIGITS)
        return 0;
    uint64_t dropped = 0;
    for (size_t i = 0; i < number.text.size; i++) {
        if (number.text.data[i] < '0' || number.text.data[i] > '9') return 0;
        dropped = dropped * 10 + (uint64_t)(number.text.data[i] - '0');
    }
    return dropped;
}
