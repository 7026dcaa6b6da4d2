/*
 * contest.h - what the tokens of one request have in common, if there are several, or if the
 * request may come again: who is the first to answer, and over which connection. From any thread,
 * where nothing else is said.
 */
#ifndef COTE_MESH_CONTEST_H
#define COTE_MESH_CONTEST_H

#include "mesh/door.h"

typedef struct cote__contest cote__contest;

/* With one token in it, and one reference. NULL when there is no memory. */
cote__contest *cote__contest_create(void);
cote__contest *cote__contest_retain(cote__contest *contest);
void cote__contest_release(cote__contest *contest); /* NULL is allowed */

/* One more token. */
void cote__contest_enter(cote__contest *contest);
/* A token is used up. True for the last one of a request that nobody has answered: that is to be
 * told to the requester, and is the answer. */
bool cote__contest_leave(cote__contest *contest);
/* True for the first one that does: it is to answer. */
bool cote__contest_win(cote__contest *contest);

/* The request has come, perhaps again, over that connection, where the answer goes from now on.
 * False if none will: it was given, or the request came too often, or from another address than
 * before. On the loop thread. */
bool cote__contest_move(cote__contest *contest, cote__channel *channel);
/* Where the answer goes; `first` if that was never said. */
cote__channel *cote__contest_channel(const cote__contest *contest, cote__channel *first);

#endif
