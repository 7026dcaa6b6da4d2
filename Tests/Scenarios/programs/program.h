/* program.h - what the programs that scenarios start have in common: options, a line of JSON for
 * each event, and how they are told to end. */
#ifndef COTE_SCENARIO_PROGRAM_H
#define COTE_SCENARIO_PROGRAM_H

#include <cote.h>

/* The monotonic clock, which is the same for all processes of the machine; µs. */
uint64_t now_us(void);

/* To be called first, before there are threads: ends with status 64 unless the arguments are pairs
 * of --NAME VALUE. */
void program_begin(int count, char **arguments);

/* The value of --NAME. Static storage. */
const char *program_text(const char *name, const char *otherwise);
uint64_t program_number(const char *name, uint64_t otherwise);

/*
 * `--name`, `--key` and `--ports`, and that it tells of its partners and, unless `--peers 0` is
 * given, of its peers: events `connected` (with `count`), `added` and `removed` (with `id`).
 * Warnings go to the standard error.
 */
cote_options program_options(const char *name);

/* One event as a line, in one piece: `format` is what follows
 * {"event":"EVENT","at":NOW,"wall":TIME; `wall` is the wall clock, s. */
void say(const char *event, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Waits for the end of the standard input, a line of it, SIGTERM or SIGINT: false, if none of them
 * comes within `ms`; -1 waits for ever. */
bool program_told_to_end(int ms);

/* A millisecond. */
void program_rest(void);

/* Ends the process with what the last call that failed says. */
void program_check(int status, const char *what);

/* The N of {"number":N …}, or UINT64_MAX. */
uint64_t number_in(const cote_value *value);

/* Writes {"type":TYPE,"number":NUMBER,"pad":"…"}, `size` bytes or a few more. Returns its length;
 * `text` has room for size + 128. */
size_t write_numbered(char *text, const char *type, uint64_t number, size_t size);

#endif
