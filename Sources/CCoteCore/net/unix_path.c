#include "net/unix_path.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/siphash.h"
#include "wire/error.h"
#include "wire/uuid.h"

enum {
    PRIVATE = 0700,
    PERMISSIONS = 0777,
    SYSTEM_SIZE = 10,                                   /* of its part of a name, with its zero */
    LONGEST_NAME = 1 + 8 + 1 + 16 + 1 + COTE__UUID_SIZE /* with the slash before it */
};

/* MARK: the directory */

bool cote__unix_directory_is_private(const char *directory)
{
    struct stat status;
    return lstat(directory, &status) == 0 && S_ISDIR(status.st_mode) &&
           status.st_uid == geteuid() && (status.st_mode & PERMISSIONS) == PRIVATE;
}

void cote__unix_directory(char directory[COTE__UNIX_PATH_SIZE])
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime && *runtime == '/' && cote__unix_directory_is_private(runtime) &&
        snprintf(directory, COTE__UNIX_PATH_SIZE, "%s/cote", runtime) + LONGEST_NAME <
            COTE__UNIX_PATH_SIZE)
        return;
    snprintf(directory, COTE__UNIX_PATH_SIZE, "/tmp/cote-%lu", (unsigned long)geteuid());
}

int cote__unix_directory_make(const char *directory)
{
    if (mkdir(directory, PRIVATE) != 0 && errno != EEXIST)
        return cote__fail(COTE_ESYSTEM, "%s: %s", directory, strerror(errno));
    if (cote__unix_directory_is_private(directory)) return COTE_OK;
    return cote__fail(COTE_ESYSTEM, "%s is not a directory of this user's alone", directory);
}

/* MARK: names: SYSTEM-NETWORK-IID, the first two in hexadecimal */

#ifdef __linux__
static uint32_t boot;
static bool boot_is_known;

static void read_boot(void)
{
    static const uint64_t key[2] = {0, 0};
    char id[64];
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t size = file >= 0 ? read(file, id, sizeof id) : -1;
    if (file >= 0) close(file);
    boot_is_known = size > 0;
    if (boot_is_known) boot = (uint32_t)cote__siphash(key, id, (size_t)size);
}

static bool find_system(uint32_t *id)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_boot);
    *id = boot;
    return boot_is_known;
}

/* A process may change its network, so it is looked at each time. */
static bool find_network(uint64_t *id)
{
    struct stat status;
    if (stat("/proc/thread-self/ns/net", &status) != 0) return false;
    *id = status.st_ino;
    return true;
}
#else
/* There is one network, and directories are not shared with other systems. */
static bool find_system(uint32_t *id)
{
    *id = 0;
    return true;
}

static bool find_network(uint64_t *id)
{
    *id = 0;
    return true;
}
#endif

int cote__unix_path(const char *directory, const char *iid, char path[COTE__UNIX_PATH_SIZE])
{
    uint32_t system_id;
    uint64_t network;
    if (!cote__uuid_valid(cote__slice_of(iid)))
        return cote__fail(COTE_EINVAL, "an id that is no UUID");
    if (!find_system(&system_id) || !find_network(&network))
        return cote__fail(COTE_ESYSTEM, "which network this is cannot be found out: no /proc");
    int size = snprintf(path, COTE__UNIX_PATH_SIZE, "%s/%08lx-%llx-%s", directory,
                        (unsigned long)system_id, (unsigned long long)network, iid);
    if (size < COTE__UNIX_PATH_SIZE) return COTE_OK;
    return cote__fail(COTE_ETOOBIG, "%s: too long for the path of a unix socket", directory);
}

bool cote__unix_name_is_own(const char *name)
{
    uint32_t system_id;
    char begin[SYSTEM_SIZE];
    if (!find_system(&system_id)) return false;
    snprintf(begin, sizeof begin, "%08lx-", (unsigned long)system_id);
    return strncmp(name, begin, sizeof begin - 1) == 0;
}
