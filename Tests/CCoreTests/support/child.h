/* child.h - this very program once more, in a process of its own. */
#ifndef COTE_TEST_CHILD_H
#define COTE_TEST_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct child {
    pid_t pid;
    int input, output; /* its standard input and output */
} test_child;

/* Starts it with these arguments, which end with NULL. The test fails if it cannot be started. */
test_child child_start(const char *const *arguments);
/* Its next line of output, without the line feed. False if its output ended. The test fails if
 * neither comes. */
bool child_line(test_child *child, char *line, size_t size);
/* Closes its input and waits until it has ended; returns its exit status, or minus the signal. */
int child_end(test_child *child);
/* Ends it at once, as a crash would. */
void child_kill(test_child *child);

#endif
