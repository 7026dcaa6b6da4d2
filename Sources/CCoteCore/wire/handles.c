#include "wire/handles.h"

static const char frame_id[] = "cote:handles";

void cote__handles_encode(cote__buffer *out, cote__slice list)
{
    cote__amp_begin(out, 2);
    size_t opened = cote__amp_argument_open(out, "j:");
    cote__buffer_append_text(out, "{\"handles\":");
    cote__buffer_append_slice(out, list);
    cote__buffer_append_byte(out, '}');
    cote__amp_argument_close(out, opened);
    cote__amp_argument(out, "s:", cote__slice_of(frame_id));
}

bool cote__handles_decode(const cote__reply *reply, cote__slice *list)
{
    *list = (cote__slice){NULL, 0};
    if (!cote__slice_equal(reply->id, cote__slice_of(frame_id))) return false;
    cote__json object, member;
    if (reply->error.kind != COTE_KIND_JSON ||
        !cote__json_parse((cote__slice){reply->error.data, reply->error.size}, COTE__JSON_MAX_DEPTH,
                          &object) ||
        !cote__json_member(object, "handles", &member) || !cote__json_is_strings(member))
        return true;
    *list = member.text;
    return true;
}
