#include "state/abilities.h"

#include <stdlib.h>

#include "state/hash.h"
#include "wire/topic.h"

enum { REMEMBERED = 16 };

typedef struct pattern {
    uint64_t hash;        /* of a literal one */
    uint32_t start, size; /* in the text; an empty one is nobody's handler's, and not kept */
} pattern;

typedef struct answer {
    uint64_t hash;
    bool known, able;
} answer;

struct cote__abilities {
    bool everything;
    answer answers[REMEMBERED];
    pattern *literals; /* a hash table of `slots`, a power of two, with free ones of size 0 */
    size_t slots;
    pattern *others; /* with a `*` in them */
    size_t other_count;
    char *text;
};

static cote__slice text_of(const cote__abilities *abilities, const pattern *one)
{
    return (cote__slice){abilities->text + one->start, one->size};
}

/* MARK: making one */

static void add_literal(cote__abilities *self, const pattern *one)
{
    size_t slot = (size_t)one->hash & (self->slots - 1);
    while (self->literals[slot].size > 0) {
        const pattern *there = &self->literals[slot];
        if (there->hash == one->hash && cote__slice_equal(text_of(self, there), text_of(self, one)))
            return;
        slot = (slot + 1) & (self->slots - 1);
    }
    self->literals[slot] = *one;
}

static void add(cote__abilities *self, cote__json string, size_t *used, uint64_t seed)
{
    cote__slice meaning;
    char *start = self->text + *used;
    if (!cote__json_string(string, start, &meaning) || meaning.size == 0) return;
    memmove(start, meaning.data, meaning.size);
    meaning.data = start;
    pattern one = {0, (uint32_t)*used, (uint32_t)meaning.size};
    *used += meaning.size;
    if (cote__slice_equal(meaning, cote__slice_of("**"))) {
        self->everything = true;
    } else if (memchr(meaning.data, '*', meaning.size)) {
        self->others[self->other_count++] = one;
    } else {
        one.hash = cote__hash(seed, meaning);
        add_literal(self, &one);
    }
}

static size_t count_of(cote__json list)
{
    size_t count = 0;
    cote__json element;
    cote__json_iterator elements = cote__json_iterate(list);
    while (cote__json_next(&elements, NULL, &element)) count++;
    return count;
}

cote__abilities *cote__abilities_create(cote__slice list, uint64_t seed)
{
    if (list.size > UINT32_MAX) return NULL;
    cote__json array = {COTE__JSON_ARRAY, list}, element;
    size_t count = count_of(array), slots = 2;
    while (slots < count * 2) slots *= 2;
    /* What strings mean is never longer than they are. */
    cote__abilities *self = calloc(1, sizeof *self + (slots + count) * sizeof(pattern) + list.size);
    if (!self) return NULL;
    self->literals = (pattern *)(self + 1);
    self->slots = slots;
    self->others = self->literals + slots;
    self->text = (char *)(self->others + count);
    size_t used = 0;
    cote__json_iterator elements = cote__json_iterate(array);
    while (cote__json_next(&elements, NULL, &element)) add(self, element, &used, seed);
    return self;
}

void cote__abilities_destroy(cote__abilities *abilities)
{
    free(abilities);
}

/* MARK: asking it */

static bool names_it(const cote__abilities *self, cote__slice name, uint64_t hash)
{
    size_t slot = (size_t)hash & (self->slots - 1);
    for (; self->literals[slot].size > 0; slot = (slot + 1) & (self->slots - 1)) {
        const pattern *there = &self->literals[slot];
        if (there->hash == hash && cote__slice_equal(text_of(self, there), name)) return true;
    }
    return false;
}

static bool matches_it(const cote__abilities *self, cote__slice name)
{
    for (size_t i = 0; i < self->other_count; i++)
        if (cote__topic_matches(text_of(self, &self->others[i]), name)) return true;
    return false;
}

bool cote__abilities_include(cote__abilities *self, cote__slice name, uint64_t hash)
{
    if (self->everything || names_it(self, name, hash)) return true;
    if (self->other_count == 0) return false;
    answer *remembered = &self->answers[hash % REMEMBERED];
    if (!remembered->known || remembered->hash != hash)
        *remembered = (answer){hash, true, matches_it(self, name)};
    return remembered->able;
}
