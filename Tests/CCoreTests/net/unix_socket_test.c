/* unix_socket_test.c - where the sockets of a user are, who may use them, and what becomes of those
 * that nobody listens on any more. */
#define _GNU_SOURCE /* unshare */
#include "net/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/runtime_folder.h"
#include "support/stage.h"

static const char iid[] = "00000000-0000-4000-8000-000000000001";

enum { BACKLOG = 8, OTHER_USER = 65534 };

typedef struct place {
    char folder[RUNTIME_PATH];
    char directory[COTE__UNIX_PATH_SIZE];
} place;

static int setup(void **state)
{
    place *self = calloc(1, sizeof *self);
    if (!self) return -1;
    runtime_folder_make(self->folder);
    cote__unix_directory(self->directory);
    *state = self;
    return 0;
}

static int teardown(void **state)
{
    place *self = *state;
    runtime_folder_remove(self->folder);
    free(self);
    return 0;
}

static int listen_at(const place *self, const char *id, char path[COTE__UNIX_PATH_SIZE])
{
    int descriptor;
    if (cote__unix_listen(self->directory, id, BACKLOG, path, &descriptor) != COTE_OK)
        fail_msg("%s", cote_error_detail());
    return descriptor;
}

static void expect_nobody(const place *self, const char *detail)
{
    int descriptor;
    assert_true(cote__unix_connect(self->directory, iid, &descriptor) != COTE_OK);
    if (!strstr(cote_error_detail(), detail)) fail_msg("%s", cote_error_detail());
}

