/* discovery_members.c - components that come to their discovery, say something new, and leave. */
#include <stdlib.h>

#include "mesh/announce.h"
#include "mesh/discovery_own.h"
#include "mesh/news.h"
#include "state/queue.h"

enum {
    GATHERING = 5 /* ms, in which a component may get what it has to say in its first hello */
};

/* MARK: entering */

static void introduce_known(void *context, cote__roster_peer *entry)
{
    cote__news_tell(context, COTE_PEER_ADDED, entry->value, false);
    if (entry->suspected) cote__news_tell(context, COTE_PEER_SUSPECTED, entry->value, false);
}

static void introduce_siblings(discovery *self, cote__registration *one, cote_peer_event event)
{
    for (cote__registration *other = self->registrations; other; other = other->next) {
        if (other == one) continue;
        cote__news_tell(one, event, other->shown, false);
        cote__news_tell(other, event, one->shown, false);
    }
}

static void enter(cote__registration *registration)
{
    cote_loop *hub = registration->hub;
    discovery *self = cote__discovery_for(hub, &registration->settings,
                                          cote__peer_public(registration->self)->host);
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

/* MARK: another hello */

typedef struct renewal {
    cote__task task;
    cote__registration *registration;
    cote__buffer hello;
    cote__peer *shown;
} renewal;

static void renew(cote__task *task)
{
    renewal self = *(renewal *)task;
    cote__registration *one = self.registration;
    free(task);
    cote__buffer_fini(&one->hello);
    cote__peer_release(one->shown);
    one->hello = self.hello;
    one->shown = self.shown;
    if (!one->discovery) return;
    for (cote__registration *to = one->discovery->registrations; to; to = to->next)
        if (to != one) cote__news_tell(to, COTE_PEER_UPDATED, one->shown, false);
    cote__announce_now(one);
}

bool cote__discovery_renew(cote_loop *hub, cote__registration *registration,
                           const cote__buffer *hello, cote__peer *shown)
{
    renewal *self = malloc(sizeof *self);
    if (!self) return false;
    *self = (renewal){{NULL, renew}, registration, *hello, shown};
    cote__loop_post(hub, &self->task);
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

void cote__discovery_enter(cote_loop *hub, cote__registration *registration)
{
    registration->hub = hub;
    registration->enter_task.run = enter_task;
    cote__loop_post(hub, &registration->enter_task);
}

void cote__discovery_leave(cote__registration *registration)
{
    registration->leave_task.run = leave;
    cote__loop_post(registration->hub, &registration->leave_task);
}
