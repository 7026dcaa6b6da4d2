/* settings_test.c - argument over variable over default, for every setting; what is refused, and
 * how the refusal reads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/resolve.h"
#include "support/stage.h"

static const char *const variables[] = {
    "COTE_HELLO_INTERVAL",
    "COTE_CHECK_INTERVAL",
    "COTE_NODE_TIMEOUT",
    "COTE_UDP_PORT",
    "COTE_MULTICAST_TTL",
    "COTE_BIND_ADDRESS",
    "COTE_PORTS",
    "COTE_ADVERTISED_ADDRESS",
    "COTE_INTERFACES",
    "COTE_IGNORE_PROCESS",
    "COTE_LOG",
    "COTE_HELLO_LOGS_ENABLED",
    "COTE_STATUS_LOGS_ENABLED",
    "COTE_LOG_UNKNOWN_EVENTS",
    "COTE_USE_HOST_NAMES",
    "COTE_UNIX_SOCKETS",
    "COTE_BROADCAST_ADDRESS",
    "COTE_MULTICAST_ADDRESS",
};

static int forget_variables(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) unsetenv(variables[i]);
    return 0;
}

/* MARK: numbers */

static const struct number {
    const char *field, *variable, *what;
    size_t place, size; /* of the argument */
    uint32_t most, fallback;
    uint32_t (*read)(const cote__settings *settings);
} * number_in_hand;

#define NUMBER(FIELD, VARIABLE, WHAT, MOST, FALLBACK, READ)                                        \
    {                                                                                              \
#FIELD, VARIABLE, WHAT, offsetof(cote_options, FIELD), sizeof(((cote_options *)0)->FIELD), \
            MOST, FALLBACK, READ                                                                   \
    }

static uint32_t hello_interval(const cote__settings *settings)
{
    return settings->discovery.hello_interval;
}

static uint32_t check_interval(const cote__settings *settings)
{
    return settings->discovery.check_interval;
}

static uint32_t node_timeout(const cote__settings *settings)
{
    return settings->discovery.node_timeout;
}

static uint32_t udp_port(const cote__settings *settings)
{
    return settings->discovery.port;
}

static uint32_t multicast_ttl(const cote__settings *settings)
{
    return settings->discovery.multicast_ttl;
}

static uint32_t breaker_pause(const cote__settings *settings)
{
    return (uint32_t)settings->breaker.pause;
}

static uint32_t breaker_max_pause(const cote__settings *settings)
{
    return (uint32_t)settings->breaker.longest;
}

static const struct number numbers[] = {
    NUMBER(hello_interval_ms, "COTE_HELLO_INTERVAL", "a number of milliseconds", UINT32_MAX - 1,
           2000, hello_interval),
    NUMBER(check_interval_ms, "COTE_CHECK_INTERVAL", "a number of milliseconds", UINT32_MAX - 1,
           4000, check_interval),
    NUMBER(node_timeout_ms, "COTE_NODE_TIMEOUT", "a number of milliseconds", UINT32_MAX - 1, 5000,
           node_timeout),
    NUMBER(discovery_port, "COTE_UDP_PORT", "a port", UINT16_MAX, 12345, udp_port),
    NUMBER(multicast_ttl, "COTE_MULTICAST_TTL", "a TTL", 255, 1, multicast_ttl),
    NUMBER(breaker_pause_ms, "COTE_BREAKER_PAUSE", "a number of milliseconds", UINT32_MAX - 1, 1000,
           breaker_pause),
    NUMBER(breaker_max_pause_ms, "COTE_BREAKER_MAX_PAUSE", "a number of milliseconds",
           UINT32_MAX - 1, 30000, breaker_max_pause),
};

static void set_argument(cote_options *options, uint32_t value)
{
    char *at = (char *)options + number_in_hand->place;
    if (number_in_hand->size == 4) *(uint32_t *)at = value;
    if (number_in_hand->size == 2) *(uint16_t *)at = (uint16_t)value;
    if (number_in_hand->size == 1) *(uint8_t *)at = (uint8_t)value;
}

static void each_number(void (*test)(void))
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        number_in_hand = &numbers[i];
        test();
        unsetenv(number_in_hand->variable);
    }
}

