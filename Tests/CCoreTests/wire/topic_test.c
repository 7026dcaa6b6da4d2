#include "wire/topic.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/random.h"

typedef struct match {
    const char *pattern, *topic;
    bool matches;
} match;

static void check(bool (*matches)(cote__slice, cote__slice), const match *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (matches(cote__slice_of(cases[i].pattern), cote__slice_of(cases[i].topic)) !=
            cases[i].matches)
            fail_msg("\"%s\" and \"%s\"", cases[i].pattern, cases[i].topic);
}

static void topics_match_by_segments(void **state)
{
    (void)state;
    static const match cases[] = {
        {"tick", "tick", true},
        {"tick", "tock", false},
        {"tick", "tick::a", false},
        {"tick::a", "tick", false},
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        /* one segment */
        {"*", "tick", true},
        {"*", "", true},
        {"*", "a::b", false},
        {"a::*", "a::b", true},
        {"a::*", "a", false},
        {"a::*", "a::", true},
        {"a::*::c", "a::b::c", true},
        {"a::*::c", "a::c", false},
        {"*::*", "a::b", true},
        /* any number */
        {"**", "", true},
        {"**", "a", true},
        {"**", "a::b::c", true},
        {"a::**", "a", true},
        {"a::**", "a::b::c", true},
        {"a::**", "b", false},
        {"**::c", "c", true},
        {"**::c", "a::b::c", true},
        {"**::c", "a::b::d", false},
        {"a::**::d", "a::d", true},
        {"a::**::d", "a::b::c::d", true},
        {"a::**::d", "a::b::c", false},
        {"**::b::**", "a::b::c", true},
        {"**::b::**", "a::c", false},
        {"**::**", "a", true},
        {"**::*", "a::b", true},
        {"**::*", "", true},
        {"**::a::*::c", "a::b::a::a::c", true},
        /* a star within a segment is a star */
        {"a*", "ab", false},
        {"a*", "a*", true},
        {"***", "abc", false},
        {"a.*", "a.b", false},
        /* a single colon separates nothing */
        {"*", "a:b", true},
        {"a:b", "a::b", false},
        {"a::*", "a:::b", true},
        {"a::*::b", "a::::b", true},
        /* the topic's own stars are literal */
        {"a", "*", false},
        {"a::b", "**", false},
    };
    check(cote__topic_matches, cases, sizeof cases / sizeof *cases);
}

static void filters_match_by_characters(void **state)
{
    (void)state;
    static const match cases[] = {
        {"tick", "tick", true},
        {"tick", "ticks", false},
        {"tick", "tic", false},
        {"", "", true},
        {"", "a", false},
        {"*", "a", true},
        {"*", "a::b c", true},
        {"*", "", false},
        {"a*", "ab", true},
        {"a*", "a", false},
        {"a*", "a\n", true},
        {"*a", "ba", true},
        {"*a", "a", false},
        {"*a", "aa", true},
        {"a*c", "abbc", true},
        {"a*c", "ac", false},
        {"a*c", "acc", true},
        {"a*c", "acb", false},
        {"*::tick", "ns1::tick", true},
        {"*::tick", "::tick", false},
        {"*a*a*", "xaxax", true},
        {"*a*a*", "aaaaa", true},
        {"*a*a*", "aaaa", false},
        /* one or more each */
        {"**", "a", false},
        {"**", "ab", true},
        {"***", "ab", false},
        /* characters, not bytes */
        {"**", "\xc3\xa9", false},
        {"**", "\xc3\xa9x", true},
        {"**", "\xf0\x9f\x98\x80", false},
        {"a*b",
         "a\xf0\x9f\x98\x80"
         "b",
         true},
        /* nothing else is special */
        {"a.c", "abc", false},
        {"a?", "ab", false},
        {"[ab]", "a", false},
    };
    check(cote__filter_matches, cases, sizeof cases / sizeof *cases);
}

/* MARK: against the plainest way to say it */

/* The text is random, in few characters, so that matches happen. */
static cote__slice random_text(uint64_t *random, char *space, const char *alphabet, size_t most)
{
    size_t size = cote_test_random_below(random, most + 1);
    for (size_t i = 0; i < size; i++)
        space[i] = alphabet[cote_test_random_below(random, strlen(alphabet))];
    return (cote__slice){space, size};
}

static bool plain_filter(const char *filter, size_t filter_size, const char *topic,
                         size_t topic_size)
{
    if (filter_size == 0) return topic_size == 0;
    if (topic_size == 0) return false;
    if (*filter != '*')
        return *filter == *topic &&
               plain_filter(filter + 1, filter_size - 1, topic + 1, topic_size - 1);
    for (size_t taken = 1; taken <= topic_size; taken++)
        if (plain_filter(filter + 1, filter_size - 1, topic + taken, topic_size - taken))
            return true;
    return false;
}

