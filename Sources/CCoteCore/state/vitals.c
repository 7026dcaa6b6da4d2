#include "state/vitals.h"

cote__vitals_limits cote__vitals_limits_of(cote__time hello_interval, cote__time node_timeout)
{
    enum { PROBES = 4 }; /* in the time of a suspicion */
    cote__time suspect = (hello_interval + node_timeout) / 2;
    return (cote__vitals_limits){
        .suspect = suspect,
        .timeout = node_timeout,
        .interval = suspect / PROBES ? suspect / PROBES : 1,
    };
}

void cote__vitals_quiet(cote__vitals *vitals, cote__time now)
{
    if (!vitals->quiet) vitals->quiet_since = now;
    vitals->quiet = true;
}

void cote__vitals_back(cote__vitals *vitals)
{
    vitals->quiet = false;
}

static cote__time since(cote__time then, cote__time now)
{
    return now > then ? now - then : 0;
}

cote__verdict cote__vitals_judge(cote__vitals *vitals, const cote__vitals_limits *limits,
                                 bool answers, cote__time heard, cote__time now)
{
    cote__time silence = since(heard, now), patience = limits->timeout - limits->suspect;
    if (heard >= vitals->probed) vitals->probed = 0;
    cote__time unanswered = vitals->probed ? since(vitals->probed, now) : 0;
    if (vitals->quiet && silence > limits->timeout && since(vitals->quiet_since, now) >= patience &&
        (!answers || unanswered >= patience))
        return COTE__GONE;
    bool is_silent = vitals->quiet && silence > limits->suspect;
    return is_silent || unanswered >= limits->interval ? COTE__SUSPECT : COTE__WELL;
}

bool cote__vitals_probe(cote__vitals *vitals, const cote__vitals_limits *limits, bool waiting,
                        cote__time heard, cote__time now)
{
    bool wanted =
        (vitals->quiet || waiting) && !vitals->probed && since(heard, now) >= limits->interval;
    if (wanted) vitals->probed = now;
    return wanted;
}
