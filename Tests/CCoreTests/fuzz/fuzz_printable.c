/* fuzz_printable.c - any bytes, as a terminal is shown them: UTF-8 without anything that does
 * something, in whatever room there is. */
#include <stdlib.h>
#include <string.h>

#include "cote/log.h"
#include "wire/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool truth)
{
    if (!truth) abort();
}

static void check_characters(const char *text, size_t size)
{
    for (size_t at = 0, length; at < size; at += length) {
        bool valid;
        check((unsigned char)text[at] >= 0x20 && text[at] != 0x7f);
        length = cote__utf8_character(text + at, text + size, &valid);
        check(valid);
        check(length != 2 || memcmp(text + at, "\xc2\xa0", 2) >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    size_t whole = cote_printable(bytes, size, NULL, 0), room = size > 0 ? data[0] : 0;
    check(whole >= size && whole <= 4 * size);
    char *all = malloc(whole + 1), *some = malloc(room + 1), *again = malloc(whole + 1);
    if (!all || !some || !again) abort();

    check(cote_printable(bytes, size, all, whole + 1) == whole && strlen(all) == whole);
    check_characters(all, whole);
    check(cote_printable(all, whole, again, whole + 1) == whole && strcmp(all, again) == 0);

    check(cote_printable(bytes, size, some, room + 1) == whole);
    check(strncmp(all, some, strlen(some)) == 0 && strlen(some) <= room);
    check(strlen(some) + 9 >= (whole < room ? whole : room));
    check_characters(some, strlen(some));

    check(cote__utf8_cut(bytes, size) <= size && cote__utf8_cut(bytes, size) + 3 >= size);
    free(all);
    free(some);
    free(again);
    return 0;
}
