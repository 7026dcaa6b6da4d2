/* requester.h - sends requests, and gets each one answered by one of the responders that are there.
 */
#ifndef COTE_REQUESTER_H
#define COTE_REQUESTER_H

#include "counters.h"
#include "loop.h"
#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cote_requester cote_requester;

/* How a request ended. Everything is borrowed until the callback returns. */
typedef struct cote_response {
    size_t size; /* of this struct, bytes */
    int status;  /* COTE_OK: `result`. COTE_EREMOTE: `error`. COTE_ENOHANDLER: nobody known handles
                    the type, or the responder that it was sent to does not, and `error` is what
                    that said. Anything else: the library's reason */
    uint64_t id; /* the request's number; on the wire it is called IID:NUMBER */

    cote_value
        result; /* first value of the answer; JSON `null` when it had none. JSON is not validated */
    const cote_value *extra; /* further values of the answer */
    size_t extra_count;

    cote_value
        error; /* what the responder sent as error, as it came; size 0 if the error is not remote */
    const char *message; /* of the failure, for people; never NULL; "" on success only */
    const char *code;    /* the remote error's own `code`, as text; "" if it has none */
    cote_value details;  /* the remote error's `details`, JSON; size 0 if it has none */

    const char
        *peer_id; /* the responder that the request was sent to; NULL if it was sent to none */
    const char *peer_name; /* likewise */
} cote_response;

/* Called exactly once for each send that returned COTE_OK, on the loop thread, before on_close
 * (rule 5). */
typedef void (*cote_response_cb)(void *context, const cote_response *response);

enum {
    /*
     * The payload is the request's whole JSON object already, with the member "type" in it, and
     * valid: it is neither checked nor completed. Whoever sets this vouches for it, because a
     * Node.js peer dies on a bad one.
     */
    COTE_SEND_ENCODED = 1,
    /* Nothing is lost if it is done twice: where its connection is lost, it is sent again, unless
     * the options say COTE_REDELIVER_NEVER. */
    COTE_SEND_IDEMPOTENT = 2,
    /* Does not wait while nobody that is known handles the type: the response is COTE_ENOHANDLER. A
     * responder that does not say what it handles, as those of Node.js, may well handle it. */
    COTE_SEND_REQUIRE_HANDLER = 4
};

typedef struct cote_send_options {
    size_t size;         /* sizeof(cote_send_options) */
    uint32_t timeout_ms; /* 0: the component's; COTE_NO_TIMEOUT: none */
    unsigned flags;      /* COTE_SEND_... */
    const char *subset; /* only to a responder of that subset, and if there is none it waits; UTF-8,
                           not empty; NULL: to any */
    const cote_value *extra; /* further values for the handler, which only responders of this
                                library are given (others: the response is COTE_EUNSUPPORTED); JSON
                                is checked, unless flags say COTE_SEND_ENCODED */
    size_t extra_count;      /* at most 13, and 12 beside raw bytes */
} cote_send_options;

/*
 * Creates a requester on `loop`; it announces itself at once and connects to every responder of its
 * key and namespace. A request is sent to those of them that handle its type or, as responders of
 * Node.js, do not say what they handle. COTE_EINVAL, COTE_ETOOBIG, COTE_ENOMEM, COTE_ESYSTEM,
 * COTE_ECLOSED (the loop is ending).
 */
COTE_API int cote_requester_create(cote_loop *loop, const cote_options *options,
                                   cote_requester **requester);

/*
 * Sends a request of type `type` (UTF-8, not empty) to one of the responders that may handle it, by
 * the balancing that was asked for, or queues it until there is one. `payload`: NULL; or JSON, an
 * object without a member "type" other than `type`; or raw bytes, which only peers of this library
 * understand (others: the response is COTE_EUNSUPPORTED). As in Node.js, members `__timeout` (ms)
 * and `__subset` of the object stand for the options of these names; the second is not sent. A
 * timeout is sent along as
 * `__timeout`, so that the responder knows it. `options` may be NULL.
 * `*id`, if not NULL, is the request's number, for cote_requester_cancel.
 *
 * If its connection is lost before it is answered, the request ends with COTE_ECONNLOST, or is sent
 * again, as the option `redelivery` says: with its number and deadline, before all that wait.
 * COTE_EINVAL, COTE_ECLOSED, COTE_EQUEUEFULL, COTE_ENOMEM, COTE_ETOOBIG (a frame argument of 4 GiB
 * or more).
 */
COTE_API int cote_requester_send(cote_requester *requester, const char *type,
                                 const cote_value *payload, const cote_send_options *options,
                                 cote_response_cb callback, void *context, uint64_t *id);

/* Ends a request with COTE_ECANCELED if it has not ended yet. One still queued is never sent.
 * COTE_ECLOSED. */
COTE_API int cote_requester_cancel(cote_requester *requester, uint64_t id);

/* What it has done so far. `counters->size` must be set. As long as on_close has not begun.
 * COTE_EINVAL. */
COTE_API int cote_requester_counters(const cote_requester *requester, cote_counters *counters);

/* The component's `iid`, a UUID. Owned by the requester. */
COTE_API const char *cote_requester_id(const cote_requester *requester);

/* Ends all requests with COTE_ECLOSED, says goodbye, then calls on_close. May be called again until
 * on_close begins. */
COTE_API void cote_requester_close(cote_requester *requester);

/*
 * Closes when each request has ended, those that wait for a responder included, or `duration_ms` ms
 * from now, whichever comes first; those that are left end with COTE_ECLOSED. From this call on
 * cote_requester_send returns COTE_ECLOSED; cote_requester_cancel goes on working. Nothing happens
 * if it drains or closes already; cote_requester_close ends it at once. May be called again until
 * on_close begins.
 */
COTE_API void cote_requester_drain(cote_requester *requester, uint32_t duration_ms);

#ifdef __cplusplus
}
#endif

/* Everything left to its default: `cote_send_options options = COTE_SEND_OPTIONS_INIT;` */
/* clang-format off */
#ifdef __cplusplus
#define COTE_SEND_OPTIONS_INIT cote_send_options_init()
static inline cote_send_options cote_send_options_init()
{
    cote_send_options options = cote_send_options();
    options.size = sizeof options;
    return options;
}
#else
#define COTE_SEND_OPTIONS_INIT {.size = sizeof(cote_send_options)}
#endif
/* clang-format on */

#endif
