#include "support/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/stage.h"

extern char **environ;

enum { DEADLINE = 60000 /* ms */, MOST_ARGUMENTS = 8 };

static void make_pipe(int ends[2])
{
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

test_child child_start(const char *const *arguments)
{
    int input[2], output[2];
    make_pipe(input);
    make_pipe(output);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    char *argv[MOST_ARGUMENTS + 2] = {(char *)"child"};
    for (unsigned i = 0; arguments[i]; i++) {
        assert_true(i < MOST_ARGUMENTS);
        argv[i + 1] = (char *)arguments[i];
    }
    test_child self = {.input = input[1], .output = output[0]};
    int status = posix_spawn(&self.pid, "/proc/self/exe", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    assert_int_equal(status, 0);
    return self;
}

bool child_line(test_child *self, char *line, size_t size)
{
    size_t length = 0;
    for (;;) {
        struct pollfd ready = {self->output, POLLIN, 0};
        if (poll(&ready, 1, DEADLINE) <= 0) fail_msg("the child says nothing");
        char byte;
        if (read(self->output, &byte, 1) != 1) return false;
        if (byte == '\n') break;
        if (length + 1 < size) line[length++] = byte;
    }
    line[length] = '\0';
    return true;
}

static int reap(test_child *self)
{
    int status;
    assert_int_equal(waitpid(self->pid, &status, 0), self->pid);
    close(self->output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int child_end(test_child *self)
{
    close(self->input);
    return reap(self);
}

void child_kill(test_child *self)
{
    kill(self->pid, SIGKILL);
    close(self->input);
    reap(self);
}
