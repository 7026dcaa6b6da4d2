#include "mesh/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "net/system.h"
#include "wire/error.h"
#include "wire/topic.h"

enum {
    DEFAULT_PORT = 8000,
    DEFAULT_DISCOVERY_PORT = 12345,
    DEFAULT_HELLO_INTERVAL = 2000,
    DEFAULT_CHECK_INTERVAL = 4000,
    DEFAULT_NODE_TIMEOUT = 5000,
    DEFAULT_MAX_QUEUED = 1000000,
    DEFAULT_MAX_FRAME = 64 * 1024 * 1024,
    MAX_ADVERTISEMENT = 32 * 1024, /* bytes of user's JSON: a hello must fit a datagram */
    JSON_DEPTH = 64
};

/* MARK: single values: an argument over an environment variable over a default */

/* An empty variable is as good as none, as in a shell. */
static const char *environment(const char *name)
{
    const char *value = name ? getenv(name) : NULL;
    return value && *value ? value : NULL;
}

static int pick_address(const char *field, const char *argument, const char *variable,
                        const char *fallback, uint32_t *address)
{
    const char *value = argument, *source = field;
    if (!value && (value = environment(variable))) source = variable;
    if (!value) value = fallback;
    if (cote__address_parse(value, address)) return COTE_OK;
    return cote__fail(COTE_EINVAL, "%s: \"%s\" is not an IPv4 address", source, value);
}

static int pick_timeout(uint32_t argument, uint32_t *timeout)
{
    *timeout = argument ? argument : COTE_NO_TIMEOUT;
    const char *text = argument ? NULL : environment("COTE_REQUEST_TIMEOUT");
    if (!text) return COTE_OK;
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno || *end || *text < '0' || *text > '9' || value >= COTE_NO_TIMEOUT)
        return cote__fail(COTE_EINVAL,
                          "COTE_REQUEST_TIMEOUT: \"%s\" is not a number of milliseconds", text);
    if (value > 0) *timeout = (uint32_t)value; /* 0 is none, as in Node */
    return COTE_OK;
}

static int pick_log(cote_switch argument, bool *log)
{
    *log = argument == COTE_ON;
    if ((unsigned)argument > COTE_OFF)
        return cote__fail(COTE_EINVAL, "log: %d is not a switch", (int)argument);
    const char *text = argument == COTE_DEFAULT ? environment("COTE_LOG") : NULL;
    if (!text) return COTE_OK;
    if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0) {
        *log = true;
        return COTE_OK;
    }
    if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0) return COTE_OK;
    return cote__fail(COTE_EINVAL, "COTE_LOG: \"%s\" is neither true nor false", text);
}

static uint32_t or_default(uint32_t value, uint32_t fallback)
{
    return value ? value : fallback;
}

/* MARK: discovery */

static int resolve_discovery(const cote_options *options, cote__discovery_settings *discovery)
{
    int result = pick_address("discovery_address", options->discovery_address, NULL, "0.0.0.0",
                              &discovery->address);
    if (result == COTE_OK)
        result = pick_address("broadcast", options->broadcast, "COTE_BROADCAST_ADDRESS",
                              "255.255.255.255", &discovery->destination);
    if (result != COTE_OK) return result;
    /* A broadcast address that was asked for in the code is not overridden by a multicast one in
     * the environment. */
    bool explicit_broadcast = options->broadcast && !options->multicast;
    discovery->multicast =
        options->multicast || (!explicit_broadcast && environment("COTE_MULTICAST_ADDRESS"));
    if (discovery->multicast) {
        result = pick_address("multicast", options->multicast, "COTE_MULTICAST_ADDRESS", "",
                              &discovery->destination);
        if (result != COTE_OK) return result;
        if (discovery->destination >> 28 != 14)
            return cote__fail(
                COTE_EINVAL, "%s: \"%s\" is not a multicast group (224.0.0.0 to 239.255.255.255)",
                options->multicast ? "multicast" : "COTE_MULTICAST_ADDRESS",
                options->multicast ? options->multicast : environment("COTE_MULTICAST_ADDRESS"));
    }
    discovery->port = options->discovery_port ? options->discovery_port : DEFAULT_DISCOVERY_PORT;
    discovery->hello_interval = or_default(options->hello_interval_ms, DEFAULT_HELLO_INTERVAL);
    discovery->check_interval = or_default(options->check_interval_ms, DEFAULT_CHECK_INTERVAL);
    discovery->node_timeout = or_default(options->node_timeout_ms, DEFAULT_NODE_TIMEOUT);
    if (discovery->node_timeout < discovery->check_interval)
        return cote__fail(COTE_EINVAL, "node_timeout_ms: %u is less than check_interval_ms: %u",
                          discovery->node_timeout, discovery->check_interval);
    if (discovery->node_timeout <= discovery->hello_interval)
        return cote__fail(COTE_EINVAL, "node_timeout_ms: %u is not more than hello_interval_ms: %u",
                          discovery->node_timeout, discovery->hello_interval);
    return COTE_OK;
}

/* MARK: what is announced */

static int check_text(const char *field, const char *text)
{
    if (!text) return COTE_OK;
    if (!*text) return cote__fail(COTE_EINVAL, "%s: an empty string; leave it out instead", field);
    if (strlen(text) > 256) return cote__fail(COTE_EINVAL, "%s: longer than 256 bytes", field);
    return COTE_OK;
}

static bool reserved(cote__json key)
{
    static const char *const names[] = {"type",         "name",     "key",        "namespace",
                                        "axon_type",    "port",     "respondsTo", "broadcasts",
                                        "subscribesTo", "requests", "timeout"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cote__json_string_equal(key, cote__slice_of(names[i]))) return true;
    return false;
}

