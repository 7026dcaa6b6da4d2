/* resolve.h - what becomes of options and environment variables. */
#ifndef COTE_TEST_RESOLVE_H
#define COTE_TEST_RESOLVE_H

#include "mesh/settings.h"

/* Options of nothing but a name. */
cote_options named(void);
/* Fails the test if they are refused. What it frees is not to be looked at. */
cote__settings resolve(const cote_options *options);
/* With COTE_EINVAL and that detail. */
void expect_refused(const cote_options *options, const char *detail);

#endif
