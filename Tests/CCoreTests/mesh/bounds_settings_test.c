/* bounds_settings_test.c - each bound: argument over variable over default, and what is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/settings.h"
#include "state/quota.h"
#include "support/stage.h"

static const struct bound {
    const char *field, *variable, *what;
    size_t place, size; /* of the argument */
    size_t kept;        /* of what it is in the settings */
    uint64_t most, fallback;
} bounds[] = {
#define BOUND(FIELD, VARIABLE, WHAT, KEPT, MOST, FALLBACK)                                         \
    {                                                                                              \
#FIELD, VARIABLE, WHAT, offsetof(cote_options, FIELD), sizeof(((cote_options *)0)->FIELD), \
            offsetof(cote__settings, KEPT), MOST, FALLBACK                                         \
    }
#define COUNT "a number"
#define BYTES "a number of bytes"
#define MS    "a number of milliseconds"
    BOUND(max_queued, "COTE_MAX_QUEUED", COUNT, max_queued, COTE__QUOTA_MAX_COUNT, 1000000),
    BOUND(max_queued_bytes, "COTE_MAX_QUEUED_BYTES", BYTES, max_queued_bytes, COTE__QUOTA_MAX_BYTES,
          256 << 20),
    BOUND(max_in_flight, "COTE_MAX_IN_FLIGHT", COUNT, max_in_flight, SIZE_MAX, 10000),
    BOUND(max_running, "COTE_MAX_RUNNING", COUNT, max_running, SIZE_MAX, 10000),
    BOUND(max_frame, "COTE_MAX_FRAME", BYTES, max_frame, SIZE_MAX, 64 << 20),
    BOUND(max_unsent, "COTE_MAX_UNSENT", BYTES, max_unsent, SIZE_MAX, 64 << 20),
    BOUND(max_connections, "COTE_MAX_CONNECTIONS", COUNT, max_connections, SIZE_MAX, 10000),
    BOUND(max_peers, "COTE_MAX_PEERS", COUNT, discovery.max_peers, COTE__QUOTA_MAX_COUNT, 10000),
    BOUND(max_new_peers, "COTE_MAX_NEW_PEERS", COUNT, discovery.max_new_peers,
          COTE__QUOTA_MAX_COUNT, 100),
    BOUND(max_hello, "COTE_MAX_HELLO", BYTES, discovery.max_hello, 65507, 65507),
    BOUND(max_depth, "COTE_MAX_DEPTH", COUNT, max_depth, 512, 512),
    BOUND(frame_timeout_ms, "COTE_FRAME_TIMEOUT", MS, frame_timeout, UINT32_MAX, 30000),
    BOUND(idle_timeout_ms, "COTE_IDLE_TIMEOUT", MS, idle_timeout, UINT32_MAX, 60000),
};

enum { BOUNDS = sizeof bounds / sizeof *bounds };

static int forget_variables(void **state)
{
    (void)state;
    for (size_t i = 0; i < BOUNDS; i++) unsetenv(bounds[i].variable);
    unsetenv("COTE_OVERFLOW");
    return 0;
}

static bool is_time(const struct bound *bound)
{
    return bound->size == sizeof(uint32_t);
}

static cote_options with(const struct bound *bound, uint64_t argument)
{
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "n";
    uint32_t time = (uint32_t)argument;
    size_t number = (size_t)argument;
    if (is_time(bound))
        memcpy((char *)&options + bound->place, &time, sizeof time);
    else
        memcpy((char *)&options + bound->place, &number, sizeof number);
    return options;
}

static void expect(const struct bound *bound, uint64_t argument, uint64_t value)
{
    cote_options options = with(bound, argument);
    cote__settings settings;
    if (cote__settings_resolve(&options, COTE__AXON_REP, &settings) != COTE_OK)
        fail_msg("%s", cote_error_detail());
    const void *kept = (const char *)&settings + bound->kept;
    uint64_t is = is_time(bound) ? *(const uint32_t *)kept : *(const size_t *)kept;
    cote__settings_fini(&settings);
    if (is != value)
        fail_msg("%s: %llu, and not %llu", bound->field, (unsigned long long)is,
                 (unsigned long long)value);
}

