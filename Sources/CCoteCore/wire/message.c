#define _GNU_SOURCE /* memmem */
#include "wire/message.h"

#include "wire/json_scan.h"
#include "wire/uuid.h"
#include "wire/value.h"

static const char null_text[] = "null";
enum { NULL_SIZE = sizeof null_text - 1, TAG = 2 /* bytes of a tag */ };

/* Between ours: the bytes beside it are raw, though they begin like a tag (protocol, section 5). */
static const char raw_mark[] = "{\"__coteRaw\":true}";
static const cote__slice raw_mark_text = {raw_mark, sizeof raw_mark - 1};

/* Ours: the request was sent before. */
#define REDELIVERED "__coteRedelivered"
static const cote__slice redelivered_name = {REDELIVERED, sizeof REDELIVERED - 1};

/* MARK: arguments */

static const char *tag_of(cote_kind kind)
{
    switch (kind) {
    case COTE_KIND_JSON: return "j:";
    case COTE_KIND_STRING: return "s:";
    case COTE_KIND_BIGINT: return "b:";
    case COTE_KIND_BYTES: break;
    }
    return "";
}

static cote_kind kind_of(cote__slice argument)
{
    if (argument.size < TAG || argument.data[1] != ':') return COTE_KIND_BYTES;
    switch (argument.data[0]) {
    case 'j': return COTE_KIND_JSON;
    case 's': return COTE_KIND_STRING;
    case 'b': return COTE_KIND_BIGINT;
    default: return COTE_KIND_BYTES;
    }
}

cote_value cote__argument_decode(cote__slice argument)
{
    cote_kind kind = kind_of(argument);
    size_t tag = kind == COTE_KIND_BYTES ? 0 : TAG;
    return (cote_value){kind, argument.data + tag, argument.size - tag};
}

void cote__argument_encode(cote__buffer *out, cote_value value)
{
    cote__amp_argument(out, tag_of(value.kind), (cote__slice){value.data, value.size});
}

bool cote__looks_tagged(cote__slice bytes)
{
    return kind_of(bytes) != COTE_KIND_BYTES;
}

/* MARK: what requests and replies share */

static cote__slice text_of(cote_value value)
{
    return (cote__slice){value.data, value.size};
}

/* The last argument, without its tag. Absent when it is no string. */
static cote__slice id_of(const cote__amp_frame *frame)
{
    cote_value last = cote__argument_decode(frame->arguments[frame->count - 1]);
    return last.kind == COTE_KIND_STRING ? text_of(last) : (cote__slice){NULL, 0};
}

static void encode_id(cote__buffer *out, cote__slice id)
{
    cote__amp_argument(out, "s:", id);
}

bool cote__id_is_ours(cote__slice id)
{
    return id.size > COTE__UUID_SIZE && id.data[COTE__UUID_SIZE] == ':' &&
           cote__uuid_valid((cote__slice){id.data, COTE__UUID_SIZE});
}

static const char farewell_id[] = "cote:bye";

void cote__farewell_encode(cote__buffer *out)
{
    cote__amp_begin(out, 1);
    encode_id(out, cote__slice_of(farewell_id));
}

bool cote__is_farewell(const cote__amp_frame *frame)
{
    return frame->count == 1 && cote__slice_equal(id_of(frame), cote__slice_of(farewell_id));
}

static cote_value as_raw(cote__slice argument)
{
    return (cote_value){COTE_KIND_BYTES, argument.data, argument.size};
}

static bool needs_mark(const cote_value *value)
{
    return value->kind == COTE_KIND_BYTES && cote__looks_tagged(text_of(*value));
}

/* MARK: requests */

static bool is_type(cote__json type)
{
    return type.type == COTE__JSON_STRING && type.text.size > sizeof "\"\"" - 1;
}

/* A count of anything but a small natural number is none. */
static unsigned count_of(cote__json value)
{
    uint64_t count;
    return cote__json_u64(value, &count) && count <= UINT32_MAX ? (unsigned)count : 0;
}

/* False for most members, at a glance. */
static bool may_say_how(cote__json key)
{
    char first = key.text.data[1];
    return first == 't' || first == '_' || first == '\\';
}

