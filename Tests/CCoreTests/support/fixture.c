#include "support/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

char *cote_test_read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s: cannot be opened", path);
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    if (length < 0) fail_msg("%s: has no length", path);
    rewind(file);
    char *content = malloc((size_t)length + 1);
    assert_non_null(content);
    if (fread(content, 1, (size_t)length, file) != (size_t)length)
        fail_msg("%s: cannot be read", path);
    content[length] = '\0';
    fclose(file);
    if (size) *size = (size_t)length;
    return content;
}

static int compare_paths(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static int ends_with(const char *text, const char *suffix)
{
    size_t size = strlen(text), suffix_size = strlen(suffix);
    return size >= suffix_size && strcmp(text + size - suffix_size, suffix) == 0;
}

char **cote_test_list(const char *folder, const char *suffix, size_t *count)
{
    DIR *directory = opendir(folder);
    if (!directory) return NULL;
    size_t found = 0, capacity = 16;
    char **paths = malloc(capacity * sizeof *paths);
    assert_non_null(paths);
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        if (entry->d_name[0] == '.' || entry->d_name[0] == '_' || !ends_with(entry->d_name, suffix))
            continue;
        if (found + 1 == capacity) paths = realloc(paths, (capacity *= 2) * sizeof *paths);
        assert_non_null(paths);
        size_t size = strlen(folder) + strlen(entry->d_name) + 2;
        paths[found] = malloc(size);
        assert_non_null(paths[found]);
        snprintf(paths[found++], size, "%s/%s", folder, entry->d_name);
    }
    closedir(directory);
    paths[found] = NULL;
    qsort(paths, found, sizeof *paths, compare_paths);
    if (count) *count = found;
    return paths;
}

void cote_test_list_free(char **paths)
{
    for (char **path = paths; path && *path; path++) free(*path);
    free(paths);
}

static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    fail_msg("'%c' is not a hexadecimal digit", digit);
    return 0;
}

char *cote_test_hex(const char *digits, size_t digit_count, size_t *size)
{
    assert_int_equal(digit_count % 2, 0);
    char *bytes = malloc(digit_count / 2 + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < digit_count / 2; i++)
        bytes[i] = (char)(digit_value(digits[2 * i]) << 4 | digit_value(digits[2 * i + 1]));
    *size = digit_count / 2;
    return bytes;
}
