/*
 * unix_path.h - where the unix sockets of listeners are: in a directory that nobody else may enter,
 * by the id of the component. What is heard from the network says whether somebody is to be looked
 * for there, but never where.
 */
#ifndef COTE_NET_UNIX_PATH_H
#define COTE_NET_UNIX_PATH_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { COTE__UNIX_PATH_SIZE = sizeof((struct sockaddr_un *)0)->sun_path /* with its zero */ };

/* That of this user: `cote` in $XDG_RUNTIME_DIR, if that is his alone and not too long, else
 * /tmp/cote-UID. Reads the environment. */
void cote__unix_directory(char directory[COTE__UNIX_PATH_SIZE]);
/* Whether it is there, this user's alone, and no symbolic link. */
bool cote__unix_directory_is_private(const char *directory);
/* The same, but that it is made if it is not there. COTE_ESYSTEM. */
int cote__unix_directory_make(const char *directory);

/*
 * The socket of that component, if it has this network: two that cannot reach each other by TCP
 * (containers, one of which is cut off) do not meet in a directory that they share. COTE_EINVAL for
 * an id that is no UUID, COTE_ETOOBIG, COTE_ESYSTEM.
 */
int cote__unix_path(const char *directory, const char *iid, char path[COTE__UNIX_PATH_SIZE]);
/* Whether a file of that name is a socket of this system, and not of another that shares the
 * directory, or of this one before it was started anew. */
bool cote__unix_name_is_own(const char *name);

#endif
