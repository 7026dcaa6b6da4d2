#include "mesh/health.h"

#include "wire/probe.h"

enum { MOST_LATE = 20 /* ms, of a timer of a loop that is well */ };

static cote__vitals_limits limits_of(const cote__links *links)
{
    const cote__discovery_settings *discovery = &links->component->settings.discovery;
    return cote__vitals_limits_of(discovery->hello_interval, discovery->node_timeout);
}

static const cote_peer *public_of(const cote__link *link)
{
    return cote__peer_public(link->peer);
}

/* MARK: what follows from it */

static void pass_over(cote__link *link, bool passed_over)
{
    if (link->passed_over == passed_over) return;
    link->passed_over = passed_over;
    if (passed_over)
        link->links->passed_over++;
    else
        link->links->passed_over--;
}

static void settle(cote__link *link)
{
    bool suspected = link->sick || link->breaker.state != COTE__BREAKER_CLOSED;
    pass_over(link, link->sick || cote__breaker_is_shut(&link->breaker));
    if (link->suspected == suspected) return;
    link->suspected = suspected;
    if (!link->departed && !link->dropped)
        cote__links_tell(link->links, suspected ? COTE_PEER_SUSPECTED : COTE_PEER_BACK, link->peer);
}

/* MARK: looking after all of them */

static bool is_watched(const cote__link *link)
{
    return link->vitals.quiet || link->vitals.probed || link->sick || link->load.pending > 0 ||
           link->breaker.state != COTE__BREAKER_CLOSED;
}

static void look(void *context);

static void look_later(cote__links *links)
{
    if (cote__component_is_closing(links->component)) return;
    if (!links->health) links->health = cote__timer_create(links->component->loop, look, links);
    if (!links->health) return; /* no memory now; the next request tries again */
    cote__time now = cote__now(), due = now + limits_of(links).interval;
    for (size_t i = 0; i < links->count; i++) {
        const cote__breaker *breaker = &links->items[i]->breaker;
        if (breaker->state == COTE__BREAKER_OPEN && breaker->until < due) due = breaker->until;
    }
    links->watched = true;
    links->next_look = due;
    cote__timer_start(links->health, due > now ? due - now : 0);
}

static void give_up(cote__link *link)
{
    if (link->open)
        cote__component_log(link->links->component, COTE_LOG_WARNING,
                            "%s is neither heard nor answers: its connection is closed",
                            public_of(link)->name);
    if (link->forgotten || link->departed)
        cote__link_drop(link);
    else
        cote__link_give_up(link);
}

/* When bytes of it came last; 0 while there is no connection. */
static cote__time heard_of(const cote__link *link)
{
    return cote__link_is_open(link) ? cote__connection_heard(link->connection) : 0;
}

static bool can_answer(const cote__link *link)
{
    return cote__peer_public(link->peer)->ours && cote__link_is_open(link);
}

static void probe(cote__link *link, const cote__vitals_limits *limits, cote__time now)
{
    if (!can_answer(link) ||
        !cote__vitals_probe(&link->vitals, limits, link->load.pending > 0, heard_of(link), now))
        return;
    cote__probe_encode(cote__connection_output(link->connection));
    cote__connection_written(link->connection);
}

static cote__verdict judge(cote__link *link, const cote__vitals_limits *limits, cote__time now)
{
    cote__verdict verdict =
        cote__vitals_judge(&link->vitals, limits, can_answer(link), heard_of(link), now);
    link->sick = verdict != COTE__WELL;
    settle(link);
    return verdict;
}

static void examine(cote__link *link, const cote__vitals_limits *limits, cote__time now)
{
    bool is_gone = judge(link, limits, now) == COTE__GONE;
    /* A peer of Node.js may be well and have nothing to say: discovery decides. */
    if (is_gone && (link->forgotten || link->departed || can_answer(link)))
        give_up(link);
    else
        probe(link, limits, now);
}

/*
 * Timers come before sockets in a turn of the loop. If this one stood still, or had no processor,
 * what came meanwhile is to be read before anybody is judged.
 */
static bool reads_first(cote__links *links, cote__time now)
{
    links->read_first = !links->read_first && now > links->next_look + MOST_LATE;
    if (links->read_first) cote__timer_start(links->health, 1);
    return links->read_first;
}

static void look(void *context)
{
    cote__links *links = context;
    cote__vitals_limits limits = limits_of(links);
    cote__time now = cote__now();
    if (reads_first(links, now)) return;
    bool is_needed = false;
    size_t before = links->count;
    links->watched = false;
    for (size_t i = links->count; i > 0; i--) {
        cote__link *link = links->items[i - 1];
        if (link->dropped) continue;
        is_needed |= is_watched(link);
        cote__breaker_tick(&link->breaker, now);
        examine(link, &limits, now);
    }
    if (is_needed) look_later(links);
    if (links->count != before) cote__links_changed(links);
}

/* MARK: what happens */

void cote__health_quiet(cote__link *link)
{
    cote__vitals_limits limits = limits_of(link->links);
    cote__time now = cote__now();
    cote__vitals_quiet(&link->vitals, now);
    probe(link, &limits, now);
    if (!link->links->watched) look_later(link->links);
}

void cote__health_back(cote__link *link)
{
    cote__vitals_limits limits = limits_of(link->links);
    cote__vitals_back(&link->vitals);
    judge(link, &limits, cote__now());
}

void cote__health_clear(cote__link *link)
{
    link->vitals = (cote__vitals){0};
    link->breaker = (cote__breaker){0};
    link->sick = link->suspected = link->forgotten = false;
    pass_over(link, false);
}

void cote__health_failed(cote__link *link)
{
    const cote__component *component = link->links->component;
    if (link->departed || link->dropped ||
        !cote__breaker_failed(&link->breaker, &component->settings.breaker, cote__now()))
        return;
    cote__component_log(component, COTE_LOG_WARNING,
                        "%s lets requests fail: others are preferred to it for %llu ms",
                        public_of(link)->name, (unsigned long long)link->breaker.pause);
    settle(link);
    look_later(link->links);
}

void cote__health_lost(cote__link *link)
{
    link->vitals.probed = 0;
    if (link->sent.count > 0 && !link->given_up) cote__health_failed(link);
}

void cote__health_watch(cote__link *link)
{
    cote__breaker_sent(&link->breaker);
    pass_over(link, link->sick || cote__breaker_is_shut(&link->breaker));
    if (!link->links->watched) look_later(link->links);
}

void cote__health_recovered(cote__link *link)
{
    cote__breaker_answered(&link->breaker);
    settle(link);
}

void cote__health_idle(cote__link *link)
{
    cote__breaker_idle(&link->breaker);
    pass_over(link, link->sick || cote__breaker_is_shut(&link->breaker));
}

void cote__health_close(cote__links *links)
{
    cote__timer_destroy(links->health);
    links->health = NULL;
}
