#include "wire/value.h"

static bool is_integer(cote__slice text)
{
    size_t sign = text.size > 0 && text.data[0] == '-';
    for (size_t i = sign; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return text.size > sign;
}

bool cote__value_is_sound(cote_value value, bool trusted)
{
    if ((value.size && !value.data) || value.size > COTE__AMP_MAX_VALUE) return false;
    cote__slice text = {value.data, value.size};
    cote__json json;
    switch (value.kind) {
    case COTE_KIND_BYTES: return true;
    case COTE_KIND_STRING: return true;
    case COTE_KIND_JSON: return trusted || cote__json_parse(text, COTE__JSON_MAX_DEPTH, &json);
    case COTE_KIND_BIGINT: return is_integer(text);
    }
    return false;
}

void cote__buffer_object_encode(cote__buffer *out, cote__slice bytes)
{
    cote__buffer_append_text(out, "{\"type\":\"Buffer\",\"data\":[");
    for (size_t i = 0; i < bytes.size; i++) {
        if (i > 0) cote__buffer_append_byte(out, ',');
        cote__buffer_append_u64(out, ((const unsigned char *)bytes.data)[i]);
    }
    cote__buffer_append_text(out, "]}");
}
