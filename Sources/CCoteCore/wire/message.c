#include "wire/message.h"

#include "wire/json_scan.h"

static const char null_text[] = "null";
enum { NULL_SIZE = sizeof null_text - 1, TAG = 2 /* bytes of a tag */ };

/* Between ours: the bytes beside it are raw, though they begin like a tag (protocol, section 5). */
static const char raw_mark[] = "{\"__coteRaw\":true}";
static const cote__slice raw_mark_text = {raw_mark, sizeof raw_mark - 1};

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
    if (frame->count < 2 || !cote__json_member(request->payload, "type", &request->type) ||
        !is_type(request->type))
        return COTE__MESSAGE_IGNORED;

    request->extra_count = frame->count - 2;
    for (unsigned i = 0; i < request->extra_count; i++) request->extra[i] = frame->arguments[i + 1];
    cote__json mark;
    if (request->extra_count > 0 &&
        (!cote__looks_tagged(request->extra[0]) ||
         (cote__json_member(request->payload, "__coteRaw", &mark) && mark.type == COTE__JSON_TRUE)))
        request->bytes = as_raw(request->extra[0]);
    return COTE__MESSAGE_OK;
}

/* False only if there is no member of that name, neither plain nor with escapes. Most objects have
 * none, and a look at their bytes costs a third of a walk through their members. */
static bool may_have_type(const char *at, const char *end)
{
    static const char name[] = "\"type\"";
    enum { RARE = 2 /* where its `y` is */ };
    if (memchr(at, '\\', (size_t)(end - at))) return true;
    for (at += RARE; end - at >= RARE; at++) {
        at = memchr(at, name[RARE], (size_t)(end - at));
        if (!at) return false;
        if ((size_t)(end - at) >= sizeof name - 1 - RARE &&
            memcmp(at - RARE, name, sizeof name - 1) == 0)
            return true;
    }
    return false;
}

static void append_others(cote__buffer *out, cote__json object)
{
    cote__json key, value;
    cote__json_iterator members = cote__json_iterate(object);
    while (cote__json_next(&members, &key, &value)) {
        if (cote__json_string_equal(key, cote__slice_of("type"))) continue;
        cote__buffer_append_byte(out, ',');
        cote__buffer_append_slice(out, key.text);
        cote__buffer_append_byte(out, ':');
        cote__buffer_append_slice(out, value.text);
    }
}

/* Appends the members of an object, each after a comma, but for those named `type`. */
static void append_members(cote__buffer *out, cote__slice object)
{
    const char *end = object.data + object.size;
    const char *start = cote__json_skip_space(object.data, end); /* the opening brace */
    while (end[-1] != '}') end--;
    if (may_have_type(start, end)) {
        append_others(out, (cote__json){COTE__JSON_OBJECT, {start, (size_t)(end - start)}});
        return;
    }
    const char *first = cote__json_skip_space(start + 1, end);
    if (*first == '}') return;
    cote__buffer_append_byte(out, ',');
    cote__buffer_append(out, first, (size_t)(end - 1 - first));
}

void cote__payload_encode(cote__buffer *out, cote__slice type, cote__slice object)
{
    static const char beginning[] = "{\"type\":";
    size_t opened = cote__amp_argument_open(out, "j:");
    cote__buffer_append(out, beginning, sizeof beginning - 1);
    cote__json_write_string(out, type);
    if (object.data) append_members(out, object);
    cote__buffer_append_byte(out, '}');
    cote__amp_argument_close(out, opened);
}

void cote__request_encode(cote__buffer *out, cote__slice type, cote__slice object,
                          const cote_value *bytes, cote__slice id)
{
    cote__amp_begin(out, bytes ? 3 : 2);
    cote__payload_encode(out, type, bytes && needs_mark(bytes) ? raw_mark_text : object);
    if (bytes) cote__argument_encode(out, *bytes);
    encode_id(out, id);
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

void cote__reply_error_encode(cote__buffer *out, cote_value error, cote__slice id)
{
    cote__amp_begin(out, 2);
    cote__argument_encode(out, error);
    encode_id(out, id);
}
