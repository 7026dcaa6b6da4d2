/*
 * fuzz_settings.c - lines of the form NAME=value, each an environment variable or an option that is
 * a text: whatever they say, the settings are sound, or what is wrong is told.
 */
#include <stdio.h>
#include <stdlib.h>

#include "mesh/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern char **environ;

enum { MOST_LINES = 32 };

static const struct {
    const char *name;
    size_t place;
} options_by_name[] = {
#define OPTION(FIELD)                         \
    {                                         \
#FIELD, offsetof(cote_options, FIELD) \
    }
    OPTION(name),       OPTION(environment), OPTION(key),
    OPTION(name_space), OPTION(subset),      OPTION(advertisement),
    OPTION(address),    OPTION(broadcast),   OPTION(multicast),
    OPTION(ports),      OPTION(interfaces),  OPTION(discovery_address),
    OPTION(seeds),      OPTION(redis),       OPTION(advertised_address),
#undef OPTION
};

static void check(bool truth)
{
    if (!truth) abort();
}

/* Whether the line is of an option, which then has its value. */
static bool set_option(cote_options *options, char *line, char *equals)
{
    for (size_t i = 0; i < sizeof options_by_name / sizeof *options_by_name; i++) {
        const char *name = options_by_name[i].name;
        if (strlen(name) != (size_t)(equals - line) || strncmp(name, line, strlen(name)) != 0)
            continue;
        *(const char **)(void *)((char *)options + options_by_name[i].place) = equals + 1;
        return true;
    }
    return false;
}

static void read_lines(char *text, cote_options *options, char *variables[MOST_LINES + 1])
{
    size_t count = 0;
    char *rest = text, *line;
    while (count < MOST_LINES && (line = strsep(&rest, "\n"))) {
        char *equals = strchr(line, '=');
        if (equals && !set_option(options, line, equals)) variables[count++] = line;
    }
    variables[count] = NULL;
}

static void check_advertisement(const cote__advertisement *advertisement)
{
    cote__json json;
    cote__buffer out = {0};
    cote__advertisement_encode(&out, advertisement);
    check(!out.failed && cote__json_parse(cote__buffer_slice(&out), COTE__JSON_MAX_DEPTH, &json));
    check(json.type == COTE__JSON_OBJECT);
    cote__buffer_fini(&out);
}

static void check_settings(const cote__settings *settings)
{
    const cote__discovery_settings *discovery = &settings->discovery;
    check(settings->ports.first <= settings->ports.last && settings->timeout > 0);
    check(discovery->port > 0 && discovery->multicast_ttl > 0 && discovery->hello_interval > 0);
    check(discovery->node_timeout > discovery->hello_interval);
    check(discovery->node_timeout >= discovery->check_interval && discovery->check_interval > 0);
    check(!discovery->multicast || discovery->destination >> 28 == 14);
    check(!discovery->redis || !discovery->seeds[0]);
    check_advertisement(&settings->advertisement);

    const char *rest = discovery->seeds;
    cote__seed_name seed;
    while (*rest) check(cote__seeds_next(&rest, &seed) && seed.host[0]);

    if (!discovery->redis) return;
    const cote__redis_server *server = cote__redis_settings_server(discovery->redis);
    check(server->host[0] && server->port > 0 && (!server->username || server->password));
    check(cote__redis_settings_equal(discovery->redis, discovery->redis));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size), *variables[MOST_LINES + 1];
    check(text);
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "n";
    read_lines(text, &options, variables);

    /* The C library's own functions would keep every value for ever. */
    char **before = environ;
    environ = variables;
    cote__settings settings;
    int result = cote__settings_resolve(&options, COTE__AXON_REP, &settings);
    environ = before;

    if (result == COTE_OK) {
        check_settings(&settings);
        cote__settings_fini(&settings);
    } else {
        check(result == COTE_EINVAL || result == COTE_ETOOBIG);
        check(strstr(cote_error_detail(), ": "));
    }
    free(text);
    return 0;
}