/* What a child makes of it; its exit status is 0 if all was well. */
static void expect_in_child(const place *self, bool (*run)(const place *self))
{
    pid_t child = fork();
    if (child == 0) _exit(run(self) ? 0 : 1);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* MARK: the directory */

static void test_directory_of_the_session(void **state)
{
    const place *self = *state;
    char expected[COTE__UNIX_PATH_SIZE];
    snprintf(expected, sizeof expected, "%s/cote", self->folder);
    assert_string_equal(self->directory, expected);
    assert_int_equal(cote__unix_directory_make(self->directory), COTE_OK);
    struct stat status;
    assert_int_equal(stat(expected, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
}

/* One that others may enter, that is none, or that says no whole path, is not used. */
static void test_directory_of_everybody(void **state)
{
    const place *self = *state;
    char expected[COTE__UNIX_PATH_SIZE], found[COTE__UNIX_PATH_SIZE];
    snprintf(expected, sizeof expected, "/tmp/cote-%u", (unsigned)geteuid());
    const char *others[] = {"", "cote", "/nonexistent", "/tmp"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        setenv("XDG_RUNTIME_DIR", others[i], 1);
        cote__unix_directory(found);
        assert_string_equal(found, expected);
    }
    setenv("XDG_RUNTIME_DIR", self->folder, 1);
    assert_int_equal(chmod(self->folder, 0750), 0);
    cote__unix_directory(found);
    assert_string_equal(found, expected);
    assert_int_equal(chmod(self->folder, 0700), 0);
}

/* One that leaves no room for the longest name is not used either. */
static void test_long_directory(void **state)
{
    enum { LONGEST = COTE__UNIX_PATH_SIZE - (int)sizeof "/cote/01234567-0123456789abcdef-" - 36 };
    const place *self = *state;
    for (size_t size = LONGEST; size <= LONGEST + 1; size++) {
        char runtime[LONGEST + 2], expected[COTE__UNIX_PATH_SIZE], found[COTE__UNIX_PATH_SIZE];
        memset(runtime, 'a', size);
        runtime[size] = '\0';
        memcpy(runtime, self->folder, strlen(self->folder));
        runtime[strlen(self->folder)] = '/';
        assert_int_equal(mkdir(runtime, 0700), 0);
        setenv("XDG_RUNTIME_DIR", runtime, 1);
        if (size == LONGEST)
            snprintf(expected, sizeof expected, "%s/cote", runtime);
        else
            snprintf(expected, sizeof expected, "/tmp/cote-%u", (unsigned)geteuid());
        cote__unix_directory(found);
        assert_string_equal(found, expected);
    }
}

static void expect_not_private(const place *self)
{
    int descriptor;
    char path[COTE__UNIX_PATH_SIZE];
    assert_int_equal(cote__unix_listen(self->directory, iid, BACKLOG, path, &descriptor),
                     COTE_ESYSTEM);
    assert_non_null(strstr(cote_error_detail(), "is not a directory of this user's alone"));
    expect_nobody(self, "is not a directory of this user's alone");
}

static void test_open_directory(void **state)
{
    const place *self = *state;
    char path[COTE__UNIX_PATH_SIZE];
    int descriptor = listen_at(self, iid, path); /* it was in order */
    assert_int_equal(chmod(self->directory, 0711), 0);
    expect_not_private(self);
    close(descriptor);
}

static void test_symbolic_link(void **state)
{
    const place *self = *state;
    char target[RUNTIME_PATH + 8];
    snprintf(target, sizeof target, "%s/other", self->folder);
    assert_int_equal(mkdir(target, 0700), 0);
    assert_int_equal(symlink(target, self->directory), 0);
    expect_not_private(self);
}

static void test_file_for_a_directory(void **state)
{
    const place *self = *state;
    close(open(self->directory, O_CREAT | O_WRONLY, 0700));
    expect_not_private(self);
}

static void test_directory_of_another(void **state)
{
    const place *self = *state;
    if (geteuid() != 0) skip();
    assert_int_equal(mkdir(self->directory, 0700), 0);
    assert_int_equal(chown(self->directory, OTHER_USER, OTHER_USER), 0);
    expect_not_private(self);
}

/* MARK: names */

static void test_ids_that_are_none(void **state)
{
    const place *self = *state;
    static const char *const ids[] = {"", "../../../etc/passwd", "an id",
                                      "00000000-0000-4000-8000-00000000000/",
                                      "00000000-0000-4000-8000-0000000000012"};
    char path[COTE__UNIX_PATH_SIZE];
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        assert_int_equal(cote__unix_path(self->directory, ids[i], path), COTE_EINVAL);
}

static void test_path_too_long(void **state)
{
    (void)state;
    char directory[COTE__UNIX_PATH_SIZE], path[COTE__UNIX_PATH_SIZE];
    memset(directory, 'a', sizeof directory);
    directory[0] = '/';
    directory[sizeof directory - 1] = '\0';
    assert_int_equal(cote__unix_path(directory, iid, path), COTE_ETOOBIG);
    int descriptor;
    assert_int_equal(cote__unix_listen(directory, iid, BACKLOG, path, &descriptor), COTE_ETOOBIG);
    assert_int_equal(cote__unix_connect(directory, iid, &descriptor), COTE_ETOOBIG);
}

static bool is_elsewhere_in_another_network(const place *self)
{
    char here[COTE__UNIX_PATH_SIZE], there[COTE__UNIX_PATH_SIZE];
    int descriptor;
    return cote__unix_path(self->directory, iid, here) == COTE_OK && unshare(CLONE_NEWNET) == 0 &&
           cote__unix_path(self->directory, iid, there) == COTE_OK && strcmp(here, there) != 0 &&
           cote__unix_connect(self->directory, iid, &descriptor) == COTE_ESYSTEM;
}

/* Two networks on one host may share the directory, and are two networks still. */
static void test_another_network(void **state)
{
    const place *self = *state;
    if (geteuid() != 0) skip();
    char path[COTE__UNIX_PATH_SIZE];
    int descriptor = listen_at(self, iid, path);
    expect_in_child(self, is_elsewhere_in_another_network);
    close(descriptor);
}

/* MARK: who is there */

static void test_connects(void **state)
{
    const place *self = *state;
    char path[COTE__UNIX_PATH_SIZE];
    assert_int_equal(cote__unix_directory_make(self->directory), COTE_OK);
    expect_nobody(self, strerror(ENOENT));
    int listener = listen_at(self, iid, path), descriptor;
    assert_int_equal(cote__unix_connect(self->directory, iid, &descriptor), COTE_OK);
    int accepted = accept(listener, NULL, NULL);
    assert_true(accepted >= 0 && cote__unix_is_own(accepted) && cote__unix_is_own(descriptor));
    close(accepted);
    close(descriptor);
    close(listener);
    expect_nobody(self, strerror(ECONNREFUSED));
}

/* Nobody is waited for. */
static void test_full_backlog(void **state)
{
    const place *self = *state;
    char path[COTE__UNIX_PATH_SIZE];
    int listener, first;
    assert_int_equal(cote__unix_listen(self->directory, iid, 0, path, &listener), COTE_OK);
    assert_int_equal(cote__unix_connect(self->directory, iid, &first), COTE_OK);
    expect_nobody(self, strerror(EAGAIN));
    close(first);
    close(listener);
}

static void test_planted_file(void **state)
{
    const place *self = *state;
    char path[COTE__UNIX_PATH_SIZE];
    assert_int_equal(cote__unix_directory_make(self->directory), COTE_OK);
    assert_int_equal(cote__unix_path(self->directory, iid, path), COTE_OK);
    close(open(path, O_CREAT | O_WRONLY, 0700));
    int descriptor;
    assert_int_equal(cote__unix_listen(self->directory, iid, BACKLOG, path, &descriptor),
                     COTE_ESYSTEM);
    expect_nobody(self, strerror(ECONNREFUSED));
    assert_int_equal(access(path, F_OK), 0);
}

/* Root may enter a directory of mode 0700, and plant a socket there. */
static bool does_not_take_another_user(const place *self)
{
    int descriptor;
    return seteuid(OTHER_USER) == 0 &&
           cote__unix_connect(self->directory, iid, &descriptor) == COTE_ESYSTEM &&
           strstr(cote_error_detail(), "another user listens there");
}

static void test_another_user(void **state)
{
    const place *self = *state;
    if (geteuid() != 0) skip();
    char path[COTE__UNIX_PATH_SIZE];
    int listener = listen_at(self, iid, path);
    assert_int_equal(chown(path, OTHER_USER, OTHER_USER), 0);
    assert_int_equal(chown(self->directory, OTHER_USER, OTHER_USER), 0);
    assert_int_equal(chown(self->folder, OTHER_USER, OTHER_USER), 0);
    expect_in_child(self, does_not_take_another_user);
    int accepted = accept(listener, NULL, NULL);
    assert_true(accepted >= 0 && !cote__unix_is_own(accepted));
    close(accepted);
    close(listener);
}

/* MARK: what is left behind */

/* As if it had been there for a minute. */
static void age(const char *path)
{
    struct timespec times[2];
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= 60;
    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool remains(const char *path)
{
    return access(path, F_OK) == 0;
}

static void test_sweep(void **state)
{
    const place *self = *state;
    char dead[COTE__UNIX_PATH_SIZE], newborn[COTE__UNIX_PATH_SIZE], live[COTE__UNIX_PATH_SIZE];
    char file[COTE__UNIX_PATH_SIZE], foreign[COTE__UNIX_PATH_SIZE];
    close(listen_at(self, iid, dead));
    close(listen_at(self, "00000000-0000-4000-8000-000000000002", newborn));
    int listener = listen_at(self, "00000000-0000-4000-8000-000000000003", live);
    close(listen_at(self, "00000000-0000-4000-8000-000000000004", foreign));
    char moved[2 * COTE__UNIX_PATH_SIZE];
    snprintf(moved, sizeof moved, "%s/ffffffff-1-%s", self->directory, iid);
    assert_int_equal(rename(foreign, moved), 0);
    assert_int_equal(cote__unix_path(self->directory, "00000000-0000-4000-8000-000000000005", file),
                     COTE_OK);
    close(open(file, O_CREAT | O_WRONLY, 0600));
    age(dead);
    age(live);
    age(moved);
    age(file);
    cote__unix_sweep(self->directory);
    assert_false(remains(dead));
    assert_true(remains(newborn) && remains(live) && remains(moved) && remains(file));
    /* Who listens was not disturbed. */
    fcntl(listener, F_SETFL, O_NONBLOCK);
    assert_true(accept(listener, NULL, NULL) < 0 && errno == EAGAIN);
    close(listener);
}

static void make_id(unsigned number, char id[37])
{
    snprintf(id, 37, "00000000-0000-4000-8000-%012u", number);
}

/* However many there are, of those that live and of those that do not. */
static void test_sweeps_all_in_time(void **state)
{
    enum { LIVE = 300, DEAD = 300, ROUNDS = 200 };
    const place *self = *state;
    int descriptors[LIVE];
    for (unsigned i = 0; i < LIVE + DEAD; i++) {
        char id[37], path[COTE__UNIX_PATH_SIZE];
        make_id(i, id);
        int descriptor = listen_at(self, id, path);
        age(path);
        if (i % 2 == 0)
            descriptors[i / 2] = descriptor;
        else
            close(descriptor);
    }
    for (unsigned i = 0; i < ROUNDS && runtime_folder_count(self->folder) > LIVE; i++)
        cote__unix_sweep(self->directory);
    assert_int_equal(runtime_folder_count(self->folder), LIVE);
    for (unsigned i = 0; i < LIVE; i++) close(descriptors[i]);
}

#define unix_test(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        unix_test(test_directory_of_the_session),
        unix_test(test_directory_of_everybody),
        unix_test(test_long_directory),
        unix_test(test_open_directory),
        unix_test(test_symbolic_link),
        unix_test(test_file_for_a_directory),
        unix_test(test_directory_of_another),
        unix_test(test_ids_that_are_none),
        unix_test(test_path_too_long),
        unix_test(test_another_network),
        unix_test(test_connects),
        unix_test(test_full_backlog),
        unix_test(test_planted_file),
        unix_test(test_another_user),
        unix_test(test_sweep),
        unix_test(test_sweeps_all_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
