#include "mesh/discovery_own.h"

#include <stdio.h>
#include <stdlib.h>

#include "mesh/announce.h"
#include "mesh/news.h"
#include "net/system.h"
#include "state/queue.h"
#include "wire/greeting.h"

enum {
    CONFIRMATION = 50 /* ms, for what waits in the socket to be read */
};

/* Touched on the hub's thread only. The resolver is there while any discovery is. */
static discovery *discoveries;
static cote__resolver *resolver;

/* MARK: telling components */

static void tell_all(const discovery *self, cote_peer_event event, cote__peer *peer, bool silent)
{
    for (cote__registration *to = self->registrations; to; to = to->next)
        cote__news_tell(to, event, peer, silent);
}

/* Somebody whose key or namespace is another now goes for some, and comes for others. */
static void tell_all_of_change(discovery *self, cote__peer *before, cote__peer *after)
{
    for (cote__registration *to = self->registrations; to; to = to->next) {
        if (cote__peer_relation(to->says.self, before) ==
            cote__peer_relation(to->says.self, after)) {
            cote__news_tell(to, COTE_PEER_UPDATED, after, false);
        } else {
            cote__news_tell(to, COTE_PEER_REMOVED, before, false);
            cote__news_tell(to, COTE_PEER_ADDED, after, false);
        }
    }
}

static void tell_all_text(const discovery *self, cote_log_level level, const char *message)
{
    for (cote__registration *to = self->registrations; to; to = to->next)
        cote__news_notice(to, level, message);
}

static void on_notice(void *context, const char *message)
{
    tell_all_text(context, COTE_LOG_WARNING, message);
}

static void refuse(discovery *self, cote__refusal kind, uint64_t origin, const char *what)
{
    char more[COTE__REFUSAL_MORE], place[COTE__PLACE_SIZE], message[160];
    if (!cote__refuse(&self->refusals, kind, more)) return;
    cote__place_format(origin, place);
    snprintf(message, sizeof message, "%s from %s is refused%s", what, origin ? place : "redis",
             more);
    tell_all_text(self, kind == COTE__REFUSED_IMPOSTOR ? COTE_LOG_DEBUG : COTE_LOG_WARNING,
                  message);
}

static void on_lost_host(void *context, const char *message)
{
    discovery *self = context;
    char more[COTE__REFUSAL_MORE], whole[COTE__HOST_NAME_SIZE + 256];
    if (!cote__refuse(&self->refusals, COTE__REFUSED_HOST, more)) return;
    snprintf(whole, sizeof whole, "%s%s", message, more);
    tell_all_text(self, COTE_LOG_WARNING, whole);
}

static void on_malformed(void *owner, uint32_t source, uint16_t port)
{
    refuse(owner, COTE__REFUSED_DATAGRAM, (uint64_t)source << 16 | port, "what came");
}

/* What stays as it is is told once. */
static void on_trouble(void *owner, const char *message)
{
    discovery *self = owner;
    char before[sizeof self->trouble];
    memcpy(before, self->trouble, sizeof before);
    snprintf(self->trouble, sizeof self->trouble, "%s", message ? message : "");
    if (strcmp(before, self->trouble) == 0) return;
    for (cote__registration *to = self->registrations; to; to = to->next)
        cote__news_trouble(to, message);
}

static void on_ready(void *owner)
{
    discovery *self = owner;
    for (cote__registration *one = self->registrations; one; one = one->next)
        cote__announce_now(one);
}

static void answer_newcomer(discovery *self, const cote__peer *newcomer)
{
    for (cote__registration *one = self->registrations; one; one = one->next)
        cote__announce_to(one, newcomer, self->roster.count);
}

/* MARK: receiving */

static void heard(const discovery *self, cote__roster_peer *entry)
{
    if (!entry->suspected) return;
    entry->suspected = false;
    tell_all(self, COTE_PEER_BACK, entry->value, false);
}

/*
 * Our datagrams come back to us. Those of a component that has left meanwhile must not bring it to
 * life again; those of one with other settings do count, since only the network introduces it here.
 */
static bool is_own(const discovery *self, const cote__hello *hello)
{
    for (const discovery *at = discoveries; at; at = at->next)
        for (const cote__registration *one = at->registrations; one; one = one->next)
            if (cote__slice_equal(hello->iid,
                                  cote__slice_of(cote__peer_public(one->says.self)->id)))
                return at == self;
    const cote_peer *some = cote__peer_public(self->registrations->says.self);
    return cote__slice_equal(hello->pid, cote__slice_of(some->process));
}

static void forget(discovery *self, cote__roster_peer *entry, bool silent)
{
    cote__peer *peer = cote__roster_remove(&self->roster, entry);
    tell_all(self, COTE_PEER_REMOVED, peer, silent);
    cote__peer_release(peer);
}

