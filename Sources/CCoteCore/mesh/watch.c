#include "mesh/watch.h"

#include <stdlib.h>

struct cote__watch {
    cote__flush flush; /* on its way to `release` */
    cote__watches *watches;
    cote__queue *list;     /* the channel's, or of those that outlive theirs */
    cote__queue_node node; /* in it */
    cote__pending_entry pending;
    cote__watch_callbacks callbacks;
    bool timed;
    bool outlives; /* its connection */
    bool over;     /* both were called: only the token knows of it still */
};

static void unlink_watch(cote__watch *watch)
{
    cote__queue_remove(watch->list, &watch->node);
    if (watch->timed) cote__pending_remove(&watch->watches->timed, &watch->pending);
    watch->timed = false;
}

/* A callback may use up the token, which frees the watch. */
static void tell(cote__watch *watch)
{
    cote__watch_callbacks callbacks = watch->callbacks;
    unlink_watch(watch);
    watch->over = true;
    if (callbacks.gone) callbacks.gone(callbacks.context);
    if (callbacks.release) callbacks.release(callbacks.context);
}

/* MARK: deadlines */

static void on_timer(void *context);

/* One that ends early leaves the timer as it is: what fires for nobody sets it anew. */
static void arm(cote__watches *watches)
{
    cote__time due = cote__pending_next_deadline(&watches->timed);
    if (due >= watches->timer_due) return;
    if (!watches->timer) watches->timer = cote__timer_create(watches->loop, on_timer, watches);
    if (!watches->timer) return; /* no memory now; the next one tries again */
    cote__time now = cote__now();
    cote__timer_start(watches->timer, due > now ? due - now : 0);
    watches->timer_due = due;
}

static void on_timer(void *context)
{
    cote__watches *watches = context;
    cote__pending_entry *entry;
    while ((entry = cote__pending_expire(&watches->timed, cote__now()))) {
        cote__watch *watch = COTE__CONTAINER(entry, cote__watch, pending);
        watch->timed = false;
        tell(watch);
    }
    watches->timer_due = COTE__NEVER;
    arm(watches);
}

/* MARK: all of a responder */

void cote__watches_init(cote__watches *watches, cote_loop *loop)
{
    *watches = (cote__watches){.loop = loop, .timer_due = COTE__NEVER};
}

void cote__watches_close(cote__watches *watches)
{
    cote__timer_destroy(watches->timer);
    watches->timer = NULL;
    while (watches->outliving.head)
        tell(COTE__CONTAINER(watches->outliving.head, cote__watch, node));
}

void cote__watches_fini(cote__watches *watches)
{
    cote__pending_fini(&watches->timed);
}

void cote__watches_lost(cote__channel *channel)
{
    bool closing = cote__component_is_closing(channel->door->component);
    while (channel->watches.head) {
        cote__watch *watch = COTE__CONTAINER(channel->watches.head, cote__watch, node);
        if (!watch->outlives || closing) {
            tell(watch);
            continue;
        }
        cote__queue_remove(watch->list, &watch->node);
        watch->list = &watch->watches->outliving;
        cote__queue_push(watch->list, &watch->node);
    }
}

/* MARK: one */

cote__watch *cote__watch_create(cote__watches *watches, cote__channel *channel, cote__time allowed,
                                const cote__watch_callbacks *callbacks)
{
    cote__watch *watch = calloc(1, sizeof *watch);
    if (!watch) return NULL;
    watch->watches = watches;
    watch->list = &channel->watches;
    watch->callbacks = *callbacks;
    if (allowed != COTE__NEVER && callbacks->gone) {
        watch->pending.number = watches->next_number++;
        watch->pending.deadline = cote__now() + allowed;
        watch->timed = cote__pending_add(&watches->timed, &watch->pending);
        if (!watch->timed) {
            free(watch);
            return NULL;
        }
        arm(watches);
    }
    cote__queue_push(watch->list, &watch->node);
    return watch;
}

void cote__watch_outlive(cote__watch *watch)
{
    watch->outlives = true;
}

static void release(cote__flush *flush)
{
    cote__watch *watch = COTE__CONTAINER(flush, cote__watch, flush);
    if (watch->callbacks.release) watch->callbacks.release(watch->callbacks.context);
    free(watch);
}

void cote__watch_end(cote__watch *watch)
{
    if (watch->over) {
        free(watch);
        return;
    }
    unlink_watch(watch);
    watch->flush.run = release;
    cote__loop_flush_later(watch->watches->loop, &watch->flush);
}
