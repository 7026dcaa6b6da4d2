/* tally.c - see tally.h. */
#include "tally.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

/* Latencies are kept in 16 buckets for each power of two, hence to 6 percent. */
enum { REASONS = 64, STEPS = 16, BUCKETS = 64 * STEPS };

static const uint64_t ended = UINT64_C(1) << 63; /* beside the time in µs at which it was sent */

struct tally {
    pthread_mutex_t lock;
    uint64_t most, *requests;
    uint64_t sent, open, answered, wrong, twice;
    uint64_t failed[REASONS]; /* by the number of the error, without its sign */
    char last_failure[256];
    uint64_t begun, sending_ended, last_answer, longest_gap, gap_ended, slowest_end, slowest_answer,
        longest_pause;
    uint64_t latencies[BUCKETS];
};

static const char *const reasons[REASONS] = {
    [-COTE_EINVAL] = "invalid",           [-COTE_ENOMEM] = "memory",
    [-COTE_ECLOSED] = "closed",           [-COTE_ETIMEDOUT] = "timeout",
    [-COTE_ENOHANDLER] = "noHandler",     [-COTE_ECANCELED] = "cancelled",
    [-COTE_ECONNLOST] = "connectionLost", [-COTE_EREMOTE] = "remote",
    [-COTE_EUNSUPPORTED] = "unsupported", [-COTE_EQUEUEFULL] = "queueFull",
    [-COTE_ETOOBIG] = "tooBig",           [-COTE_EPROTOCOL] = "protocol",
    [-COTE_ESYSTEM] = "system",
};

tally *tally_create(uint64_t most)
{
    tally *self = calloc(1, sizeof *self);
    self->requests = malloc(most * sizeof *self->requests);
    if (!self->requests) abort();
    memset(self->requests, 0xff, most * sizeof *self->requests);
    self->most = most;
    pthread_mutex_init(&self->lock, NULL);
    return self;
}

void tally_destroy(tally *self)
{
    pthread_mutex_destroy(&self->lock);
    free(self->requests);
    free(self);
}

uint64_t tally_sent(tally *self)
{
    pthread_mutex_lock(&self->lock);
    uint64_t number = self->sent++, now = now_us();
    if (number >= self->most) abort();
    if (!self->begun) self->begun = self->last_answer = now;
    self->requests[number] = now;
    self->open++;
    pthread_mutex_unlock(&self->lock);
    return number;
}

/* How long it took, µs; UINT64_MAX if it had ended before. */
static uint64_t end_one(tally *self, uint64_t number, uint64_t now)
{
    if (self->requests[number] & ended) {
        self->twice++;
        return UINT64_MAX;
    }
    uint64_t took = now - self->requests[number];
    self->requests[number] |= ended;
    self->open--;
    if (took > self->slowest_end) self->slowest_end = took;
    return took;
}

static void note_failure(tally *self, int status, const char *message)
{
    self->failed[status < 0 && status > -REASONS ? -status : 0]++;
    snprintf(self->last_failure, sizeof self->last_failure, "%s", message);
}

static void note_gap(tally *self, uint64_t now)
{
    if (now - self->last_answer > self->longest_gap) {
        self->longest_gap = now - self->last_answer;
        self->gap_ended = now;
    }
    self->last_answer = now;
}

static unsigned bucket_of(uint64_t us)
{
    if (us < STEPS) return (unsigned)us;
    unsigned power = 63 - (unsigned)__builtin_clzll(us);
    return (power - 3) * STEPS + (unsigned)(us >> (power - 4)) % STEPS;
}

static uint64_t bucket_value(unsigned bucket)
{
    if (bucket < STEPS) return bucket;
    return (uint64_t)(STEPS + bucket % STEPS) << (bucket / STEPS - 1);
}

void tally_refused(tally *self, uint64_t number, int status)
{
    pthread_mutex_lock(&self->lock);
    end_one(self, number, now_us());
    note_failure(self, status, cote_strerror(status));
    pthread_mutex_unlock(&self->lock);
}

void tally_ended(tally *self, uint64_t number, const cote_response *response)
{
    pthread_mutex_lock(&self->lock);
    uint64_t now = now_us(), took = end_one(self, number, now);
    if (took != UINT64_MAX && response->status != COTE_OK) {
        note_failure(self, response->status, response->message);
    } else if (took != UINT64_MAX) {
        self->answered++;
        if (number_in(&response->result) != number) self->wrong++;
        if (!self->sending_ended) note_gap(self, now);
        if (took > self->slowest_answer) self->slowest_answer = took;
        self->latencies[bucket_of(took)]++;
    }
    pthread_mutex_unlock(&self->lock);
}

void tally_paused(tally *self, uint64_t us)
{
    pthread_mutex_lock(&self->lock);
    if (us > self->longest_pause) self->longest_pause = us;
    pthread_mutex_unlock(&self->lock);
}

void tally_sending_ended(tally *self)
{
    pthread_mutex_lock(&self->lock);
    self->sending_ended = now_us();
    if (self->begun) note_gap(self, self->sending_ended);
    pthread_mutex_unlock(&self->lock);
}

uint64_t tally_sent_count(tally *self)
{
    pthread_mutex_lock(&self->lock);
    uint64_t count = self->sent;
    pthread_mutex_unlock(&self->lock);
    return count;
}

uint64_t tally_open(tally *self)
{
    pthread_mutex_lock(&self->lock);
    uint64_t count = self->open;
    pthread_mutex_unlock(&self->lock);
    return count;
}

static uint64_t percentile(const tally *self, uint64_t percent)
{
    uint64_t below = 0, wanted = self->answered * percent / 100;
    for (unsigned i = 0; i < BUCKETS; i++) {
        below += self->latencies[i];
        if (below > wanted) return bucket_value(i);
    }
    return self->slowest_answer;
}

/* What can stand in a JSON string as it is. */
static void plain(char *text)
{
    for (; *text; text++)
        if (*text == '"' || *text == '\\' || (unsigned char)*text < ' ') *text = '\'';
}

void tally_tell(tally *self)
{
    pthread_mutex_lock(&self->lock);
    char failed[1024] = "";
    size_t size = 0;
    for (int i = 0; i < REASONS; i++) {
        char number[16];
        snprintf(number, sizeof number, "error%d", -i);
        if (self->failed[i])
            size += (size_t)snprintf(failed + size, sizeof failed - size, "%s\"%s\":%" PRIu64,
                                     size ? "," : "", reasons[i] ? reasons[i] : number,
                                     self->failed[i]);
    }
    plain(self->last_failure);
    say("result",
        ",\"sent\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"wrong\":%" PRIu64 ",\"twice\":%" PRIu64
        ",\"hung\":%" PRIu64 ",\"failed\":{%s},\"last_failure\":\"%s\",\"longest_gap_us\":%" PRIu64
        ",\"gap_ended_at\":%" PRIu64 ",\"slowest_end_us\":%" PRIu64 ",\"p50_us\":%" PRIu64
        ",\"p99_us\":%" PRIu64 ",\"max_us\":%" PRIu64 ",\"took_us\":%" PRIu64
        ",\"longest_pause_us\":%" PRIu64,
        self->sent, self->answered, self->wrong, self->twice, self->open, failed,
        self->last_failure, self->longest_gap, self->gap_ended, self->slowest_end,
        percentile(self, 50), percentile(self, 99), self->slowest_answer,
        self->sending_ended - self->begun, self->longest_pause);
    pthread_mutex_unlock(&self->lock);
}
