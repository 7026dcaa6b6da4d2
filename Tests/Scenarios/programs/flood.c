/*
 * flood.c - a publisher at a rate.
 *
 *   flood --rate N --seconds N [--size BYTES] [--await SUBSCRIBERS] [--name NAME] [--key KEY]
 *
 * Numbered messages of the topic `number`, and in the end one of the topic `end` with how many
 * there were. Then it stays until it is told to end. Events: ready (with `port`), connected, begun,
 * published (`count`, `refused`, `took_us`).
 */
#include <inttypes.h>
#include <stdlib.h>

#include "program.h"

static size_t connected;

static void note_connected(void *context, size_t count)
{
    (void)context;
    __atomic_store_n(&connected, count, __ATOMIC_RELAXED);
    say("connected", ",\"count\":%zu", count);
}

static cote_publisher *publisher;
static uint64_t message_size;
static char *text;

static bool publish(const char *topic, uint64_t number)
{
    cote_value value = {COTE_KIND_JSON, text, write_numbered(text, topic, number, message_size)};
    return cote_publisher_publish(publisher, topic, &value, COTE_PUBLISH_ENCODED) == COTE_OK;
}

int main(int argument_count, char **arguments)
{
    program_begin(argument_count, arguments);
    uint64_t rate = program_number("rate", 1000), seconds = program_number("seconds", 1);
    uint64_t await = program_number("await", 1), count = 0, refused = 0;
    message_size = program_number("size", 0);
    text = malloc(message_size + 128);

    cote_loop *loop;
    cote_options options = program_options("flood");
    options.on_connected = note_connected;
    program_check(cote_loop_create(&loop), "loop");
    program_check(cote_publisher_create(loop, &options, &publisher), "publisher");
    say("ready", ",\"port\":%u", cote_publisher_port(publisher));
    while (__atomic_load_n(&connected, __ATOMIC_RELAXED) < await)
        if (program_told_to_end(1)) return 1;

    uint64_t begun = now_us(), all = rate * seconds;
    say("begun", "%s", "");
    while (count < all) {
        uint64_t due = (now_us() - begun) * rate / 1000000;
        for (due = due < all ? due : all; count < due; count++)
            if (!publish("number", count)) refused++;
        program_rest();
    }
    uint64_t took = now_us() - begun;
    publish("end", count);
    say("published", ",\"count\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"took_us\":%" PRIu64, count,
        refused, took);
    program_told_to_end(-1);
    cote_loop_destroy(loop);
    free(text);
    return 0;
}
