/* hello_check.h - what holds for every decoded hello, whatever it says. */
#ifndef COTE_TEST_HELLO_CHECK_H
#define COTE_TEST_HELLO_CHECK_H

#include "wire/hello.h"

/*
 * Decodes; if it is a hello, checks that what it says lies within `datagram` or the scratch space
 * and keeps its bounds, and that it says the same when encoded anew by us. NULL, or what was wrong.
 */
const char *cote_test_hello_fault(cote__slice datagram, cote__hello_result *result);

#endif
