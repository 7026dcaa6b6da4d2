#include "mesh/announce.h"

#include "net/system.h"

static void say(const cote__registration *registration, const cote__buffer *message)
{
    cote__transport *transport = registration->transport;
    transport->ops->send(transport, cote__buffer_slice(message));
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
    say(registration, &registration->says.hello);
    registration->next_answer =
        COTE__NEVER; /* this hello was the answer, whichever it was meant to be */
    if (now >= registration->next_hello)
        registration->next_hello = now + registration->settings.hello_interval;
    schedule(registration);
}

bool cote__announce_begin(cote__registration *registration, cote_loop *hub,
                          cote__transport *transport)
{
    registration->timer = cote__timer_create(hub, say_hello, registration);
    registration->transport = transport;
    registration->next_answer = COTE__NEVER;
    return registration->timer != NULL;
}

void cote__announce_now(cote__registration *registration)
{
    registration->next_hello = 0;
    say_hello(registration);
}

/*
 * A newcomer hears of a listener that it would connect to at once, not at the listener's next
 * interval. The delay is random, and longer the more are there, so that a large mesh does not
 * answer with a storm.
 */
void cote__announce_to(cote__registration *registration, const cote__peer *newcomer, size_t known)
{
    bool listens = cote__peer_public(registration->says.self)->port != 0;
    cote__relation relation = cote__peer_relation(newcomer, registration->says.self);
    bool is_wanted = relation == COTE__PARTNER || relation == COTE__MONITOR;
    if (!listens || registration->next_answer != COTE__NEVER || !is_wanted) return;
    registration->next_answer = cote__now() + cote__random_up_to(known / 2);
    schedule(registration);
}

void cote__announce_end(cote__registration *registration)
{
    say(registration, &registration->says.bye);
    cote__timer_destroy(registration->timer);
}
