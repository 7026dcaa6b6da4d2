/* settings_bounds.c - how much of something there may be. */
#include "mesh/settings.h"
#include "state/quota.h"
#include "wire/error.h"
#include "wire/json.h"

static int pick_overflow(cote_overflow argument, cote_overflow *overflow)
{
    static const char *const names[] = {
        [COTE_DROP_OLDEST] = "dropOldest",
        [COTE_DROP_NEWEST] = "dropNewest",
        [COTE_DISCONNECT] = "disconnect",
    };
    if ((unsigned)argument > COTE_DISCONNECT)
        return cote__fail(COTE_EINVAL, "overflow: %d is none", (int)argument);
    *overflow = argument ? argument : COTE_DROP_OLDEST;
    cote__text text = cote__pick_text((cote__place){"overflow", "COTE_OVERFLOW"}, NULL);
    if (argument || !text.value) return COTE_OK;
    for (int i = COTE_DROP_OLDEST; i <= COTE_DISCONNECT; i++) {
        *overflow = (cote_overflow)i;
        if (strcmp(text.value, names[i]) == 0) return COTE_OK;
    }
    return cote__fail(COTE_EINVAL, "%s: \"%s\" is not dropOldest, dropNewest or disconnect",
                      text.source, text.value);
}

/* As a variable 0 is for ever, like a request's timeout. */
static int pick_patience(cote__place place, uint32_t argument, uint32_t fallback,
                         uint32_t *patience)
{
    cote__number number = {argument, NULL, false};
    int result = COTE_OK;
    if (argument != COTE_NO_TIMEOUT)
        result = cote__pick_number(
            place, argument,
            (cote__wanted){"a number of milliseconds", 0, COTE_NO_TIMEOUT - 1, fallback}, &number);
    *patience = number.value ? number.value : COTE_NO_TIMEOUT;
    return result;
}

/* One that a whole memory could not hold is none. */
static size_t least(uint64_t most)
{
    return most < SIZE_MAX ? (size_t)most : SIZE_MAX;
}

int cote__settings_bounds(const cote_options *given, cote__settings *settings)
{
    static const char count[] = "a number", bytes[] = "a number of bytes";
    const size_t mib = 1024 * 1024, any = SIZE_MAX;
    const size_t most = least(COTE__QUOTA_MAX_COUNT), most_bytes = least(COTE__QUOTA_MAX_BYTES);
    const struct {
        const char *field, *variable, *what;
        size_t argument, most, fallback, *value;
    } bounds[] = {
        {"max_queued", "COTE_MAX_QUEUED", count, given->max_queued, most, 1000000,
         &settings->max_queued},
        {"max_queued_bytes", "COTE_MAX_QUEUED_BYTES", bytes, given->max_queued_bytes, most_bytes,
         256 * mib, &settings->max_queued_bytes},
        {"max_in_flight", "COTE_MAX_IN_FLIGHT", count, given->max_in_flight, any, 10000,
         &settings->max_in_flight},
        {"max_running", "COTE_MAX_RUNNING", count, given->max_running, any, 10000,
         &settings->max_running},
        {"max_frame", "COTE_MAX_FRAME", bytes, given->max_frame, any, 64 * mib,
         &settings->max_frame},
        {"max_unsent", "COTE_MAX_UNSENT", bytes, given->max_unsent, any, 64 * mib,
         &settings->max_unsent},
        {"max_depth", "COTE_MAX_DEPTH", count, given->max_depth, COTE__JSON_MAX_DEPTH,
         COTE__JSON_MAX_DEPTH, &settings->max_depth},
        {"max_connections", "COTE_MAX_CONNECTIONS", count, given->max_connections, any, 10000,
         &settings->max_connections},
        {"max_peers", "COTE_MAX_PEERS", count, given->max_peers, most, 10000,
         &settings->discovery.max_peers},
        {"max_new_peers", "COTE_MAX_NEW_PEERS", count, given->max_new_peers, most, 100,
         &settings->discovery.max_new_peers},
        {"max_hello", "COTE_MAX_HELLO", bytes, given->max_hello, COTE__HELLO_MAX_SIZE,
         COTE__HELLO_MAX_SIZE, &settings->discovery.max_hello},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        const cote__place place = {bounds[i].field, bounds[i].variable};
        int result = cote__pick_size(place, bounds[i].argument, bounds[i].what, bounds[i].most,
                                     bounds[i].fallback, bounds[i].value);
        if (result != COTE_OK) return result;
    }
    int result = pick_patience((cote__place){"frame_timeout_ms", "COTE_FRAME_TIMEOUT"},
                               given->frame_timeout_ms, 30000, &settings->frame_timeout);
    if (result == COTE_OK)
        result = pick_patience((cote__place){"idle_timeout_ms", "COTE_IDLE_TIMEOUT"},
                               given->idle_timeout_ms, 60000, &settings->idle_timeout);
    if (result == COTE_OK) result = pick_overflow(given->overflow, &settings->overflow);
    return result;
}