static void hear(discovery *self, const cote__hello *hello, uint32_t address, uint64_t source,
                 cote__slice datagram)
{
    cote__peer *peer = cote__peer_create(hello, address);
    if (!peer) return;
    bool added;
    cote__roster_peer *entry =
        cote__roster_hear(&self->roster, hello->iid, source, datagram, cote__now(), &added);
    if (!entry) {
        cote__peer_release(peer);
        return;
    }
    cote__peer *before = entry->value;
    heard(self, entry);
    if (before && cote__peers_equal(before, peer)) {
        cote__peer_release(peer);
        return;
    }
    entry->value = peer;
    if (before) {
        tell_all_of_change(self, before, peer);
    } else {
        tell_all(self, COTE_PEER_ADDED, peer, false);
        answer_newcomer(self, peer);
    }
    cote__peer_release(before);
}

/*
 * A known id speaks from its own address only, so that nobody else can take it over or say goodbye
 * for it. Where messages have no address, its process and host must do.
 */
static bool speaks_for(const cote__roster_peer *known, const cote__hello *hello, uint32_t source)
{
    const cote_peer *peer = cote__peer_public(known->value);
    uint32_t before = (uint32_t)(known->source >> 16);
    if (source && before) return source == before;
    cote__slice host = hello->host_name.data ? hello->host_name : cote__slice_of("");
    return cote__slice_equal(hello->pid, cote__slice_of(peer->process)) &&
           cote__slice_equal(host, cote__slice_of(peer->host));
}

static bool read_hello(discovery *self, uint64_t origin, cote__slice data, cote__hello *hello)
{
    if (data.size > self->settings.max_hello) {
        refuse(self, COTE__REFUSED_HELLO, origin, "a hello that is too big");
        return false;
    }
    cote__hello_result result = cote__hello_decode(data.data, data.size, self->scratch, hello);
    if (result == COTE__HELLO_NONE) refuse(self, COTE__REFUSED_DATAGRAM, origin, "what came");
    if (result == COTE__HELLO_MALFORMED)
        refuse(self, COTE__REFUSED_HELLO, origin, "a hello that makes no sense");
    return result == COTE__HELLO_OK;
}

/* Whether there is room for somebody new, and he does not come too fast. */
static bool admits(discovery *self, const cote__hello *hello, uint64_t origin, cote__slice data)
{
    bool room = cote__roster_has_room(&self->roster, self->settings.max_peers, data.size);
    uint32_t source = (uint32_t)(origin >> 16);
    if (room && cote__admission_pass(&self->admission, source, hello->iid, cote__now()))
        return true;
    refuse(self, COTE__REFUSED_PEER, origin,
           room ? "one of too many new peers at once" : "a peer more than may be known");
    return false;
}

static void received(void *context, uint32_t source, uint16_t port, cote__slice data)
{
    discovery *self = context;
    uint64_t origin = (uint64_t)source << 16 | port;
    cote__roster_peer *same = cote__roster_refresh(&self->roster, origin, data, cote__now());
    if (same) heard(self, same);
    if (same && cote__locator_agrees(&self->locator, cote__peer_public(same->value)->host,
                                     cote__peer_address(same->value)))
        return;

    cote__hello hello;
    if (!read_hello(self, origin, data, &hello)) return;
    cote__roster_peer *known = cote__roster_find(&self->roster, hello.iid);
    if (!known && is_own(self, &hello)) return;
    if (known && !speaks_for(known, &hello, source)) {
        refuse(self, COTE__REFUSED_IMPOSTOR, origin, "a hello with the id of somebody else");
        return;
    }
    if (hello.event == COTE__HELLO_BYE) {
        if (known) forget(self, known, false);
        return;
    }
    if (!known && !admits(self, &hello, origin, data)) return;
    uint32_t address = cote__locate(&self->locator, &hello, source, port, data);
    if (address) hear(self, &hello, address, origin, data);
}

typedef struct place_list {
    uint64_t *places;
    size_t count, most;
} place_list;

static void add_place(void *context, cote__roster_peer *entry)
{
    place_list *list = context;
    if (!cote__peer_public(entry->value)->ours || entry->source >> 16 == 0) return;
    for (size_t i = 0; i < list->count; i++)
        if (list->places[i] == entry->source) return;
    if (list->count < list->most) list->places[list->count++] = entry->source;
}

static size_t known_places(void *context, uint64_t *places, size_t most)
{
    const discovery *self = context;
    place_list list = {places, 0, most};
    cote__roster_each(&self->roster, add_place, &list);
    return list.count;
}

static const cote__transport_events transport_events = {received,  on_ready,     on_trouble,
                                                        on_notice, on_malformed, known_places};

/* MARK: silence */

/* What would have been heard until when; false if that is too short a time to judge by. */
static bool hears(const discovery *self, cote__time silence, cote__time *until)
{
    cote__hearing hearing = self->transport->ops->hearing(self->transport);
    *until = hearing.until;
    return hearing.until > hearing.since && hearing.until - hearing.since > silence;
}

