/* answer.c - from a reply's frame to the response that its requester is given. */
#include <stdlib.h>

#include "mesh/requester.h"
#include "wire/handles.h"

/* Our ids are IID:N, so N finds the request. Anything else was not asked for: dropped, as Node
 * drops it. */
static cote__requested *request_of(cote_requester *requester, const cote__link *link,
                                   cote__slice id)
{
    cote__slice iid = cote__slice_of(cote__component_id(&requester->component));
    if (id.size <= iid.size + 1 || id.size > iid.size + 21 ||
        memcmp(id.data, iid.data, iid.size) != 0 || id.data[iid.size] != ':')
        return NULL;
    uint64_t number = 0;
    for (size_t i = iid.size + 1; i < id.size; i++) {
        if (id.data[i] < '0' || id.data[i] > '9') return NULL;
        number = number * 10 + (uint64_t)(id.data[i] - '0');
    }
    cote__pending_entry *entry = cote__pending_find(&requester->pending, number);
    if (!entry) return NULL;
    cote__requested *request = COTE__CONTAINER(entry, cote__requested, pending);
    return request->link == link ? request : NULL;
}

/* MARK: errors, in any of the shapes that responders send */

static const char *keep(cote__buffer *text, size_t start)
{
    cote__buffer_append_byte(text, '\0');
    return text->failed ? "" : text->data + start;
}

/* The meaning of a JSON string, or the text of any other JSON value, with a zero. */
static const char *text_of(cote__buffer *out, cote__json value)
{
    size_t start = out->size;
    char *scratch = cote__buffer_reserve(out, value.text.size + 1);
    cote__slice meaning;
    if (!scratch) return "";
    if (!cote__json_string(value, scratch, &meaning)) meaning = value.text;
    memmove(scratch, meaning.data, meaning.size);
    out->size += meaning.size;
    return keep(out, start);
}

static void describe_object(cote__json error, cote_response *response, cote__buffer *text)
{
    cote__json member;
    /* Space for both at once, so that the second does not move the first. */
    if (!cote__buffer_reserve(text, error.text.size * 2 + 4)) return;
    response->message = "the responder sent an error without a message";
    if (cote__json_member(error, "message", &member) && member.text.size > sizeof "\"\"" - 1)
        response->message = text_of(text, member);
    if (cote__json_member(error, "code", &member) &&
        (member.type == COTE__JSON_STRING || member.type == COTE__JSON_NUMBER))
        response->code = text_of(text, member);
    if (cote__json_member(error, "details", &member))
        response->details = (cote_value){COTE_KIND_JSON, member.text.data, member.text.size};
}

static void describe_error(cote_value error, cote_response *response, cote__buffer *text)
{
    response->status = COTE_EREMOTE;
    response->error = error;
    response->message = cote_strerror(COTE_EREMOTE);
    cote__json json;
    if (error.kind == COTE_KIND_JSON) {
        if (!cote__json_parse((cote__slice){error.data, error.size}, COTE__JSON_MAX_DEPTH, &json))
            return;
        if (json.type == COTE__JSON_OBJECT)
            describe_object(json, response, text);
        else
            response->message = text_of(text, json);
    } else if (error.kind != COTE_KIND_BYTES) {
        cote__buffer_append(text, error.data, error.size);
        response->message = keep(text, 0);
    }
    if (!*response->message) response->message = cote_strerror(COTE_EREMOTE);
    if (strcmp(response->code, "noHandler") == 0) response->status = COTE_ENOHANDLER;
}

/* MARK: the whole */

/* What no request waits for: what the peer handles, or nothing. */
static void take_other(cote__link *link, const cote__reply *reply)
{
    cote_requester *requester = (cote_requester *)link->links->component;
    cote__slice list;
    if (!cote__handles_decode(reply, &list)) {
        cote__component_refused(&requester->component, COTE__REFUSED_ANSWER, COTE_LOG_DEBUG,
                                "%.128s sent an answer that no request waits for",
                                cote__peer_public(link->peer)->name);
        return;
    }
    cote__ability_told(&link->ability, list, link->links->seed);
    link->settled = false;
    cote__dispatch_waiting(requester);
}

bool cote__requester_answer(cote__link *link, const cote__amp_frame *frame)
{
    cote_requester *requester = (cote_requester *)link->links->component;
    cote__reply reply;
    if (cote__reply_decode(frame, requester->component.settings.max_depth, &reply) !=
        COTE__MESSAGE_OK)
        return false;
    cote__requested *request = request_of(requester, link, reply.id);
    if (!request) {
        take_other(link, &reply);
        return true;
    }
    const cote_peer *peer = cote__peer_public(link->peer);
    cote__buffer text = {0};
    cote_response response = {
        .size = sizeof response,
        .id = request->pending.number,
        .result = {COTE_KIND_JSON, "null", 4},
        .message = "",
        .code = "",
        .peer_id = peer->id,
        .peer_name = peer->name,
    };
    if (reply.failed) {
        describe_error(reply.error, &response, &text);
    } else if (reply.value_count > 0) {
        response.result = reply.values[0];
        response.extra = reply.values + 1;
        response.extra_count = reply.value_count - 1;
    }
    cote__dispatch_answered(request);
    cote__requester_finish(request, &response);
    cote__buffer_fini(&text);
    cote__dispatch_waiting_to(link);
    return true;
}
