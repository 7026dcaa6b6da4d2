/* encode.c - from what a caller wants to send to a request with its frame. */
#include <stdlib.h>

#include "mesh/requester.h"
#include "state/hash.h"
#include "wire/error.h"
#include "wire/uuid.h"
#include "wire/value.h"

enum { MAX_EXTRA = COTE__AMP_MAX_ARGUMENTS - 2 /* beside payload and id */ };

/* MARK: checking */

static bool is_raw(const cote_value *payload)
{
    return payload && payload->kind == COTE_KIND_BYTES;
}

/* What a payload says of its own delivery counts where the options say nothing (protocol, 3.1). */
static void read_timeout(cote__outgoing *outgoing)
{
    cote__json member;
    uint64_t timeout;
    if (outgoing->options.timeout_ms != 0 ||
        !cote__json_member(outgoing->object, "__timeout", &member) ||
        !cote__json_u64(member, &timeout) || timeout == 0)
        return;
    outgoing->options.timeout_ms = timeout < COTE_NO_TIMEOUT ? (uint32_t)timeout : COTE_NO_TIMEOUT;
    outgoing->own_timeout = true;
}

/* A Node.js responder dies on JSON that does not parse, and on a `type` that is no string: neither
 * leaves this process. */
static int check_payload(cote__outgoing *outgoing)
{
    const cote_value *payload = outgoing->payload;
    if (!payload) return COTE_OK;
    if (payload->size && !payload->data) return cote__fail(COTE_EINVAL, "payload: data is NULL");
    if (payload->size > COTE__AMP_MAX_VALUE)
        return cote__fail(COTE_ETOOBIG, "payload: 4 GiB or more");
    if (is_raw(payload) || (outgoing->options.flags & COTE_SEND_ENCODED)) return COTE_OK;
    if (payload->kind != COTE_KIND_JSON)
        return cote__fail(COTE_EINVAL, "payload: neither JSON nor raw bytes");

    cote__json member, *object = &outgoing->object;
    if (!cote__json_parse((cote__slice){payload->data, payload->size}, COTE__JSON_MAX_DEPTH,
                          object))
        return cote__fail(COTE_EINVAL, "payload: not JSON: %.*s",
                          (int)(payload->size < 80 ? payload->size : 80),
                          (const char *)payload->data);
    if (object->type != COTE__JSON_OBJECT)
        return cote__fail(COTE_EINVAL, "payload: JSON, but not an object");
    if (cote__json_member(*object, "type", &member) &&
        !cote__json_string_equal(member, cote__slice_of(outgoing->type)))
        return cote__fail(COTE_EINVAL,
                          "payload: its member \"type\" is another than the request's, \"%.80s\"",
                          outgoing->type);
    if (cote__json_member(*object, "__subset", &member) && member.type != COTE__JSON_STRING)
        return cote__fail(COTE_EINVAL, "payload: its member \"__subset\" is no string");
    read_timeout(outgoing);
    return COTE_OK;
}

static int check_extra(const cote__outgoing *outgoing)
{
    const cote_send_options *options = &outgoing->options;
    size_t most = MAX_EXTRA - (is_raw(outgoing->payload) ? 1 : 0);
    if (options->extra_count > most)
        return cote__fail(COTE_EINVAL, "extra: %zu values, and a frame has room for %zu",
                          options->extra_count, most);
    for (size_t i = 0; i < options->extra_count; i++)
        if (!cote__value_is_sound(options->extra[i], options->flags & COTE_SEND_ENCODED))
            return cote__fail(COTE_EINVAL,
                              "extra: the bytes of number %zu are not what its kind says", i);
    return COTE_OK;
}

int cote__request_check(cote__outgoing *outgoing)
{
    if (!outgoing->type || !*outgoing->type)
        return cote__fail(COTE_EINVAL, "type: is required, and not empty");
    if (outgoing->options.subset && !*outgoing->options.subset)
        return cote__fail(COTE_EINVAL, "subset: an empty string; leave it out instead");
    int result = check_payload(outgoing);
    return result == COTE_OK ? check_extra(outgoing) : result;
}

