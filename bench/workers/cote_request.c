/* cote_request.c - requests of raw bytes, answered with the same bytes, by the C library. */
#include <semaphore.h>
#include <stdlib.h>

#include "cote_pair.h"

/* MARK: responder */

static void echo(void *context, const cote_request *request, cote_reply *reply)
{
    (void)context;
    cote_reply_send(reply, &request->payload, 0);
}

int bench_c_responder(const bench_work *work)
{
    cote_options options = pair_options(work, "responder");
    cote_responder *responder;
    pair_check(cote_responder_create(pair_loop(), &options, &responder), "responder");
    pair_check(cote_responder_on(responder, "echo", echo, NULL, NULL, NULL), "handler");
    bench_ready(cote_responder_port(responder));
    bench_until_input_ends();
    return 0;
}

/* MARK: requester */

typedef struct client {
    bench_meter meter;
    cote_requester *requester;
    cote_value payload;
} client;

/* One request after another, or at a fixed rate one request. */
typedef struct slot {
    client *client;
    uint64_t sent_at; /* or due */
} slot;

static void ask(slot *slot, uint64_t now);

static void on_response(void *context, const cote_response *response)
{
    slot *slot = context;
    bench_meter *meter = &slot->client->meter;
    pair_check(response->status, "answer");
    uint64_t now = bench_now();
    if (meter->begun) bench_histogram_add(meter->latencies, now - slot->sent_at);
    bench_meter_count(meter, now, 1);
    if (meter->work->rate > 0)
        free(slot);
    else
        ask(slot, now);
}

static void ask(slot *slot, uint64_t now)
{
    client *self = slot->client;
    slot->sent_at = now;
    int result =
        cote_requester_send(self->requester, "echo", &self->payload, NULL, on_response, slot, NULL);
    pair_check(result, "request");
}

static void on_connected(void *context, size_t count)
{
    if (count > 0) sem_post(context);
}

static void ask_one_more(void *context, uint64_t now)
{
    slot *slot = malloc(sizeof *slot);
    if (!slot) abort();
    slot->client = context;
    ask(slot, now);
}

static void ask_all(void *context)
{
    client *self = context;
    for (unsigned i = 0; i < self->meter.work->in_flight; i++) ask_one_more(self, bench_now());
}

int bench_c_requester(const bench_work *work)
{
    client self = {.payload = {COTE_KIND_BYTES, calloc(1, work->size), work->size}};
    if (!self.payload.data || !bench_meter_begin(&self.meter, work)) return 1;
    cote_options options = pair_options(work, "requester");
    sem_t connected;
    sem_init(&connected, 0, 0);
    options.context = &connected;
    options.on_connected = on_connected;
    cote_loop *loop = pair_loop();
    pair_check(cote_requester_create(loop, &options, &self.requester), "requester");
    sem_wait(&connected); /* what waits for a responder is not what is measured */
    if (work->rate > 0) bench_at_rate(work, ask_one_more, &self);
    pair_check(cote_loop_call(loop, ask_all, &self), "loop");
    bench_until_input_ends();
    return 0;
}
