#include "mesh/discovery.h"

#include <stdio.h>
#include <stdlib.h>

#include "net/datagram.h"
#include "net/system.h"
#include "state/queue.h"
#include "state/roster.h"
#include "wire/error.h"

enum {
    LOOPBACK = 0x7f000001,
    LOOPBACK_BROADCAST = 0x7fffffff,
    CONFIRMATION = 50 /* ms, for what waits in the socket to be read */
};

typedef struct cote__discovery {
    struct cote__discovery *next;
    cote__discovery_settings settings;
    cote_loop *hub;
    cote__datagram *socket; /* NULL while it cannot be opened; tried again with each hello */
    cote__roster roster;    /* its values are cote__peer */
    cote__registration *registrations;
    cote__timer *check;
    bool confirming;   /* somebody seems silent; the next check decides */
    char trouble[224]; /* why it cannot send or receive, as was told; empty when it can */
    char host[COTE__HOST_NAME_SIZE];
    char scratch[COTE__HELLO_MAX_SIZE];
} discovery;

/* Touched on the hub's thread only. */
static discovery *discoveries;

/* MARK: telling components, each on its own loop */

typedef struct delivery {
    cote__task task;
    cote__registration *to;
    cote__news news; /* without a peer: it is about trouble */
    char *message;
} delivery;

static void deliver(cote__task *task)
{
    delivery *self = (delivery *)task;
    if (self->news.peer)
        self->to->on_peer(self->to, &self->news);
    else
        self->to->on_trouble(self->to, self->message);
    cote__peer_release(self->news.peer);
    free(self->message);
    free(self);
}

static void post(cote__registration *to, cote__news news, const char *message)
{
    delivery *self = malloc(sizeof *self);
    if (!self) return;
    *self = (delivery){{NULL, deliver}, to, news, message ? strdup(message) : NULL};
    if (news.peer) cote__peer_retain(news.peer);
    cote__loop_post(to->loop,
                    &self->task); /* runs: a loop does not end before its components have left */
}

static void tell(cote__registration *to, cote_peer_event event, cote__peer *peer, bool silent)
{
    bool partner = cote__peers_are_partners(to->self, peer);
    if (partner || (to->hears_key && cote__peers_share_key(to->self, peer)))
        post(to, (cote__news){event, peer, partner, silent}, NULL);
}

static void tell_all(discovery *self, cote_peer_event event, cote__peer *peer, bool silent)
{
    for (cote__registration *to = self->registrations; to; to = to->next)
        tell(to, event, peer, silent);
}

/* Somebody whose key or namespace is another now goes for some, and comes for others. */
static void tell_all_of_change(discovery *self, cote__peer *before, cote__peer *after)
{
    for (cote__registration *to = self->registrations; to; to = to->next) {
        if (cote__peers_are_partners(to->self, before) ==
            cote__peers_are_partners(to->self, after)) {
            tell(to, COTE_PEER_UPDATED, after, false);
        } else {
            tell(to, COTE_PEER_REMOVED, before, false);
            tell(to, COTE_PEER_ADDED, after, false);
        }
    }
}

/* What stays as it is is told once. */
static void tell_trouble(discovery *self, const char *message)
{
    if ((self->trouble[0] != '\0') == (message != NULL)) return;
    snprintf(self->trouble, sizeof self->trouble, "%s", message ? message : "");
    for (cote__registration *to = self->registrations; to; to = to->next)
        post(to, (cote__news){0}, message);
}

/* MARK: sending */

static void received(void *context, uint32_t source, uint16_t port, cote__slice data);

static bool open_socket(discovery *self)
{
    if (self->socket) return true;
    const cote__discovery_settings *settings = &self->settings;
    uint32_t group = settings->multicast ? settings->destination : 0;
    if (cote__datagram_open(self->hub, settings->address, settings->port, group, received, self,
                            &self->socket) == COTE_OK)
        return true;
    tell_trouble(self, cote_error_detail());
    return false;
}

/* A host without any network still finds its own processes: the loopback interface has a broadcast
 * address too. */
