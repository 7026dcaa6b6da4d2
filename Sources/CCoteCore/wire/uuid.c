#include "wire/uuid.h"

static bool dash_at(size_t index)
{
    return index == 8 || index == 13 || index == 18 || index == 23;
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
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool cote__uuid_valid(cote__slice text)
{
    if (text.size != COTE__UUID_SIZE) return false;
    for (size_t i = 0; i < COTE__UUID_SIZE; i++)
        if (dash_at(i) ? text.data[i] != '-' : !is_hex(text.data[i])) return false;
    return true;
}
