/* redis_settings_test.c - whether discovery uses redis, and where it is. */
#include <stdlib.h>
#include <string.h>

#include "mesh/settings.h"
#include "support/stage.h"

static const char *const variables[] = {
    "COTE_DISCOVERY_REDIS",          "COTE_DISCOVERY_REDIS_URL",      "COTE_DISCOVERY_REDIS_HOST",
    "COTE_DISCOVERY_REDIS_PORT",     "COTE_DISCOVERY_REDIS_USERNAME", "COTE_DISCOVERY_REDIS_DB",
    "COTE_DISCOVERY_REDIS_PASSWORD", "COTE_DISCOVERY_REDIS_TLS",      "COTE_DISCOVERY_ETCD",
    "COTE_DISCOVERY_REDIS_SENTINELS"};

static int forget_variables(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) unsetenv(variables[i]);
    return 0;
}

static void set(const char *name, const char *value)
{
    char variable[128] = "COTE_DISCOVERY_";
    strcat(variable, name);
    assert_int_equal(setenv(variable, value, 1), 0);
}

static cote_options with_url(const char *url)
{
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "n";
    options.redis = url;
    return options;
}

static void expect_refused(const char *url, const char *source, const char *value)
{
    cote__settings settings;
    cote_options options = with_url(url);
    if (cote__settings_resolve(&options, COTE__AXON_REQ, &settings) != COTE_EINVAL)
        fail_msg("\"%s\" is not refused", url ? url : value);
    const char *detail = cote_error_detail();
    if (strncmp(detail, source, strlen(source)) != 0 || !strstr(detail, value))
        fail_msg("\"%s\" names not both %s and %s", detail, source, value);
    assert_null(strstr(detail, "secret"));
}

static void expect_text(const char *text, const char *expected)
{
    if (!text || !expected)
        assert_ptr_equal(text, expected);
    else
        assert_string_equal(text, expected);
}

static void expect(const cote_options *options, cote__redis_server expected)
{
    cote__settings settings;
    if (cote__settings_resolve(options, COTE__AXON_REQ, &settings) != COTE_OK)
        fail_msg("%s", cote_error_detail());
    assert_non_null(settings.discovery.redis);
    assert_true(settings.discovery.use_host_names);
    const cote__redis_server *server = cote__redis_settings_server(settings.discovery.redis);
    expect_text(server->host, expected.host);
    assert_int_equal(server->port, expected.port);
    expect_text(server->username, expected.username);
    expect_text(server->password, expected.password);
    assert_int_equal(server->database, expected.database);
    cote__settings_fini(&settings);
}

static void expect_udp(const cote_options *options)
{
    cote__settings settings;
    if (cote__settings_resolve(options, COTE__AXON_REQ, &settings) != COTE_OK)
        fail_msg("%s", cote_error_detail());
    assert_null(settings.discovery.redis);
    assert_false(settings.discovery.use_host_names);
    cote__settings_fini(&settings);
}

/* MARK: an option */

static void test_a_url(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        cote__redis_server server;
    } urls[] = {
        {"redis://example.com", {"example.com", 6379, NULL, NULL, 0}},
        {"//example.com", {"example.com", 6379, NULL, NULL, 0}},
        {"//10.0.0.5:7000", {"10.0.0.5", 7000, NULL, NULL, 0}},
        {"redis://cache_1:65535/", {"cache_1", 65535, NULL, NULL, 0}},
        {"redis://h/15", {"h", 6379, NULL, NULL, 15}},
        {"redis://ann:secret@h:1/2", {"h", 1, "ann", "secret", 2}},
        {"redis://:secret@h", {"h", 6379, NULL, "secret", 0}},
        {"redis://a%40b:s%2Fe%3ac%25@h", {"h", 6379, "a@b", "s/e:c%", 0}},
        {"redis://a:b:c@d@h", {"h", 6379, "a", "b:c@d", 0}},
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        cote_options options = with_url(urls[i].url);
        expect(&options, urls[i].server);
    }
}

