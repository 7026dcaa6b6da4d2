#include "state/admission.h"

#include <stdlib.h>

#include "state/siphash.h"

enum {
    REMEMBERED = 1 << 16, /* ids; a power of two */
    WAYS = 4,             /* places that an address may have */
    WHOLE = 1000          /* of one pass */
};

void cote__admission_fini(cote__admission *admission)
{
    free(admission->turned_away);
    admission->turned_away = NULL;
}

/* MARK: buckets */

static void fill(cote__bucket *bucket, uint64_t rate, cote__time now)
{
    uint64_t most = rate * COTE__ADMISSION_BURST * WHOLE;
    cote__time passed = now - bucket->filled;
    if (bucket->filled == 0 || passed > most / rate || bucket->passes + passed * rate > most)
        bucket->passes = most;
    else
        bucket->passes += passed * rate;
    bucket->filled = now;
}

static bool take(cote__bucket *bucket, uint64_t rate, cote__time now)
{
    fill(bucket, rate, now);
    if (bucket->passes < WHOLE) return false;
    bucket->passes -= WHOLE;
    return true;
}

/* Its own, or that of the address among its neighbours which has been let alone for longest. */
static cote__bucket *bucket_of(cote__admission *admission, uint32_t source)
{
    uint64_t at = cote__siphash(admission->key, &source, sizeof source);
    cote__bucket *oldest = NULL;
    for (unsigned i = 0; i < WAYS; i++) {
        cote__bucket *bucket = &admission->sources[(at + i) % COTE__ADMISSION_SOURCES];
        if (bucket->filled > 0 && bucket->source == source) return bucket;
        if (!oldest || bucket->filled < oldest->filled) oldest = bucket;
    }
    *oldest = (cote__bucket){.source = source};
    return oldest;
}

/* MARK: who comes again */

static bool comes_again(cote__admission *admission, cote__slice iid)
{
    uint64_t hash = cote__siphash(admission->key, iid.data, iid.size);
    if (!admission->turned_away)
        admission->turned_away = calloc(REMEMBERED, sizeof *admission->turned_away);
    if (!admission->turned_away) return false;
    uint32_t *place = &admission->turned_away[hash % REMEMBERED];
    uint32_t mark = (uint32_t)(hash >> 32) | 1; /* 0 is nobody */
    bool again = *place == mark;
    *place = mark;
    return again;
}

bool cote__admission_pass(cote__admission *admission, uint32_t source, cote__slice iid,
                          cote__time now)
{
    if (source == 0 || take(bucket_of(admission, source), admission->rate, now)) return true;
    return comes_again(admission, iid) &&
           take(&admission->again, (uint64_t)admission->rate * COTE__ADMISSION_BURST, now);
}
