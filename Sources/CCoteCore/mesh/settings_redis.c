#include "mesh/settings_redis.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/settings_value.h"
#include "wire/error.h"

#define PREFIX "COTE_DISCOVERY_"

enum {
    DEFAULT_PORT = 6379,
    MOST_DATABASE = INT32_MAX,
    MAX_HOST = 253,
    MAX_SECRET = 4096,
    MAX_SHOWN = 80
};

extern char **environ;

struct cote__redis_settings {
    atomic_uint references;
    cote__redis_server server;
    char text[]; /* its strings, each with its zero */
};

/* What was found so far. Absent parts have data NULL. */
typedef struct parts {
    cote__slice host, port, username, password, database;
    const char *host_source, *port_source, *username_source, *database_source;
    char decoded[2 * MAX_SECRET]; /* what the URL had in percents */
} parts;

/* MARK: the URL */

/* Passwords stay out of messages. */
static int refuse_url(cote__text url, const char *why)
{
    const char *begin = strstr(url.value, "//"), *end = strrchr(url.value, '@');
    begin = begin ? begin + 2 : url.value;
    if (!end || end < begin)
        return cote__fail(COTE_EINVAL, "%s: \"%s\" %s", url.source, url.value, why);
    return cote__fail(COTE_EINVAL, "%s: \"%.*s***%s\" %s", url.source, (int)(begin - url.value),
                      url.value, end, why);
}

