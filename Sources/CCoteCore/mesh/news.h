/* news.h - what discovery, on the hub's thread, tells a component, on that one's own loop. */
#ifndef COTE_MESH_NEWS_H
#define COTE_MESH_NEWS_H

#include "mesh/discovery.h"

/* Of a peer, if it concerns the component. */
void cote__news_tell(cote__registration *to, cote_peer_event event, cote__peer *peer, bool silent);
/* All from `first` on but that one. */
void cote__news_tell_others(cote__registration *first, const cote__registration *but,
                            cote_peer_event event, cote__peer *peer);
/* Discovery does not work, or works again (NULL). */
void cote__news_trouble(cote__registration *to, const char *message);
/* Something of discovery that is to be known, and no more. */
void cote__news_notice(cote__registration *to, cote_log_level level, const char *message);

#endif
