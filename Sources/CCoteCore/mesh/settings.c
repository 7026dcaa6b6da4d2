#include "mesh/settings.h"

#include <stdlib.h>

#include "net/system.h"
#include "wire/error.h"

enum {
    DEFAULT_PORT = 8000,
    DEFAULT_DISCOVERY_PORT = 12345,
    DEFAULT_HELLO_INTERVAL = 2000,
    DEFAULT_CHECK_INTERVAL = 4000,
    DEFAULT_NODE_TIMEOUT = 5000,
    DEFAULT_BREAKER_FAILURES = 5,
    DEFAULT_BREAKER_PAUSE = 1000,
    DEFAULT_BREAKER_MAX_PAUSE = 30000,
    MAX_DEDUPLICATE = 10000000
};

#define LIMITED_BROADCAST 0xffffffffu

static const char milliseconds[] = "a number of milliseconds";

/* MARK: addresses */

static int pick_address(cote__place place, const char *argument, uint32_t fallback,
                        uint32_t *address)
{
    cote__text text = cote__pick_text(place, argument);
    *address = fallback;
    return text.value ? cote__read_address(text, address) : COTE_OK;
}

static int pick_ports(const cote_options *options, cote__ports *ports)
{
    if (options->port && options->ports)
        return cote__fail(COTE_EINVAL, "ports: \"%s\" and port: %u are both given", options->ports,
                          options->port);
    *ports = (cote__ports){options->port ? options->port : DEFAULT_PORT, UINT16_MAX};
    if (options->port) return COTE_OK;
    cote__text text = cote__pick_text((cote__place){"ports", "COTE_PORTS"}, options->ports);
    return text.value ? cote__read_ports(text, ports) : COTE_OK;
}

/* Nobody can be connected to at an address of many. */
static int pick_advertised(const char *argument, uint32_t *address)
{
    const cote__place place = {"advertised_address", "COTE_ADVERTISED_ADDRESS"};
    cote__text text = cote__pick_text(place, argument);
    *address = 0;
    if (!text.value) return COTE_OK;
    int result = cote__read_address(text, address);
    if (result == COTE_OK && (*address == 0 || *address >> 28 >= 14))
        result = cote__fail(COTE_EINVAL, "%s: \"%s\" is not the address of a host", text.source,
                            text.value);
    return result;
}

/* MARK: discovery */

static int pick_destination(const cote_options *options, cote__discovery_settings *discovery,
                            cote__text *chosen)
{
    const cote__place broadcast = {"broadcast", "COTE_BROADCAST_ADDRESS"};
    const cote__place multicast = {"multicast", "COTE_MULTICAST_ADDRESS"};
    *chosen = cote__pick_text(broadcast, options->broadcast);
    int result =
        pick_address(broadcast, options->broadcast, LIMITED_BROADCAST, &discovery->destination);
    /* A broadcast address that was asked for in the code is not overridden by a multicast one in
     * the environment. */
    if (result != COTE_OK || (options->broadcast && !options->multicast)) return result;
    cote__text group = cote__pick_text(multicast, options->multicast);
    if (!group.value) return COTE_OK;
    *chosen = group;
    discovery->multicast = true;
    result = cote__read_address(group, &discovery->destination);
    if (result == COTE_OK && discovery->destination >> 28 != 14)
        result = cote__fail(COTE_EINVAL,
                            "%s: \"%s\" is not a multicast group (224.0.0.0 to 239.255.255.255)",
                            group.source, group.value);
    return result;
}

static int pick_interfaces(const cote_options *options, cote__discovery_settings *discovery,
                           cote__text destination)
{
    cote__text text =
        cote__pick_text((cote__place){"interfaces", "COTE_INTERFACES"}, options->interfaces);
    if (!text.value) return COTE_OK;
    cote__interface found[COTE__INTERFACES_MAX];
    cote__slice missing;
    cote__interfaces_find(text.value, found, &missing);
    if (strlen(text.value) >= sizeof discovery->interfaces)
        return cote__fail(COTE_EINVAL, "%s: longer than %zu bytes", text.source,
                          sizeof discovery->interfaces - 1);
    if (missing.data)
        return cote__fail(COTE_EINVAL,
                          "%s: \"%s\" is not \"all\", nor names or addresses of network interfaces "
                          "with IPv4: there is no \"%.*s\"",
                          text.source, text.value, (int)missing.size, missing.data);
    if (!discovery->multicast && discovery->destination != LIMITED_BROADCAST)
        return cote__fail(COTE_EINVAL,
                          "%s: \"%s\" cannot be together with %s: \"%s\", which is of one network",
                          text.source, text.value, destination.source, destination.value);
    memcpy(discovery->interfaces, text.value, strlen(text.value) + 1);
    return COTE_OK;
}