static void number_at_three_levels(void)
{
    cote_options options = named();
    /* Intervals that are all right with each of the defaults, and with each other. */
    bool is_longer = strcmp(number_in_hand->field, "node_timeout_ms") == 0 ||
                     strcmp(number_in_hand->field, "breaker_max_pause_ms") == 0;
    uint32_t variable = is_longer ? 7000 : 77, argument = is_longer ? 8000 : 88;
    char text[16];
    cote__settings settings = resolve(&options);
    assert_int_equal(number_in_hand->read(&settings), number_in_hand->fallback);
    setenv(number_in_hand->variable, "", 1);
    settings = resolve(&options);
    assert_int_equal(number_in_hand->read(&settings), number_in_hand->fallback);
    snprintf(text, sizeof text, "%u", variable);
    setenv(number_in_hand->variable, text, 1);
    settings = resolve(&options);
    assert_int_equal(number_in_hand->read(&settings), variable);
    set_argument(&options, argument);
    settings = resolve(&options);
    assert_int_equal(number_in_hand->read(&settings), argument);
    setenv(number_in_hand->variable, "nonsense", 1); /* is not looked at then */
    settings = resolve(&options);
    assert_int_equal(number_in_hand->read(&settings), argument);
}

static void number_that_is_none(void)
{
    char beyond[16];
    snprintf(beyond, sizeof beyond, "%llu", (unsigned long long)number_in_hand->most + 1);
    const char *const all[] = {"soon", "-1", "+5",   " 5", "5 ",   "1.5",
                               "1e3",  "0",  "0x10", "5s", beyond, "99999999999999999999999"};
    cote_options options = named();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char detail[256];
        snprintf(detail, sizeof detail, "%s: \"%s\" is not %s from 1 to %u",
                 number_in_hand->variable, all[i], number_in_hand->what, number_in_hand->most);
        setenv(number_in_hand->variable, all[i], 1);
        expect_refused(&options, detail);
    }
}

static void test_numbers_at_three_levels(void **state)
{
    (void)state;
    each_number(number_at_three_levels);
}

static void test_numbers_that_are_none(void **state)
{
    (void)state;
    each_number(number_that_is_none);
}

static unsigned breaker_failures(const cote_options *options)
{
    cote__settings settings;
    assert_int_equal(cote__settings_resolve(options, COTE__AXON_REQ, &settings), COTE_OK);
    cote__settings_fini(&settings);
    return settings.breaker.failures;
}

static void test_breaker(void **state)
{
    (void)state;
    cote_options options = named();
    assert_int_equal(breaker_failures(&options), 5);
    setenv("COTE_BREAKER_FAILURES", "7", 1);
    assert_int_equal(breaker_failures(&options), 7);
    setenv("COTE_BREAKER_FAILURES", "0", 1); /* none at all */
    assert_int_equal(breaker_failures(&options), 0);
    options.breaker_failures = 2;
    assert_int_equal(breaker_failures(&options), 2);
    setenv("COTE_BREAKER_FAILURES", "7", 1);
    options.breaker_failures = COTE_NO_BREAKER;
    assert_int_equal(breaker_failures(&options), 0);
    options = named();
    setenv("COTE_BREAKER_FAILURES", "many", 1);
    expect_refused(&options, "COTE_BREAKER_FAILURES: \"many\" is not a number of failures from 0 "
                             "to 4294967294");
    unsetenv("COTE_BREAKER_FAILURES");
    options.breaker_pause_ms = 30001;
    expect_refused(&options,
                   "breaker_max_pause_ms: 30000 (default) is less than breaker_pause_ms: 30001");
}

static void test_intervals_out_of_order(void **state)
{
    (void)state;
    cote_options options = named();
    options.node_timeout_ms = 3000;
    expect_refused(&options,
                   "node_timeout_ms: 3000 is less than check_interval_ms: 4000 (default)");
    setenv("COTE_CHECK_INTERVAL", "3001", 1);
    expect_refused(&options, "node_timeout_ms: 3000 is less than COTE_CHECK_INTERVAL: 3001");
    setenv("COTE_CHECK_INTERVAL", "3000", 1); /* as much is enough */
    resolve(&options);
    options.hello_interval_ms = 3000; /* but not here */
    expect_refused(&options, "node_timeout_ms: 3000 is not more than hello_interval_ms: 3000");
    options = named();
    setenv("COTE_CHECK_INTERVAL", "5001", 1);
    expect_refused(&options,
                   "node_timeout_ms: 5000 (default) is less than COTE_CHECK_INTERVAL: 5001");
    setenv("COTE_NODE_TIMEOUT", "5000", 1);
    expect_refused(&options, "COTE_NODE_TIMEOUT: 5000 is less than COTE_CHECK_INTERVAL: 5001");
}

/* MARK: switches */

static void test_switches_that_are_none(void **state)
{
    (void)state;
    static const char *const names[] = {"COTE_LOG",
                                        "COTE_HELLO_LOGS_ENABLED",
                                        "COTE_STATUS_LOGS_ENABLED",
                                        "COTE_LOG_UNKNOWN_EVENTS",
                                        "COTE_IGNORE_PROCESS",
                                        "COTE_USE_HOST_NAMES",
                                        "COTE_UNIX_SOCKETS"};
    cote_options options = named();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char detail[128];
        snprintf(detail, sizeof detail, "%s: \"maybe\" is neither true nor false", names[i]);
        setenv(names[i], "maybe", 1);
        expect_refused(&options, detail);
        unsetenv(names[i]);
    }
    options.ignore_process = (cote_switch)3;
    expect_refused(&options, "ignore_process: 3 is not a switch");
}