static void send_datagram(discovery *self, cote__slice datagram)
{
    if (!open_socket(self)) return;
    const cote__discovery_settings *settings = &self->settings;
    if (cote__datagram_send(self->socket, settings->destination, settings->port, datagram) ==
        COTE_OK) {
        tell_trouble(self, NULL);
        return;
    }
    char message[160], address[COTE__ADDRESS_SIZE];
    cote__address_format(settings->destination, address);
    snprintf(message, sizeof message, "cannot send to %s, so only this host is reached: %s",
             address, cote_error_detail());
    tell_trouble(self, message);
    cote__datagram_send(self->socket, LOOPBACK_BROADCAST, settings->port, datagram);
}

static void schedule(cote__registration *registration)
{
    cote__time now = cote__now();
    cote__time due = registration->next_hello < registration->next_answer
                         ? registration->next_hello
                         : registration->next_answer;
    cote__timer_start(registration->timer, due > now ? due - now : 0);
}

static void say_hello(void *context)
{
    cote__registration *registration = context;
    cote__time now = cote__now();
    if (now < registration->next_hello && now < registration->next_answer) {
        schedule(registration); /* the loop's clock is coarser than ours: too early by a little */
        return;
    }
    send_datagram(registration->discovery, cote__buffer_slice(&registration->hello));
    registration->next_answer =
        COTE__NEVER; /* this hello was the answer, whichever it was meant to be */
    if (now >= registration->next_hello)
        registration->next_hello = now + registration->discovery->settings.hello_interval;
    schedule(registration);
}

/*
 * A newcomer hears of a listener that it would connect to at once, not at the listener's next
 * interval. The delay is random, and longer the more are there, so that a large mesh does not
 * answer with a storm.
 */
static void answer_newcomer(discovery *self, const cote__peer *newcomer)
{
    for (cote__registration *registration = self->registrations; registration;
         registration = registration->next) {
        bool listens = cote__peer_public(registration->self)->port != 0;
        if (!listens || registration->next_answer != COTE__NEVER ||
            !cote__peers_are_partners(registration->self, newcomer))
            continue;
        registration->next_answer = cote__now() + cote__random_up_to(self->roster.count / 2);
        schedule(registration);
    }
}

/* MARK: receiving */

/*
 * Our datagrams come back to us. Those of a component that has left meanwhile must not bring it to
 * life again; those of one with other settings do count, since only the network introduces it here.
 */
