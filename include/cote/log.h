/* log.h - how the library tells what it does. It never prints (contract, rule 8). */
#ifndef COTE_LOG_H
#define COTE_LOG_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cote_log_level {
    COTE_LOG_DEBUG = 0,
    COTE_LOG_INFO = 1,    /* cote's hello, online and offline lines, when they are asked for */
    COTE_LOG_WARNING = 2, /* something was refused, dropped or is being tried again */
    COTE_LOG_ERROR = 3
} cote_log_level;

/*
 * Called on the loop thread of the component. `message` is UTF-8 without control characters,
 * borrowed until the callback returns.
 */
typedef void (*cote_log_cb)(void *context, cote_log_level level, const char *message);

#ifdef __cplusplus
}
#endif

#endif
