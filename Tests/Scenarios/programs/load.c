/*
 * load.c - a requester that counts what became of each request.
 *
 *   load (--rate N | --in-flight N) [--count N] [--seconds N] [--await N] [--timeout MS]
 *        [--queue N] [--size BYTES] [--most N] [--patience SECONDS] [--type TYPE] [--name NAME]
 * [--key KEY]
 *
 * Begins when it is connected to `await` responders (1), and sends N requests a second, or so many
 * that N are always open. Ends after `count` requests or so many seconds, or when it is told to: at
 * the end of its standard input. `most` requests (1,000,000) at most, if `count` does not say it.
 * What has not ended after the timeout and `patience` more (20) hangs.
 *
 * Events: ready, connected, begun, sent (all of them), result.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "program.h"
#include "tally.h"

static struct load {
    tally *tally;
    cote_requester *requester;
    uint64_t rate, in_flight, count, timeout_ms, size;
    const char *type;
    char *text; /* of the request that is being sent; by the main thread alone */
} load;

static void note_end(void *context, const cote_response *response)
{
    tally_ended(load.tally, (uint64_t)(uintptr_t)context, response);
}

/* false if it was refused. */
static bool send_one(void)
{
    uint64_t number = tally_sent(load.tally);
    size_t size = write_numbered(load.text, load.type, number, load.size);
    cote_value payload = {COTE_KIND_JSON, load.text, size};
    cote_send_options options = COTE_SEND_OPTIONS_INIT;
    options.flags = COTE_SEND_ENCODED;
    options.timeout_ms = (uint32_t)load.timeout_ms;
    int status = cote_requester_send(load.requester, load.type, &payload, &options, note_end,
                                     (void *)(uintptr_t)number, NULL);
    if (status != COTE_OK) tally_refused(load.tally, number, status);
    return status == COTE_OK;
}

/* As many as should have been sent by now. */
static void send_due(uint64_t begun)
{
    uint64_t due = load.count;
    if (load.rate) {
        uint64_t by_time = (now_us() - begun) * load.rate / 1000000 + 1;
        if (by_time < due) due = by_time;
    }
    while (tally_sent_count(load.tally) < due) {
        if (load.in_flight && tally_open(load.tally) >= load.in_flight) return;
        if (!send_one()) return;
    }
}

static size_t connected;

static void note_connected(void *context, size_t count)
{
    (void)context;
    __atomic_store_n(&connected, count, __ATOMIC_RELAXED);
    say("connected", ",\"count\":%zu", count);
}

int main(int argument_count, char **arguments)
{
    program_begin(argument_count, arguments);
    load.rate = program_number("rate", 0);
    load.in_flight = program_number("in-flight", 0);
    load.count = program_number("count", program_number("most", 1000000));
    load.timeout_ms = program_number("timeout", COTE_NO_TIMEOUT);
    load.size = program_number("size", 0);
    load.type = program_text("type", "echo");
    load.text = malloc(load.size + 128 + 128);
    load.tally = tally_create(load.count);
    uint64_t await = program_number("await", 1), seconds = program_number("seconds", 0);
    uint64_t patience_us = program_number("patience", 20) * 1000000;
    if (load.timeout_ms != COTE_NO_TIMEOUT) patience_us += load.timeout_ms * 1000;

    cote_loop *loop;
    cote_options options = program_options("load");
    options.on_connected = note_connected;
    options.max_queued = program_number("queue", 0);
    program_check(cote_loop_create(&loop), "loop");
    program_check(cote_requester_create(loop, &options, &load.requester), "requester");
    say("ready", ",\"id\":\"%s\"", cote_requester_id(load.requester));
    while (__atomic_load_n(&connected, __ATOMIC_RELAXED) < await)
        if (program_told_to_end(1)) return 1;

    uint64_t begun = now_us(), ends = seconds ? begun + seconds * 1000000 : UINT64_MAX;
    say("begun", "%s", "");
    uint64_t before, now = begun;
    do {
        send_due(begun);
        before = now;
        now = now_us();
        tally_paused(load.tally, now - before);
    } while (tally_sent_count(load.tally) < load.count && now < ends && !program_told_to_end(1));
    tally_sending_ended(load.tally);
    say("sent", ",\"count\":%" PRIu64, tally_sent_count(load.tally));

    ends = now_us() + patience_us;
    while (tally_open(load.tally) && now_us() < ends) program_rest();
    tally_tell(load.tally);
    cote_loop_destroy(loop);
    tally_destroy(load.tally);
    free(load.text);
    return 0;
}