static int pick_seeds(const cote_options *options, cote__discovery_settings *discovery)
{
    cote__text text = cote__pick_text((cote__place){"seeds", "COTE_UNICAST_SEEDS"}, options->seeds);
    if (!text.value || !*text.value) return COTE_OK;
    const char *rest = text.value;
    cote__seed_name seed;
    while (*rest && cote__seeds_next(&rest, &seed)) continue;
    if (*rest || strlen(text.value) >= sizeof discovery->seeds)
        return cote__fail(COTE_EINVAL,
                          "%s: \"%.80s\" is not a list of hosts, each a name or IPv4 address, and "
                          "perhaps a port, as in \"one.example, 10.0.0.5:12345\"",
                          text.source, text.value);
    if (discovery->redis)
        return cote__fail(COTE_EINVAL, "%s: \"%.80s\" cannot be together with redis", text.source,
                          text.value);
    memcpy(discovery->seeds, text.value, strlen(text.value) + 1);
    return COTE_OK;
}

static int check_order(cote__number greater, cote__number smaller, bool or_equal)
{
    if (greater.value > smaller.value || (or_equal && greater.value == smaller.value))
        return COTE_OK;
    return cote__fail(COTE_EINVAL, "%s: %u%s is %s %s: %u%s", greater.source, greater.value,
                      greater.by_default ? " (default)" : "",
                      or_equal ? "less than" : "not more than", smaller.source, smaller.value,
                      smaller.by_default ? " (default)" : "");
}

static int pick_intervals(const cote_options *options, cote__discovery_settings *discovery)
{
    const struct {
        cote__place place;
        uint32_t argument, fallback;
        uint32_t *field;
    } intervals[] = {
        {{"hello_interval_ms", "COTE_HELLO_INTERVAL"},
         options->hello_interval_ms,
         DEFAULT_HELLO_INTERVAL,
         &discovery->hello_interval},
        {{"check_interval_ms", "COTE_CHECK_INTERVAL"},
         options->check_interval_ms,
         DEFAULT_CHECK_INTERVAL,
         &discovery->check_interval},
        {{"node_timeout_ms", "COTE_NODE_TIMEOUT"},
         options->node_timeout_ms,
         DEFAULT_NODE_TIMEOUT,
         &discovery->node_timeout},
    };
    cote__number numbers[3];
    int result = COTE_OK;
    for (size_t i = 0; i < 3 && result == COTE_OK; i++) {
        result = cote__pick_number(
            intervals[i].place, intervals[i].argument,
            (cote__wanted){milliseconds, 1, UINT32_MAX - 1, intervals[i].fallback}, &numbers[i]);
        *intervals[i].field = numbers[i].value;
    }
    if (result == COTE_OK) result = check_order(numbers[2], numbers[1], true);
    if (result == COTE_OK) result = check_order(numbers[2], numbers[0], false);
    return result;
}

static int resolve_discovery(const cote_options *options, cote__discovery_settings *discovery)
{
    cote__text destination;
    cote__number port, ttl;
    cote_switch use_host_names;
    int result = pick_address((cote__place){"discovery_address", "COTE_UDP_ADDRESS"},
                              options->discovery_address, 0, &discovery->address);
    if (result == COTE_OK) result = pick_destination(options, discovery, &destination);
    if (result == COTE_OK) result = pick_interfaces(options, discovery, destination);
    if (result == COTE_OK)
        result =
            cote__pick_number((cote__place){"multicast_ttl", "COTE_MULTICAST_TTL"},
                              options->multicast_ttl, (cote__wanted){"a TTL", 1, 255, 1}, &ttl);
    if (result == COTE_OK)
        result = cote__pick_number(
            (cote__place){"discovery_port", "COTE_UDP_PORT"}, options->discovery_port,
            (cote__wanted){"a port", 1, UINT16_MAX, DEFAULT_DISCOVERY_PORT}, &port);
    if (result == COTE_OK) result = pick_intervals(options, discovery);
    if (result == COTE_OK) result = cote__redis_settings_resolve(options, &discovery->redis);
    if (result == COTE_OK) result = pick_seeds(options, discovery);
    if (result == COTE_OK)
        result = cote__pick_switch((cote__place){"use_host_names", "COTE_USE_HOST_NAMES"},
                                   options->use_host_names, &use_host_names);
    if (result != COTE_OK) return result;
    /* With redis there is no other address, as in Node. */
    discovery->use_host_names = use_host_names == COTE_ON || discovery->redis;
    discovery->multicast_ttl = (uint8_t)ttl.value;
    discovery->port = (uint16_t)port.value;
    return COTE_OK;
}