static int hex(char digit)
{
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

/* Decodes percents to `*room`, and moves that on. */
static bool decode(cote__slice text, char **room, cote__slice *decoded)
{
    *decoded = (cote__slice){*room, 0};
    if (text.size > MAX_SECRET) return false;
    for (size_t at = 0; at < text.size; at++) {
        char byte = text.data[at];
        if (byte == '%') {
            int high = at + 2 < text.size ? hex(text.data[at + 1]) : -1;
            int low = high >= 0 ? hex(text.data[at + 2]) : -1;
            if (low < 0 || (high == 0 && low == 0)) return false;
            byte = (char)(high << 4 | low);
            at += 2;
        }
        *(*room)++ = byte;
    }
    decoded->size = (size_t)(*room - decoded->data);
    return true;
}

static cote__slice between(const char *begin, const char *end)
{
    return (cote__slice){begin, (size_t)(end - begin)};
}

/* USER:PASSWORD, either of which may be empty. */
static bool read_secrets(cote__slice text, cote__text url, parts *found)
{
    const char *colon = memchr(text.data, ':', text.size), *end = text.data + text.size;
    char *room = found->decoded;
    if (!colon || !decode(between(text.data, colon), &room, &found->username) ||
        !decode(between(colon + 1, end), &room, &found->password))
        return false;
    if (found->username.size == 0) found->username.data = NULL;
    if (found->password.size == 0) found->password.data = NULL;
    found->username_source = url.source;
    return true;
}

/* [redis:]//[USER:PASSWORD@]HOST[:PORT][/DATABASE] */
static int read_url(cote__text url, parts *found)
{
    const char *at = url.value;
    if (strncmp(at, "rediss:", 7) == 0)
        return refuse_url(url, "asks for TLS, which is not supported");
    if (strncmp(at, "redis:", 6) == 0) at += 6;
    if (strncmp(at, "//", 2) != 0)
        return refuse_url(url, "is not of the form redis://user:password@host:port/database");
    at += 2;
    if (strpbrk(at, "?#"))
        return refuse_url(url, "has a query or fragment, neither of which is supported");
    const char *end = at + strlen(at), *secrets_end = strrchr(at, '@');
    if (secrets_end && !read_secrets(between(at, secrets_end), url, found))
        return refuse_url(url, "has not user:password before the @, in percent encoding");
    if (secrets_end) at = secrets_end + 1;
    const char *slash = memchr(at, '/', (size_t)(end - at));
    const char *host_end = slash ? slash : end;
    const char *colon = memchr(at, ':', (size_t)(host_end - at));
    found->host = between(at, colon ? colon : host_end);
    found->host_source = url.source;
    if (colon) {
        found->port = between(colon + 1, host_end);
        found->port_source = url.source;
    }
    if (slash && slash + 1 < end) {
        found->database = between(slash + 1, end);
        found->database_source = url.source;
    }
    return COTE_OK;
}

/* MARK: the environment */

static const char *variable(const char *name)
{
    return cote__pick_text((cote__place){NULL, name}, NULL).value;
}

/* What Node.js would take as an option of redis, or of another kind of discovery, and is none of
 * ours. */
static int refuse_unknown(void)
{
    static const char *const known[] = {"REDIS",      "REDIS_URL",      "REDIS_HOST",
                                        "REDIS_PORT", "REDIS_USERNAME", "REDIS_PASSWORD",
                                        "REDIS_DB"};
    for (char **at = environ; at && *at; at++) {
        if (strncmp(*at, PREFIX, strlen(PREFIX)) != 0) continue;
        const char *name = *at + strlen(PREFIX), *end = strchr(name, '=');
        if (!end || !end[1]) continue;
        bool is_known = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (cote__slice_equal(between(name, end), cote__slice_of(known[i]))) is_known = true;
        if (!is_known)
            return cote__fail(COTE_EINVAL, "%.*s: is not supported",
                              (int)(end - *at < MAX_SHOWN ? end - *at : MAX_SHOWN), *at);
    }
    return COTE_OK;
}

static void fill_in(cote__slice *part, const char **source, const char *name)
{
    if (part->data || !(part->data = variable(name))) return;
    part->size = strlen(part->data);
    *source = name;
}

static int read_environment(parts *found, bool *used)
{
    const char *ignored;
    cote_switch on;
    int result = refuse_unknown();
    if (result == COTE_OK)
        result = cote__pick_switch((cote__place){"redis", PREFIX "REDIS"}, COTE_DEFAULT, &on);
    if (result != COTE_OK || on == COTE_OFF) return result;
    cote__text url = cote__pick_text((cote__place){NULL, PREFIX "REDIS_URL"}, NULL);
    if (url.value && (result = read_url(url, found)) != COTE_OK) return result;
    /* What the URL says counts, as in Node. */
    fill_in(&found->host, &found->host_source, PREFIX "REDIS_HOST");
    fill_in(&found->port, &found->port_source, PREFIX "REDIS_PORT");
    fill_in(&found->username, &found->username_source, PREFIX "REDIS_USERNAME");
    fill_in(&found->password, &ignored, PREFIX "REDIS_PASSWORD");
    fill_in(&found->database, &found->database_source, PREFIX "REDIS_DB");
    *used = on == COTE_ON || found->host.data || found->port.data || found->username.data ||
            found->password.data || found->database.data;
    return COTE_OK;
}

/* MARK: checks */

static int check_number(cote__slice text, const char *source, const char *what, uint32_t least,
                        uint32_t most, uint32_t *number)
{
    if (!text.data) return COTE_OK;
    uint64_t value = 0;
    bool sound = text.size > 0;
    for (size_t at = 0; at < text.size && sound; at++) {
        value = value * 10 + (unsigned)(text.data[at] - '0');
        sound = text.data[at] >= '0' && text.data[at] <= '9' && value <= most;
    }
    *number = (uint32_t)value;
    if (sound && value >= least) return COTE_OK;
    return cote__fail(COTE_EINVAL, "%s: \"%.*s\" is not %s from %u to %u", source, (int)text.size,
                      text.data, what, least, most);
}

static int check_host(cote__slice host, const char *source)
{
    bool sound = host.size > 0 && host.size <= MAX_HOST;
    for (size_t at = 0; at < host.size && sound; at++) {
        char byte = host.data[at];
        sound = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '_';
    }
    if (sound) return COTE_OK;
    return cote__fail(COTE_EINVAL, "%s: \"%.*s\" is not a host name or an IPv4 address", source,
                      (int)(host.size < MAX_HOST ? host.size : MAX_HOST), host.data);
}

/* MARK: all together */

static const char *keep(char **at, cote__slice text)
{
    if (!text.data) return NULL;
    char *start = *at;
    memcpy(start, text.data, text.size);
    start[text.size] = '\0';
    *at = start + text.size + 1;
    return start;
}

static int make(const parts *found, cote__redis_settings **settings)
{
    uint32_t port = DEFAULT_PORT, database = 0;
    cote__slice host = found->host.data ? found->host : cote__slice_of("127.0.0.1");
    int result = check_host(host, found->host_source);
    if (result == COTE_OK)
        result = check_number(found->port, found->port_source, "a port", 1, UINT16_MAX, &port);
    if (result == COTE_OK)
        result = check_number(found->database, found->database_source, "a database", 0,
                              MOST_DATABASE, &database);
    if (result == COTE_OK && found->username.data && !found->password.data)
        result =
            cote__fail(COTE_EINVAL, "%s: the user \"%.*s\" has no password", found->username_source,
                       (int)found->username.size, found->username.data);
    if (result != COTE_OK) return result;

    size_t size = host.size + found->username.size + found->password.size + 3;
    cote__redis_settings *self = malloc(sizeof *self + size);
    if (!self) return cote__fail(COTE_ENOMEM, "redis");
    atomic_init(&self->references, 1);
    char *at = self->text;
    self->server = (cote__redis_server){
        .host = keep(&at, host),
        .port = (uint16_t)port,
        .username = keep(&at, found->username),
        .password = keep(&at, found->password),
        .database = database,
    };
    *settings = self;
    return COTE_OK;
}

int cote__redis_settings_resolve(const cote_options *options, cote__redis_settings **settings)
{
    parts found = {0};
    bool used = false;
    int result = COTE_OK;
    *settings = NULL;
    if (options->redis) {
        used = *options->redis != '\0';
        if (used) result = read_url((cote__text){options->redis, "redis"}, &found);
    } else if (!options->broadcast && !options->multicast) {
        /* Who asks for UDP in the code gets it, whatever the environment says. */
        result = read_environment(&found, &used);
    }
    return result == COTE_OK && used ? make(&found, settings) : result;
}

/* MARK: sharing */

cote__redis_settings *cote__redis_settings_retain(cote__redis_settings *settings)
{
    if (settings) atomic_fetch_add_explicit(&settings->references, 1, memory_order_relaxed);
    return settings;
}

void cote__redis_settings_release(cote__redis_settings *settings)
{
    if (settings && atomic_fetch_sub_explicit(&settings->references, 1, memory_order_acq_rel) == 1)
        free(settings);
}

const cote__redis_server *cote__redis_settings_server(const cote__redis_settings *settings)
{
    return &settings->server;
}

static bool same_text(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

bool cote__redis_settings_equal(const cote__redis_settings *one, const cote__redis_settings *other)
{
    if (!one || !other) return one == other;
    const cote__redis_server *a = &one->server, *b = &other->server;
    return strcmp(a->host, b->host) == 0 && a->port == b->port && a->database == b->database &&
           same_text(a->username, b->username) && same_text(a->password, b->password);
}