static int resolve_extra(const char *text, cote__settings *settings)
{
    if (!text) return COTE_OK;
    if (strlen(text) > MAX_ADVERTISEMENT)
        return cote__fail(COTE_ETOOBIG, "advertisement: longer than %d bytes", MAX_ADVERTISEMENT);
    cote__json object, key, value;
    if (!cote__json_parse(cote__slice_of(text), JSON_DEPTH, &object) ||
        object.type != COTE__JSON_OBJECT)
        return cote__fail(COTE_EINVAL, "advertisement: not a JSON object: %.80s", text);
    cote__json_iterator members = cote__json_iterate(object);
    while (cote__json_next(&members, &key, &value))
        if (reserved(key))
            return cote__fail(COTE_EINVAL, "advertisement: the member %.*s is the library's own",
                              (int)(key.text.size < 40 ? key.text.size : 40), key.text.data);
    cote__buffer_append_slice(&settings->extra, object.text);
    settings->advertisement.extra = cote__buffer_slice(&settings->extra);
    return COTE_OK;
}

static int resolve_types(const cote_options *options, cote__settings *settings)
{
    if (!options->types) return COTE_OK;
    cote__buffer_append_byte(&settings->types, '[');
    for (size_t i = 0; i < options->type_count; i++) {
        if (!options->types[i]) return cote__fail(COTE_EINVAL, "types: number %zu is NULL", i);
        int result = check_text("types", options->types[i]);
        if (result != COTE_OK) return result;
        if (i > 0) cote__buffer_append_byte(&settings->types, ',');
        cote__json_write_string(&settings->types, cote__slice_of(options->types[i]));
    }
    cote__buffer_append_byte(&settings->types, ']');
    if (settings->types.size > MAX_ADVERTISEMENT)
        return cote__fail(COTE_ETOOBIG, "types: longer than %d bytes", MAX_ADVERTISEMENT);
    return COTE_OK;
}

static int resolve_advertisement(const cote_options *options, cote__axon_type kind,
                                 cote__settings *settings)
{
    if (!options->name) return cote__fail(COTE_EINVAL, "name: is required");
    int result = check_text("name", options->name);
    if (result == COTE_OK) result = check_text("key", options->key);
    if (result == COTE_OK) result = check_text("name_space", options->name_space);
    const char *mesh = options->environment ? options->environment : environment("COTE_ENV");
    if (result == COTE_OK && mesh && *mesh)
        result = check_text(options->environment ? "environment" : "COTE_ENV", mesh);
    if (result == COTE_OK) result = resolve_types(options, settings);
    if (result == COTE_OK) result = resolve_extra(options->advertisement, settings);
    if (result != COTE_OK) return result;

    settings->name = strdup(options->name);
    cote__mesh_key_encode(&settings->key, cote__slice_of(mesh), cote__slice_of(options->key));
    if (options->name_space) cote__buffer_append_text(&settings->name_space, options->name_space);
    if (!settings->name || settings->key.failed || settings->types.failed ||
        settings->extra.failed || settings->name_space.failed)
        return cote__fail(COTE_ENOMEM, "options");

    cote__advertisement *advertisement = &settings->advertisement;
    advertisement->axon_type = kind;
    advertisement->type = cote__slice_of("service");
    advertisement->name = cote__slice_of(settings->name);
    advertisement->key = cote__buffer_slice(&settings->key);
    advertisement->key_given = options->key != NULL;
    if (options->name_space) advertisement->name_space = cote__buffer_slice(&settings->name_space);
    if (options->types && kind == COTE__AXON_REQ)
        advertisement->requests = cote__buffer_slice(&settings->types);
    if (options->types && kind == COTE__AXON_REP)
        advertisement->responds_to = cote__buffer_slice(&settings->types);
    if (kind == COTE__AXON_REQ && options->timeout_ms && options->timeout_ms != COTE_NO_TIMEOUT)
        advertisement->timeout = options->timeout_ms;
    advertisement->port_given = options->port != 0;
    return COTE_OK;
}

/* MARK: all together */

int cote__settings_resolve(const cote_options *given, cote__axon_type kind,
                           cote__settings *settings)
{
    *settings = (cote__settings){0};
    if (!given || given->size < sizeof given->size || given->size > 65536)
        return cote__fail(COTE_EINVAL, "options: size is not set; start from COTE_OPTIONS_INIT");
    cote_options all = {0}; /* a caller built against an older version has a shorter struct */
    memcpy(&all, given, given->size < sizeof all ? given->size : sizeof all);

    int result = resolve_discovery(&all, &settings->discovery);
    if (result == COTE_OK)
        result = pick_address("address", all.address, NULL, "0.0.0.0", &settings->address);
    if (result == COTE_OK) result = pick_timeout(all.timeout_ms, &settings->timeout);
    if (result == COTE_OK) result = pick_log(all.log, &settings->log);
    if (result == COTE_OK) result = resolve_advertisement(&all, kind, settings);
    if (result != COTE_OK) {
        cote__settings_fini(settings);
        return result;
    }
    settings->port = all.port ? all.port : DEFAULT_PORT;
    settings->max_queued = all.max_queued ? all.max_queued : DEFAULT_MAX_QUEUED;
    settings->max_frame = all.max_frame ? all.max_frame : DEFAULT_MAX_FRAME;
    settings->context = all.context;
    settings->on_log = all.on_log;
    settings->on_peer = all.on_peer;
    settings->on_close = all.on_close;
    return COTE_OK;
}

void cote__settings_fini(cote__settings *settings)
{
    free(settings->name);
    cote__buffer_fini(&settings->key);
    cote__buffer_fini(&settings->types);
    cote__buffer_fini(&settings->extra);
    cote__buffer_fini(&settings->name_space);
}
