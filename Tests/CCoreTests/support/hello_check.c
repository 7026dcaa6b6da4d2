#include "support/hello_check.h"

#include <stdlib.h>

typedef struct texts {
    cote__slice strings[10]; /* may have been unescaped, so hold no zero */
    cote__slice json[6];     /* as they came */
} texts;

static texts texts_of(const cote__hello *hello)
{
    return (texts){
        {hello->pid, hello->iid, hello->host_name, hello->type, hello->name, hello->key,
         hello->name_space, hello->subset, hello->address, hello->digest},
        {hello->advertisement, hello->responds_to, hello->broadcasts, hello->subscribes_to,
         hello->requests, hello->handles},
    };
}

static bool is_inside(cote__slice inner, cote__slice outer)
{
    return inner.data >= outer.data && inner.data + inner.size <= outer.data + outer.size;
}

static const char *check_places(const cote__hello *hello, cote__slice datagram, cote__slice scratch)
{
    texts all = texts_of(hello);
    for (size_t i = 0; i < sizeof all.strings / sizeof *all.strings; i++) {
        cote__slice text = all.strings[i];
        if (text.size == 0) continue;
        if (!is_inside(text, datagram) && !is_inside(text, scratch)) return "a string elsewhere";
        if (memchr(text.data, '\0', text.size)) return "a string with a zero";
    }
    for (size_t i = 0; i < sizeof all.json / sizeof *all.json; i++)
        if (all.json[i].data && !is_inside(all.json[i], datagram)) return "JSON elsewhere";
    return NULL;
}

static const char *check_bounds(const cote__hello *hello)
{
    if (hello->pid.size == 0 || hello->pid.size > 128) return "a pid out of bounds";
    if (hello->iid.size == 0 || hello->iid.size > 128) return "an iid out of bounds";
    bool ours = hello->raw || hello->address.data || hello->handles.data || hello->digest.data;
    if (ours && hello->cote_version == 0) return "of ours, but not ours";
    bool described = hello->advertisement.data != NULL && hello->name.data != NULL;
    if (described != (hello->event == COTE__HELLO_HELLO)) return "a description out of place";
    const cote__slice lists[] = {hello->responds_to, hello->broadcasts, hello->subscribes_to,
                                 hello->requests, hello->handles};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        cote__json list, element;
        if (!lists[i].data) continue;
        if (!cote__json_parse(lists[i], 1, &list) || list.type != COTE__JSON_ARRAY)
            return "a list that is none";
        cote__json_iterator elements = cote__json_iterate(list);
        while (cote__json_next(&elements, NULL, &element))
            if (element.type != COTE__JSON_STRING) return "a list of something else";
    }
    return NULL;
}

/* What we would advertise to say the same, without the user's own members. */
static cote__advertisement advertisement_of(const cote__hello *hello)
{
    return (cote__advertisement){
        .type = hello->type,
        .name = hello->name,
        .key = hello->key,
        .name_space = hello->name_space,
        .responds_to = hello->responds_to,
        .broadcasts = hello->broadcasts,
        .subscribes_to = hello->subscribes_to,
        .requests = hello->requests,
        .subset = hello->subset,
        .timeout = hello->timeout,
        .port = hello->port,
        .axon_type = hello->axon_type,
    };
}

static const char *compare(const cote__hello *one, const cote__hello *other)
{
    if (one->event != other->event) return "another event after encoding";
    if (other->cote_version != 1 || !other->raw) return "not ours after encoding";
    if (one->port != other->port || one->timeout != other->timeout ||
        one->axon_type != other->axon_type)
        return "another number after encoding";
    texts texts_of_one = texts_of(one), texts_of_other = texts_of(other);
    for (size_t i = 0; i < sizeof texts_of_one.strings / sizeof *texts_of_one.strings; i++)
        if (!cote__slice_equal(texts_of_one.strings[i], texts_of_other.strings[i]))
            return "another string after encoding";
    for (size_t i = 1; i < sizeof texts_of_one.json / sizeof *texts_of_one.json; i++)
        if (!cote__slice_equal(texts_of_one.json[i], texts_of_other.json[i]))
            return "another list after encoding";
    return NULL;
}

static const char *check_round_trip(const cote__hello *hello)
{
    cote__buffer json = {0}, datagram = {0};
    cote__advertisement advertisement = advertisement_of(hello);
    cote__advertisement_encode(&json, &advertisement);
    cote__hello_envelope envelope = {
        .pid = hello->pid,
        .iid = hello->iid,
        .host_name = hello->host_name,
        .process_command = hello->name,
        .weight = -0.5,
        .advertisement = cote__buffer_slice(&json),
        .address = hello->address,
        .handles = hello->handles,
        .digest = hello->digest,
    };
    if (hello->event == COTE__HELLO_HELLO)
        cote__hello_encode(&datagram, &envelope);
    else
        cote__bye_encode(&datagram, &envelope);

    cote__hello again;
    const char *fault = "what we encoded is malformed";
    char *scratch = malloc(datagram.size + 1);
    if (scratch &&
        cote__hello_decode(datagram.data, datagram.size, scratch, &again) == COTE__HELLO_OK)
        fault = compare(hello, &again);
    free(scratch);
    cote__buffer_fini(&json);
    cote__buffer_fini(&datagram);
    return fault;
}

const char *cote_test_hello_fault(cote__slice datagram, cote__hello_result *result)
{
    cote__hello hello;
    char *scratch = malloc(datagram.size ? datagram.size : 1);
    if (!scratch) return "no memory";
    *result = cote__hello_decode(datagram.data, datagram.size, scratch, &hello);
    const char *fault = NULL;
    if (*result == COTE__HELLO_OK) {
        fault = check_places(&hello, datagram, (cote__slice){scratch, datagram.size});
        if (!fault) fault = check_bounds(&hello);
        if (!fault) fault = check_round_trip(&hello);
    }
    free(scratch);
    return fault;
}