static void expect_refused(const struct bound *bound, uint64_t argument, const char *said)
{
    cote_options options = with(bound, argument);
    cote__settings settings;
    char detail[256];
    snprintf(detail, sizeof detail, "%s: %s is not %s from ",
             argument ? bound->field : bound->variable, said, bound->what);
    assert_int_equal(cote__settings_resolve(&options, COTE__AXON_REP, &settings), COTE_EINVAL);
    if (strncmp(cote_error_detail(), detail, strlen(detail)) != 0)
        fail_msg("%s: %s", bound->field, cote_error_detail());
}

static void test_argument_variable_default(void **state)
{
    (void)state;
    for (size_t i = 0; i < BOUNDS; i++) {
        expect(&bounds[i], 0, bounds[i].fallback);
        setenv(bounds[i].variable, "", 1);
        expect(&bounds[i], 0, bounds[i].fallback);
        setenv(bounds[i].variable, "17", 1);
        expect(&bounds[i], 0, 17);
        expect(&bounds[i], 19, 19);
        expect(&bounds[i], 1, 1);
        expect(&bounds[i], bounds[i].most, bounds[i].most);
        unsetenv(bounds[i].variable);
    }
}

static void test_what_is_refused(void **state)
{
    static const char *const nonsense[] = {"-1", "1k", " 1", "1.5", "99999999999999999999999"};
    (void)state;
    for (size_t i = 0; i < BOUNDS; i++) {
        for (size_t k = 0; k < sizeof nonsense / sizeof *nonsense; k++) {
            char said[64];
            snprintf(said, sizeof said, "\"%s\"", nonsense[k]);
            setenv(bounds[i].variable, nonsense[k], 1);
            expect_refused(&bounds[i], 0, said);
        }
        setenv(bounds[i].variable, "0", 1);
        if (is_time(&bounds[i]))
            expect(&bounds[i], 0, COTE_NO_TIMEOUT); /* as of a request's timeout */
        else
            expect_refused(&bounds[i], 0, "\"0\"");
        unsetenv(bounds[i].variable);
        if (is_time(&bounds[i]) || bounds[i].most == SIZE_MAX) continue;
        char said[32];
        snprintf(said, sizeof said, "%llu", (unsigned long long)bounds[i].most + 1);
        expect_refused(&bounds[i], bounds[i].most + 1, said);
    }
}

static void test_overflow(void **state)
{
    static const struct {
        const char *variable;
        cote_overflow value;
    } cases[] = {
        {"", COTE_DROP_OLDEST},
        {"dropOldest", COTE_DROP_OLDEST},
        {"dropNewest", COTE_DROP_NEWEST},
        {"disconnect", COTE_DISCONNECT},
    };
    (void)state;
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "n";
    cote__settings settings;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("COTE_OVERFLOW", cases[i].variable, 1);
        assert_int_equal(cote__settings_resolve(&options, COTE__AXON_PUB, &settings), COTE_OK);
        assert_int_equal(settings.overflow, cases[i].value);
        cote__settings_fini(&settings);
    }
    options.overflow = COTE_DROP_NEWEST; /* over the variable */
    assert_int_equal(cote__settings_resolve(&options, COTE__AXON_PUB, &settings), COTE_OK);
    assert_int_equal(settings.overflow, COTE_DROP_NEWEST);
    cote__settings_fini(&settings);
    options.overflow = (cote_overflow)4;
    assert_int_equal(cote__settings_resolve(&options, COTE__AXON_PUB, &settings), COTE_EINVAL);
    assert_string_equal(cote_error_detail(), "overflow: 4 is none");
    options.overflow = COTE_OVERFLOW_DEFAULT;
    setenv("COTE_OVERFLOW", "drop", 1);
    assert_int_equal(cote__settings_resolve(&options, COTE__AXON_PUB, &settings), COTE_EINVAL);
    assert_string_equal(cote_error_detail(),
                        "COTE_OVERFLOW: \"drop\" is not dropOldest, dropNewest or disconnect");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_argument_variable_default, forget_variables,
                                        forget_variables),
        cmocka_unit_test_setup_teardown(test_what_is_refused, forget_variables, forget_variables),
        cmocka_unit_test_setup_teardown(test_overflow, forget_variables, forget_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
