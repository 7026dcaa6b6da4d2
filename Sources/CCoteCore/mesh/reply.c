/* reply.c - reply tokens: the duty to answer one request, from any thread, whatever has closed
 * meanwhile. */
#include <stdlib.h>

#include "mesh/responder.h"
#include "wire/error.h"

struct cote_reply {
    cote__task task; /* takes the frame to the loop */
    cote_loop *loop;
    cote__channel *channel;
    cote__buffer frame; /* the whole reply, once it is known */
    size_t id_size;
    char id[]; /* and a zero */
};

cote_reply *cote__reply_create(cote_loop *loop, cote__channel *channel, cote__slice id)
{
    cote_reply *reply = calloc(1, sizeof *reply + id.size + 1);
    if (!reply) return NULL;
    cote__loop_retain(loop);
    atomic_fetch_add_explicit(&channel->references, 1, memory_order_relaxed);
    reply->loop = loop;
    reply->channel = channel;
    reply->id_size = id.size;
    if (id.size) memcpy(reply->id, id.data, id.size);
    return reply;
}

const char *cote__reply_id(const cote_reply *reply)
{
    return reply->id;
}

static void destroy(cote_reply *reply)
{
    cote__buffer_fini(&reply->frame);
    cote__channel_release(reply->channel);
    cote__loop_release(reply->loop);
    free(reply);
}

static cote__slice id_of(const cote_reply *reply)
{
    return (cote__slice){reply->id, reply->id_size};
}

/* Node's ids are decimal, ours begin with a UUID (protocol, section 5). */
static bool is_ours(const cote_reply *reply)
{
    return reply->id_size > COTE__UUID_SIZE && reply->id[COTE__UUID_SIZE] == ':' &&
           cote__uuid_valid((cote__slice){reply->id, COTE__UUID_SIZE});
}

/* MARK: delivery */

static void deliver(cote__task *task)
{
    cote_reply *reply = COTE__CONTAINER(task, cote_reply, task);
    cote__connection *connection = reply->channel->connection;
    if (connection) {
        cote__buffer_append_slice(cote__connection_output(connection),
                                  cote__buffer_slice(&reply->frame));
        cote__connection_written(connection);
    }
    destroy(reply);
}

/* On the loop the frame is built where it leaves from; elsewhere in the token, which takes it
 * there. NULL when the requester is gone. */
static cote__buffer *frame_begin(cote_reply *reply, bool *direct)
{
    if (atomic_load(&reply->channel->gone)) return NULL;
    *direct = cote_loop_is_current(reply->loop);
    return *direct ? cote__connection_output(reply->channel->connection) : &reply->frame;
}

static int frame_end(cote_reply *reply, bool direct)
{
    if (direct) {
        cote__connection_written(reply->channel->connection);
        destroy(reply);
        return COTE_OK;
    }
    if (reply->frame.failed) {
        destroy(reply);
        return cote__fail(COTE_ENOMEM, "reply");
    }
    reply->task.run = deliver;
    if (cote__loop_post(reply->loop, &reply->task)) return COTE_OK;
    destroy(reply);
    return cote__fail(COTE_ECLOSED, "the loop has ended");
}

static int gone(cote_reply *reply)
{
    destroy(reply);
    return cote__fail(COTE_ECLOSED, "the requester is gone");
}

/* MARK: values */

static bool value_is_sound(const cote_value *value, unsigned flags)
{
    if ((value->size && !value->data) || value->size > COTE__AMP_MAX_VALUE) return false;
    cote__slice text = {value->data, value->size};
    cote__json json;
    switch (value->kind) {
    case COTE_KIND_BYTES: return true;
    case COTE_KIND_STRING: return true;
    case COTE_KIND_JSON:
        return (flags & COTE_REPLY_ENCODED) || cote__json_parse(text, COTE__JSON_MAX_DEPTH, &json);
    case COTE_KIND_BIGINT: {
        size_t sign = text.size > 0 && text.data[0] == '-';
        for (size_t i = sign; i < text.size; i++)
            if (text.data[i] < '0' || text.data[i] > '9') return false;
        return text.size > sign;
    }
    }
    return false;
}

