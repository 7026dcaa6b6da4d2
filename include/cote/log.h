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
 * Called on the loop thread of the component. `message` is UTF-8 as cote_printable makes it, one
 * line, borrowed until the callback returns.
 */
typedef void (*cote_log_cb)(void *context, cote_log_level level, const char *message);

/*
 * Text from the network as a terminal or a log may show it: `size` bytes of `text`, of which those
 * that are no UTF-8, and the control characters, are written as \x1b, and what breaks a line, turns
 * text around or is not seen as \u202e; everything else stays. Names, types, topics, ids, host
 * names and errors of others are as they sent them wherever this library hands them on, but in log
 * lines.
 *
 * Writes whole characters only, as many as `capacity` bytes of `out` hold, and a zero; `out` may be
 * NULL if `capacity` is 0. Returns how many bytes the whole has, without its zero.
 */
COTE_API size_t cote_printable(const char *text, size_t size, char *out, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
