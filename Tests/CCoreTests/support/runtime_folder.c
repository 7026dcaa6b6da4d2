#define _GNU_SOURCE /* nftw */
#include "support/runtime_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/stage.h"

void runtime_folder_make(char path[RUNTIME_PATH])
{
    snprintf(path, RUNTIME_PATH, "/tmp/cote-test-XXXXXX");
    assert_non_null(mkdtemp(path));
    assert_int_equal(setenv("XDG_RUNTIME_DIR", path, 1), 0);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)type, (void)at;
    return remove(path);
}

void runtime_folder_remove(const char *path)
{
    unsetenv("XDG_RUNTIME_DIR");
    assert_int_equal(nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

size_t runtime_folder_count(const char *path)
{
    char inner[RUNTIME_PATH + 8];
    snprintf(inner, sizeof inner, "%s/cote", path);
    /* Not opendir, which is hidden from the thread sanitizer: it would take the descriptor for one
     * of that number that is gone. */
    int opened = open(inner, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return 0;
    DIR *entries = fdopendir(opened);
    assert_non_null(entries);
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(entries));) count += entry->d_name[0] != '.';
    closedir(entries);
    return count;
}
