#define _GNU_SOURCE /* struct ucred */
#include "net/unix_socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "net/system.h"
#include "wire/error.h"

enum {
    MOST_SWEPT = 256, /* files that are looked at; they take about 2 us each */
    NEWBORN = 2       /* s, in which a file may be there and its socket not yet */
};

/* MARK: sockets */

static int make_socket(int type)
{
    int descriptor = socket(AF_UNIX, type, 0);
    if (descriptor < 0) return -1;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    return descriptor;
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    return address;
}

bool cote__unix_is_own(int descriptor)
{
#ifdef __linux__
    struct ucred other;
    socklen_t size = sizeof other;
    return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &other, &size) == 0 &&
           other.uid == geteuid();
#else
    uid_t user;
    gid_t group;
    return getpeereid(descriptor, &user, &group) == 0 && user == geteuid();
#endif
}

static int fail(const char *path, int descriptor)
{
    int error = errno;
    if (descriptor >= 0) close(descriptor);
    return cote__fail(COTE_ESYSTEM, "%s: %s", path, strerror(error));
}

int cote__unix_listen(const char *directory, const char *iid, int backlog,
                      char path[COTE__UNIX_PATH_SIZE], int *descriptor)
{
    int result = cote__unix_path(directory, iid, path);
    if (result == COTE_OK) result = cote__unix_directory_make(directory);
    if (result != COTE_OK) return result;
    struct sockaddr_un address = address_of(path);
    int fd = make_socket(SOCK_STREAM);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return fail(path, fd);
    if (listen(fd, backlog) != 0) {
        unlink(path);
        return fail(path, fd);
    }
    *descriptor = fd;
    return COTE_OK;
}

/* Such a connection is made at once or not at all. */
int cote__unix_connect(const char *directory, const char *iid, int *descriptor)
{
    char path[COTE__UNIX_PATH_SIZE];
    int result = cote__unix_path(directory, iid, path);
    if (result != COTE_OK) return result;
    if (!cote__unix_directory_is_private(directory))
        return cote__fail(COTE_ESYSTEM, "%s is not a directory of this user's alone", directory);
    struct sockaddr_un address = address_of(path);
    int fd = make_socket(SOCK_STREAM);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return fail(path, fd);
    if (!cote__unix_is_own(fd)) {
        close(fd);
        return cote__fail(COTE_ESYSTEM, "%s: another user listens there", path);
    }
    *descriptor = fd;
    return COTE_OK;
}

/* MARK: what killed processes left */

/* Whoever lives is not disturbed: he has a socket of another type there, and the system says so. */
static bool is_dead(int probe, const char *path)
{
    struct sockaddr_un address = address_of(path);
    struct stat status;
    return connect(probe, (const struct sockaddr *)&address, sizeof address) != 0 &&
           errno == ECONNREFUSED && lstat(path, &status) == 0 && S_ISSOCK(status.st_mode) &&
           time(NULL) - status.st_mtime > NEWBORN;
}

static size_t count_entries(DIR *entries)
{
    size_t count = 0;
    while (readdir(entries)) count++;
    rewinddir(entries);
    return count;
}

static const struct dirent *next_in_circle(DIR *entries)
{
    const struct dirent *entry = readdir(entries);
    if (entry) return entry;
    rewinddir(entries);
    return readdir(entries);
}

/* It begins anywhere, so that where there are too many none stays for ever. */
static void sweep(const char *directory, DIR *entries, int probe)
{
    size_t count = count_entries(entries);
    if (count == 0) return;
    for (size_t skipped = (size_t)cote__random_up_to(count - 1); skipped > 0; skipped--)
        readdir(entries);
    for (size_t i = 0; i < count && i < MOST_SWEPT; i++) {
        char path[COTE__UNIX_PATH_SIZE];
        const struct dirent *entry = next_in_circle(entries);
        if (!entry) return;
        if (cote__unix_name_is_own(entry->d_name) &&
            snprintf(path, sizeof path, "%s/%s", directory, entry->d_name) < (int)sizeof path &&
            is_dead(probe, path))
            unlink(path);
    }
}

void cote__unix_sweep(const char *directory)
{
    if (!cote__unix_directory_is_private(directory)) return;
    /* Not opendir, which is hidden from the thread sanitizer. */
    int opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = opened >= 0 ? fdopendir(opened) : NULL;
    if (!entries && opened >= 0) close(opened);
    int probe = make_socket(SOCK_DGRAM);
    if (entries && probe >= 0) sweep(directory, entries, probe);
    if (entries) closedir(entries);
    if (probe >= 0) close(probe);
}
