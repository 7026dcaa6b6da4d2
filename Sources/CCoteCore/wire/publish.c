#include "wire/publish.h"

static const char prefix[] = "message::";
static const char separator[] = "::";
enum { PREFIX_SIZE = sizeof prefix - 1, SEPARATOR_SIZE = sizeof separator - 1 };

void cote__publish_encode(cote__buffer *out, cote__slice name_space, cote__slice topic,
                          cote_value data)
{
    cote__amp_begin(out, 2);
    size_t opened = cote__amp_argument_open(out, "s:");
    cote__buffer_append(out, prefix, PREFIX_SIZE);
    if (name_space.data) {
        cote__buffer_append_slice(out, name_space);
        cote__buffer_append(out, separator, SEPARATOR_SIZE);
    }
    cote__buffer_append_slice(out, topic);
    cote__amp_argument_close(out, opened);
    cote__argument_encode(out, data);
}

static bool skip(cote__slice *text, const char *start, size_t size)
{
    if (text->size < size || memcmp(text->data, start, size) != 0) return false;
    text->data += size;
    text->size -= size;
    return true;
}

bool cote__publish_decode(const cote__amp_frame *frame, cote__slice name_space,
                          cote__published *published)
{
    cote_value first = cote__argument_decode(frame->arguments[0]);
    cote__slice topic = {first.data, first.size};
    if (first.kind != COTE_KIND_STRING || !skip(&topic, prefix, PREFIX_SIZE)) return false;
    if (name_space.data && (!skip(&topic, name_space.data, name_space.size) ||
                            !skip(&topic, separator, SEPARATOR_SIZE)))
        return false;
    if (topic.size == 0) return false;

    published->topic = topic;
    published->data = (cote_value){COTE_KIND_JSON, "null", 4};
    published->extra_count = frame->count > 2 ? frame->count - 2 : 0;
    if (frame->count > 1) published->data = cote__argument_decode(frame->arguments[1]);
    for (unsigned i = 0; i < published->extra_count; i++)
        published->extra[i] = cote__argument_decode(frame->arguments[i + 2]);
    return true;
}