/* MARK: the frame */

static void encode(cote__buffer *out, const cote__outgoing *outgoing, uint32_t timeout,
                   cote__slice id)
{
    const cote_value *payload = outgoing->payload;
    bool raw = is_raw(payload);
    bool whole = payload && !raw && (outgoing->options.flags & COTE_SEND_ENCODED);
    cote__request_parts parts = {
        .type = cote__slice_of(outgoing->type),
        .object = outgoing->object.text,
        .whole = {whole ? payload->data : NULL, whole ? payload->size : 0},
        .timeout = timeout == COTE_NO_TIMEOUT || outgoing->own_timeout ? 0 : timeout,
        .bytes = raw ? payload : NULL,
        .extra = outgoing->options.extra,
        .extra_count = outgoing->options.extra_count,
        .id = id,
    };
    cote__request_encode(out, &parts);
}

/* A Node.js responder takes neither raw bytes nor further values, which would land where it expects
 * its callback; and an "error" that nobody listens to ends its process. */
static bool is_for_ours_only(const cote__outgoing *outgoing)
{
    return is_raw(outgoing->payload) || outgoing->options.extra_count > 0 ||
           strcmp(outgoing->type, "error") == 0;
}

/* What the options say, else what the payload says; false when there is no memory. */
static bool copy_subset(const cote__outgoing *outgoing, char **subset)
{
    cote__json member;
    cote__slice meaning = cote__slice_of(outgoing->options.subset);
    bool in_payload = !meaning.data && outgoing->object.text.data &&
                      cote__json_member(outgoing->object, "__subset", &member);
    *subset = NULL;
    if (!meaning.data && !in_payload) return true;
    char *copy = malloc((in_payload ? member.text.size : meaning.size) + 1);
    if (!copy) return false;
    if (in_payload) cote__json_string(member, copy, &meaning);
    memmove(copy, meaning.data, meaning.size);
    copy[meaning.size] = '\0';
    *subset = copy;
    return true;
}

cote__requested *cote__request_create(cote_requester *requester, const cote__outgoing *outgoing,
                                      uint32_t timeout, uint64_t number)
{
    char id[COTE__REQUEST_ID_SIZE];
    size_t id_size = cote__request_id_format(cote__component_id(&requester->component), number, id);
    cote__buffer memory = {0};
    /* The struct comes first, and frame and type behind it: one allocation for a request. */
    if (cote__buffer_reserve(&memory, sizeof(cote__requested) + 192 +
                                          (outgoing->payload ? outgoing->payload->size : 0)))
        memory.size = sizeof(cote__requested);
    encode(&memory, outgoing, timeout, (cote__slice){id, id_size});
    size_t frame_size = memory.size - sizeof(cote__requested);
    cote__slice type = cote__slice_of(outgoing->type);
    cote__buffer_append_slice(&memory, type);
    char *subset = NULL;
    if (memory.failed || !copy_subset(outgoing, &subset)) {
        cote__buffer_fini(&memory);
        return NULL;
    }
    cote__requested *request = (cote__requested *)(void *)memory.data;
    type.data = (char *)(request + 1) + frame_size;
    *request = (cote__requested){
        .pending = {.number = number, .deadline = COTE__NEVER},
        .requester = requester,
        .idempotent = outgoing->options.flags & COTE_SEND_IDEMPOTENT,
        .wants = {.type = type,
                  .hash = cote__hash(requester->links.seed, type),
                  .subset = subset,
                  .ours_only = is_for_ours_only(outgoing),
                  .handler = outgoing->options.flags & COTE_SEND_REQUIRE_HANDLER},
        .frame_size = frame_size,
    };
    return request;
}
