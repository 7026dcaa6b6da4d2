/* message.h - what a frame means: tagged arguments, requests and replies (protocol, sections 2
 * and 3.1). */
#ifndef COTE_WIRE_MESSAGE_H
#define COTE_WIRE_MESSAGE_H

#include "cote/base.h"
#include "wire/amp.h"
#include "wire/json.h"

/* An argument by its tag. Nothing is validated but the tag; an untagged argument is raw bytes. */
cote_value cote__argument_decode(cote__slice argument);

/* Appends one argument. Raw bytes go as they are, so those that begin with a tag need a mark. */
void cote__argument_encode(cote__buffer *out, cote_value value);
bool cote__looks_tagged(cote__slice bytes); /* begins with j: s: or b: */

/* A request as it came. Everything points into the frame. */
typedef struct cote__request {
    cote__json payload;   /* the first argument, an object */
    cote__json type;      /* its member `type`: a JSON string, not empty */
    double timeout;       /* its member `__timeout`, ms; 0 if it has none, or it is no number */
    unsigned redelivered; /* its member `__coteRedelivered`; 0 likewise */
    cote_value bytes; /* kind BYTES with data: the first argument after the payload when it is raw
                         or marked as raw, else data NULL */
    unsigned extra_count; /* arguments between payload and id, the raw one included */
    cote__slice extra[COTE__AMP_MAX_ARGUMENTS]; /* still tagged */
    cote__slice
        id; /* text of the last argument without its tag; data NULL if there is nobody to answer */
} cote__request;

typedef enum cote__message_result {
    COTE__MESSAGE_OK = 0,
    COTE__MESSAGE_IGNORED =
        1, /* harmless and meaningless: no payload object, no type, empty type */
    COTE__MESSAGE_MALFORMED =
        -1 /* JSON that does not parse or is nested too deep: close the connection */
} cote__message_result;

/*
 * The last argument is the id if it is a string (`s:`); `j:null` there means that nobody waits (a
 * Sockend of Node sends that), and so does anything else. Of names that repeat in the payload the
 * last counts. A single argument is no request: IGNORED. A payload that is not an object, or has no
 * non-empty string `type`, is IGNORED, with `id` set if there is one so that the sender can be
 * told; raw and extra arguments are not validated here.
 */
cote__message_result cote__request_decode(const cote__amp_frame *frame, unsigned max_depth,
                                          cote__request *request);

/*
 * A reply as it came: [error, values..., id]. `error` is kind JSON with the text `null` when it is
 * a success. A reply of one value that is not null is an error (cb(err)); a `j:` error that does
 * not parse is MALFORMED, results are only tagged. An id that is no string is absent: nobody asked.
 * An id alone is a success without a value, as in Node.
 */
typedef struct cote__reply {
    bool failed;          /* the first argument is anything but j:null */
    cote_value error;     /* the first argument */
    unsigned value_count; /* arguments after the error, without the id */
    cote_value values[COTE__AMP_MAX_ARGUMENTS];
    cote__slice id; /* without its tag */
} cote__reply;
cote__message_result cote__reply_decode(const cote__amp_frame *frame, unsigned max_depth,
                                        cote__reply *reply);

/* Whether a requester of ours made it: IID:N. Those of Node.js are decimal. */
bool cote__id_is_ours(cote__slice id);

/*
 * A responder's word that it is about to close: send nothing new over this connection, and close
 * it when the last answer has come. A frame of one string, which Node.js drops as the answer to a
 * request that it never sent.
 */
void cote__farewell_encode(cote__buffer *out);
bool cote__is_farewell(const cote__amp_frame *frame);

/* What a request says. Absent parts are zero. */
typedef struct cote__request_parts {
    cote__slice type;   /* UTF-8 */
    cote__slice object; /* a JSON object that the caller has validated */
    cote__slice whole;  /* or instead of both the whole object, `type` included */
    uint64_t timeout;   /* ms; 0: none but what `object` has */
    const cote_value *bytes;
    const cote_value *extra;
    size_t extra_count;
    cote__slice id; /* text without tag */
} cote__request_parts;

/*
 * [payload, (bytes,) extra..., id]. The payload is `object` with the member `type` put first, as in
 * {"type":"add","a":1}, then `__timeout`, if one is given, and then `__coteRaw`, if raw bytes
 * beside it begin like a tag, which only peers of ours understand. What `object` has of these
 * names, and `__subset` and `__coteRedelivered`, is left out.
 */
void cote__request_encode(cote__buffer *out, const cote__request_parts *parts);
/* A request's whole frame, as encoded above, once more, with the member `__coteRedelivered`: so
 * many times it was sent before. */
void cote__request_encode_again(cote__buffer *out, cote__slice frame, unsigned times);
/* Raw bytes that begin like a tag go as {"type":"Buffer","data":[...]}. */
void cote__extra_encode(cote__buffer *out, cote_value value);

/*
 * [null, result, id]; [error, id]. Ids are text without tag. Raw bytes that begin like a tag are
 * marked by one more value, {"__coteRaw":true}, which only peers of ours understand.
 */
void cote__reply_encode(cote__buffer *out, cote_value result, cote__slice id);
/* [null, values..., id]. At most 13, and no mark: none may be raw bytes that begin like a tag. */
void cote__reply_values_encode(cote__buffer *out, const cote_value *values, unsigned count,
                               cote__slice id);
void cote__reply_error_encode(cote__buffer *out, cote_value error, cote__slice id);

#endif
