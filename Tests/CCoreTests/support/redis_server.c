#include "support/redis_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE = 30000 /* ms */, MAX_REPLY = 1024 * 1024, READ_SIZE = 64 * 1024 };

/* MARK: the server */

redis_server redis_server_choose(void)
{
    redis_server self = {0};
    close(raw_listen(&self.port));
    snprintf(self.url, sizeof self.url, "redis://127.0.0.1:%u", self.port);
    return self;
}

static void await_line(int output, const char *wanted)
{
    char line[1024];
    for (size_t size = 0;;) {
        struct pollfd ready = {output, POLLIN, 0};
        if (poll(&ready, 1, DEADLINE) <= 0) fail_msg("redis-server says nothing");
        if (size == sizeof line - 1) size = 0;
        if (read(output, line + size, 1) != 1) fail_msg("redis-server does not run");
        if (line[size++] != '\n') continue;
        line[size] = '\0';
        if (strstr(line, wanted)) return;
        size = 0;
    }
}

void redis_server_run(redis_server *self, const char *password)
{
    char port[8];
    snprintf(port, sizeof port, "%u", self->port);
    char *arguments[] = {(char *)"redis-server",
                         (char *)"--port",
                         port,
                         (char *)"--bind",
                         (char *)"127.0.0.1",
                         (char *)"--save",
                         (char *)"",
                         (char *)"--databases",
                         (char *)"16",
                         password ? (char *)"--requirepass" : NULL,
                         (char *)password,
                         NULL};
    int output[2];
    assert_int_equal(pipe(output), 0);
    fcntl(output[0], F_SETFD, FD_CLOEXEC);
    pid_t test = getpid();
    self->pid = fork();
    assert_true(self->pid >= 0);
    if (self->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* with the test, however that ends */
        if (getppid() != test) _exit(1);
        dup2(output[1], STDOUT_FILENO);
        close(output[1]);
        execvp(arguments[0], arguments);
        _exit(1);
    }
    close(output[1]);
    await_line(output[0], "Ready to accept connections");
    close(output[0]); /* it ignores SIGPIPE */
}

void redis_server_kill(redis_server *self)
{
    if (self->pid == 0) return;
    kill(self->pid, SIGKILL);
    assert_int_equal(waitpid(self->pid, NULL, 0), self->pid);
    self->pid = 0;
}

/* MARK: a client */

raw_peer redis_connect(const redis_server *server)
{
    return raw_connect(server->port);
}

cote__resp_reply redis_hear(raw_peer *peer)
{
    cote__resp_reply reply;
    cote__resp_result result;
    cote__buffer_consume(&peer->input, peer->taken);
    peer->taken = 0;
    while ((result = cote__resp_decode(peer->input.data, peer->input.size, MAX_REPLY, &reply)) ==
           COTE__RESP_PARTIAL) {
        char *room = cote__buffer_reserve(&peer->input, READ_SIZE);
        assert_non_null(room);
        ssize_t size = recv(peer->fd, room, READ_SIZE, 0);
        if (size <= 0) fail_msg("redis says nothing");
        peer->input.size += (size_t)size;
    }
    assert_int_equal(result, COTE__RESP_REPLY);
    peer->taken = reply.size;
    return reply;
}

cote__resp_reply redis_ask(raw_peer *peer, const char *words, cote__slice more)
{
    cote__slice slices[16];
    unsigned count = 0;
    for (const char *at = words; *at;) {
        size_t size = strcspn(at, " ");
        assert_true(count < 15);
        slices[count++] = (cote__slice){at, size};
        at += size + (at[size] == ' ');
    }
    if (more.data) slices[count++] = more;
    cote__buffer command = {0};
    cote__resp_command(&command, slices, count);
    raw_send(peer, command.data, command.size);
    cote__buffer_fini(&command);
    return redis_hear(peer);
}

cote__resp_reply redis_do(raw_peer *peer, const char *words)
{
    cote__resp_reply reply = redis_ask(peer, words, (cote__slice){NULL, 0});
    if (reply.count > 0 && reply.values[0].kind == COTE__RESP_ERROR)
        fail_msg("%s: %.*s", words, (int)reply.values[0].text.size, reply.values[0].text.data);
    return reply;
}

void redis_publish(raw_peer *peer, cote__slice message)
{
    cote__resp_reply reply = redis_ask(peer, "PUBLISH cote", message);
    assert_int_equal(reply.values[0].kind, COTE__RESP_INTEGER);
    assert_true(reply.values[0].integer > 0);
}