static bool is_own(const discovery *self, const cote__hello *hello)
{
    for (const discovery *at = discoveries; at; at = at->next)
        for (const cote__registration *one = at->registrations; one; one = one->next)
            if (cote__slice_equal(hello->iid, cote__slice_of(cote__peer_public(one->self)->id)))
                return at == self;
    const cote_peer *some = cote__peer_public(self->registrations->self);
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

/* A hello without a source (a host with nothing but a loopback interface) is our own host's, or
 * nobody's. */
static uint32_t source_address(const discovery *self, uint32_t source, const cote__hello *hello)
{
    if (source != 0) return source;
    return cote__slice_equal(hello->host_name, cote__slice_of(self->host)) ? LOOPBACK : 0;
}

static void received(void *context, uint32_t source, uint16_t port, cote__slice data)
{
    discovery *self = context;
    uint64_t origin = (uint64_t)source << 16 | port;
    if (cote__roster_refresh(&self->roster, origin, data, cote__now())) return;
    if (data.size > sizeof self->scratch) return;

    cote__hello hello;
    if (cote__hello_decode(data.data, data.size, self->scratch, &hello) != COTE__HELLO_OK) return;
    uint32_t address = source_address(self, source, &hello);
    cote__roster_peer *known = cote__roster_find(&self->roster, hello.iid);
    if (address == 0 || (!known && is_own(self, &hello))) return;

    /* A known id speaks from its own address only, so that nobody else can take it over or say
     * goodbye for it. */
    if (known && cote__peer_address(known->value) != address) return;
    if (hello.event == COTE__HELLO_HELLO)
        hear(self, &hello, address, origin, data);
    else if (known)
        forget(self, known, false);
}

static void check_silent(void *context)
{
    discovery *self = context;
    cote__roster_peer *silent;
    /* Perhaps it was this process that slept, and their hellos wait to be read. */
    if (!self->confirming &&
        cote__roster_silent(&self->roster, cote__now(), self->settings.node_timeout)) {
        self->confirming = true;
        cote__timer_start(self->check, CONFIRMATION);
        return;
    }
    self->confirming = false;
    while ((silent = cote__roster_silent(&self->roster, cote__now(), self->settings.node_timeout)))
        forget(self, silent, true);
    cote__timer_start(self->check, self->settings.check_interval);
}

/* MARK: life */

static void release_peer(void *context, void *peer)
{
    (void)context;
    cote__peer_release(peer);
}

static bool same_settings(const cote__discovery_settings *one,
                          const cote__discovery_settings *other)
{
    return one->address == other->address && one->destination == other->destination &&
           one->multicast == other->multicast && one->port == other->port &&
           one->hello_interval == other->hello_interval &&
           one->check_interval == other->check_interval && one->node_timeout == other->node_timeout;
}

static void discovery_destroy(discovery *self)
{
    discovery **link = &discoveries;
    while (*link && *link != self) link = &(*link)->next;
    if (*link) *link = self->next;
    cote__timer_destroy(self->check);
    cote__datagram_close(self->socket);
    cote__roster_fini(&self->roster, release_peer, NULL);
    free(self);
}

static discovery *discovery_for(cote_loop *hub, const cote__discovery_settings *settings)
{
    for (discovery *at = discoveries; at; at = at->next)
        if (same_settings(&at->settings, settings)) return at;
    discovery *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->settings = *settings;
    self->hub = hub;
    cote__host_name(self->host);
    cote__random(&self->roster.seed, sizeof self->roster.seed);
    self->check = cote__timer_create(hub, check_silent, self);
    if (!self->check) {
        discovery_destroy(self);
        return NULL;
    }
    cote__timer_start(self->check, settings->check_interval);
    self->next = discoveries;
    discoveries = self;
    return self;
}

/* MARK: entering and leaving */

static void introduce_known(void *context, cote__roster_peer *entry)
{
    tell(context, COTE_PEER_ADDED, entry->value, false);
}

static void introduce_siblings(discovery *self, cote__registration *one, cote_peer_event event)
{
    for (cote__registration *other = self->registrations; other; other = other->next) {
        if (other == one) continue;
        tell(one, event, other->self, false);
        tell(other, event, one->self, false);
    }
}

static void enter(cote__task *task)
{
    cote__registration *registration = COTE__CONTAINER(task, cote__registration, enter_task);
    cote_loop *hub = registration->hub;
    discovery *self = discovery_for(hub, &registration->settings);
    registration->timer = self ? cote__timer_create(hub, say_hello, registration) : NULL;
    if (!registration->timer) { /* no memory: it stays unannounced, and can still leave */
        if (self && !self->registrations) discovery_destroy(self);
        return;
    }
    registration->discovery = self;
    registration->next = self->registrations;
    self->registrations = registration;
    registration->next_answer = COTE__NEVER;
    registration->next_hello = 0;
    if (self->trouble[0]) post(registration, (cote__news){0}, self->trouble);

    cote__roster_each(&self->roster, introduce_known, registration);
    introduce_siblings(self, registration, COTE_PEER_ADDED);
    say_hello(registration);
}

static void left(cote__task *task)
{
    cote__registration *registration = COTE__CONTAINER(task, cote__registration, leave_task);
    registration->on_left(registration);
}

static void leave(cote__task *task)
{
    cote__registration *registration = COTE__CONTAINER(task, cote__registration, leave_task);
    discovery *self = registration->discovery;
    if (self) {
        introduce_siblings(self, registration, COTE_PEER_REMOVED);
        cote__registration **link = &self->registrations;
        while (*link != registration) link = &(*link)->next;
        *link = registration->next;
        send_datagram(self, cote__buffer_slice(&registration->bye));
        cote__timer_destroy(registration->timer);
        if (!self->registrations) discovery_destroy(self);
    }
    registration->leave_task.run = left;
    cote__loop_post(registration->loop, &registration->leave_task);
}

void cote__discovery_enter(cote_loop *hub, cote__registration *registration)
{
    registration->hub = hub;
    registration->enter_task.run = enter;
    cote__loop_post(hub, &registration->enter_task);
}

void cote__discovery_leave(cote__registration *registration)
{
    registration->leave_task.run = leave;
    cote__loop_post(registration->hub, &registration->leave_task);
}
