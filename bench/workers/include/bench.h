/*
 * bench.h - what a benchmark's processes have in common: how they are told what to do, what they
 * say, and the C half of them. A pair of processes makes one measurement: a server, and a client,
 * which measures and prints one line of JSON. Both go on until they are killed.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* MARK: what to measure */

typedef struct bench_work {
    const char *key;         /* of the mesh that the pair has for itself */
    uint16_t discovery_port; /* of that mesh */
    uint16_t port;           /* of a floor's or another system's server; 0 for its own choice */
    size_t size;             /* bytes of a message */
    unsigned in_flight;      /* requests that are under way at a time */
    unsigned subscribers;    /* of a publisher, all in the client's process */
    double rate;      /* requests a second at fixed times; 0: each as soon as one is answered */
    double warm_up;   /* seconds before it is measured */
    double seconds;   /* of the measurement */
    uint64_t window;  /* messages of a stream that are under way at most; 0: 64 Ki */
    const char *gate; /* the path of the file that the pair shares */
    unsigned peers;   /* that are simulated, and say hello to that mesh */
} bench_work;

/* MARK: what was measured */

/* Latencies, in nanoseconds, each kept to within 1 percent. */
typedef struct bench_histogram bench_histogram;
bench_histogram *bench_histogram_create(void); /* NULL when there is no memory */
void bench_histogram_add(bench_histogram *histogram, uint64_t value);
/* The value that `share` (0 to 1) of all are not above; 0 for none. */
uint64_t bench_histogram_at(const bench_histogram *histogram, double share);

uint64_t bench_now(void); /* nanoseconds, monotonic, the same in all processes */

/* Counts what a client measures: from the end of the warm-up to the end of the measurement. */
typedef struct bench_meter {
    const bench_work *work;
    bench_histogram *latencies;
    uint64_t warm, end; /* bench_now() */
    uint64_t first, last, messages;
    uint64_t lost; /* that the client knows were sent and will not come */
    bool begun;
} bench_meter;

bool bench_meter_begin(bench_meter *meter, const bench_work *work);
/*
 * So many messages came just `now`. Prints `begin` at the first that counts; once the measurement
 * is over prints its result, and does not return: it waits to be killed, when what the process has
 * used was looked at.
 */
void bench_meter_count(bench_meter *meter, uint64_t now, uint64_t messages);

/* Calls `send` `work->rate` times a second, for ever, with the time when it was due: also, at once,
 * for those times that a call has overrun. So no pause of anybody hides from a latency. */
void bench_at_rate(const bench_work *work, void (*send)(void *context, uint64_t due),
                   void *context);

/* MARK: a window between a sender and the receivers of a stream, the same for every system */

enum { BENCH_MOST_SUBSCRIBERS = 64 };

/*
 * The receivers say how much they have got, in shared memory, and the sender waits while the
 * slowest has not got all but a window of what it sent: so nothing is lost or piles up, whatever a
 * system does about slow receivers.
 */
typedef struct bench_gate bench_gate;
bench_gate *bench_gate_open(const bench_work *work); /* NULL with a message on standard error */
/* Waits until fewer than the window are under way. `sent`: so far. */
void bench_gate_wait(bench_gate *gate, uint64_t sent);
bool bench_gate_is_open(bench_gate *gate, uint64_t sent);
/* Receiver `number` has got so many. */
void bench_gate_pass(bench_gate *gate, unsigned number, uint64_t received);
/* Whether every receiver has got something: until then a sender only tries now and then. */
bool bench_gate_is_ready(const bench_gate *gate);

/* The number that a message of a stream carries, behind a zero, which begins no tag of the
 * protocol. A message has at least 8 bytes. */
void bench_number_write(char *message, uint64_t number);
uint64_t bench_number_read(const void *message);

/* MARK: processes. They return what the process exits with. */

void bench_pin(int core);          /* to that core; negative: to none */
void bench_ready(uint16_t port);   /* a server says that it serves */
void bench_until_input_ends(void); /* blocks */

/* The floor: bytes of libuv's TCP, and nothing else. */
int bench_floor_echo_server(const bench_work *work);
int bench_floor_echo_client(const bench_work *work);
int bench_floor_stream_server(const bench_work *work);
int bench_floor_stream_client(const bench_work *work);

/* Asks, and says when: `asked`, and `answered` with bench_now(). Asks again for each line of input,
 * once the responder is gone; at the end of the input says goodbye. */
int bench_c_asker(const bench_work *work);

/* A requester that says how many peers it knows, `peers` and their number, for each line of input.
 */
int bench_c_listener(const bench_work *work);
/* Says the hellos of `work->peers` requesters of other keys, as they would. Ready when each was
 * heard once. `work->seconds`: between two hellos of one. */
int bench_simulated_peers(const bench_work *work);

/* The C library, raw bytes. */
int bench_c_responder(const bench_work *work);
int bench_c_requester(const bench_work *work);
int bench_c_publisher(const bench_work *work);
int bench_c_subscriber(const bench_work *work);

/* MARK: what a single thing costs, in nanoseconds, tried for so many seconds in this process */

/* A request with so many raw bytes, into memory that is there, and from it. */
double bench_request_pack(size_t size, double seconds);
double bench_request_parse(size_t size, double seconds);
/* A hello that is byte for byte the last one of that peer, among so many peers: all of what
 * discovery does with a datagram, once it is read. */
double bench_hello_again(const bench_work *work);

#endif
