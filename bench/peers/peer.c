/* peer.c - the command line that cote-bench gives its workers, for the programs of other systems.
 */
#include "peer.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void peer_fail(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

/* MARK: what they share */

void peer_times_init(peer_times *times, size_t capacity)
{
    *times =
        (peer_times){.sent_at = calloc(capacity, sizeof *times->sent_at), .capacity = capacity};
    if (!times->sent_at) abort();
}

void peer_times_push(peer_times *times, uint64_t now)
{
    times->sent_at[(times->oldest + times->count++) % times->capacity] = now;
}

uint64_t peer_times_pop(peer_times *times)
{
    uint64_t sent_at = times->sent_at[times->oldest];
    times->oldest = (times->oldest + 1) % times->capacity;
    times->count--;
    return sent_at;
}

/* MARK: the command line */

int main(int count, char **arguments)
{
    enum {
        SYSTEM,
        SIZE,
        CORE,
        PORT,
        KEY,
        GATE,
        DISCOVERY,
        WARM_UP,
        SECONDS,
        IN_FLIGHT,
        SUBSCRIBERS
    };
    static const struct option options[] = {
        {"system", required_argument, NULL, SYSTEM},
        {"size", required_argument, NULL, SIZE},
        {"core", required_argument, NULL, CORE},
        {"port", required_argument, NULL, PORT},
        {"key", required_argument, NULL, KEY},
        {"gate", required_argument, NULL, GATE},
        {"discovery-port", required_argument, NULL, DISCOVERY},
        {"warm-up", required_argument, NULL, WARM_UP},
        {"seconds", required_argument, NULL, SECONDS},
        {"in-flight", required_argument, NULL, IN_FLIGHT},
        {"subscribers", required_argument, NULL, SUBSCRIBERS},
        {NULL, 0, NULL, 0},
    };
    bench_work work = {0};
    int option, core = -1;
    while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
        switch (option) {
        case SIZE: work.size = strtoul(optarg, NULL, 10); break;
        case CORE: core = atoi(optarg); break;
        case PORT: work.port = (uint16_t)atoi(optarg); break;
        case KEY: work.key = optarg; break;
        case GATE: work.gate = optarg; break;
        case WARM_UP: work.warm_up = strtod(optarg, NULL); break;
        case SECONDS: work.seconds = strtod(optarg, NULL); break;
        case IN_FLIGHT: work.in_flight = (unsigned)strtoul(optarg, NULL, 10); break;
        case SUBSCRIBERS: work.subscribers = (unsigned)strtoul(optarg, NULL, 10); break;
        case '?': return 64;
        default: break;
        }
    }
    if (optind + 2 != count || work.size < 8) return 64;
    bench_pin(core);
    bool is_server = strcmp(arguments[optind + 1], "server") == 0;
    if (work.in_flight > 0) return is_server ? peer_responder(&work) : peer_requester(&work);
    return is_server ? peer_publisher(&work) : peer_subscriber(&work);
}
