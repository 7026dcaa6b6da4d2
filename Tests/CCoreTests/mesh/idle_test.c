/* idle_test.c - what many components of one process cost when nothing happens. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/ask.h"

enum {
    PAIRS = 100,
    WATCHED = 4000, /* ms: two hellos of each */
    TENFOLD = 10,
    BUDGET = WATCHED * 5 / 1000 /* ms: half a percent of a core */
};

/* Whether this process has that socket open. */
static bool is_own_socket(unsigned long inode)
{
    char expected[64], link[256], target[64];
    snprintf(expected, sizeof expected, "socket:[%lu]", inode);
    DIR *descriptors = opendir("/proc/self/fd");
    assert_non_null(descriptors);
    bool found = false;
    for (struct dirent *entry; !found && (entry = readdir(descriptors));) {
        snprintf(link, sizeof link, "/proc/self/fd/%.200s", entry->d_name);
        ssize_t size = readlink(link, target, sizeof target - 1);
        if (size <= 0) continue;
        target[size] = '\0';
        found = strcmp(target, expected) == 0;
    }
    closedir(descriptors);
    return found;
}

/* UDP sockets of this process at the stage's port. */
static unsigned discovery_sockets(const test_stage *stage)
{
    FILE *table = fopen("/proc/net/udp", "r");
    assert_non_null(table);
    char line[512];
    unsigned count = 0, port;
    unsigned long inode;
    while (fgets(line, sizeof line, table))
        if (sscanf(line, " %*d: %*[0-9A-F]:%x %*s %*s %*s %*s %*s %*d %*d %lu", &port, &inode) ==
                2 &&
            port == stage->port && is_own_socket(inode))
            count++;
    fclose(table);
    return count;
}

static uint64_t cpu_time(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void test_two_hundred_components(void **state)
{
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    char keys[PAIRS][16];
    test_actor *requesters[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        snprintf(keys[i], sizeof keys[i], "key %d", i);
        requesters[i] = actor_create(stage, "client");
        test_actor *responder = actor_create(stage, "server");
        test_actor *both[] = {requesters[i], responder};
        for (int side = 0; side < 2; side++) {
            both[side]->options.key = keys[i];
            both[side]->options.hello_interval_ms = 2000; /* the defaults */
            both[side]->options.check_interval_ms = 4000;
            both[side]->options.node_timeout_ms = 5000;
        }
        actor_request(requesters[i], loop);
        actor_respond(responder, loop);
        actor_on(responder, "echo", actor_echo);
    }
    for (int i = 0; i < PAIRS; i++) ask_expect(ask_send(requesters[i], "echo", NULL), COTE_OK);
    assert_int_equal(discovery_sockets(stage), 1);

    uint64_t before = cpu_time();
    usleep(WATCHED * 1000); /* what is measured is the time itself */
    uint64_t used = cpu_time() - before;
    printf("200 idle components: %.2f%% of a core\n", (double)used * 100 / WATCHED);
    assert_in_range(used, 0, BUDGET * TENFOLD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {stage_test(test_two_hundred_components)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
