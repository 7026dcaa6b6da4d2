#include "wire/topic.h"

/* MARK: patterns of segments */

/* Takes the first segment off `rest`, which becomes absent with the last one. */
static cote__slice take_segment(cote__slice *rest)
{
    cote__slice segment = *rest;
    for (size_t i = 0; i + 1 < rest->size; i++) {
        if (rest->data[i] != ':' || rest->data[i + 1] != ':') continue;
        segment.size = i;
        rest->data += i + 2;
        rest->size -= i + 2;
        return segment;
    }
    *rest = (cote__slice){NULL, 0};
    return segment;
}

static bool is_star(cote__slice segment)
{
    return segment.size == 1 && segment.data[0] == '*';
}

static bool is_double_star(cote__slice segment)
{
    return segment.size == 2 && segment.data[0] == '*' && segment.data[1] == '*';
}

/* Each `**` first takes no segment, and one more whenever what follows does not fit. Only the last
 * one met needs to be tried again: what an earlier one could take, that one can take as well. */
bool cote__topic_matches(cote__slice pattern, cote__slice topic)
{
    bool retry = false;
    cote__slice after = {NULL, 0}, taken = {NULL, 0};
    while (topic.data) {
        if (pattern.data) {
            cote__slice pattern_rest = pattern, topic_rest = topic;
            cote__slice wanted = take_segment(&pattern_rest);
            if (is_double_star(wanted)) {
                retry = true;
                after = pattern = pattern_rest;
                taken = topic;
                continue;
            }
            cote__slice segment = take_segment(&topic_rest);
            if (is_star(wanted) || cote__slice_equal(wanted, segment)) {
                pattern = pattern_rest;
                topic = topic_rest;
                continue;
            }
        }
        if (!retry) return false;
        take_segment(&taken);
        topic = taken;
        pattern = after;
    }
    while (pattern.data)
        if (!is_double_star(take_segment(&pattern))) return false;
    return true;
}

/* MARK: filters of characters */

static size_t after_character(cote__slice text, size_t at)
{
    do at++;
    while (at < text.size && ((unsigned char)text.data[at] & 0xc0) == 0x80);
    return at;
}

bool cote__filter_matches(cote__slice filter, cote__slice topic)
{
    bool retry = false;
    size_t at = 0, f = 0;       /* the next of the topic, of the filter */
    size_t taken = 0, star = 0; /* up to where the last `*` takes, and what follows it */
    while (at < topic.size) {
        if (f < filter.size && filter.data[f] == '*') {
            retry = true;
            star = ++f;
            taken = at = after_character(topic, at);
        } else if (f < filter.size && filter.data[f] == topic.data[at]) {
            f++;
            at++;
        } else if (retry) {
            taken = at = after_character(topic, taken);
            f = star;
        } else {
            return false;
        }
    }
    return f == filter.size;
}

/* MARK: the key */

void cote__mesh_key_encode(cote__buffer *out, cote__slice environment, cote__slice key)
{
    if (environment.size > 0) {
        cote__buffer_append_slice(out, environment);
        cote__buffer_append_byte(out, ':');
    }
    cote__buffer_append_text(out, "$$");
    cote__buffer_append_slice(out, key);
}
