/* responder.h - answers requests. */
#ifndef COTE_RESPONDER_H
#define COTE_RESPONDER_H

#include "counters.h"
#include "loop.h"
#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cote_responder cote_responder;

/*
 * The duty to answer one request. Owned by whoever holds it, used once, from any thread: each of
 * cote_reply_send, cote_reply_send_values, cote_reply_error and cote_reply_drop consumes it.
 * Outlives connection, component and loop (rule 7).
 */
typedef struct cote_reply cote_reply;

/* A request. Everything is borrowed until the callback returns. */
typedef struct cote_request {
    size_t size;        /* of this struct, bytes */
    const char *type;   /* UTF-8 */
    size_t type_size;   /* bytes; a type may hold a zero byte */
    cote_value payload; /* JSON: the whole object, `type` included, valid; or raw bytes */
    const cote_value
        *extra; /* further arguments, as Node.js requesters may send. JSON is not validated */
    size_t extra_count;
    const char *id; /* the requester's own id of it, meaningful on its connection only; "" if it
                       waits for no answer. Of a requester of this library: its `iid`, a colon, and
                       a number */
    const char *peer_address; /* IPv4 of the requester; 127.0.0.1 over a unix socket */
    uint64_t deadline; /* ms from now in which the requester waits for the answer; 0 if it does not
                          say */
    unsigned redelivered; /* how often it was sent before, over connections that were lost: whoever
                             got it then may have handled it, or may still. 0 for most */
} cote_request;

/* Called on the loop thread. `reply` is the callee's from now on. */
typedef void (*cote_request_cb)(void *context, const cote_request *request, cote_reply *reply);

/*
 * Creates a responder on `loop`. It listens before this returns, and announces itself at once, and
 * the types that it has handlers for whenever they change; requesters of this library send it no
 * others. Requests of a type without handler, as Node.js may send them, wait for their handler in
 * the first second of its life; from then on they are answered at once with the error `noHandler`.
 * COTE_EINVAL, COTE_ETOOBIG, COTE_ENOMEM, COTE_EADDRINUSE, COTE_EADDRESS, COTE_ESYSTEM,
 * COTE_ECLOSED (the loop is ending).
 */
COTE_API int cote_responder_create(cote_loop *loop, const cote_options *options,
                                   cote_responder **responder);

/*
 * Hands the requests whose type matches `pattern` (UTF-8, not empty) to `callback`. A pattern is a
 * type, or has segments separated by `::`, of which `*` is any one, and `**` any number: `**` alone
 * is every type. Several may match a request: each is called, in the order in which they came, with
 * a reply token of its own, and the first answer counts, a value or an error. When the last of the
 * tokens is dropped and none has answered, the requester gets the error `unanswered`.
 *
 * `release`, if not NULL, is called with the context on the loop thread when it is not used any
 * more, once, after off or close. `*number`, if not NULL, is for cote_responder_off. On an error
 * nothing is called. COTE_EINVAL, COTE_ENOMEM, COTE_ECLOSED.
 */
COTE_API int cote_responder_on(cote_responder *responder, const char *pattern,
                               cote_request_cb callback, void (*release)(void *context),
                               void *context, uint64_t *number);

/* Takes a callback back. On the loop thread it is not called any more from now on, elsewhere soon.
 * Its reply tokens stay good. COTE_ENOMEM, COTE_ECLOSED. */
COTE_API int cote_responder_off(cote_responder *responder, uint64_t number);

/* The TCP port that it listens on. */
COTE_API uint16_t cote_responder_port(const cote_responder *responder);

/* What it has done so far. `counters->size` must be set. As long as on_close has not begun.
 * COTE_EINVAL. */
COTE_API int cote_responder_counters(const cote_responder *responder, cote_counters *counters);

/*
 * The component's `iid`, a UUID. It changes when a peer of Node.js has lost its connection, which
 * comes back only to an id that it does not know: at most once a second. The text is owned by the
 * responder, and stays as it is for 15 s at least when it has become an old one: copy what is kept
 * for longer.
 */
COTE_API const char *cote_responder_id(const cote_responder *responder);

/* Says goodbye, closes its connections, then calls on_close. May be called again until on_close
 * returns. */
COTE_API void cote_responder_close(cote_responder *responder);

/*
 * Closes when its work is done, or `duration_ms` ms from now, whichever comes first. It says
 * goodbye at once, to the requesters that are connected too, and those of this library send it
 * nothing new from then on. What they had sent before is still handled, and what its handlers hold
 * is waited for: when each reply token is consumed, each answer written, and each requester of this
 * library has closed its connection, it closes as cote_responder_close does. So a responder may be
 * stopped under load, and no request is lost. Node.js requesters do not know goodbyes: each of
 * their connections is closed when nothing has been under way on it for a moment, and what they
 * send just then is lost to them.
 *
 * Nothing happens if it drains or closes already; cote_responder_close ends it at once. May be
 * called again until on_close returns.
 */
COTE_API void cote_responder_drain(cote_responder *responder, uint32_t duration_ms);

enum {
    COTE_REPLY_ENCODED = 1 /* the caller vouches that JSON is valid */
};

/*
 * Tells when nobody waits for the answer any more: `gone` is called once, on the loop thread, when
 * the requester's connection has ended, the responder's close included, or the deadline has passed.
 * Not after the answer went out, and not for a request that nobody waits for from the beginning.
 * With the option `deduplicate`, a connection's end is not told for a request of this library's
 * requesters, which may come again over another: the responder's close and the deadline are.
 * The token is to be consumed all the same. `release`, if not NULL, is called once at the end in
 * every case: after `gone`, or when the token was consumed; on the loop thread, before on_close.
 *
 * Only in the request's callback, before the token is consumed or known to another thread; once for
 * a token. On an error nothing is called. COTE_EINVAL, COTE_ENOMEM, COTE_ECLOSED (the requester is
 * gone).
 */
COTE_API int cote_reply_watch(cote_reply *reply, void (*gone)(void *context),
                              void (*release)(void *context), void *context);

/*
 * Answers with a value; NULL is JSON `null`. JSON is checked, unless flags say COTE_REPLY_ENCODED.
 * To a Node.js requester, raw bytes that begin with a tag of the protocol (j: s: b:) go as
 * {"type":"Buffer","data":[...]}, or they would kill it. Consumes the token whatever it returns.
 * COTE_OK: handed on, to a requester that is still there. COTE_ECLOSED: it is gone, and the answer
 * dropped. COTE_EANSWERED: another handler has answered the request before; dropped. COTE_EINVAL
 * (the requester gets an error instead), COTE_ENOMEM.
 */
COTE_API int cote_reply_send(cote_reply *reply, const cote_value *result, unsigned flags);

/*
 * Answers with several values, at most 13, which the callback of a Node.js requester is given one
 * after the other; with none, it is given nothing. Beside other values raw bytes that begin with a
 * tag go as {"type":"Buffer","data":[...]} to everybody. Otherwise as cote_reply_send.
 */
COTE_API int cote_reply_send_values(cote_reply *reply, const cote_value *values, size_t count,
                                    unsigned flags);

/*
 * Answers with an error: an object with `message`, `code` if not NULL, and `details` (JSON,
 * checked) if not NULL. Consumes the token. Returns as cote_reply_send.
 */
COTE_API int cote_reply_error(cote_reply *reply, const char *code, const char *message,
                              const cote_value *details);

/* Gives the duty up: the requester is told that nobody answered, unless another handler has, or may
 * still. Consumes the token. */
COTE_API void cote_reply_drop(cote_reply *reply);

#ifdef __cplusplus
}
#endif

#endif
