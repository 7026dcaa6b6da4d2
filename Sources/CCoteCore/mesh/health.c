#include "mesh/health.h"

#include "mesh/inquiry.h"
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

/* When bytes of it came last; 0 while there is no connection. */
static cote__time heard_of(const cote__link *link)
{
    return cote__link_is_open(link) ? cote__connection_heard(link->connection) : 0;
}

static bool is_in_frame(const cote__link *link)
{
    return cote__link_is_open(link) && cote__connection_is_in_frame(link->connection);
}

static bool is_watched(const cote__link *link)
{
    return link->vitals.quiet || link->vitals.probed || link->sick || link->load.pending > 0 ||
           link->breaker.state != COTE__BREAKER_CLOSED || (link->connection && !link->open) ||
           is_in_frame(link);
}

/* When something is to be done about it in any case. */
static cote__time next_of(const cote__link *link)
{
    cote__time reopened =
        link->breaker.state == COTE__BREAKER_OPEN ? link->breaker.until : COTE__NEVER;
    uint32_t most = link->links->component->settings.frame_timeout;
    if (most == COTE_NO_TIMEOUT || !is_in_frame(link)) return reopened;
    cote__time stuck = heard_of(link) + most;
    return stuck < reopened ? stuck : reopened;
}

static void look(void *context);

static void look_later(cote__links *links)
{
    if (cote__component_is_closing(links->component)) return;
    if (!links->health) links->health = cote__timer_create(links->component->loop, look, links);
    if (!links->health) return; /* no memory now; the next request tries again */
    cote__time now = cote__now(), due = now + limits_of(links).interval;
    for (size_t i = 0; i < links->count; i++) {
        cote__time next = next_of(links->items[i]);
        if (next < due) due = next;
    }
    links->watched = true;
    links->next_look = due;
    cote__timer_start(links->health, due > now ? due - now : 0);
}

static void log_end(const cote__link *link, const char *why)
{
    cote__component_log(link->links->component, COTE_LOG_WARNING, "%s %s: its connection is closed",
                        public_of(link)->name, why);
}

static void give_up(cote__link *link)
{
    if (link->open) log_end(link, "is neither heard nor answers");
    if (link->forgotten || link->departed)
        cote__link_drop(link);
    else
        cote__link_give_up(link);
}

/* Another one may do better. */
static void close_connection(cote__link *link)
{
    if (link->forgotten || link->departed)
        cote__link_drop(link);
    else
        cote__connection_close(link->connection);
}

static void end_connection(cote__link *link, const char *why)
{
    log_end(link, why);
    close_connection(link);
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

/* Who says hello may still be out of reach of what is sent to it. Only what was sent shows it, and
 * is asked for when nothing comes. */
static bool is_stalled(cote__link *link, const cote__vitals_limits *limits, cote__time now)
{
    cote__delivery delivery;
    return cote__link_is_open(link) && now - heard_of(link) >= limits->interval &&
           (link->load.pending > 0 || link->vitals.probed) &&
           cote__connection_delivery(link->connection, &delivery) &&
           cote__stall_judge(&link->stall, &delivery, cote__stall_most(limits->timeout), now);
}

/* As listeners do. */
static bool is_stuck(const cote__link *link, cote__time now)
{
    return cote__link_is_open(link) &&
           cote__component_is_stuck(link->links->component, link->connection, now);
}

static void end_stuck(cote__link *link)
{
    cote__component_refused(link->links->component, COTE__REFUSED_HALF, COTE_LOG_WARNING,
                            "%s began a frame, and sends no more of it: closed",
                            public_of(link)->name);
    close_connection(link);
}

/* Whose loop stands still is left alone; but it may seem so only. */
static void look_into(cote__link *link, const cote__vitals_limits *limits, cote__time now)
{
    bool owes =
        can_answer(link) && link->load.pending > 0 &&
        !cote__connection_is_unix(link->connection); /* nothing changes what goes over that */
    if (!owes || cote__connection_framed(link->connection) >= link->puzzled) {
        link->puzzled = owes ? now : 0;
    } else if (!link->inquiry && now - link->puzzled >= cote__stall_most(limits->timeout)) {
        link->puzzled = now;
        cote__inquiry_begin(link);
    }
}

/* The system tries for minutes, less and less often. */
static bool gets_nowhere(const cote__link *link, const cote__vitals_limits *limits, cote__time now)
{
    return link->connection && !link->open && now - link->tried >= limits->timeout;
}

static void examine(cote__link *link, const cote__vitals_limits *limits, cote__time now)
{
    bool is_gone = judge(link, limits, now) == COTE__GONE;
    /* A peer of Node.js may be well and have nothing to say: discovery decides. */
    if (is_gone && (link->forgotten || link->departed || can_answer(link)))
        give_up(link);
    else if (is_stalled(link, limits, now))
        end_connection(link, "acknowledges nothing that is sent to it");
    else if (is_stuck(link, now))
        end_stuck(link);
    else if (gets_nowhere(link, limits, now))
        cote__connection_close(link->connection);
    else {
        probe(link, limits, now);
        look_into(link, limits, now);
    }
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

void cote__health_tried(cote__link *link)
{
    link->tried = cote__now();
    if (!link->links->watched) look_later(link->links);
}

void cote__health_partial(cote__link *link)
{
    if (!link->links->watched || next_of(link) < link->links->next_look) look_later(link->links);
}

void cote__health_broken(cote__link *link)
{
    end_connection(link, "sent a frame without an end");
}

void cote__health_lost(cote__link *link)
{
    link->vitals.probed = 0;
    if (link->inquiry) cote__inquiry_end(link->inquiry);
    link->inquiry = NULL;
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