static void random_filters_agree_with_the_plain_way(void **state)
{
    (void)state;
    uint64_t random = 11;
    char pattern[8], topic[12];
    unsigned matched = 0;
    for (int round = 0; round < 100000; round++) {
        cote__slice filter = random_text(&random, pattern, "ab*", sizeof pattern);
        cote__slice text = random_text(&random, topic, "ab", sizeof topic);
        bool expected = plain_filter(filter.data, filter.size, text.data, text.size);
        if (cote__filter_matches(filter, text) != expected)
            fail_msg("\"%.*s\" and \"%.*s\"", (int)filter.size, filter.data, (int)text.size,
                     text.data);
        matched += expected;
    }
    assert_true(matched > 1000);
}

enum { MOST_SEGMENTS = 8 };

/* One letter a segment; `D` stands for the double star. */
static bool plain_topic(const char *pattern, size_t pattern_size, const char *topic,
                        size_t topic_size)
{
    if (pattern_size == 0) return topic_size == 0;
    if (*pattern == 'D') {
        for (size_t taken = 0; taken <= topic_size; taken++)
            if (plain_topic(pattern + 1, pattern_size - 1, topic + taken, topic_size - taken))
                return true;
        return false;
    }
    return topic_size > 0 && (*pattern == '*' || *pattern == *topic) &&
           plain_topic(pattern + 1, pattern_size - 1, topic + 1, topic_size - 1);
}

static cote__slice join(cote__slice letters, char *space)
{
    size_t size = 0;
    for (size_t i = 0; i < letters.size; i++) {
        if (i > 0) space[size++] = ':', space[size++] = ':';
        if (letters.data[i] == 'D') space[size++] = '*';
        space[size++] = letters.data[i] == 'D' ? '*' : letters.data[i];
    }
    return (cote__slice){space, size};
}

static void random_topics_agree_with_the_plain_way(void **state)
{
    (void)state;
    uint64_t random = 12;
    unsigned matched = 0;
    for (int round = 0; round < 100000; round++) {
        char letters[2][MOST_SEGMENTS], texts[2][MOST_SEGMENTS * 4];
        cote__slice pattern = random_text(&random, letters[0], "ab*D", MOST_SEGMENTS);
        cote__slice topic = random_text(&random, letters[1], "ab", MOST_SEGMENTS);
        /* Without a segment there is no text for it: even an empty one has one empty segment. */
        if (pattern.size == 0 || topic.size == 0) continue;
        bool expected = plain_topic(pattern.data, pattern.size, topic.data, topic.size);
        if (cote__topic_matches(join(pattern, texts[0]), join(topic, texts[1])) != expected)
            fail_msg("\"%.*s\" and \"%.*s\"", (int)pattern.size, pattern.data, (int)topic.size,
                     topic.data);
        matched += expected;
    }
    assert_true(matched > 1000);
}

/* Many stars on a long text that almost fits: exponential if every star were tried again. */
static void many_stars_take_little_time(void **state)
{
    (void)state;
    char filter[200], topic[4001], segments[9000];
    for (size_t i = 0; i < sizeof filter; i += 2) memcpy(filter + i, "*a", 2);
    filter[sizeof filter - 1] = 'b';
    memset(topic, 'a', sizeof topic);
    assert_false(cote__filter_matches((cote__slice){filter, sizeof filter},
                                      (cote__slice){topic, sizeof topic}));

    static const char pattern[] = "**::a::**::a::**::a::**::a::**::a::**::a::**::a::**::a::b";
    for (size_t i = 0; i < sizeof segments; i += 3) memcpy(segments + i, "a::", 3);
    assert_false(
        cote__topic_matches(cote__slice_of(pattern), (cote__slice){segments, sizeof segments}));
}

/* MARK: keys */

static void keys_have_the_environment_in_front(void **state)
{
    (void)state;
    static const struct {
        const char *environment, *key, *expected;
    } cases[] = {
        {NULL, NULL, "$$"},
        {"", "", "$$"},
        {"qa", NULL, "qa:$$"},
        {"qa", "billing", "qa:$$billing"},
        {NULL, "billing", "$$billing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cote__buffer out = {0};
        cote__mesh_key_encode(&out, cote__slice_of(cases[i].environment),
                              cote__slice_of(cases[i].key));
        assert_int_equal(out.size, strlen(cases[i].expected));
        assert_memory_equal(out.data, cases[i].expected, out.size);
        cote__buffer_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_match_by_segments),
        cmocka_unit_test(filters_match_by_characters),
        cmocka_unit_test(random_filters_agree_with_the_plain_way),
        cmocka_unit_test(random_topics_agree_with_the_plain_way),
        cmocka_unit_test(many_stars_take_little_time),
        cmocka_unit_test(keys_have_the_environment_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
