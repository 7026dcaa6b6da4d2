#include "net/redis.h"

#include <stdio.h>
#include <stdlib.h>

#include "cote/log.h"
#include "net/redis_line.h"
#include "net/system.h"
#include "net/timer.h"
#include "state/queue.h"
#include "wire/error.h"

enum {
    CONNECT_TIMEOUT = 5000, /* ms, from the look-up to the last answer of the beginning */
    PING_INTERVAL = 1000,   /* ms without a word, after which it is asked for one */
    PING_TIMEOUT = 2500,    /* ms without an answer to that */
    RETRY_LEAST = 100,      /* ms */
    RETRY_DOUBLINGS = 6
};

typedef enum role { SUBSCRIBER, PUBLISHER, ROLES } role;

typedef struct half {
    cote__redis *redis;
    role role;
    cote__redis_line *line;
    bool ready;
    cote__time heard;  /* the last reply */
    cote__time pinged; /* 0: no ping is under way */
} half;

/* What the owner knows. */
typedef enum told { NOTHING, UNREACHABLE, REFUSED, WORKING } told;

struct cote__redis {
    cote_loop *loop;
    cote__resolver *resolver;
    const cote__redis_server *server;
    const char *channel;
    const cote__redis_events *events;
    void *owner;

    cote__lookup lookup;
    half halves[ROLES];
    /* Of whatever comes next: an attempt, its end, or a look at whether the server is alive. */
    cote__timer *timer;
    bool connecting, ready, waiting;
    unsigned attempts; /* since something was published */
    told told;
    cote__hearing hearing;
};

/* MARK: what the owner is told */

static void tell(cote__redis *self, told news, const char *reason)
{
    if (self->told == news) return;
    self->told = news;
    if (news == WORKING) {
        self->events->changed(self->owner, NULL);
        return;
    }
    char message[224];
    snprintf(message, sizeof message, "redis at %.128s:%u: %s", self->server->host,
             self->server->port, reason);
    self->events->changed(self->owner, message);
}

/* MARK: the end of an attempt, or of a connection */

static void hang_up(cote__redis *self)
{
    cote__resolve_cancel(self->resolver, self->server->host, &self->lookup);
    for (int i = 0; i < ROLES; i++) {
        cote__redis_line_close(self->halves[i].line);
        self->halves[i] = (half){.redis = self, .role = (role)i};
    }
    self->connecting = self->ready = false;
}

static void retry_later(cote__redis *self)
{
    unsigned doublings = self->attempts < RETRY_DOUBLINGS ? self->attempts : RETRY_DOUBLINGS;
    cote__time delay = (cote__time)RETRY_LEAST << doublings;
    if (delay > COTE__REDIS_RETRY_MOST) delay = COTE__REDIS_RETRY_MOST;
    self->attempts++;
    self->waiting = true;
    cote__timer_start(self->timer, delay / 2 + cote__random_up_to(delay / 2));
}

static void fail(cote__redis *self, told news, const char *reason)
{
    /* Told first: the reason may be part of what a line has read. */
    tell(self, news, reason);
    hang_up(self);
    retry_later(self);
}

/* MARK: commands and replies */

static void send_words(half *to, const char *const *words, unsigned count)
{
    cote__slice slices[3];
    for (unsigned i = 0; i < count; i++) slices[i] = cote__slice_of(words[i]);
    cote__redis_line_send(to->line, slices, count);
}

/* Everything at once: the server answers in order, and with an error for whatever it refuses. */
static void introduce(half *to)
{
    const cote__redis *self = to->redis;
    const cote__redis_server *server = self->server;
    char database[16];
    snprintf(database, sizeof database, "%u", server->database);
    if (server->password && server->username)
        send_words(to, (const char *[]){"AUTH", server->username, server->password}, 3);
    else if (server->password)
        send_words(to, (const char *[]){"AUTH", server->password}, 2);
    if (server->database > 0) send_words(to, (const char *[]){"SELECT", database}, 2);
    if (to->role == SUBSCRIBER)
        send_words(to, (const char *[]){"SUBSCRIBE", self->channel}, 2);
    else
        send_words(to, (const char *[]){"PING"}, 1);
}

static bool value_is(const cote__resp_reply *reply, unsigned index, const char *text)
{
    return index < reply->count && reply->values[index].text.data &&
           cote__slice_equal(reply->values[index].text, cote__slice_of(text));
}

static void half_ready(half *one)
{
    cote__redis *self = one->redis;
    one->ready = true;
    if (self->ready || !self->halves[SUBSCRIBER].ready || !self->halves[PUBLISHER].ready) return;
    self->connecting = false;
    self->ready = true;
    self->hearing = (cote__hearing){cote__now(), cote__now()};
    cote__timer_start(self->timer, PING_INTERVAL);
    self->events->ready(self->owner);
}

static void subscriber_reply(half *from, const cote__resp_reply *reply)
{
    cote__redis *self = from->redis;
    if (self->ready) self->hearing.until = cote__now();
    if (!reply->array) return;
    if (value_is(reply, 0, "subscribe"))
        half_ready(from);
    else if (reply->count == 3 && value_is(reply, 0, "message") &&
             reply->values[2].kind == COTE__RESP_BYTES)
        self->events->message(self->owner, reply->values[2].text);
}

