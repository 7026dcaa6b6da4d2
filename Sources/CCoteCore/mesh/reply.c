/* reply.c - reply tokens: the duty to answer one request, from any thread, whatever has closed
 * meanwhile. */
#include <stdlib.h>

#include "mesh/responder.h"
#include "wire/error.h"
#include "wire/value.h"

struct cote_reply {
    cote__task task; /* takes the frame to the loop */
    cote_loop *loop;
    cote__channel *channel;
    cote__contest
        *contest; /* NULL: there is no other token of the request, and it comes only once */
    bool left;    /* it has left the contest, and has the last word if it has any */
    bool comes_again;
    cote__watch *watch;
    cote__time allowed; /* ms from the request on, or COTE__NEVER */
    bool is_error;
    cote__buffer frame; /* the whole reply, once it is known */
    size_t id_size;
    char id[]; /* and a zero */
};

enum { MAX_VALUES = COTE__AMP_MAX_ARGUMENTS - 2 /* between the error and the id */ };

static cote__slice id_of(const cote_reply *reply)
{
    return (cote__slice){reply->id, reply->id_size};
}

/* MARK: life */

cote_reply *cote__reply_create(cote_loop *loop, cote__channel *channel, cote__slice id,
                               cote__time allowed)
{
    cote_reply *reply = calloc(1, sizeof *reply + id.size + 1);
    if (!reply) return NULL;
    cote__loop_retain(loop);
    reply->loop = loop;
    reply->channel = cote__channel_retain(channel);
    reply->allowed = allowed;
    reply->id_size = id.size;
    if (id.size) memcpy(reply->id, id.data, id.size);
    cote__gate_enter(channel->place.gate);
    return reply;
}

static bool enter_contest(cote_reply *reply)
{
    if (!reply->contest) reply->contest = cote__contest_create();
    return reply->contest;
}

cote_reply *cote__reply_share(cote_reply *reply)
{
    if (!enter_contest(reply)) return NULL;
    cote_reply *other =
        cote__reply_create(reply->loop, reply->channel, id_of(reply), reply->allowed);
    if (!other) return NULL;
    other->contest = cote__contest_retain(reply->contest);
    other->comes_again = reply->comes_again;
    cote__contest_enter(reply->contest);
    return other;
}

cote__contest *cote__reply_comes_again(cote_reply *reply)
{
    if (!enter_contest(reply)) return NULL;
    reply->comes_again = true;
    return cote__contest_retain(reply->contest);
}

static cote__channel *channel_of(const cote_reply *reply)
{
    return reply->contest ? cote__contest_channel(reply->contest, reply->channel) : reply->channel;
}

static void destroy(cote_reply *reply)
{
    if (reply->contest && !reply->left) cote__contest_leave(reply->contest);
    cote__contest_release(reply->contest);
    if (reply->watch) cote__watch_end(reply->watch);
    cote__buffer_fini(&reply->frame);
    cote__channel_release(reply->channel);
    cote__loop_release(reply->loop);
    free(reply);
}

/* On the loop: makes room for the next. */
static void finish(cote_reply *reply)
{
    cote__gate_leave(reply->channel->place.gate);
    destroy(reply);
}

static void finish_task(cote__task *task)
{
    finish(COTE__CONTAINER(task, cote_reply, task));
}

/* Of a token that is used up. That is counted on the loop, where a watch ends too, or with it. */
static void retire(cote_reply *reply)
{
    if (cote_loop_is_current(reply->loop)) {
        finish(reply);
        return;
    }
    reply->task.run = finish_task;
    if (!cote__loop_post(reply->loop, &reply->task)) destroy(reply);
}

int cote_reply_watch(cote_reply *reply, void (*gone)(void *context), void (*release)(void *context),
                     void *context)
{
    if (!reply || !gone) return cote__fail(COTE_EINVAL, "reply or gone: NULL");
    if (!cote_loop_is_current(reply->loop))
        return cote__fail(COTE_EINVAL, "cote_reply_watch outside of the request's callback");
    if (reply->watch) return cote__fail(COTE_EINVAL, "the reply is watched already");
    if (!reply->channel->connection) return cote__fail(COTE_ECLOSED, "the requester is gone");
    cote_responder *responder = (cote_responder *)reply->channel->door->component;
    cote__watch_callbacks callbacks = {reply->id_size > 0 ? gone : NULL, release, context};
    reply->watch =
        cote__watch_create(&responder->watches, reply->channel, reply->allowed, &callbacks);
    if (reply->watch && reply->comes_again) cote__watch_outlive(reply->watch);
    return reply->watch ? COTE_OK : cote__fail(COTE_ENOMEM, "watch");
}

/* MARK: delivery */

/* The frame is in the output of its connection, which is there. */
static void written(cote_reply *reply)
{
    cote__channel *channel = channel_of(reply);
    cote__connection_written(channel->connection);
    cote_responder *responder = (cote_responder *)channel->door->component;
    if (channel->running > 0) { /* else it has moved to a connection meanwhile */
        channel->running--;
        cote__counter_subtract(&responder->running, 1);
    }
    cote__counter_add(&responder->replied, 1);
    if (reply->is_error) cote__counter_add(&responder->errors, 1);
}