static void test_switches_at_three_levels(void **state)
{
    (void)state;
    cote_options options = named();
    assert_false(resolve(&options).ignore_process);
    assert_false(resolve(&options).discovery.use_host_names);
    assert_true(resolve(&options).log.unknown_events);
    assert_true(resolve(&options).unix_directory[0]);
    setenv("COTE_UNIX_SOCKETS", "false", 1);
    setenv("COTE_IGNORE_PROCESS", "true", 1);
    setenv("COTE_USE_HOST_NAMES", "1", 1);
    setenv("COTE_LOG_UNKNOWN_EVENTS", "false", 1);
    assert_true(resolve(&options).ignore_process);
    assert_true(resolve(&options).discovery.use_host_names);
    assert_false(resolve(&options).log.unknown_events);
    assert_false(resolve(&options).unix_directory[0]);
    options.unix_sockets = COTE_ON;
    options.use_host_names = COTE_OFF;
    options.ignore_process = COTE_OFF;
    options.log_unknown_events = COTE_ON;
    assert_false(resolve(&options).ignore_process);
    assert_false(resolve(&options).discovery.use_host_names);
    assert_true(resolve(&options).log.unknown_events);
    assert_true(resolve(&options).unix_directory[0]);
    options = named();
    options.redis = "redis://127.0.0.1"; /* which does not tell where a hello comes from */
    unsetenv("COTE_USE_HOST_NAMES");
    assert_true(resolve(&options).discovery.use_host_names);
}

/* As cote has it where `log` is on; and nothing is logged where nothing is said. */
static void test_precedence_of_log_switches(void **state)
{
    (void)state;
    const cote_switch UNSET = COTE_DEFAULT, ON = COTE_ON, OFF = COTE_OFF;
    const struct {
        cote_switch log, hello_logs, status_logs;
        bool hello, online, offline;
    } all[] = {
        {UNSET, UNSET, UNSET, false, false, false}, {ON, UNSET, UNSET, true, true, true},
        {ON, OFF, UNSET, true, false, true},        {ON, UNSET, OFF, true, false, false},
        {ON, ON, OFF, true, false, false},          {ON, OFF, ON, true, false, true},
        {ON, OFF, OFF, true, false, false},         {OFF, ON, ON, false, false, false},
        {OFF, UNSET, UNSET, false, false, false},   {UNSET, ON, UNSET, true, true, true},
        {UNSET, UNSET, ON, true, true, true},       {UNSET, OFF, ON, true, false, true},
        {UNSET, ON, OFF, true, false, false},       {UNSET, OFF, OFF, false, false, false},
    };
    static const char *const texts[] = {"", "true", "false"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (int by_variable = 0; by_variable < 2; by_variable++) {
            cote_options options = named();
            if (!by_variable) {
                options.log = all[i].log;
                options.hello_logs = all[i].hello_logs;
                options.status_logs = all[i].status_logs;
            }
            setenv("COTE_LOG", by_variable ? texts[all[i].log] : "", 1);
            setenv("COTE_HELLO_LOGS_ENABLED", by_variable ? texts[all[i].hello_logs] : "", 1);
            setenv("COTE_STATUS_LOGS_ENABLED", by_variable ? texts[all[i].status_logs] : "", 1);
            cote__log_settings log = resolve(&options).log;
            if (log.hello != all[i].hello || log.online != all[i].online ||
                log.offline != all[i].offline)
                fail_msg("number %zu: hello %d, online %d, offline %d", i, log.hello, log.online,
                         log.offline);
        }
    }
}

/* MARK: addresses and ports */

static void test_addresses_at_three_levels(void **state)
{
    (void)state;
    cote_options options = named();
    assert_int_equal(resolve(&options).address, 0);
    assert_int_equal(resolve(&options).advertised, 0);
    setenv("COTE_BIND_ADDRESS", "127.0.0.2", 1);
    setenv("COTE_ADVERTISED_ADDRESS", "203.0.113.7", 1);
    assert_int_equal(resolve(&options).address, 0x7f000002);
    assert_int_equal(resolve(&options).advertised, 0xcb007107);
    options.address = "127.0.0.3";
    options.advertised_address = "203.0.113.8";
    assert_int_equal(resolve(&options).address, 0x7f000003);
    assert_int_equal(resolve(&options).advertised, 0xcb007108);
}

