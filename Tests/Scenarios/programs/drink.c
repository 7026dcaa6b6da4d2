/*
 * drink.c - a subscriber that counts what it gets, and what it does not.
 *
 *   drink [--name NAME] [--key KEY]
 *
 * Ends when it is told to. Events: ready, connected, end (when the publisher's last message came),
 * and that and `result` have `received`, `missing` (numbers that were left out after the first
 * one), `disordered` (not the next number, and not a later one), `expected` (what the publisher
 * said in the end) and `longest_gap_us` between two messages.
 */
#include <inttypes.h>

#include "program.h"

/* On the loop thread alone, until the loop has ended. */
static struct {
    uint64_t received, missing, disordered, expected, next, last, longest_gap;
} heard;

static void tell(const char *event)
{
    say(event,
        ",\"received\":%" PRIu64 ",\"missing\":%" PRIu64 ",\"disordered\":%" PRIu64
        ",\"expected\":%" PRIu64 ",\"longest_gap_us\":%" PRIu64,
        heard.received, heard.missing, heard.disordered, heard.expected, heard.longest_gap);
}

static void hear_number(void *context, const cote_message *message)
{
    (void)context;
    uint64_t number = number_in(&message->data), now = now_us();
    if (heard.received && now - heard.last > heard.longest_gap)
        heard.longest_gap = now - heard.last;
    heard.last = now;
    if (heard.received++ && number < heard.next) {
        heard.disordered++;
        return;
    }
    if (heard.received > 1) heard.missing += number - heard.next;
    heard.next = number + 1;
}

static void hear_end(void *context, const cote_message *message)
{
    (void)context;
    heard.expected = number_in(&message->data);
    tell("end");
}

int main(int argument_count, char **arguments)
{
    program_begin(argument_count, arguments);
    cote_loop *loop;
    cote_subscriber *subscriber;
    cote_options options = program_options("drink");
    program_check(cote_loop_create(&loop), "loop");
    program_check(cote_subscriber_create(loop, &options, &subscriber), "subscriber");
    program_check(cote_subscriber_on(subscriber, "number", hear_number, NULL, NULL, NULL), "on");
    program_check(cote_subscriber_on(subscriber, "end", hear_end, NULL, NULL, NULL), "on");
    say("ready", "%s", "");
    program_told_to_end(-1);
    cote_loop_destroy(loop);
    tell("result");
    return 0;
}
