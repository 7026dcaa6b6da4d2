#include "mesh/contest.h"

#include <stdlib.h>

#include "cote/options.h"

/* Channels are only added, and stay until the end: a token on another thread may look at any. */
struct cote__contest {
    atomic_uint references;
    atomic_uint tokens; /* not used up yet */
    atomic_bool answered;
    atomic_uint moves;
    cote__channel *channels[COTE_MAX_DELIVERIES];
};

cote__contest *cote__contest_create(void)
{
    cote__contest *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    atomic_init(&self->references, 1);
    atomic_init(&self->tokens, 1);
    return self;
}

cote__contest *cote__contest_retain(cote__contest *self)
{
    atomic_fetch_add_explicit(&self->references, 1, memory_order_relaxed);
    return self;
}

void cote__contest_release(cote__contest *self)
{
    if (!self || atomic_fetch_sub_explicit(&self->references, 1, memory_order_acq_rel) != 1) return;
    for (unsigned i = 0; i < atomic_load(&self->moves); i++)
        cote__channel_forget(self->channels[i]);
    free(self);
}

void cote__contest_enter(cote__contest *self)
{
    atomic_fetch_add(&self->tokens, 1);
}

bool cote__contest_leave(cote__contest *self)
{
    bool last = atomic_fetch_sub(&self->tokens, 1) == 1;
    return last && cote__contest_win(self);
}

bool cote__contest_win(cote__contest *self)
{
    return !atomic_exchange(&self->answered, true);
}

/* The channel first and the question afterwards: whoever answers meanwhile sees the one, or is seen
 * here. If both, the requester is told twice, and takes the first. */
bool cote__contest_move(cote__contest *self, cote__channel *channel)
{
    unsigned moves = atomic_load(&self->moves);
    if (moves == COTE_MAX_DELIVERIES) return false;
    if (moves > 0 && self->channels[moves - 1]->home != channel->home) return false;
    self->channels[moves] = cote__channel_remember(channel);
    atomic_store(&self->moves, moves + 1);
    return !atomic_load(&self->answered);
}

cote__channel *cote__contest_channel(const cote__contest *self, cote__channel *first)
{
    unsigned moves = atomic_load(&self->moves);
    return moves > 0 ? self->channels[moves - 1] : first;
}