/* Those members of the payload that say how it is to be taken. False if it has no type. */
static bool read_members(cote__request *request, bool *marked)
{
    bool typed = false;
    *marked = false;
    request->timeout = 0;
    request->redelivered = 0;
    if (request->payload.type != COTE__JSON_OBJECT) return false;
    cote__json key, value;
    cote__json_iterator members = cote__json_iterate(request->payload);
    while (cote__json_next(&members, &key, &value)) {
        if (!may_say_how(key)) continue;
        if (cote__json_string_equal(key, cote__slice_of("type"))) {
            request->type = value;
            typed = is_type(value);
        } else if (cote__json_string_equal(key, cote__slice_of("__timeout"))) {
            if (!cote__json_number(value, &request->timeout)) request->timeout = 0;
        } else if (cote__json_string_equal(key, cote__slice_of("__coteRaw"))) {
            *marked = value.type == COTE__JSON_TRUE;
        } else if (cote__json_string_equal(key, redelivered_name)) {
            request->redelivered = count_of(value);
        }
    }
    return typed;
}

cote__message_result cote__request_decode(const cote__amp_frame *frame, unsigned max_depth,
                                          cote__request *request)
{
    request->bytes = (cote_value){COTE_KIND_BYTES, NULL, 0};
    request->extra_count = 0;
    request->id = id_of(frame);

    cote_value payload = cote__argument_decode(frame->arguments[0]);
    if (payload.kind != COTE_KIND_JSON) return COTE__MESSAGE_IGNORED;
    if (!cote__json_parse(text_of(payload), max_depth, &request->payload))
        return COTE__MESSAGE_MALFORMED;
    bool marked;
    if (!read_members(request, &marked) || frame->count < 2) return COTE__MESSAGE_IGNORED;

    request->extra_count = frame->count - 2;
    for (unsigned i = 0; i < request->extra_count; i++) request->extra[i] = frame->arguments[i + 1];
    if (request->extra_count > 0 && (marked || !cote__looks_tagged(request->extra[0])))
        request->bytes = as_raw(request->extra[0]);
    return COTE__MESSAGE_OK;
}

/* Members that the encoder says itself, or that are not sent. */
static bool is_ours_to_say(cote__json key, bool timeout)
{
    static const char *const names[] = {"type", "__subset", "__coteRaw", "__coteRedelivered",
                                        "__timeout"};
    size_t count = sizeof names / sizeof *names - (timeout ? 0 : 1);
    for (size_t i = 0; i < count; i++)
        if (cote__json_string_equal(key, cote__slice_of(names[i]))) return true;
    return false;
}

/* False only if there is no such member, neither plain nor with escapes. Most objects have none,
 * and a look at their bytes costs a third of a walk through their members. */
static bool may_have_ours(const char *at, const char *end)
{
    static const char type[] = "\"type\"", own[] = "\"__";
    size_t size = (size_t)(end - at);
    return memchr(at, '\\', size) || memmem(at, size, type, sizeof type - 1) ||
           memmem(at, size, own, sizeof own - 1);
}

static void append_others(cote__buffer *out, cote__json object, bool timeout)
{
    cote__json key, value;
    cote__json_iterator members = cote__json_iterate(object);
    while (cote__json_next(&members, &key, &value)) {
        if (is_ours_to_say(key, timeout)) continue;
        cote__buffer_append_byte(out, ',');
        cote__buffer_append_slice(out, key.text);
        cote__buffer_append_byte(out, ':');
        cote__buffer_append_slice(out, value.text);
    }
}

/* Appends the members of an object, each after a comma, but for those that are ours to say. */
static void append_members(cote__buffer *out, cote__slice object, bool timeout)
{
    const char *end = object.data + object.size;
    const char *start = cote__json_skip_space(object.data, end); /* the opening brace */
    while (end[-1] != '}') end--;
    if (may_have_ours(start, end)) {
        append_others(out, (cote__json){COTE__JSON_OBJECT, {start, (size_t)(end - start)}},
                      timeout);
        return;
    }
    const char *first = cote__json_skip_space(start + 1, end);
    if (*first == '}') return;
    cote__buffer_append_byte(out, ',');
    cote__buffer_append(out, first, (size_t)(end - 1 - first));
}

static void append_payload(cote__buffer *out, const cote__request_parts *parts)
{
    size_t opened = cote__amp_argument_open(out, "j:");
    if (parts->whole.data) {
        cote__slice open = parts->whole; /* without its closing brace */
        while (open.size > 0 && open.data[--open.size] != '}') {
        }
        cote__buffer_append_slice(out, open);
    } else {
        cote__buffer_append_text(out, "{\"type\":");
        cote__json_write_string(out, parts->type);
        if (parts->object.data) append_members(out, parts->object, parts->timeout > 0);
    }
    if (parts->timeout > 0) {
        cote__buffer_append_text(out, ",\"__timeout\":");
        cote__buffer_append_u64(out, parts->timeout);
    }
    if (parts->bytes && needs_mark(parts->bytes))
        cote__buffer_append_text(out, ",\"__coteRaw\":true");
    cote__buffer_append_byte(out, '}');
    cote__amp_argument_close(out, opened);
}

