/* runtime_folder.h - a directory that a test has for its unix sockets. */
#ifndef COTE_TEST_RUNTIME_FOLDER_H
#define COTE_TEST_RUNTIME_FOLDER_H

#include <stddef.h>

enum { RUNTIME_PATH = 64 };

/* A new one, which XDG_RUNTIME_DIR names from now on, and with which it goes, whatever is in it. */
void runtime_folder_make(char path[RUNTIME_PATH]);
void runtime_folder_remove(const char *path);

/* How many sockets and other files are in its `cote`. */
size_t runtime_folder_count(const char *path);

#endif