static void deliver(cote__task *task)
{
    cote_reply *reply = COTE__CONTAINER(task, cote_reply, task);
    cote__connection *connection = channel_of(reply)->connection;
    if (connection) {
        cote__buffer_append_slice(cote__connection_output(connection),
                                  cote__buffer_slice(&reply->frame));
        written(reply);
    }
    finish(reply);
}

/* On the loop the frame is built where it leaves from; elsewhere in the token, which takes it
 * there. NULL when none is to be sent: then the token is used up. */
static cote__buffer *frame_begin(cote_reply *reply, bool *direct, int *status)
{
    *direct = cote_loop_is_current(reply->loop);
    bool lost = reply->contest && !reply->left && !cote__contest_win(reply->contest);
    const cote__channel *channel = channel_of(reply);
    if (lost)
        *status = cote__fail(COTE_EANSWERED, "another handler has answered the request before");
    else if (atomic_load(&channel->gone))
        *status = cote__fail(COTE_ECLOSED, "the requester is gone");
    else if (reply->id_size == 0)
        *status = COTE_OK; /* nobody waits */
    else
        return *direct ? cote__connection_output(channel->connection) : &reply->frame;
    retire(reply);
    return NULL;
}

static int frame_end(cote_reply *reply, bool direct)
{
    if (direct) {
        written(reply);
        retire(reply);
        return COTE_OK;
    }
    if (reply->frame.failed) {
        retire(reply);
        return cote__fail(COTE_ENOMEM, "reply");
    }
    reply->task.run = deliver;
    if (cote__loop_post(reply->loop, &reply->task)) return COTE_OK;
    destroy(reply);
    return cote__fail(COTE_ECLOSED, "the loop has ended");
}

/* MARK: values */

/* NULL if they can be sent. */
static const char *fault_of(const cote_value *values, size_t count, bool trusted)
{
    if (count > MAX_VALUES) return "values: more than 13 do not fit";
    if (count > 0 && !values) return "values: NULL";
    for (size_t i = 0; i < count; i++)
        if (!cote__value_is_sound(values[i], trusted))
            return "values: the bytes of one are not what its kind says, or 4 GiB or more";
    return NULL;
}

static bool looks_tagged(const cote_value *value)
{
    return value->kind == COTE_KIND_BYTES &&
           cote__looks_tagged((cote__slice){value->data, value->size});
}

/* Puts raw bytes that others would misread as an object, whose text goes to `objects`. */
static void disguise(cote_value *values, size_t count, cote__buffer *objects)
{
    size_t ends[MAX_VALUES], start = 0;
    for (size_t i = 0; i < count; i++) {
        if (looks_tagged(&values[i]))
            cote__buffer_object_encode(objects, (cote__slice){values[i].data, values[i].size});
        ends[i] = objects->size;
    }
    for (size_t i = 0; i < count && !objects->failed; start = ends[i++])
        if (ends[i] > start)
            values[i] = (cote_value){COTE_KIND_JSON, objects->data + start, ends[i] - start};
}

int cote_reply_send_values(cote_reply *reply, const cote_value *values, size_t count,
                           unsigned flags)
{
    if (!reply) return cote__fail(COTE_EINVAL, "reply: NULL");
    const char *fault = fault_of(values, count, flags & COTE_REPLY_ENCODED);
    if (fault) {
        cote_reply_error(reply, "invalidReply",
                         "the responder's handler answered with something that cannot be sent",
                         NULL);
        return cote__fail(COTE_EINVAL, "%s", fault);
    }
    cote_value sent[MAX_VALUES];
    if (count > 0) memcpy(sent, values, count * sizeof *values);
    cote__buffer objects = {0};
    if (count > 1 || reply->channel->speaker != COTE__SPEAKER_OURS) disguise(sent, count, &objects);
    int status;
    bool direct;
    cote__buffer *out;
    if (objects.failed) {
        retire(reply);
        status = cote__fail(COTE_ENOMEM, "reply");
    } else if ((out = frame_begin(reply, &direct, &status))) {
        if (count == 1)
            cote__reply_encode(out, sent[0], id_of(reply));
        else
            cote__reply_values_encode(out, sent, (unsigned)count, id_of(reply));
        status = frame_end(reply, direct);
    }
    cote__buffer_fini(&objects);
    return status;
}

int cote_reply_send(cote_reply *reply, const cote_value *result, unsigned flags)
{
    static const cote_value null = {COTE_KIND_JSON, "null", 4};
    return cote_reply_send_values(reply, result ? result : &null, 1, flags);
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
    bool sound =
        !details || (details->kind == COTE_KIND_JSON && cote__value_is_sound(*details, false));
    reply->is_error = true;
    cote__buffer error = {0};
    encode_error(&error, code, message ? message : "unknown error", sound ? details : NULL);
    int status;
    bool direct;
    cote__buffer *out;
    if (error.failed) {
        retire(reply);
        status = cote__fail(COTE_ENOMEM, "reply");
    } else if ((out = frame_begin(reply, &direct, &status))) {
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
    if (!reply) return;
    reply->left = reply->contest != NULL;
    if (reply->left && !cote__contest_leave(reply->contest))
        retire(reply);
    else
        cote_reply_error(reply, "unanswered", "the responder's handler ended without an answer",
                         NULL);
}
