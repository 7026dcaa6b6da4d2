#include "mesh/greeter.h"

#include <stdlib.h>

#include "mesh/seeds.h"
#include "net/interfaces.h"
#include "net/system.h"
#include "net/timer.h"
#include "state/acquaintances.h"
#include "state/siphash.h"
#include "wire/greeting.h"

enum {
    LOOPBACK_NET = 127,
    GATHERING = 20, /* ms, from one new acquaintance to telling: more may come */
    ANSWERS = 32    /* a round, to those that did not prove themselves */
};

#define LOOPBACK_BROADCAST 0x7fffffffu

struct cote__greeter {
    const cote__discovery_settings *settings;
    const cote__greeter_events *events;
    void *owner;
    cote__seeds *seeds; /* NULL: it has none */
    cote__acquaintances known;
    cote__timer *round, *gathering;
    bool running; /* rounds take place */
    bool gathers, meets;
    unsigned answers; /* in this round */
    uint64_t id, key[2];
    cote__buffer out;
};

static bool is_loopback(uint64_t place)
{
    return place >> 40 == LOOPBACK_NET;
}

/* We ourselves, or the other processes of this host, which hear us anyway. */
static bool is_own(const cote__greeter *self, uint64_t place)
{
    return (place & 0xffff) == self->settings->port &&
           cote__interfaces_have((uint32_t)(place >> 16));
}

/* Only who receives at that place gets to know it. */
static uint64_t proof(const cote__greeter *self, uint64_t place)
{
    return cote__siphash(self->key, &place, sizeof place) | 1;
}

/* MARK: greeting */

static void choose_places(cote__greeter *self, uint64_t to, cote__greeting *greeting)
{
    uint64_t known[COTE__ACQUAINTANCES];
    size_t count = self->events->known(self->owner, known, COTE__ACQUAINTANCES);
    size_t start = count ? (size_t)cote__random_up_to(count - 1) : 0;
    for (size_t i = 0; i < count && greeting->place_count < COTE__GREETING_PLACES; i++) {
        uint64_t place = known[(start + i) % count];
        if (place != to && is_loopback(place) == is_loopback(to))
            greeting->places[greeting->place_count++] = place;
    }
}

/* Whoever has not proved himself gets nothing but what he needs to do so. */
static void greet(cote__greeter *self, uint64_t place, uint64_t echo, bool proven)
{
    cote__greeting greeting = {.id = self->id, .proof = proof(self, place), .echo = echo};
    if (proven) choose_places(self, place, &greeting);
    cote__buffer_clear(&self->out);
    cote__greeting_encode(&self->out, &greeting);
    if (!self->out.failed) self->events->send(self->owner, place, cote__buffer_slice(&self->out));
}

static void run(cote__greeter *self)
{
    if (self->running) return;
    self->running = true;
    cote__timer_start(self->round, self->settings->hello_interval);
}

static void on_round(void *context)
{
    cote__greeter *self = context;
    cote__time now = cote__now();
    self->answers = 0;
    self->running = false;
    cote__acquaintances_expire(&self->known, now);
    for (size_t i = 0; i < self->known.count; i++) {
        cote__acquaintance *one = &self->known.items[i];
        if (cote__acquaintance_is_due(one, now)) greet(self, one->place, one->echo, one->proven);
    }
    if (self->known.count > 0) run(self);
}

static void on_gathered(void *context)
{
    cote__greeter *self = context;
    self->gathers = false;
    self->meets = true;
    self->events->met(self->owner);
    self->meets = false;
    for (size_t i = 0; i < self->known.count; i++) self->known.items[i].awaits = false;
}

static void gather(cote__greeter *self)
{
    if (self->gathers) return;
    self->gathers = true;
    cote__timer_start(self->gathering, GATHERING);
}

static void on_seed(void *owner, uint64_t place, cote__time until)
{
    cote__greeter *self = owner;
    if (is_own(self, place)) return;
    cote__acquaintance *one = cote__acquaintances_seed(&self->known, place, until, cote__now());
    if (!one) return;
    if (!one->proven && one->tries++ == 0) greet(self, place, one->echo, false);
    run(self);
}

static void on_lost(void *owner, const char *message)
{
    cote__greeter *self = owner;
    self->events->notice(self->owner, message);
}

/* MARK: being greeted */

/* To the other processes of this host, of which a unicast datagram reaches one only. */
static void relay(cote__greeter *self, uint64_t source, cote__slice message)
{
    cote__json object; /* what is no JSON would make the whole none */
    if (!cote__json_parse(message, COTE__JSON_MAX_DEPTH - 1, &object) ||
        object.type != COTE__JSON_OBJECT)
        return;
    cote__buffer_clear(&self->out);
    cote__relay_encode(&self->out, &(cote__relayed){self->id, source, object.text});
    if (self->out.failed || self->out.size > COTE__HELLO_MAX_SIZE) return;
    self->events->send(self->owner, (uint64_t)LOOPBACK_BROADCAST << 16 | self->settings->port,
                       cote__buffer_slice(&self->out));
}

