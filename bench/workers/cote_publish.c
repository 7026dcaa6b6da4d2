/* cote_publish.c - raw bytes to subscribers, by the C library. */
#include <stdlib.h>
#include <unistd.h>

#include "cote_pair.h"

/* MARK: publisher */

int bench_c_publisher(const bench_work *work)
{
    bench_gate *gate = bench_gate_open(work);
    char *message = calloc(1, work->size);
    if (!gate || !message) return 1;
    cote_options options = pair_options(work, "publisher");
    cote_publisher *publisher;
    pair_check(cote_publisher_create(pair_loop(), &options, &publisher), "publisher");
    bench_ready(cote_publisher_port(publisher));
    while (cote_publisher_subscribers(publisher) < work->subscribers) usleep(1000);
    cote_value data = {COTE_KIND_BYTES, message, work->size};
    for (uint64_t sent = 0;; sent++) {
        bench_gate_wait(gate, sent);
        bench_number_write(message, sent);
        pair_check(cote_publisher_publish(publisher, "number", &data, 0), "publish");
    }
}

/* MARK: subscribers */

enum { BATCH = 16 /* messages between two looks at the clock */ };

static bench_meter meter;
static bench_gate *gate;

struct listener {
    unsigned number;
    uint64_t received;
};

static void on_message(void *context, const cote_message *message)
{
    struct listener *self = context;
    uint64_t number = bench_number_read(message->data.data);
    meter.lost += number - self->received;
    self->received = number + 1;
    bench_gate_pass(gate, self->number, self->received);
    if (self->received % BATCH == 0) bench_meter_count(&meter, bench_now(), BATCH);
}

int bench_c_subscriber(const bench_work *work)
{
    struct listener *listeners = calloc(work->subscribers, sizeof *listeners);
    if (!listeners || !(gate = bench_gate_open(work)) || !bench_meter_begin(&meter, work)) return 1;
    cote_loop *loop = pair_loop();
    for (unsigned i = 0; i < work->subscribers; i++) {
        cote_options options = pair_options(work, "subscriber");
        cote_subscriber *subscriber;
        listeners[i].number = i;
        pair_check(cote_subscriber_create(loop, &options, &subscriber), "subscriber");
        pair_check(cote_subscriber_on(subscriber, "number", on_message, NULL, &listeners[i], NULL),
                   "handler");
    }
    bench_until_input_ends();
    return 0;
}
