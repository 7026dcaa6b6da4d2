/* options_test.c - what is said of a component: by the program, by the environment, or not at all.
 */
#include <stdlib.h>
#include <string.h>

#include "mesh/settings.h"
#include "support/actor.h"

static const char *const variables[] = {"COTE_REQUEST_TIMEOUT", "COTE_BROADCAST_ADDRESS",
                                        "COTE_MULTICAST_ADDRESS", "COTE_ENV", "COTE_LOG"};

static int forget_variables(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) unsetenv(variables[i]);
    return 0;
}

static cote_options named(void)
{
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "n";
    return options;
}

/* Both kinds refuse them, and the detail has both texts in it. */
static void expect_refused(const cote_options *options, int error, const char *field,
                           const char *value)
{
    cote_loop *loop;
    cote_requester *requester = NULL;
    cote_responder *responder = NULL;
    assert_int_equal(cote_loop_create(&loop), COTE_OK);
    for (int kind = 0; kind < 2; kind++) {
        assert_int_equal(kind == 0 ? cote_requester_create(loop, options, &requester)
                                   : cote_responder_create(loop, options, &responder),
                         error);
        if (!strstr(cote_error_detail(), field) || !strstr(cote_error_detail(), value))
            fail_msg("\"%s\" names not both %s and %s", cote_error_detail(), field, value);
    }
    assert_null(requester);
    assert_null(responder);
    assert_int_equal(cote_loop_destroy(loop), COTE_OK);
}

/* MARK: refusals */

#define REFUSES(FIELD, VALUE, ERROR, VALUE_TEXT)                 \
    do {                                                         \
        cote_options refused = named();                          \
        refused.FIELD = VALUE;                                   \
        expect_refused(&refused, ERROR, #FIELD ":", VALUE_TEXT); \
    } while (0)

static void test_impossible_values_are_refused(void **state)
{
    (void)state;
    char long_text[258];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';

    REFUSES(name, NULL, COTE_EINVAL, "required");
    REFUSES(name, "", COTE_EINVAL, "empty");
    REFUSES(name, long_text, COTE_EINVAL, "256");
    REFUSES(key, "", COTE_EINVAL, "empty");
    REFUSES(name_space, "", COTE_EINVAL, "empty");
    REFUSES(environment, long_text, COTE_EINVAL, "256");
    REFUSES(address, "localhost", COTE_EINVAL, "\"localhost\"");
    REFUSES(address, "", COTE_EINVAL, "\"\"");
    REFUSES(broadcast, "1.2.3", COTE_EINVAL, "\"1.2.3\"");
    REFUSES(broadcast, "", COTE_EINVAL, "\"\"");
    REFUSES(multicast, "::1", COTE_EINVAL, "\"::1\"");
    REFUSES(multicast, "192.168.0.1", COTE_EINVAL, "\"192.168.0.1\"");
    REFUSES(discovery_address, "256.0.0.1", COTE_EINVAL, "\"256.0.0.1\"");
    REFUSES(node_timeout_ms, 3999, COTE_EINVAL, "3999");
    REFUSES(log, (cote_switch)7, COTE_EINVAL, "7");
    REFUSES(advertisement, "[1]", COTE_EINVAL, "[1]");
    REFUSES(advertisement, "{\"a\":}", COTE_EINVAL, "{\"a\":}");
    REFUSES(advertisement, "{\"a\":1,\"p\\u006frt\":9}", COTE_EINVAL, "p\\u006frt");
}

static void test_impossible_types_are_refused(void **state)
{
    (void)state;
    static const char *const empty[] = {"a", ""}, *const absent[] = {"a", NULL};
    cote_options options = named();
    options.types = empty;
    options.type_count = 2;
    expect_refused(&options, COTE_EINVAL, "types:", "empty");
    options.types = absent;
    expect_refused(&options, COTE_EINVAL, "types:", "1 is NULL");
}

static void test_what_does_not_fit_a_datagram_is_refused(void **state)
{
    (void)state;
    enum { SIZE = 40000 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    memcpy(text, "{\"a\":\"", 6);
    memcpy(text + SIZE - 3, "\"}", 3);
    REFUSES(advertisement, text, COTE_ETOOBIG, "longer");
    free(text);
}

static void test_options_without_size_are_refused(void **state)
{
    (void)state;
    cote_options options = {.name = "n"};
    expect_refused(&options, COTE_EINVAL, "options:", "COTE_OPTIONS_INIT");
    expect_refused(NULL, COTE_EINVAL, "options:", "COTE_OPTIONS_INIT");
}

static void test_variables_with_nonsense_are_refused_by_name(void **state)
{
    (void)state;
    char long_text[258];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    const struct {
        const char *name, *value, *told;
    } cases[] = {
        {"COTE_REQUEST_TIMEOUT", "soon", "\"soon\""},
        {"COTE_REQUEST_TIMEOUT", "-1", "\"-1\""},
        {"COTE_REQUEST_TIMEOUT", "1e3", "\"1e3\""},
        {"COTE_REQUEST_TIMEOUT", " 5", "\" 5\""},
        {"COTE_REQUEST_TIMEOUT", "99999999999999999999", "\"99999999999999999999\""},
        {"COTE_BROADCAST_ADDRESS", "everybody", "\"everybody\""},
        {"COTE_MULTICAST_ADDRESS", "239.1.1", "\"239.1.1\""},
        {"COTE_MULTICAST_ADDRESS", "10.0.0.1", "\"10.0.0.1\""},
        {"COTE_ENV", long_text, "256"},
        {"COTE_LOG", "yes", "\"yes\""},
        {"COTE_LOG", "TRUE", "\"TRUE\""},
    };
    cote_options options = named();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv(cases[i].name, cases[i].value, 1);
        expect_refused(&options, COTE_EINVAL, cases[i].name, cases[i].told);
        unsetenv(cases[i].name);
    }
}

/* MARK: what counts */

static cote__settings resolve(const cote_options *options)
{
    cote__settings settings;
    if (cote__settings_resolve(options, COTE__AXON_REQ, &settings) != COTE_OK)
        fail_msg("%s", cote_error_detail());
    return settings;
}

static void test_defaults(void **state)
{
    (void)state;
    /* An empty variable is none. */
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) setenv(variables[i], "", 1);
    cote_options options = named();
    cote__settings settings = resolve(&options);
    assert_int_equal(settings.discovery.destination, 0xffffffff);
    assert_false(settings.discovery.multicast);
    assert_int_equal(settings.discovery.address, 0);
    assert_int_equal(settings.discovery.port, 12345);
    assert_int_equal(settings.discovery.hello_interval, 2000);
    assert_int_equal(settings.discovery.check_interval, 4000);
    assert_int_equal(settings.discovery.node_timeout, 5000);
    assert_int_equal(settings.address, 0);
    assert_int_equal(settings.ports.first, 8000);
    assert_int_equal(settings.ports.last, 65535);
    assert_int_equal(settings.timeout, COTE_NO_TIMEOUT);
    assert_int_equal(settings.max_queued, 1000000);
    assert_int_equal(settings.max_frame, 64 << 20);
    assert_false(settings.log.hello);
    assert_true(cote__slice_equal(cote__buffer_slice(&settings.key), cote__slice_of("$$")));
    assert_null(settings.advertisement.name_space.data);
    cote__settings_fini(&settings);
}