static void test_urls_that_are_none(void **state)
{
    (void)state;
    expect_refused("localhost:6379", "redis:", "\"localhost:6379\"");
    expect_refused("redis:localhost", "redis:", "\"redis:localhost\"");
    expect_refused("http://localhost", "redis:", "\"http://localhost\"");
    expect_refused("unix:///run/redis.sock", "redis:", "\"unix:///run/redis.sock\"");
    expect_refused("rediss://localhost", "redis:", "TLS");
    expect_refused("redis://", "redis:", "\"\" is not a host name");
    expect_refused("redis://a b", "redis:", "\"a b\" is not a host name");
    expect_refused("redis://[::1]:6379", "redis:", "is not a host name");
    expect_refused("redis://h:", "redis:", "\"\" is not a port");
    expect_refused("redis://h:0", "redis:", "\"0\" is not a port");
    expect_refused("redis://h:65536", "redis:", "\"65536\" is not a port");
    expect_refused("redis://h:6379x", "redis:", "\"6379x\" is not a port");
    expect_refused("redis://h/x", "redis:", "\"x\" is not a database");
    expect_refused("redis://h/-1", "redis:", "\"-1\" is not a database");
    expect_refused("redis://h/1/2", "redis:", "\"1/2\" is not a database");
    expect_refused("redis://h?db=1", "redis:", "query");
    expect_refused("redis://ann:@h", "redis:", "\"ann\" has no password");
    expect_refused("redis://ann@h", "redis:", "user:password");
}

static void test_passwords_are_not_shown(void **state)
{
    (void)state;
    expect_refused("redis://ann:secret@h?x", "redis:", "\"redis://***@h?x\"");
    expect_refused("rediss://:secret@h", "redis:", "\"rediss://***@h\"");
    expect_refused("redis://ann:secret%2@h", "redis:", "\"redis://***@h\"");
    expect_refused("redis://ann:secret%00@h", "redis:", "\"redis://***@h\"");
    expect_refused("ann:secret@h", "redis:", "\"***@h\"");
}

/* MARK: the environment */

static void test_nothing_is_udp(void **state)
{
    (void)state;
    cote_options options = with_url(NULL);
    expect_udp(&options);
    set("REDIS", "false");
    set("REDIS_HOST", "h");
    expect_udp(&options);
    set("REDIS", "0");
    expect_udp(&options);
}

static void test_a_switch_is_the_server_of_this_host(void **state)
{
    (void)state;
    cote_options options = with_url(NULL);
    set("REDIS", "true");
    expect(&options, (cote__redis_server){"127.0.0.1", 6379, NULL, NULL, 0});
    set("REDIS", "1");
    expect(&options, (cote__redis_server){"127.0.0.1", 6379, NULL, NULL, 0});
}

static void test_single_variables(void **state)
{
    (void)state;
    cote_options options = with_url(NULL);
    set("REDIS_PORT", "7000");
    expect(&options, (cote__redis_server){"127.0.0.1", 7000, NULL, NULL, 0});
    set("REDIS_HOST", "h");
    set("REDIS_USERNAME", "ann");
    set("REDIS_PASSWORD", "%40 secret@");
    set("REDIS_DB", "3");
    expect(&options, (cote__redis_server){"h", 7000, "ann", "%40 secret@", 3});
    set("REDIS_USERNAME", ""); /* as good as none */
    expect(&options, (cote__redis_server){"h", 7000, NULL, "%40 secret@", 3});
}

static void test_the_url_is_completed_by_the_others(void **state)
{
    (void)state;
    cote_options options = with_url(NULL);
    set("REDIS_URL", "redis://h:7000");
    set("REDIS_HOST", "other");
    set("REDIS_PORT", "1");
    set("REDIS_PASSWORD", "secret");
    set("REDIS_DB", "3");
    expect(&options, (cote__redis_server){"h", 7000, NULL, "secret", 3});
}