static void hear_of(cote__greeter *self, uint64_t from, const cote__greeting *greeting)
{
    for (size_t i = 0; i < greeting->place_count; i++) {
        uint64_t place = greeting->places[i];
        if (is_loopback(place) != is_loopback(from) ||
            cote__acquaintances_find(&self->known, place) || is_own(self, place))
            continue;
        cote__acquaintances_hear_of(&self->known, place, cote__now());
        cote__acquaintance *one = cote__acquaintances_find(&self->known, place);
        if (one && one->tries++ == 0) greet(self, place, 0, false);
    }
}

static void on_greeting(cote__greeter *self, uint64_t place, const cote__greeting *greeting,
                        cote__slice datagram, bool relayed)
{
    if (greeting->id == self->id) return;
    if (!cote__acquaintances_find(&self->known, place) && is_own(self, place)) return;
    if (!relayed && greeting->echo != proof(self, place)) {
        if (self->answers++ < ANSWERS) greet(self, place, greeting->proof, false);
        run(self);
        return;
    }
    bool is_new;
    cote__acquaintance *one = cote__acquaintances_heard(&self->known, place, cote__now(), &is_new);
    if (!one) return;
    bool other_proof = one->echo != greeting->proof;
    one->echo = greeting->proof;
    one->relayed = relayed;
    if (is_new) {
        one->awaits = true;
        gather(self);
    }
    run(self);
    if (relayed) return;
    relay(self, place, datagram);
    if (other_proof) greet(self, place, one->echo, true);
    hear_of(self, place, greeting);
}

bool cote__greeter_received(cote__greeter *self, uint64_t place, cote__slice datagram)
{
    cote__greeting greeting;
    cote__relayed relayed;
    switch (cote__greeting_decode(datagram, &greeting, &relayed)) {
    case COTE__GREETING_NONE: break;
    case COTE__GREETING_MALFORMED: self->events->malformed(self->owner, place); return true;
    case COTE__GREETING_GREET: on_greeting(self, place, &greeting, datagram, false); return true;
    case COTE__GREETING_RELAY:
        if (!is_loopback(place) || relayed.id == self->id) return true;
        switch (cote__greeting_decode(relayed.message, &greeting, &(cote__relayed){0})) {
        case COTE__GREETING_NONE:
            self->events->received(self->owner, relayed.source, relayed.message);
            return true;
        case COTE__GREETING_GREET:
            on_greeting(self, relayed.source, &greeting, relayed.message, true);
            return true;
        default: self->events->malformed(self->owner, place); return true;
        }
    }
    const cote__acquaintance *one = cote__acquaintances_find(&self->known, place);
    if (one && one->proven && !one->relayed) relay(self, place, datagram);
    return false;
}

bool cote__greeter_send(cote__greeter *self, cote__slice message)
{
    for (size_t i = 0; i < self->known.count; i++) {
        const cote__acquaintance *one = &self->known.items[i];
        if (one->proven && (one->awaits || !self->meets))
            self->events->send(self->owner, one->place, message);
    }
    return self->meets;
}

/* MARK: life */

cote__greeter *cote__greeter_create(cote_loop *hub, cote__resolver *resolver,
                                    const cote__discovery_settings *settings,
                                    const cote__greeter_events *events, void *owner)
{
    cote__greeter *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->settings = settings;
    self->events = events;
    self->owner = owner;
    uint32_t interval = settings->hello_interval;
    self->known.patience = settings->node_timeout > interval ? settings->node_timeout : interval;
    self->known.patience += interval; /* and a greeting may be lost */
    cote__random(&self->id, sizeof self->id);
    cote__random(self->key, sizeof self->key);
    self->round = cote__timer_create(hub, on_round, self);
    self->gathering = cote__timer_create(hub, on_gathered, self);
    bool failed = !self->round || !self->gathering;
    if (!failed && settings->seeds[0]) {
        self->seeds = cote__seeds_create(hub, resolver, settings->seeds, settings->port, on_seed,
                                         on_lost, self);
        failed = !self->seeds;
    }
    if (failed) {
        cote__greeter_destroy(self);
        return NULL;
    }
    return self;
}

void cote__greeter_destroy(cote__greeter *self)
{
    if (!self) return;
    cote__seeds_destroy(self->seeds);
    cote__timer_destroy(self->round);
    cote__timer_destroy(self->gathering);
    cote__buffer_fini(&self->out);
    free(self);
}