static void set_variables(void)
{
    setenv("COTE_REQUEST_TIMEOUT", "1234", 1);
    setenv("COTE_BROADCAST_ADDRESS", "10.255.255.255", 1);
    setenv("COTE_ENV", "qa", 1);
    setenv("COTE_LOG", "true", 1);
}

static void test_variables_count_over_defaults(void **state)
{
    (void)state;
    set_variables();
    cote_options options = named();
    cote__settings settings = resolve(&options);
    assert_int_equal(settings.timeout, 1234);
    assert_int_equal(settings.discovery.destination, 0x0affffff);
    assert_true(settings.log.hello);
    assert_true(cote__slice_equal(cote__buffer_slice(&settings.key), cote__slice_of("qa:$$")));
    cote__settings_fini(&settings);

    setenv("COTE_MULTICAST_ADDRESS", "239.1.2.3", 1); /* wins over broadcast */
    settings = resolve(&options);
    assert_true(settings.discovery.multicast);
    assert_int_equal(settings.discovery.destination, 0xef010203);
    cote__settings_fini(&settings);

    setenv("COTE_REQUEST_TIMEOUT", "0", 1); /* none, as in Node.js */
    settings = resolve(&options);
    assert_int_equal(settings.timeout, COTE_NO_TIMEOUT);
    cote__settings_fini(&settings);
}

static void test_arguments_count_over_variables(void **state)
{
    (void)state;
    set_variables();
    setenv("COTE_MULTICAST_ADDRESS", "239.1.2.3", 1);
    cote_options options = named();
    options.timeout_ms = 5;
    options.broadcast = "127.255.255.255";
    options.environment = "";
    options.key = "k";
    options.log = COTE_OFF;
    cote__settings settings = resolve(&options);
    assert_int_equal(settings.timeout, 5);
    assert_false(settings.discovery.multicast);
    assert_int_equal(settings.discovery.destination, 0x7fffffff);
    assert_false(settings.log.hello);
    assert_true(cote__slice_equal(cote__buffer_slice(&settings.key), cote__slice_of("$$k")));
    cote__settings_fini(&settings);

    options.timeout_ms = COTE_NO_TIMEOUT;
    options.multicast = "224.0.0.9";
    settings = resolve(&options);
    assert_int_equal(settings.timeout, COTE_NO_TIMEOUT);
    assert_true(settings.discovery.multicast);
    assert_int_equal(settings.discovery.destination, 0xe0000009);
    cote__settings_fini(&settings);
}

/* A program that was built when the struct ended earlier. */
static void test_shorter_options_of_an_older_version(void **state)
{
    (void)state;
    cote_options options = named();
    options.size = offsetof(cote_options, environment);
    options.key = ""; /* behind its end */
    cote__settings settings = resolve(&options);
    assert_true(cote__slice_equal(cote__buffer_slice(&settings.key), cote__slice_of("$$")));
    cote__settings_fini(&settings);
}

#define options_test(FUNCTION) \
    cmocka_unit_test_setup_teardown(FUNCTION, forget_variables, forget_variables)

int main(void)
{
    const struct CMUnitTest tests[] = {
        options_test(test_impossible_values_are_refused),
        options_test(test_impossible_types_are_refused),
        options_test(test_what_does_not_fit_a_datagram_is_refused),
        options_test(test_options_without_size_are_refused),
        options_test(test_variables_with_nonsense_are_refused_by_name),
        options_test(test_defaults),
        options_test(test_variables_count_over_defaults),
        options_test(test_arguments_count_over_variables),
        options_test(test_shorter_options_of_an_older_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
