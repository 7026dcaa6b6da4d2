#include "wire/uuid.h"

static bool dash_at(size_t index)
{
    static const uint64_t dashes = 1 << 8 | 1 << 13 | 1 << 18 | 1 << 23;
    return dashes >> index & 1;
}

void cote__uuid_format(const uint8_t random[16], char out[COTE__UUID_SIZE + 1])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < 16; i++) {
        unsigned byte = random[i];
        if (i == 6) byte = (byte & 0x0f) | 0x40; /* version 4 */
        if (i == 8) byte = (byte & 0x3f) | 0x80; /* variant */
        if (dash_at(at)) out[at++] = '-';
        out[at++] = digits[byte >> 4];
        out[at++] = digits[byte & 15];
    }
    out[at] = '\0';
}

static bool is_hex(char c)
{
    return (unsigned char)(c - '0') < 10 || (unsigned char)((c | 0x20) - 'a') < 6;
}

static unsigned value_of(char hex)
{
    return hex <= '9' ? (unsigned)(hex - '0') : (unsigned)((hex | 0x20) - 'a' + 10);
}

bool cote__uuid_valid(cote__slice text)
{
    if (text.size != COTE__UUID_SIZE) return false;
    for (size_t i = 0; i < COTE__UUID_SIZE; i++)
        if (dash_at(i) ? text.data[i] != '-' : !is_hex(text.data[i])) return false;
    return true;
}

size_t cote__request_id_format(const char *iid, uint64_t number, char out[COTE__REQUEST_ID_SIZE])
{
    char *end = out + COTE__REQUEST_ID_SIZE, *at = end;
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    size_t digits = (size_t)(end - at);
    memcpy(out, iid, COTE__UUID_SIZE);
    out[COTE__UUID_SIZE] = ':';
    memmove(out + COTE__UUID_SIZE + 1, at, digits);
    return COTE__UUID_SIZE + 1 + digits;
}

bool cote__request_id_parse(cote__slice id, uint8_t iid[16], uint64_t *number)
{
    if (id.size < COTE__UUID_SIZE + 2 || id.data[COTE__UUID_SIZE] != ':' ||
        !cote__uuid_valid((cote__slice){id.data, COTE__UUID_SIZE}))
        return false;
    size_t byte = 0;
    for (size_t at = 0; at < COTE__UUID_SIZE; at += 2) {
        if (dash_at(at)) at++;
        iid[byte++] = (uint8_t)(value_of(id.data[at]) << 4 | value_of(id.data[at + 1]));
    }
    *number = 0;
    for (size_t at = COTE__UUID_SIZE + 1; at < id.size; at++) {
        unsigned digit = (unsigned)id.data[at] - '0';
        if (digit > 9 || *number > (UINT64_MAX - digit) / 10) return false;
        *number = *number * 10 + digit;
    }
    return true;
}
