#include "mesh/news.h"

#include <stdlib.h>

typedef struct delivery {
    cote__task task;
    cote__registration *to;
    cote__news news;      /* without a peer: it is about discovery itself */
    char *message;        /* NULL: it works again */
    bool is_notice;       /* and no trouble */
    cote_log_level level; /* of a notice */
} delivery;

static void deliver(cote__task *task)
{
    delivery *self = (delivery *)task;
    if (self->news.peer)
        self->to->on_peer(self->to, &self->news);
    else if (self->is_notice)
        self->to->on_notice(self->to, self->level, self->message);
    else
        self->to->on_trouble(self->to, self->message);
    cote__peer_release(self->news.peer);
    free(self->message);
    free(self);
}

static delivery *create(cote__registration *to)
{
    delivery *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->task.run = deliver;
    self->to = to;
    return self;
}

/* It runs: a loop does not end before its components have left. */
static void post(delivery *self)
{
    cote__loop_post(self->to->loop, &self->task);
}

void cote__news_tell(cote__registration *to, cote_peer_event event, cote__peer *peer, bool silent)
{
    if (to->ignores_process && cote__peers_share_process(to->says.self, peer)) return;
    cote__relation relation = cote__peer_relation(to->says.self, peer);
    if (relation == COTE__STRANGER &&
        !(to->hears_key && cote__peers_share_key(to->says.self, peer)))
        return;
    delivery *self = create(to);
    if (!self) return;
    self->news = (cote__news){
        .event = event,
        .peer = cote__peer_retain(peer),
        .relation = relation,
        .shares_key = cote__peers_share_key(to->says.self, peer),
        .silent = silent,
    };
    post(self);
}

void cote__news_tell_others(cote__registration *first, const cote__registration *but,
                            cote_peer_event event, cote__peer *peer)
{
    for (; first; first = first->next)
        if (first != but) cote__news_tell(first, event, peer, false);
}

static void tell_text(cote__registration *to, bool is_notice, cote_log_level level,
                      const char *message)
{
    delivery *self = create(to);
    if (!self) return;
    self->message = message ? strdup(message) : NULL;
    self->is_notice = is_notice;
    self->level = level;
    if (self->message || !message)
        post(self);
    else
        free(self);
}

void cote__news_trouble(cote__registration *to, const char *message)
{
    tell_text(to, false, COTE_LOG_WARNING, message);
}

void cote__news_notice(cote__registration *to, cote_log_level level, const char *message)
{
    tell_text(to, true, level, message);
}