void cote__extra_encode(cote__buffer *out, cote_value value)
{
    if (!needs_mark(&value)) {
        cote__argument_encode(out, value);
        return;
    }
    size_t opened = cote__amp_argument_open(out, "j:");
    cote__buffer_object_encode(out, text_of(value));
    cote__amp_argument_close(out, opened);
}

void cote__request_encode(cote__buffer *out, const cote__request_parts *parts)
{
    cote__amp_begin(out, (unsigned)(2 + (parts->bytes ? 1 : 0) + parts->extra_count));
    append_payload(out, parts);
    if (parts->bytes) cote__argument_encode(out, *parts->bytes);
    for (size_t i = 0; i < parts->extra_count; i++) cote__extra_encode(out, parts->extra[i]);
    encode_id(out, parts->id);
}

void cote__request_encode_again(cote__buffer *out, cote__slice frame, unsigned times)
{
    cote__amp_frame parts;
    if (cote__amp_decode(frame.data, frame.size, frame.size, &parts) != COTE__AMP_FRAME) return;
    cote__slice payload = parts.arguments[0]; /* tagged, and ends in a closing brace */
    const char *rest = payload.data + payload.size;
    cote__amp_begin(out, parts.count);
    size_t opened = cote__amp_argument_open(out, "");
    cote__buffer_append(out, payload.data, payload.size - 1);
    cote__buffer_append_text(out, ",\"" REDELIVERED "\":");
    cote__buffer_append_u64(out, times);
    cote__buffer_append_byte(out, '}');
    cote__amp_argument_close(out, opened);
    cote__buffer_append(out, rest, frame.size - (size_t)(rest - frame.data));
}

/* MARK: replies */

static cote__message_result decode_error(cote__slice argument, unsigned max_depth,
                                         cote__reply *reply)
{
    cote__json json;
    reply->error = cote__argument_decode(argument);
    reply->failed = true;
    if (reply->error.kind != COTE_KIND_JSON) return COTE__MESSAGE_OK;
    bool is_null =
        reply->error.size == NULL_SIZE && memcmp(reply->error.data, null_text, NULL_SIZE) == 0;
    if (!is_null) {
        if (!cote__json_parse(text_of(reply->error), max_depth, &json))
            return COTE__MESSAGE_MALFORMED;
        is_null = json.type == COTE__JSON_NULL;
    }
    if (is_null) {
        reply->failed = false;
        reply->error = (cote_value){COTE_KIND_JSON, null_text, NULL_SIZE};
    }
    return COTE__MESSAGE_OK;
}

cote__message_result cote__reply_decode(const cote__amp_frame *frame, unsigned max_depth,
                                        cote__reply *reply)
{
    reply->id = id_of(frame);
    reply->value_count = frame->count > 2 ? frame->count - 2 : 0;
    for (unsigned i = 0; i < reply->value_count; i++)
        reply->values[i] = cote__argument_decode(frame->arguments[i + 1]);
    if (reply->value_count == 2 && reply->values[1].kind == COTE_KIND_JSON &&
        cote__slice_equal(text_of(reply->values[1]), raw_mark_text)) {
        reply->values[0] = as_raw(frame->arguments[1]);
        reply->value_count = 1;
    }
    if (frame->count == 1 && reply->id.data) { /* an id alone: a success without a value */
        reply->failed = false;
        reply->error = (cote_value){COTE_KIND_JSON, null_text, NULL_SIZE};
        return COTE__MESSAGE_OK;
    }
    return decode_error(frame->arguments[0], max_depth, reply);
}

void cote__reply_encode(cote__buffer *out, cote_value result, cote__slice id)
{
    bool marked = needs_mark(&result);
    cote__amp_begin(out, marked ? 4 : 3);
    cote__amp_argument(out, "j:", (cote__slice){null_text, NULL_SIZE});
    cote__argument_encode(out, result);
    if (marked) cote__amp_argument(out, "j:", raw_mark_text);
    encode_id(out, id);
}

void cote__reply_values_encode(cote__buffer *out, const cote_value *values, unsigned count,
                               cote__slice id)
{
    cote__amp_begin(out, count + 2);
    cote__amp_argument(out, "j:", (cote__slice){null_text, NULL_SIZE});
    for (unsigned i = 0; i < count; i++) cote__argument_encode(out, values[i]);
    encode_id(out, id);
}

void cote__reply_error_encode(cote__buffer *out, cote_value error, cote__slice id)
{
    cote__amp_begin(out, 2);
    cote__argument_encode(out, error);
    encode_id(out, id);
}