static void test_addresses_that_are_none(void **state)
{
    (void)state;
    cote_options options = named();
    setenv("COTE_BIND_ADDRESS", "here", 1);
    expect_refused(&options, "COTE_BIND_ADDRESS: \"here\" is not an IPv4 address");
    unsetenv("COTE_BIND_ADDRESS");
    static const char *const of_nobody[] = {"0.0.0.0", "255.255.255.255", "239.1.1.1"};
    for (size_t i = 0; i < sizeof of_nobody / sizeof *of_nobody; i++) {
        char detail[128];
        snprintf(detail, sizeof detail,
                 "COTE_ADVERTISED_ADDRESS: \"%s\" is not the address of a host", of_nobody[i]);
        setenv("COTE_ADVERTISED_ADDRESS", of_nobody[i], 1);
        expect_refused(&options, detail);
    }
}

static void test_ports_at_three_levels(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint16_t first, last;
    } all[] = {
        {"9000", 9000, 65535}, {"9000-9010", 9000, 9010}, {"9000-9000", 9000, 9000},
        {"0", 0, 0},           {"1-65535", 1, 65535},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cote_options options = named();
        setenv("COTE_PORTS", all[i].text, 1);
        cote__ports ports = resolve(&options).ports;
        assert_int_equal(ports.first, all[i].first);
        assert_int_equal(ports.last, all[i].last);
        setenv("COTE_PORTS", "nonsense", 1);
        options.ports = all[i].text;
        ports = resolve(&options).ports;
        assert_int_equal(ports.first, all[i].first);
        assert_int_equal(ports.last, all[i].last);
        options.ports = NULL;
        options.port = 7000;
        ports = resolve(&options).ports;
        assert_int_equal(ports.first, 7000);
        assert_int_equal(ports.last, 65535);
    }
}

static void test_ports_that_are_none(void **state)
{
    (void)state;
    static const char *const all[] = {"http",
                                      "-",
                                      "-5",
                                      "5-",
                                      "0-5",
                                      "9-8",
                                      "8.5",
                                      "1-2-3",
                                      "65536",
                                      "1-65536",
                                      "0 ",
                                      "8000,8001",
                                      "tcp://10.0.0.1:80"};
    cote_options options = named();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char detail[160];
        snprintf(detail, sizeof detail,
                 "COTE_PORTS: \"%s\" is not a port, a range such as 8000-8010, or 0 for any port",
                 all[i]);
        setenv("COTE_PORTS", all[i], 1);
        expect_refused(&options, detail);
    }
    options.port = 8000;
    options.ports = "9000";
    expect_refused(&options, "ports: \"9000\" and port: 8000 are both given");
}

/* MARK: interfaces */

static void test_interfaces_at_three_levels(void **state)
{
    (void)state;
    cote_options options = named();
    assert_string_equal(resolve(&options).discovery.interfaces, "");
    setenv("COTE_INTERFACES", "all", 1);
    assert_string_equal(resolve(&options).discovery.interfaces, "all");
    options.interfaces = "lo";
    assert_string_equal(resolve(&options).discovery.interfaces, "lo");
    options.interfaces = "127.0.0.1,lo";
    options.multicast = "239.1.2.3";
    assert_string_equal(resolve(&options).discovery.interfaces, "127.0.0.1,lo");
}

static void test_interfaces_that_are_none(void **state)
{
    (void)state;
    cote_options options = named();
    setenv("COTE_INTERFACES", "lo,none7", 1);
    expect_refused(&options,
                   "COTE_INTERFACES: \"lo,none7\" is not \"all\", nor names or addresses of "
                   "network interfaces with IPv4: there is no \"none7\"");
    options.interfaces = "lo,";
    expect_refused(&options,
                   "interfaces: \"lo,\" is not \"all\", nor names or addresses of network "
                   "interfaces with IPv4: there is no \"\"");
    options.interfaces = "lo";
    setenv("COTE_BROADCAST_ADDRESS", "127.255.255.255", 1);
    expect_refused(&options, "interfaces: \"lo\" cannot be together with COTE_BROADCAST_ADDRESS: "
                             "\"127.255.255.255\", which is of one network");
}

#define settings_test(FUNCTION) \
    cmocka_unit_test_setup_teardown(FUNCTION, forget_variables, forget_variables)

int main(void)
{
    const struct CMUnitTest tests[] = {
        settings_test(test_numbers_at_three_levels),
        settings_test(test_numbers_that_are_none),
        settings_test(test_breaker),
        settings_test(test_intervals_out_of_order),
        settings_test(test_switches_that_are_none),
        settings_test(test_switches_at_three_levels),
        settings_test(test_precedence_of_log_switches),
        settings_test(test_addresses_at_three_levels),
        settings_test(test_addresses_that_are_none),
        settings_test(test_ports_at_three_levels),
        settings_test(test_ports_that_are_none),
        settings_test(test_interfaces_at_three_levels),
        settings_test(test_interfaces_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
