#include "mesh/duplicates.h"

#include "mesh/responder.h"
#include "net/system.h"

static void release(void *contest)
{
    cote__contest_release(contest);
}

bool cote__duplicates_init(cote__duplicates *self, size_t capacity)
{
    uint64_t seed[2];
    if (capacity == 0) return true;
    cote__random(seed, sizeof seed);
    return cote__recent_init(&self->recent, capacity, seed);
}

void cote__duplicates_fini(cote__duplicates *self)
{
    cote__recent_fini(&self->recent, release);
}

/* Those of others mean something on their connection only. */
static bool key_of(const cote__duplicates *self, cote__slice id, cote__recent_key *key)
{
    return self->recent.capacity > 0 && cote__request_id_parse(id, key->iid, &key->number);
}

void cote__duplicates_remember(cote__duplicates *self, cote__slice id, cote__channel *channel,
                               cote_reply *reply)
{
    cote__recent_key key;
    if (!key_of(self, id, &key)) return;
    cote__contest *contest = cote__reply_comes_again(reply);
    if (!contest) return; /* no memory: it is handled, and would be once more */
    cote__contest_move(contest, channel);
    cote__contest_release(cote__recent_put(&self->recent, &key, contest));
}

/* It runs for another connection; where that one has ended, it counts no more already. */
static void count_move(cote__channel *before, cote__channel *now)
{
    cote_responder *responder = (cote_responder *)now->door->component;
    if (before->connection && before->running > 0) {
        before->running--;
        cote__counter_subtract(&responder->running, 1);
    }
    now->running++;
    cote__counter_add(&responder->running, 1);
}

cote__duplicate cote__duplicates_look(const cote__duplicates *self, cote__slice id,
                                      cote__channel *channel)
{
    cote__recent_key key;
    if (!key_of(self, id, &key)) return COTE__DUPLICATE_NOT;
    cote__contest *contest = cote__recent_find(&self->recent, &key);
    if (!contest) return COTE__DUPLICATE_NOT;
    cote__channel *before = cote__contest_channel(contest, channel);
    if (!cote__contest_move(contest, channel)) return COTE__DUPLICATE_OVER;
    count_move(before, channel);
    return COTE__DUPLICATE_MOVED;
}
