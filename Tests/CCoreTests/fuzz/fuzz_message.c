/* fuzz_message.c - what frames mean, and that saying it again means the same. */
#include <stdlib.h>

#include "wire/addressee.h"
#include "wire/boundary.h"
#include "wire/handles.h"
#include "wire/publish.h"
#include "wire/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool truth)
{
    if (!truth) abort();
}

static cote__amp_frame decode(const cote__buffer *buffer)
{
    cote__amp_frame frame;
    check(!buffer->failed);
    check(cote__amp_decode(buffer->data, buffer->size, SIZE_MAX, &frame) == COTE__AMP_FRAME);
    check(frame.size == buffer->size);
    return frame;
}

static cote__slice bytes_of(cote_value value)
{
    return (cote__slice){value.data, value.size};
}

static void check_same(cote_value one, cote_value other)
{
    check(one.kind == other.kind && cote__slice_equal(bytes_of(one), bytes_of(other)));
}

/* MARK: arguments */

static void fuzz_argument(cote__slice argument)
{
    cote_value value = cote__argument_decode(argument);
    check(cote__looks_tagged(argument) == (value.kind != COTE_KIND_BYTES));
    cote__buffer out = {0};
    cote__amp_begin(&out, 1);
    cote__argument_encode(&out, value);
    cote__amp_frame frame = decode(&out);
    check(cote__slice_equal(frame.arguments[0], argument));
    cote__buffer_fini(&out);
}

/* MARK: requests */

static size_t member_count(cote__json object)
{
    size_t count = 0;
    cote__json value;
    cote__json_iterator members = cote__json_iterate(object);
    while (cote__json_next(&members, NULL, &value)) count++;
    return count;
}

static void fuzz_request(const cote__amp_frame *frame)
{
    cote__request request, again;
    if (cote__request_decode(frame, COTE__JSON_MAX_DEPTH, &request) != COTE__MESSAGE_OK) return;
    check(request.payload.type == COTE__JSON_OBJECT && request.type.type == COTE__JSON_STRING);
    check(request.extra_count == frame->count - 2);
    char *scratch = malloc(request.type.text.size);
    check(scratch != NULL);
    cote__slice type;
    check(cote__json_string(request.type, scratch, &type) && type.size > 0);

    bool raw = request.bytes.data != NULL;
    cote__buffer out = {0};
    cote__request_encode(&out, &(cote__request_parts){.type = type,
                                                      .object = request.payload.text,
                                                      .bytes = raw ? &request.bytes : NULL,
                                                      .id = request.id});
    cote__amp_frame encoded = decode(&out);
    check(cote__request_decode(&encoded, COTE__JSON_MAX_DEPTH, &again) == COTE__MESSAGE_OK);
    check(cote__json_string_equal(again.type, type));
    check(again.id.data && again.id.size == request.id.size);
    check(request.id.size == 0 || memcmp(again.id.data, request.id.data, request.id.size) == 0);
    check((again.bytes.data != NULL) == raw);
    if (raw) check_same(again.bytes, request.bytes);
    check(member_count(again.payload) <= member_count(request.payload));

    /* The type is first now: a second time changes nothing. */
    cote__buffer twice = {0};
    cote__request_encode(&twice, &(cote__request_parts){.type = type,
                                                        .object = again.payload.text,
                                                        .bytes = raw ? &again.bytes : NULL,
                                                        .id = again.id});
    check(cote__slice_equal(cote__buffer_slice(&twice), cote__buffer_slice(&out)));
    cote__buffer_fini(&twice);
    cote__buffer_fini(&out);
    free(scratch);
}

/* MARK: replies */

static void fuzz_reply(const cote__amp_frame *frame)
{
    cote__reply reply, again;
    if (cote__reply_decode(frame, COTE__JSON_MAX_DEPTH, &reply) != COTE__MESSAGE_OK) return;
    unsigned between = frame->count > 2 ? frame->count - 2 : 0;
    bool marked = between == 2 && reply.value_count == 1; /* the other one said: these are raw */
    check(reply.value_count == between || (marked && reply.values[0].kind == COTE_KIND_BYTES));
    cote__buffer out = {0};
    if (reply.failed)
        cote__reply_error_encode(&out, reply.error, reply.id);
    else
        cote__reply_encode(&out, reply.value_count > 0 ? reply.values[0] : reply.error, reply.id);
    cote__amp_frame encoded = decode(&out);
    check(cote__reply_decode(&encoded, COTE__JSON_MAX_DEPTH, &again) == COTE__MESSAGE_OK);
    check(again.failed == reply.failed);
    check_same(again.error, reply.error);
    check(again.value_count == (reply.failed ? 0 : 1));
    if (!reply.failed && reply.value_count > 0) check_same(again.values[0], reply.values[0]);
    check(again.id.data && again.id.size == reply.id.size);
    cote__buffer_fini(&out);
}

