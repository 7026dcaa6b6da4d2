/* program.c - see program.h. */
#define _GNU_SOURCE
#include "program.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static int argument_count;
static char **argument_values;
static int signals;

uint64_t now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

void program_begin(int count, char **arguments)
{
    argument_count = count;
    argument_values = arguments;
    bool pairs = count % 2 == 1;
    for (int i = 1; i < count; i += 2) pairs = pairs && strncmp(arguments[i], "--", 2) == 0;
    if (!pairs) {
        fprintf(stderr, "usage: %s [--NAME VALUE]...\n", arguments[0]);
        exit(64);
    }
    sigset_t end;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigaddset(&end, SIGINT);
    sigprocmask(SIG_BLOCK, &end, NULL);
    signals = signalfd(-1, &end, SFD_CLOEXEC);
}

const char *program_text(const char *name, const char *otherwise)
{
    for (int i = 1; i < argument_count; i += 2)
        if (strcmp(argument_values[i] + 2, name) == 0) return argument_values[i + 1];
    return otherwise;
}

uint64_t program_number(const char *name, uint64_t otherwise)
{
    const char *text = program_text(name, NULL);
    if (!text) return otherwise;
    char *end;
    uint64_t number = strtoull(text, &end, 10);
    if (end == text || *end) {
        fprintf(stderr, "--%s: \"%s\" is no number\n", name, text);
        exit(64);
    }
    return number;
}

void say(const char *event, const char *format, ...)
{
    char line[4096];
    int size = snprintf(line, sizeof line, "{\"event\":\"%s\",\"at\":%" PRIu64 ",\"wall\":%lld",
                        event, now_us(), (long long)time(NULL));
    va_list values;
    va_start(values, format);
    int more = vsnprintf(line + size, sizeof line - 2 - (size_t)size, format, values);
    va_end(values);
    size += more;
    if (more < 0 || (size_t)size > sizeof line - 3) abort();
    memcpy(line + size, "}\n", 2);
    if (write(STDOUT_FILENO, line, (size_t)size + 2) < 0) _exit(1); /* nobody listens any more */
}

static void tell_connected(void *context, size_t count)
{
    (void)context;
    say("connected", ",\"count\":%zu", count);
}

static void tell_peer(void *context, cote_peer_event event, const cote_peer *peer)
{
    (void)context;
    if (event == COTE_PEER_ADDED || event == COTE_PEER_REMOVED)
        say(event == COTE_PEER_ADDED ? "added" : "removed", ",\"id\":\"%.36s\"", peer->id);
}

static void tell_log(void *context, cote_log_level level, const char *message)
{
    (void)context;
    if (level >= COTE_LOG_WARNING) fprintf(stderr, "%s\n", message);
}

cote_options program_options(const char *name)
{
    cote_options options = COTE_OPTIONS_INIT;
    options.name = program_text("name", name);
    options.key = program_text("key", NULL);
    options.ports = program_text("ports", NULL);
    options.on_log = tell_log;
    options.on_connected = tell_connected;
    options.on_peer = program_number("peers", 1) ? tell_peer : NULL;
    return options;
}

bool program_told_to_end(int ms)
{
    struct pollfd both[] = {{.fd = signals, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    return poll(both, 2, ms) > 0;
}

void program_rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

void program_check(int status, const char *what)
{
    if (status == COTE_OK) return;
    fprintf(stderr, "%s: %s: %s\n", what, cote_strerror(status), cote_error_detail());
    exit(1);
}

uint64_t number_in(const cote_value *value)
{
    static const char member[] = "\"number\":";
    const char *text = value->data, *end = text + value->size;
    const char *digit = value->size ? memmem(text, value->size, member, sizeof member - 1) : NULL;
    if (!digit) return UINT64_MAX;
    uint64_t number = 0;
    for (digit += sizeof member - 1; digit < end && *digit >= '0' && *digit <= '9'; digit++)
        number = number * 10 + (uint64_t)(*digit - '0');
    return number;
}

size_t write_numbered(char *text, const char *type, uint64_t number, size_t size)
{
    size_t length =
        (size_t)sprintf(text, "{\"type\":\"%s\",\"number\":%" PRIu64 ",\"pad\":\"", type, number);
    if (length + 2 < size) {
        memset(text + length, 'x', size - length - 2);
        length = size - 2;
    }
    memcpy(text + length, "\"}", 2);
    return length + 2;
}
