#include "wire/error.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char detail[512];

int cote__fail(int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    return error;
}

const char *cote_error_detail(void)
{
    return detail;
}

const char *cote_strerror(int error)
{
    switch (error) {
    case COTE_OK: return "success";
    case COTE_EINVAL: return "invalid argument";
    case COTE_ENOMEM: return "out of memory";
    case COTE_ECLOSED: return "the component is closed";
    case COTE_ETIMEDOUT: return "the request timed out";
    case COTE_ECANCELED: return "the request was cancelled";
    case COTE_ECONNLOST: return "the connection to the responder was lost";
    case COTE_EREMOTE: return "the responder answered with an error";
    case COTE_EUNSUPPORTED: return "raw bytes cannot be sent to peers of another library";
    case COTE_EQUEUEFULL: return "too many requests wait for a responder";
    case COTE_ETOOBIG: return "larger than its limit";
    case COTE_EPROTOCOL: return "the peer broke the protocol";
    case COTE_EADDRINUSE: return "no free port";
    case COTE_EADDRESS: return "the address cannot be used";
    case COTE_ESYSTEM: return "the operating system refused";
    case COTE_EANSWERED: return "the request was answered before";
    case COTE_ENOHANDLER: return "nobody handles requests of that type";
    }
    return "unknown error";
}

const char *cote_version(void)
{
    return COTE_VERSION;
}