static void test_an_option_is_over_the_environment(void **state)
{
    (void)state;
    set("REDIS_HOST", "h");
    set("REDIS_PASSWORD", "secret");
    cote_options options = with_url("//other");
    expect(&options, (cote__redis_server){"other", 6379, NULL, NULL, 0});
    options = with_url("");
    expect_udp(&options);
    options = with_url(NULL);
    options.broadcast = "127.255.255.255";
    expect_udp(&options);
    options = with_url(NULL);
    options.multicast = "239.1.2.3";
    expect_udp(&options);
}

static void test_nonsense_in_a_variable(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *shown;
    } all[] = {
        {"REDIS", "yes", "\"yes\" is neither true nor false"},
        {"REDIS_URL", "localhost", "\"localhost\""},
        {"REDIS_URL", "rediss://:secret@h", "TLS"},
        {"REDIS_HOST", "h:1", "\"h:1\" is not a host name"},
        {"REDIS_PORT", "tcp://10.0.0.1:6379", "\"tcp://10.0.0.1:6379\" is not a port"},
        {"REDIS_PORT", "0", "\"0\" is not a port"},
        {"REDIS_DB", "one", "\"one\" is not a database"},
        {"REDIS_USERNAME", "ann", "\"ann\" has no password"},
        {"REDIS_TLS", "true", "not supported"},
        {"REDIS_SENTINELS", "secret", "not supported"},
        {"ETCD", "h", "not supported"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char source[64] = "COTE_DISCOVERY_";
        strcat(strcat(source, all[i].name), ":");
        set(all[i].name, all[i].value);
        expect_refused(NULL, source, all[i].shown);
        forget_variables(NULL);
    }
}

/* MARK: what is the same */

static cote__redis_settings *resolve(const char *url)
{
    cote_options options = with_url(url);
    cote__redis_settings *settings;
    assert_int_equal(cote__redis_settings_resolve(&options, &settings), COTE_OK);
    return settings;
}

static void test_equal_settings(void **state)
{
    (void)state;
    static const char *const urls[] = {"redis://h",     "redis://g",     "redis://h:1",
                                       "redis://h/1",   "redis://:p@h",  "redis://:q@h",
                                       "redis://u:p@h", "redis://v:p@h", ""};
    enum { COUNT = sizeof urls / sizeof *urls };
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < COUNT; j++) {
            cote__redis_settings *one = resolve(urls[i]), *other = resolve(urls[j]);
            assert_int_equal(cote__redis_settings_equal(one, other), i == j);
            cote__redis_settings_release(one);
            cote__redis_settings_release(other);
        }
}

/* Nobody sees where a hello comes from. */
static void test_a_listener_bound_to_one_address_announces_it(void **state)
{
    (void)state;
    cote__settings settings;
    cote_options options = with_url("//h");
    options.address = "10.0.0.5";
    assert_int_equal(cote__settings_resolve(&options, COTE__AXON_REP, &settings), COTE_OK);
    assert_int_equal(settings.advertised, 0x0a000005);
    cote__settings_fini(&settings);
}

#define settings_test(FUNCTION) cmocka_unit_test_setup(FUNCTION, forget_variables)

int main(void)
{
    const struct CMUnitTest tests[] = {
        settings_test(test_a_url),
        settings_test(test_urls_that_are_none),
        settings_test(test_passwords_are_not_shown),
        settings_test(test_nothing_is_udp),
        settings_test(test_a_switch_is_the_server_of_this_host),
        settings_test(test_single_variables),
        settings_test(test_the_url_is_completed_by_the_others),
        settings_test(test_an_option_is_over_the_environment),
        settings_test(test_nonsense_in_a_variable),
        settings_test(test_equal_settings),
        settings_test(test_a_listener_bound_to_one_address_announces_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
