/* announce.h - when a component says hello: at its start, at each interval, and when somebody comes
 * who would connect to it. On the hub's thread only. */
#ifndef COTE_MESH_ANNOUNCE_H
#define COTE_MESH_ANNOUNCE_H

#include "mesh/discovery.h"
#include "mesh/transport.h"

/* Says nothing yet. False when there is no memory. */
bool cote__announce_begin(cote__registration *registration, cote_loop *hub,
                          cote__transport *transport);
/* Now, and then at each interval. */
void cote__announce_now(cote__registration *registration);
/* To a partner who came just now and would connect to it; `known` is how many peers there are. */
void cote__announce_to(cote__registration *registration, const cote__peer *newcomer, size_t known);
/* Says goodbye. */
void cote__announce_end(cote__registration *registration);

#endif