/* How Node writes bytes inside of JSON. */
static void encode_as_buffer_object(cote__buffer *out, const cote_value *bytes)
{
    cote__buffer_append_text(out, "{\"type\":\"Buffer\",\"data\":[");
    for (size_t i = 0; i < bytes->size; i++) {
        if (i > 0) cote__buffer_append_byte(out, ',');
        cote__buffer_append_u64(out, ((const unsigned char *)bytes->data)[i]);
    }
    cote__buffer_append_text(out, "]}");
}

int cote_reply_send(cote_reply *reply, const cote_value *result, unsigned flags)
{
    if (!reply) return cote__fail(COTE_EINVAL, "reply: NULL");
    cote_value value = result ? *result : (cote_value){COTE_KIND_JSON, "null", 4};
    if (!value_is_sound(&value, flags)) {
        cote_reply_error(reply, "invalidReply",
                         "the responder's handler answered with something that cannot be sent",
                         NULL);
        return cote__fail(COTE_EINVAL,
                          "result: its bytes are not what its kind says, or 4 GiB or more");
    }
    cote__buffer object = {0};
    cote__slice bytes = {value.data, value.size};
    if (value.kind == COTE_KIND_BYTES && cote__looks_tagged(bytes) && !is_ours(reply)) {
        encode_as_buffer_object(&object, &value);
        value = (cote_value){COTE_KIND_JSON, object.data, object.size};
    }
    int status;
    bool direct;
    cote__buffer *out = frame_begin(reply, &direct);
    if (object.failed) {
        destroy(reply);
        status = cote__fail(COTE_ENOMEM, "reply");
    } else if (!out) {
        status = gone(reply);
    } else if (reply->id_size == 0) {
        destroy(reply); /* nobody waits */
        status = COTE_OK;
    } else {
        cote__reply_encode(out, value, id_of(reply));
        status = frame_end(reply, direct);
    }
    cote__buffer_fini(&object);
    return status;
}

/* MARK: errors */

static void encode_error(cote__buffer *out, const char *code, const char *message,
                         const cote_value *details)
{
    cote__buffer_append_text(out, "{\"message\":");
    cote__json_write_string(out, cote__slice_of(message));
    if (code) {
        cote__buffer_append_text(out, ",\"code\":");
        cote__json_write_string(out, cote__slice_of(code));
    }
    if (details) {
        cote__buffer_append_text(out, ",\"details\":");
        cote__buffer_append(out, details->data, details->size);
    }
    cote__buffer_append_byte(out, '}');
}

int cote_reply_error(cote_reply *reply, const char *code, const char *message,
                     const cote_value *details)
{
    if (!reply) return cote__fail(COTE_EINVAL, "reply: NULL");
    bool sound = !details || (details->kind == COTE_KIND_JSON && value_is_sound(details, 0));
    cote__buffer error = {0};
    encode_error(&error, code, message ? message : "unknown error", sound ? details : NULL);
    bool direct;
    cote__buffer *out = frame_begin(reply, &direct);
    int status;
    if (error.failed) {
        destroy(reply);
        status = cote__fail(COTE_ENOMEM, "reply");
    } else if (!out) {
        status = gone(reply);
    } else if (reply->id_size == 0) {
        destroy(reply);
        status = COTE_OK;
    } else {
        cote__reply_error_encode(out, (cote_value){COTE_KIND_JSON, error.data, error.size},
                                 id_of(reply));
        status = frame_end(reply, direct);
    }
    cote__buffer_fini(&error);
    if (status == COTE_OK && !sound)
        return cote__fail(COTE_EINVAL, "details: not JSON; sent without them");
    return status;
}

void cote_reply_drop(cote_reply *reply)
{
    if (reply)
        cote_reply_error(reply, "unanswered", "the responder's handler ended without an answer",
                         NULL);
}