/* A number answers what was published: so it is allowed. */
static void publisher_reply(half *from, const cote__resp_reply *reply)
{
    cote__redis *self = from->redis;
    if (reply->array || reply->count == 0) return;
    if (value_is(reply, 0, "PONG")) half_ready(from);
    if (reply->values[0].kind != COTE__RESP_INTEGER) return;
    self->attempts = 0;
    tell(self, WORKING, NULL);
}

/* A password where none is asked for does no harm: Node lives with that too. */
static bool is_harmless(cote__slice error)
{
    static const char needless[] = "ERR AUTH <password> called without any password configured";
    return error.size >= sizeof needless - 1 &&
           memcmp(error.data, needless, sizeof needless - 1) == 0;
}

static void on_reply(void *owner, const cote__resp_reply *reply)
{
    half *from = owner;
    from->heard = cote__now();
    from->pinged = 0;
    if (reply->count > 0 && reply->values[0].kind == COTE__RESP_ERROR) {
        char reason[128];
        cote__slice text = reply->values[0].text;
        if (is_harmless(text)) return;
        cote_printable(text.data, text.size, reason, sizeof reason);
        fail(from->redis, REFUSED, reason);
    } else if (from->role == SUBSCRIBER) {
        subscriber_reply(from, reply);
    } else {
        publisher_reply(from, reply);
    }
}

static void on_lost(void *owner, const char *reason)
{
    half *from = owner;
    from->line = NULL;
    cote__resolver_forget(from->redis->resolver, from->redis->server->host);
    fail(from->redis, UNREACHABLE, reason);
}

static const cote__redis_line_events line_events = {on_reply, on_lost};

/* MARK: connecting */

static void connect_to(cote__redis *self, uint32_t address)
{
    for (int i = 0; i < ROLES; i++) {
        half *one = &self->halves[i];
        if (cote__redis_line_open(self->loop, address, self->server->port, &line_events, one,
                                  &one->line) != COTE_OK) {
            fail(self, UNREACHABLE, cote_error_detail());
            return;
        }
        introduce(one);
    }
}

static void on_resolved(cote__lookup *lookup, const cote__resolution *resolution)
{
    cote__redis *self = COTE__CONTAINER(lookup, cote__redis, lookup);
    if (resolution->error)
        fail(self, UNREACHABLE, resolution->error);
    else
        connect_to(self, resolution->address);
}

static void attempt(cote__redis *self)
{
    uint32_t address;
    self->waiting = false;
    self->connecting = true;
    cote__timer_start(self->timer, CONNECT_TIMEOUT);
    if (cote__address_parse(self->server->host, &address)) {
        connect_to(self, address);
        return;
    }
    const cote__resolution *known =
        cote__resolve(self->resolver, self->server->host, &self->lookup);
    if (known) on_resolved(&self->lookup, known);
}

/* MARK: whether it is alive */

static void look_after(cote__redis *self)
{
    cote__time now = cote__now();
    for (int i = 0; i < ROLES; i++) {
        half *one = &self->halves[i];
        if (one->pinged && now - one->pinged >= PING_TIMEOUT) {
            fail(self, UNREACHABLE, "it does not answer");
            return;
        }
        if (one->pinged || now - one->heard < PING_INTERVAL) continue;
        one->pinged = now;
        send_words(one, (const char *[]){"PING"}, 1);
    }
    cote__timer_start(self->timer, PING_INTERVAL);
}

static void on_timer(void *context)
{
    cote__redis *self = context;
    if (self->waiting)
        attempt(self);
    else if (self->connecting)
        fail(self, UNREACHABLE, "it does not answer");
    else
        look_after(self);
}

/* MARK: life */

cote__redis *cote__redis_open(cote_loop *loop, cote__resolver *resolver,
                              const cote__redis_server *server, const char *channel,
                              const cote__redis_events *events, void *owner)
{
    cote__redis *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    *self = (cote__redis){.loop = loop,
                          .resolver = resolver,
                          .server = server,
                          .channel = channel,
                          .events = events,
                          .owner = owner,
                          .lookup = {.done = on_resolved}};
    self->timer = cote__timer_create(loop, on_timer, self);
    if (!self->timer) {
        free(self);
        return NULL;
    }
    hang_up(self);
    self->waiting = true;
    cote__timer_start(self->timer, 0);
    return self;
}

void cote__redis_publish(cote__redis *self, cote__slice message)
{
    if (!self->ready) return;
    const cote__slice words[] = {cote__slice_of("PUBLISH"), cote__slice_of(self->channel), message};
    cote__redis_line_send(self->halves[PUBLISHER].line, words, 3);
}

cote__hearing cote__redis_hearing(const cote__redis *self)
{
    return self->hearing;
}

void cote__redis_close(cote__redis *self)
{
    if (!self) return;
    hang_up(self);
    cote__timer_destroy(self->timer);
    free(self);
}
