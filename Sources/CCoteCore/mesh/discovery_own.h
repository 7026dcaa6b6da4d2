/* discovery_own.h - one discovery as the files that make it up see it. On the hub's thread. */
#ifndef COTE_MESH_DISCOVERY_OWN_H
#define COTE_MESH_DISCOVERY_OWN_H

#include "mesh/discovery.h"
#include "mesh/locate.h"
#include "mesh/refusals.h"
#include "mesh/transport.h"
#include "state/admission.h"
#include "state/roster.h"
#include "state/vitals.h"

typedef struct cote__discovery {
    struct cote__discovery *next;
    cote__discovery_settings settings;
    cote__transport *transport;
    cote__locator locator;
    cote__roster roster; /* its values are cote__peer */
    cote__admission admission;
    cote__registration *registrations;
    cote__timer *check;
    bool confirming;    /* somebody seems silent; the next check decides */
    cote__time removal; /* when it is looked for those who are to be removed */
    cote__vitals_limits limits;
    cote__refusal_log refusals;
    char trouble[224]; /* why it cannot send or receive, as was told; empty when it can */
    char scratch[COTE__HELLO_MAX_SIZE];
} discovery;

/* The one of these settings; made if there is none. NULL when there is no memory. */
discovery *cote__discovery_for(cote_loop *hub, const cote__discovery_settings *settings,
                               const char *host);
/* Of one without components. */
void cote__discovery_destroy(discovery *discovery);

#endif
