#include "mesh/settings_value.h"

#include <stdlib.h>
#include <string.h>

#include "net/system.h"
#include "wire/error.h"

cote__text cote__pick_text(cote__place place, const char *argument)
{
    if (argument) return (cote__text){argument, place.field};
    const char *value = place.variable ? getenv(place.variable) : NULL;
    return value && *value ? (cote__text){value, place.variable} : (cote__text){NULL, NULL};
}

/* Decimal digits and nothing else, up to `end`. */
static bool read_size(const char *text, const char *end, size_t most, size_t *number)
{
    size_t value = 0;
    if (text == end) return false;
    for (; text < end; text++) {
        size_t digit = (size_t)(*text - '0');
        if (*text < '0' || *text > '9' || value > most / 10 || digit > most - value * 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

static bool read_digits(const char *text, const char *end, uint32_t most, uint32_t *number)
{
    size_t value;
    if (!read_size(text, end, most, &value)) return false;
    *number = (uint32_t)value;
    return true;
}

int cote__pick_number(cote__place place, uint32_t argument, cote__wanted wanted,
                      cote__number *number)
{
    *number = (cote__number){argument, place.field, false};
    cote__text text = argument ? (cote__text){NULL, NULL} : cote__pick_text(place, NULL);
    if (text.value) {
        number->source = text.source;
        if (read_digits(text.value, text.value + strlen(text.value), wanted.most, &number->value) &&
            number->value >= wanted.least)
            return COTE_OK;
        return cote__fail(COTE_EINVAL, "%s: \"%s\" is not %s from %u to %u", text.source,
                          text.value, wanted.what, wanted.least, wanted.most);
    }
    if (!argument) {
        *number = (cote__number){wanted.fallback, place.field, true};
    } else if (argument < wanted.least || argument > wanted.most) {
        return cote__fail(COTE_EINVAL, "%s: %u is not %s from %u to %u", place.field, argument,
                          wanted.what, wanted.least, wanted.most);
    }
    return COTE_OK;
}

int cote__pick_size(cote__place place, size_t argument, const char *what, size_t most,
                    size_t fallback, size_t *value)
{
    cote__text text = argument ? (cote__text){NULL, NULL} : cote__pick_text(place, NULL);
    *value = argument ? argument : fallback;
    if (*value > most)
        return cote__fail(COTE_EINVAL, "%s: %zu is not %s from 1 to %zu", place.field, argument,
                          what, most);
    if (!text.value) return COTE_OK;
    if (read_size(text.value, text.value + strlen(text.value), most, value) && *value > 0)
        return COTE_OK;
    return cote__fail(COTE_EINVAL, "%s: \"%s\" is not %s from 1 to %zu", text.source, text.value,
                      what, most);
}

int cote__pick_switch(cote__place place, cote_switch argument, cote_switch *value)
{
    *value = argument;
    if ((unsigned)argument > COTE_OFF)
        return cote__fail(COTE_EINVAL, "%s: %d is not a switch", place.field, (int)argument);
    if (argument != COTE_DEFAULT) return COTE_OK;
    cote__text text = cote__pick_text(place, NULL);
    if (!text.value) return COTE_OK;
    bool on = strcmp(text.value, "true") == 0 || strcmp(text.value, "1") == 0;
    bool off = strcmp(text.value, "false") == 0 || strcmp(text.value, "0") == 0;
    if (!on && !off)
        return cote__fail(COTE_EINVAL, "%s: \"%s\" is neither true nor false", text.source,
                          text.value);
    *value = on ? COTE_ON : COTE_OFF;
    return COTE_OK;
}

int cote__read_address(cote__text text, uint32_t *address)
{
    if (cote__address_parse(text.value, address)) return COTE_OK;
    return cote__fail(COTE_EINVAL, "%s: \"%s\" is not an IPv4 address", text.source, text.value);
}

int cote__read_ports(cote__text text, cote__ports *ports)
{
    const char *end = text.value + strlen(text.value), *dash = strchr(text.value, '-');
    uint32_t first, last = UINT16_MAX;
    bool sound = read_digits(text.value, dash ? dash : end, UINT16_MAX, &first) &&
                 (!dash || (read_digits(dash + 1, end, UINT16_MAX, &last) && first > 0)) &&
                 first <= last;
    if (!sound)
        return cote__fail(COTE_EINVAL,
                          "%s: \"%s\" is not a port, a range such as 8000-8010, or 0 for any port",
                          text.source, text.value);
    *ports = (cote__ports){(uint16_t)first, (uint16_t)(first ? last : 0)};
    return COTE_OK;
}
