/* error.h - keeps what cote_error_detail() tells. */
#ifndef COTE_WIRE_ERROR_H
#define COTE_WIRE_ERROR_H

#include "cote/error.h"

/* Remembers the detail for this thread and returns `error`, so that a failing path reads `return
 * cote__fail(…)`. */
int cote__fail(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
