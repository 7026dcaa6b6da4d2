/* unix_socket.h - unix sockets between processes of one user. No call blocks. */
#ifndef COTE_NET_UNIX_SOCKET_H
#define COTE_NET_UNIX_SOCKET_H

#include "net/unix_path.h"

/* Listens in `directory`, which it makes if need be, under that id. COTE_ESYSTEM and those of
 * cote__unix_path. The descriptor and the file at `path` are the caller's. */
int cote__unix_listen(const char *directory, const char *iid, int backlog,
                      char path[COTE__UNIX_PATH_SIZE], int *descriptor);

/* Connected to who listens under that id, if it is this user; else the same errors. */
int cote__unix_connect(const char *directory, const char *iid, int *descriptor);

/* Whether this user is on the other side. */
bool cote__unix_is_own(int descriptor);

/* Removes files of sockets whose processes ended without doing so: of up to 256 files, of which
 * those of others that live stay. */
void cote__unix_sweep(const char *directory);

#endif