/* MARK: the rest */

static int pick_timeout(uint32_t argument, uint32_t *timeout)
{
    cote__number number = {argument, NULL, false};
    int result = COTE_OK;
    if (argument != COTE_NO_TIMEOUT)
        result =
            cote__pick_number((cote__place){"timeout_ms", "COTE_REQUEST_TIMEOUT"}, argument,
                              (cote__wanted){milliseconds, 0, COTE_NO_TIMEOUT - 1, 0}, &number);
    *timeout = number.value ? number.value : COTE_NO_TIMEOUT; /* 0 is none, as in Node */
    return result;
}

/*
 * As in cote, but that nothing is logged by default: `log` has precedence over the other two, and
 * status_logs over hello_logs.
 */
static int pick_log(const cote_options *options, cote__log_settings *settings)
{
    cote_switch log, hello, status, unknown;
    int result = cote__pick_switch((cote__place){"log", "COTE_LOG"}, options->log, &log);
    if (result == COTE_OK)
        result = cote__pick_switch((cote__place){"hello_logs", "COTE_HELLO_LOGS_ENABLED"},
                                   options->hello_logs, &hello);
    if (result == COTE_OK)
        result = cote__pick_switch((cote__place){"status_logs", "COTE_STATUS_LOGS_ENABLED"},
                                   options->status_logs, &status);
    if (result == COTE_OK)
        result = cote__pick_switch((cote__place){"log_unknown_events", "COTE_LOG_UNKNOWN_EVENTS"},
                                   options->log_unknown_events, &unknown);
    if (result != COTE_OK) return result;
    bool asked_for = hello == COTE_ON || status == COTE_ON;
    settings->hello = log == COTE_ON || (log == COTE_DEFAULT && asked_for);
    settings->offline = settings->hello && status != COTE_OFF;
    settings->online = settings->offline && hello != COTE_OFF;
    settings->unknown_events = unknown != COTE_OFF;
    return COTE_OK;
}

static int pick_ignore_process(cote_switch argument, bool *ignore)
{
    cote_switch value;
    int result =
        cote__pick_switch((cote__place){"ignore_process", "COTE_IGNORE_PROCESS"}, argument, &value);
    *ignore = value == COTE_ON;
    return result;
}

static int pick_unix_sockets(cote_switch argument, char directory[COTE__UNIX_PATH_SIZE])
{
    cote_switch value;
    int result =
        cote__pick_switch((cote__place){"unix_sockets", "COTE_UNIX_SOCKETS"}, argument, &value);
    if (result == COTE_OK && value != COTE_OFF) cote__unix_directory(directory);
    return result;
}

static int pick_redelivery(cote_redelivery argument, cote_redelivery *redelivery)
{
    static const char *const names[] = {"whenSafe", "always", "never"};
    *redelivery = argument;
    if ((unsigned)argument > COTE_REDELIVER_NEVER)
        return cote__fail(COTE_EINVAL, "redelivery: %d is none", (int)argument);
    if (argument != COTE_REDELIVER_DEFAULT) return COTE_OK;
    *redelivery = COTE_REDELIVER_WHEN_SAFE;
    cote__text text = cote__pick_text((cote__place){"redelivery", "COTE_REDELIVERY"}, NULL);
    if (!text.value) return COTE_OK;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        *redelivery = COTE_REDELIVER_WHEN_SAFE + i;
        if (strcmp(text.value, names[i]) == 0) return COTE_OK;
    }
    return cote__fail(COTE_EINVAL, "%s: \"%s\" is none of whenSafe, always and never", text.source,
                      text.value);
}

static int pick_deduplicate(uint32_t argument, uint32_t *deduplicate)
{
    cote__number number = {0};
    int result = COTE_OK;
    if (argument != COTE_NO_DEDUPLICATION)
        result = cote__pick_number((cote__place){"deduplicate", "COTE_DEDUPLICATE"}, argument,
                                   (cote__wanted){"a number of requests", 0, MAX_DEDUPLICATE, 0},
                                   &number);
    *deduplicate = number.value;
    return result;
}