/* MARK: what a responder handles */

static void fuzz_handles(const cote__amp_frame *frame)
{
    cote__reply reply;
    cote__slice list, again;
    if (cote__reply_decode(frame, COTE__JSON_MAX_DEPTH, &reply) != COTE__MESSAGE_OK ||
        !cote__handles_decode(&reply, &list) || !list.data)
        return;
    cote__json json;
    check(cote__json_parse(list, 1, &json) && cote__json_is_strings(json));
    cote__buffer out = {0};
    cote__handles_encode(&out, list);
    cote__amp_frame encoded = decode(&out);
    check(cote__reply_decode(&encoded, COTE__JSON_MAX_DEPTH, &reply) == COTE__MESSAGE_OK);
    check(cote__handles_decode(&reply, &again) && cote__slice_equal(again, list));
    cote__buffer_fini(&out);
}

/* MARK: whom a connection is for */

static void fuzz_addressee(const cote__amp_frame *frame)
{
    cote__slice iid, again;
    if (!cote__addressee_decode(frame, &iid)) return;
    check(iid.size > 0);
    cote__buffer out = {0};
    cote__addressee_encode(&out, iid);
    cote__amp_frame encoded = decode(&out);
    check(cote__addressee_decode(&encoded, &again) && cote__slice_equal(again, iid));
    cote__buffer_fini(&out);
}

static void fuzz_boundary(const cote__amp_frame *frame)
{
    cote__boundary boundary, again;
    if (!cote__boundary_decode(frame, &boundary)) return;
    cote__buffer out = {0};
    cote__boundary_encode(&out, &boundary);
    cote__amp_frame encoded = decode(&out);
    check(cote__boundary_decode(&encoded, &again) && again.bytes == boundary.bytes);
    check(cote__slice_equal(again.iid, boundary.iid));
    cote__buffer_fini(&out);
}

/* MARK: messages of publishers */

static const cote__slice name_space = {"ns1", 3}, no_name_space = {NULL, 0};

static void fuzz_value(cote_value value)
{
    if (cote__value_is_sound(value, false)) check(cote__value_is_sound(value, true));
    cote__buffer out = {0};
    cote__json object;
    cote__buffer_object_encode(&out, bytes_of(value));
    check(cote__json_parse(cote__buffer_slice(&out), 2, &object));
    cote__buffer_fini(&out);
}

static void fuzz_publish_of(const cote__amp_frame *frame, cote__slice of)
{
    cote__published published, again;
    if (!cote__publish_decode(frame, of, &published)) return;
    check(published.topic.size > 0);
    check(published.extra_count == (frame->count > 2 ? frame->count - 2 : 0));
    cote__buffer out = {0};
    cote__publish_encode(&out, of, published.topic, published.data);
    cote__amp_frame encoded = decode(&out);
    check(cote__slice_equal(encoded.arguments[0], frame->arguments[0]));
    if (frame->count > 1) check(cote__slice_equal(encoded.arguments[1], frame->arguments[1]));
    check(cote__publish_decode(&encoded, of, &again));
    check(cote__slice_equal(again.topic, published.topic));
    check_same(again.data, published.data);
    check(again.extra_count == 0);
    fuzz_value(published.data);
    cote__buffer_fini(&out);
}

static void fuzz_publish(const cote__amp_frame *frame)
{
    cote__published named, plain;
    fuzz_publish_of(frame, no_name_space);
    fuzz_publish_of(frame, name_space);
    if (!cote__publish_decode(frame, name_space, &named)) return;
    check(cote__publish_decode(frame, no_name_space, &plain)); /* that takes it for a segment */
    check(plain.topic.size == name_space.size + 2 + named.topic.size);
    check(plain.topic.data + name_space.size + 2 == named.topic.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    cote__amp_frame frame;
    for (size_t at = 0; cote__amp_decode(bytes + at, size - at, size, &frame) == COTE__AMP_FRAME;
         at += frame.size) {
        for (unsigned i = 0; i < frame.count; i++) fuzz_argument(frame.arguments[i]);
        fuzz_request(&frame);
        fuzz_reply(&frame);
        fuzz_handles(&frame);
        fuzz_addressee(&frame);
        fuzz_boundary(&frame);
        fuzz_publish(&frame);
    }
    return 0;
}
