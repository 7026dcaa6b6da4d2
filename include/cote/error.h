/* error.h - the one error type of the library. */
#ifndef COTE_ERROR_H
#define COTE_ERROR_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a call returns, or a reply callback is told. 0 is success, everything else is negative. */
typedef enum cote_error {
    COTE_OK = 0,
    COTE_EINVAL = -1,       /* an argument or option that cannot be; see cote_error_detail() */
    COTE_ENOMEM = -2,       /* memory could not be had */
    COTE_ECLOSED = -3,      /* the component or loop is closed or closing */
    COTE_ETIMEDOUT = -4,    /* the request's timeout passed without an answer */
    COTE_ECANCELED = -5,    /* the request was cancelled by its sender */
    COTE_ECONNLOST = -6,    /* the connection that carried the request ended before the answer */
    COTE_EREMOTE = -7,      /* the responder answered with an error */
    COTE_EUNSUPPORTED = -8, /* raw bytes, but only peers are there that are not of this library */
    COTE_EQUEUEFULL = -9,   /* too many requests wait for a responder */
    COTE_ETOOBIG = -10,     /* a frame, name or hello larger than its limit */
    COTE_EPROTOCOL = -11,   /* bytes that break the protocol */
    COTE_EADDRINUSE = -12,  /* no free port */
    COTE_EADDRESS = -13,    /* an address that cannot be parsed or bound */
    COTE_ESYSTEM = -14,     /* the operating system refused; see cote_error_detail() */
    COTE_EANSWERED = -15,   /* another handler has answered the request before */
    COTE_ENOHANDLER = -16   /* nobody handles requests of that type */
} cote_error;

/* A sentence in English for an error code. Static storage; never NULL, whatever the code. */
COTE_API const char *cote_strerror(int error);

/*
 * What exactly was wrong in the last call that failed on this thread, e.g.
 * `COTE_REQUEST_TIMEOUT: "soon" is not a number of milliseconds`. Empty when nothing failed yet.
 * Borrowed until the next failing call on this thread.
 */
COTE_API const char *cote_error_detail(void);

#ifdef __cplusplus
}
#endif

#endif
