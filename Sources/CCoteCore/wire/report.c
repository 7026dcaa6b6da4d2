#include "wire/report.h"

enum {
    MAX_ID = 128,   /* bytes, as in a hello */
    JSON_DEPTH = 64 /* of what others put into a status */
};

/* MARK: writing */

size_t cote__report_begin(cote__buffer *out, cote__slice id)
{
    cote__amp_begin(out, 2);
    cote__amp_argument(out, "s:", cote__slice_of("status"));
    size_t begun = cote__amp_argument_open(out, "j:");
    cote__buffer_append_text(out, "{\"id\":");
    cote__json_write_string(out, id);
    cote__buffer_append_text(out, ",\"nodes\":[");
    return begun;
}

void cote__report_node(cote__buffer *out, cote__slice id)
{
    if (out->size > 0 && out->data[out->size - 1] != '[') cote__buffer_append_byte(out, ',');
    cote__json_write_string(out, id);
}

void cote__report_end(cote__buffer *out, size_t begun)
{
    cote__buffer_append_text(out, "]}");
    cote__amp_argument_close(out, begun);
}

/* MARK: reading */

static bool read_id(cote__json object, cote__buffer *scratch, cote__slice *id)
{
    cote__json member;
    if (!cote__json_member(object, "id", &member)) return false;
    cote__buffer_clear(scratch);
    char *room = cote__buffer_reserve(scratch, member.text.size);
    return room && cote__json_string(member, room, id) && id->size > 0 && id->size <= MAX_ID &&
           !memchr(id->data, '\0', id->size);
}

static bool read_nodes(cote__json object, cote__slice *nodes)
{
    cote__json list, node;
    if (!cote__json_member(object, "nodes", &list) || list.type != COTE__JSON_ARRAY) return false;
    cote__json_iterator iterator = cote__json_iterate(list);
    while (cote__json_next(&iterator, NULL, &node))
        if (node.type != COTE__JSON_STRING && node.type != COTE__JSON_NULL) return false;
    *nodes = list.text;
    return true;
}

cote__message_result cote__report_decode(const cote__amp_frame *frame, cote__buffer *scratch,
                                         cote__report *report)
{
    if (frame->count < 2) return COTE__MESSAGE_IGNORED;
    cote_value event = cote__argument_decode(frame->arguments[0]);
    cote_value status = cote__argument_decode(frame->arguments[1]);
    if (event.kind != COTE_KIND_STRING || status.kind != COTE_KIND_JSON ||
        !cote__slice_equal((cote__slice){event.data, event.size}, cote__slice_of("status")))
        return COTE__MESSAGE_IGNORED;
    cote__json object;
    if (!cote__json_parse((cote__slice){status.data, status.size}, JSON_DEPTH, &object))
        return COTE__MESSAGE_MALFORMED;
    if (!read_id(object, scratch, &report->id) || !read_nodes(object, &report->nodes))
        return COTE__MESSAGE_IGNORED;
    report->status = object.text;
    return COTE__MESSAGE_OK;
}
