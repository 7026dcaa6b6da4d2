/* fixture.h - recorded traffic and other files, for tests. COTE_FIXTURES is the folder of it. */
#ifndef COTE_TEST_FIXTURE_H
#define COTE_TEST_FIXTURE_H

#include <stddef.h>

/*
 * The whole file, with a terminating zero that `size` (which may be NULL) does not count. Owned by
 * the caller, to be freed. The test fails if the file cannot be read.
 */
char *cote_test_read_file(const char *path, size_t *size);

/*
 * The paths of the files in `folder` whose name ends with `suffix` ("" for all), sorted, followed
 * by NULL. Names that begin with '.' or '_' are left out. NULL if there is no such folder. Owned by
 * the caller: cote_test_list_free.
 */
char **cote_test_list(const char *folder, const char *suffix, size_t *count);
void cote_test_list_free(char **paths);

/* The bytes that `digits` (pairs of hexadecimal ones) stand for. Owned by the caller, to be freed.
 * The test fails on anything else. */
char *cote_test_hex(const char *digits, size_t digit_count, size_t *size);

#endif