/* No failures are no breaker. */
static int pick_breaker(const cote_options *options, cote__breaker_limits *limits)
{
    cote__number failures = {0, NULL, false}, pause, longest;
    int result = COTE_OK;
    if (options->breaker_failures != COTE_NO_BREAKER)
        result = cote__pick_number((cote__place){"breaker_failures", "COTE_BREAKER_FAILURES"},
                                   options->breaker_failures,
                                   (cote__wanted){"a number of failures", 0, COTE_NO_BREAKER - 1,
                                                  DEFAULT_BREAKER_FAILURES},
                                   &failures);
    if (result == COTE_OK)
        result = cote__pick_number(
            (cote__place){"breaker_pause_ms", "COTE_BREAKER_PAUSE"}, options->breaker_pause_ms,
            (cote__wanted){milliseconds, 1, UINT32_MAX - 1, DEFAULT_BREAKER_PAUSE}, &pause);
    if (result == COTE_OK)
        result = cote__pick_number(
            (cote__place){"breaker_max_pause_ms", "COTE_BREAKER_MAX_PAUSE"},
            options->breaker_max_pause_ms,
            (cote__wanted){milliseconds, 1, UINT32_MAX - 1, DEFAULT_BREAKER_MAX_PAUSE}, &longest);
    if (result == COTE_OK) result = check_order(longest, pause, true);
    if (result == COTE_OK)
        *limits = (cote__breaker_limits){failures.value, pause.value, longest.value};
    return result;
}

/* MARK: all together */

static int check_balancing(const cote_options *options)
{
    if ((unsigned)options->balancing > COTE_CUSTOM)
        return cote__fail(COTE_EINVAL, "balancing: %d is none", (int)options->balancing);
    if (options->balancing == COTE_CUSTOM && !options->choose)
        return cote__fail(COTE_EINVAL, "choose: is required for COTE_CUSTOM");
    return COTE_OK;
}

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
        result = pick_address((cote__place){"address", "COTE_BIND_ADDRESS"}, all.address, 0,
                              &settings->address);
    if (result == COTE_OK) result = pick_ports(&all, &settings->ports);
    if (result == COTE_OK) result = pick_advertised(all.advertised_address, &settings->advertised);
    /* Redis does not tell where a hello comes from. */
    if (settings->discovery.redis && !settings->advertised)
        settings->advertised = settings->address;
    if (result == COTE_OK) result = pick_timeout(all.timeout_ms, &settings->timeout);
    if (result == COTE_OK) result = check_balancing(&all);
    if (result == COTE_OK) result = pick_breaker(&all, &settings->breaker);
    if (result == COTE_OK) result = pick_redelivery(all.redelivery, &settings->redelivery);
    if (result == COTE_OK) result = pick_deduplicate(all.deduplicate, &settings->deduplicate);
    if (result == COTE_OK) result = pick_log(&all, &settings->log);
    if (result == COTE_OK)
        result = pick_ignore_process(all.ignore_process, &settings->ignore_process);
    if (result == COTE_OK) result = pick_unix_sockets(all.unix_sockets, settings->unix_directory);
    if (result == COTE_OK) result = cote__settings_bounds(&all, settings);
    if (result == COTE_OK) result = cote__settings_announce(&all, kind, settings);
    if (result != COTE_OK) {
        cote__settings_fini(settings);
        return result;
    }
    settings->context = all.context;
    settings->on_log = all.on_log;
    settings->on_peer = all.on_peer;
    settings->on_connected = all.on_connected;
    settings->on_gap = all.on_gap;
    settings->on_discovery = all.on_discovery;
    settings->balancing = all.balancing;
    settings->choose = all.choose;
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
    cote__buffer_fini(&settings->subset);
    cote__redis_settings_release(settings->discovery.redis);
}

bool cote__discovery_settings_equal(const cote__discovery_settings *one,
                                    const cote__discovery_settings *other)
{
    return one->address == other->address && one->destination == other->destination &&
           one->multicast == other->multicast && one->multicast_ttl == other->multicast_ttl &&
           strcmp(one->interfaces, other->interfaces) == 0 &&
           strcmp(one->seeds, other->seeds) == 0 && one->port == other->port &&
           one->use_host_names == other->use_host_names &&
           cote__redis_settings_equal(one->redis, other->redis) &&
           one->hello_interval == other->hello_interval &&
           one->check_interval == other->check_interval &&
           one->node_timeout == other->node_timeout && one->max_peers == other->max_peers &&
           one->max_new_peers == other->max_new_peers && one->max_hello == other->max_hello;
}
