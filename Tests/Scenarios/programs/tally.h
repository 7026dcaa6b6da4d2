/* tally.h - what became of each request of a load. */
#ifndef COTE_SCENARIO_TALLY_H
#define COTE_SCENARIO_TALLY_H

#include <cote.h>

typedef struct tally tally;

/* Has room for `most` requests from the start, so that the memory of the process tells of the
 * library. */
tally *tally_create(uint64_t most);
void tally_destroy(tally *self);

/* Before and after a send: the request's number, counted from 0. */
uint64_t tally_sent(tally *self);
void tally_refused(tally *self, uint64_t number, int status);

/* Its end, whatever it is. `number` is the request's, the response's own is in its result. */
void tally_ended(tally *self, uint64_t number, const cote_response *response);

/* The sender itself stood still for so long, as on a loaded machine. */
void tally_paused(tally *self, uint64_t us);

/* Sending is over: a service that has not answered since then has a gap that ends now. */
void tally_sending_ended(tally *self);

uint64_t tally_sent_count(tally *self);
uint64_t tally_open(tally *self); /* sent, and not ended */

/* Says the event `result`: sent, answered, wrong (another request's answer), twice, hung (what is
 * open), failed (by reason), last_failure, longest_gap_us, gap_ended_at, slowest_end_us, p50_us,
 * p99_us, max_us, took_us, longest_pause_us. */
void tally_tell(tally *self);

#endif
