/* discovery_members.c - components that come to their discovery, say something new, and leave. */
#include <stdlib.h>
#include <string.h>

#include "mesh/announce.h"
#include "mesh/discovery_own.h"
#include "mesh/news.h"
#include "state/queue.h"

enum {
    GATHERING = 5, /* ms, in which a component may get what it has to say in its first hello */
    QUIET = 200    /* us without more of that, after which it has it all */
};

/* MARK: entering */

static void introduce_known(void *context, cote__roster_peer *entry)
{
    cote__news_tell(context, COTE_PEER_ADDED, entry->value, false);
    if (entry->suspected) cote__news_tell(context, COTE_PEER_SUSPECTED, entry->value, false);
}

static void introduce_siblings(discovery *self, cote__registration *one, cote_peer_event event)
{
    for (cote__registration *other = self->registrations; other; other = other->next)
        if (other != one) cote__news_tell(one, event, other->says.self, false);
    cote__news_tell_others(self->registrations, one, event, one->says.self);
}

static void enter(cote__registration *registration)
{
    cote_loop *hub = registration->hub;
    discovery *self = cote__discovery_for(hub, &registration->settings,
                                          cote__peer_public(registration->says.self)->host);
    if (!self) return; /* no memory: it stays unannounced, and can still leave */
    if (!cote__announce_begin(registration, hub, self->transport)) {
        if (!self->registrations) cote__discovery_destroy(self);
        return;
    }
    registration->discovery = self;
    registration->next = self->registrations;
    self->registrations = registration;
    if (self->trouble[0]) cote__news_trouble(registration, self->trouble);

    cote__roster_each(&self->roster, introduce_known, registration);
    introduce_siblings(self, registration, COTE_PEER_ADDED);
    cote__announce_now(registration);
}

static void gathered(void *context)
{
    cote__registration *registration = context;
    if (!registration->gathering) return;
    cote__timer_destroy(registration->gathering);
    registration->gathering = NULL;
    enter(registration);
}

static void enter_task(cote__task *task)
{
    cote__registration *registration = COTE__CONTAINER(task, cote__registration, enter_task);
    if (registration->gathers)
        registration->gathering = cote__timer_create(registration->hub, gathered, registration);
    if (registration->gathering)
        cote__timer_start(registration->gathering, GATHERING);
    else
        enter(registration);
}

/* MARK: gathering */

/*
 * What is to be said first comes in a burst, mostly from another thread. Its end is looked for by
 * going to the hub and back again, which has its work at that time too and takes some 50 us; a
 * timer takes a millisecond at the least.
 */
static void go_to_hub(cote__registration *registration, void (*run)(cote__task *task))
{
    registration->gather_task.run = run;
    cote__loop_post(registration->hub, &registration->gather_task);
}

static void has_gathered(cote__task *task)
{
    gathered(COTE__CONTAINER(task, cote__registration, gather_task));
}

static void turn_back(cote__task *task);

static void came_back(cote__task *task)
{
    cote__registration *registration = COTE__CONTAINER(task, cote__registration, gather_task);
    if (registration->left) return;
    if (cote__now_us() - registration->gathered_at < QUIET) {
        go_to_hub(registration, turn_back);
        return;
    }
    registration->gathered = true;
    registration->on_gathered(registration);
    go_to_hub(registration, has_gathered);
}

static void turn_back(cote__task *task)
{
    cote__registration *registration = COTE__CONTAINER(task, cote__registration, gather_task);
    task->run = came_back;
    cote__loop_post(registration->loop, task);
}

void cote__discovery_gather(cote__registration *registration)
{
    if (!registration->gathers || registration->gathered || registration->left) return;
    bool first = registration->gathered_at == 0;
    registration->gathered_at = cote__now_us();
    if (first) go_to_hub(registration, turn_back);
}

/* MARK: something new to say */

typedef struct renewal {
    cote__task task;
    cote__registration *registration;
    cote__statement says;
} renewal;

/* Of a fresh id those of this process hear before the old one goes: then it is the same listener,
 * whose connection stays. */
static void tell_others(cote__registration *one, cote__peer *before)
{
    cote__registration *first = one->discovery->registrations;
    cote__peer *after = one->says.self;
    if (strcmp(cote__peer_public(before)->id, cote__peer_public(after)->id) == 0) {
        cote__news_tell_others(first, one, COTE_PEER_UPDATED, after);
    } else {
        cote__news_tell_others(first, one, COTE_PEER_ADDED, after);
        cote__news_tell_others(first, one, COTE_PEER_REMOVED, before);
    }
}

static void renew(cote__task *task)
{
    renewal *self = (renewal *)task;
    cote__registration *one = self->registration;
    cote__statement before = one->says;
    one->says = self->says;
    free(self);
    if (one->discovery) {
        tell_others(one, before.self);
        cote__announce_now(one);
    }
    cote__statement_fini(&before);
}

bool cote__discovery_renew(cote__registration *registration, const cote__statement *says)
{
    renewal *self = malloc(sizeof *self);
    if (!self) return false;
    *self = (renewal){{NULL, renew}, registration, *says};
    cote__loop_post(registration->hub, &self->task);
    return true;
}

/* MARK: leaving */

static void left(cote__task *task)
{
    cote__registration *registration = COTE__CONTAINER(task, cote__registration, leave_task);
    registration->on_left(registration);
}

static void leave(cote__task *task)
{
    cote__registration *registration = COTE__CONTAINER(task, cote__registration, leave_task);
    discovery *self = registration->discovery;
    cote__timer_destroy(registration->gathering);
    if (self) {
        introduce_siblings(self, registration, COTE_PEER_REMOVED);
        cote__registration **link = &self->registrations;
        while (*link != registration) link = &(*link)->next;
        *link = registration->next;
        cote__announce_end(registration);
        if (!self->registrations) cote__discovery_destroy(self);
    }
    registration->leave_task.run = left;
    cote__loop_post(registration->loop, &registration->leave_task);
}

void cote__discovery_enter(cote__registration *registration)
{
    registration->enter_task.run = enter_task;
    cote__loop_post(registration->hub, &registration->enter_task);
}

void cote__discovery_leave(cote__registration *registration)
{
    registration->left = true;
    registration->leave_task.run = leave;
    cote__loop_post(registration->hub, &registration->leave_task);
}
