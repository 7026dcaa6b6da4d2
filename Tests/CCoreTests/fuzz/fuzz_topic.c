/* fuzz_topic.c - a pattern, a newline, a topic: whether they match is the same as by the plainest
 * definition of it. */
#include <stdlib.h>

#include "wire/topic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 128 }; /* segments, or bytes of a topic */

typedef struct parts {
    size_t count;
    cote__slice items[MOST];
} parts;

static void check(bool truth)
{
    if (!truth) abort();
}

static bool add(parts *all, const char *begin, const char *end)
{
    if (all->count == MOST) return false;
    all->items[all->count++] = (cote__slice){begin, (size_t)(end - begin)};
    return true;
}

/* At each `::`, from the left. */
static bool split_segments(cote__slice text, parts *all)
{
    const char *begin = text.data, *end = text.data + text.size;
    for (const char *at = begin; at + 1 < end; at++) {
        if (at[0] != ':' || at[1] != ':') continue;
        if (!add(all, begin, at)) return false;
        begin = at + 2;
        at++;
    }
    return add(all, begin, end);
}

static bool is(cote__slice part, const char *text)
{
    return cote__slice_equal(part, cote__slice_of(text));
}

/* Which beginnings of the topic are matched by the pattern up to one of its segments. */
static bool segments_match(const parts *pattern, const parts *topic)
{
    bool reached[MOST + 1] = {true};
    for (size_t p = 0; p < pattern->count; p++) {
        bool next[MOST + 1] = {false}, is_any = is(pattern->items[p], "*");
        for (size_t t = 0; t <= topic->count; t++) {
            if (!reached[t]) continue;
            if (is(pattern->items[p], "**"))
                for (size_t to = t; to <= topic->count; to++) next[to] = true;
            else if (t < topic->count &&
                     (is_any || cote__slice_equal(pattern->items[p], topic->items[t])))
                next[t + 1] = true;
        }
        memcpy(reached, next, sizeof reached);
    }
    return reached[topic->count];
}

static bool is_continued(cote__slice text, size_t at)
{
    return at < text.size && ((unsigned char)text.data[at] & 0xc0) == 0x80;
}

/* The same by bytes, but that a `*` takes whole characters. */
static bool filter_matches(cote__slice filter, cote__slice topic)
{
    bool reached[MOST + 1] = {true};
    for (size_t f = 0; f < filter.size; f++) {
        bool next[MOST + 1] = {false};
        for (size_t t = 0; t < topic.size; t++) {
            if (!reached[t]) continue;
            if (filter.data[f] == '*') {
                for (size_t to = t + 1; to <= topic.size; to++)
                    if (!is_continued(topic, to)) next[to] = true;
            } else if (filter.data[f] == topic.data[t]) {
                next[t + 1] = true;
            }
        }
        memcpy(reached, next, sizeof reached);
    }
    return reached[topic.size];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data, *end = bytes + size;
    const char *newline = size > 0 ? memchr(bytes, '\n', size) : NULL;
    if (!newline) return 0;
    cote__slice pattern = {bytes, (size_t)(newline - bytes)};
    cote__slice topic = {newline + 1, (size_t)(end - newline - 1)};

    parts wanted = {0}, given = {0};
    bool matched = cote__topic_matches(pattern, topic);
    if (split_segments(pattern, &wanted) && split_segments(topic, &given))
        check(matched == segments_match(&wanted, &given));
    matched = cote__filter_matches(pattern, topic);
    if (topic.size <= MOST) check(matched == filter_matches(pattern, topic));

    cote__buffer key = {0};
    cote__mesh_key_encode(&key, pattern, topic);
    check(key.size == pattern.size + (pattern.size > 0) + 2 + topic.size);
    cote__buffer_fini(&key);
    return 0;
}