static cote__roster_peer *suspect_peer(discovery *self)
{
    cote__time until;
    return hears(self, self->limits.suspect, &until)
               ? cote__roster_suspect(&self->roster, until, self->limits.suspect)
               : NULL;
}

static cote__roster_peer *silent_peer(const discovery *self)
{
    cote__time until;
    return hears(self, self->limits.timeout, &until)
               ? cote__roster_silent(&self->roster, until, self->limits.timeout)
               : NULL;
}

static bool suspicion_is_due(const discovery *self)
{
    cote__time until, oldest = cote__roster_oldest(&self->roster);
    return hears(self, self->limits.suspect, &until) && oldest < until &&
           until - oldest > self->limits.suspect;
}

/* When somebody may be suspected who is not, or it is time to remove. */
static void check_later(discovery *self)
{
    cote__time now = cote__now(), due = self->removal, oldest = cote__roster_oldest(&self->roster);
    if (oldest != COTE__NEVER) {
        cote__time suspicion = oldest + self->limits.suspect + 1;
        if (suspicion > now && suspicion < due) due = suspicion;
    }
    cote__timer_start(self->check, due > now ? due - now : 0);
}

static void check_silent(void *context)
{
    discovery *self = context;
    cote__roster_peer *entry;
    bool removing = cote__now() >= self->removal;
    /* Perhaps it was this process that slept, and their hellos wait to be read. */
    if (!self->confirming && (suspicion_is_due(self) || (removing && silent_peer(self)))) {
        self->confirming = true;
        cote__timer_start(self->check, CONFIRMATION);
        return;
    }
    self->confirming = false;
    while ((entry = suspect_peer(self))) tell_all(self, COTE_PEER_SUSPECTED, entry->value, false);
    if (removing) {
        while ((entry = silent_peer(self))) forget(self, entry, true);
        self->removal = cote__now() + self->settings.check_interval;
    }
    check_later(self);
}

/* MARK: life */

static void release_peer(void *context, void *peer)
{
    (void)context;
    cote__peer_release(peer);
}

static void drop_resolver(void)
{
    if (discoveries) return;
    cote__resolver_destroy(resolver);
    resolver = NULL;
}

void cote__discovery_destroy(discovery *self)
{
    discovery **link = &discoveries;
    while (*link && *link != self) link = &(*link)->next;
    if (*link) *link = self->next;
    cote__timer_destroy(self->check);
    if (self->transport) self->transport->ops->destroy(self->transport);
    cote__locator_fini(&self->locator);
    cote__roster_fini(&self->roster, release_peer, NULL);
    cote__admission_fini(&self->admission);
    cote__redis_settings_release(self->settings.redis);
    free(self);
    drop_resolver();
}

static bool set_up(discovery *self, cote_loop *hub, const char *host)
{
    const cote__discovery_settings *settings = &self->settings;
    self->locator = (cote__locator){.resolver = resolver,
                                    .by_name = settings->use_host_names,
                                    .again = received,
                                    .lost = on_lost_host,
                                    .context = self};
    snprintf(self->locator.host, sizeof self->locator.host, "%s", host);
    cote__random(&self->roster.seed, sizeof self->roster.seed);
    cote__random(self->admission.key, sizeof self->admission.key);
    self->admission.rate = (uint32_t)settings->max_new_peers;
    self->transport = settings->redis
                          ? cote__redis_transport(hub, resolver, settings, &transport_events, self)
                          : cote__udp_transport(hub, resolver, settings, &transport_events, self);
    self->check = cote__timer_create(hub, check_silent, self);
    return self->transport && self->check;
}

discovery *cote__discovery_for(cote_loop *hub, const cote__discovery_settings *settings,
                               const char *host)
{
    for (discovery *at = discoveries; at; at = at->next)
        if (cote__discovery_settings_equal(&at->settings, settings)) return at;
    if (!resolver && !(resolver = cote__resolver_create(hub))) return NULL;
    discovery *self = calloc(1, sizeof *self);
    if (!self) {
        drop_resolver();
        return NULL;
    }
    self->settings = *settings;
    cote__redis_settings_retain(self->settings.redis);
    if (!set_up(self, hub, host)) {
        cote__discovery_destroy(self);
        return NULL;
    }
    self->limits = cote__vitals_limits_of(settings->hello_interval, settings->node_timeout);
    self->removal = cote__now() + settings->check_interval;
    check_later(self);
    self->next = discoveries;
    discoveries = self;
    return self;
}

/* MARK: who is there */

const cote__roster *cote__discovery_roster(const cote__registration *registration,
                                           cote__registration **first)
{
    const discovery *self = registration->discovery;
    *first = self ? self->registrations : NULL;
    return self ? &self->roster : NULL;
}
