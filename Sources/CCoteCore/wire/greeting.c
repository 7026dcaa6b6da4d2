#include "wire/greeting.h"

#include <stdio.h>

#include "wire/json.h"

static const char greet[] = "{\"event\":\"cote:greet\"", relay[] = "{\"event\":\"cote:relay\"";

/* MARK: places */

/* Up to `most`, and what stands behind it. */
static bool read_number(cote__slice *text, uint64_t most, char behind, uint64_t *number)
{
    size_t size = 0;
    *number = 0;
    for (; size < text->size && text->data[size] >= '0' && text->data[size] <= '9'; size++) {
        *number = *number * 10 + (uint64_t)(text->data[size] - '0');
        if (*number > most) return false;
    }
    if (size == 0) return false;
    text->data += size;
    text->size -= size;
    if (!behind) return text->size == 0;
    if (text->size == 0 || *text->data != behind) return false;
    text->data++;
    text->size--;
    return true;
}

bool cote__place_parse(cote__slice text, uint64_t *place)
{
    uint64_t address = 0, part;
    for (int i = 0; i < 4; i++) {
        if (!read_number(&text, 255, i < 3 ? '.' : ':', &part)) return false;
        address = address << 8 | part;
    }
    if (!read_number(&text, UINT16_MAX, '\0', &part)) return false;
    if (part == 0 || address >> 24 == 0 || address >> 28 >= 14) return false;
    *place = address << 16 | part;
    return true;
}

void cote__place_format(uint64_t place, char text[COTE__PLACE_SIZE])
{
    snprintf(text, COTE__PLACE_SIZE, "%u.%u.%u.%u:%u", (unsigned)(place >> 40 & 255),
             (unsigned)(place >> 32 & 255), (unsigned)(place >> 24 & 255),
             (unsigned)(place >> 16 & 255), (unsigned)(place & 0xffff));
}

/* MARK: reading */

static bool begins_with(cote__slice text, const char *start)
{
    size_t size = strlen(start);
    return text.size >= size && memcmp(text.data, start, size) == 0;
}

static bool read_place(cote__json member, uint64_t *place)
{
    char scratch[COTE__PLACE_SIZE];
    cote__slice text;
    return member.text.size <= sizeof scratch && cote__json_string(member, scratch, &text) &&
           cote__place_parse(text, place);
}

static bool read_greeting(cote__json object, cote__greeting *greeting)
{
    cote__json member, element;
    *greeting = (cote__greeting){0};
    if (!cote__json_member(object, "id", &member) || !cote__json_u64(member, &greeting->id) ||
        !cote__json_member(object, "proof", &member) || !cote__json_u64(member, &greeting->proof) ||
        greeting->proof == 0 || !cote__json_member(object, "echo", &member) ||
        !cote__json_u64(member, &greeting->echo))
        return false;
    if (!cote__json_member(object, "places", &member)) return true;
    if (member.type != COTE__JSON_ARRAY) return false;
    cote__json_iterator elements = cote__json_iterate(member);
    while (greeting->place_count < COTE__GREETING_PLACES &&
           cote__json_next(&elements, NULL, &element))
        if (read_place(element, &greeting->places[greeting->place_count])) greeting->place_count++;
    return true;
}

static bool read_relayed(cote__json object, cote__relayed *relayed)
{
    cote__json id, source, message;
    if (!cote__json_member(object, "id", &id) || !cote__json_u64(id, &relayed->id) ||
        !cote__json_member(object, "source", &source) || !read_place(source, &relayed->source) ||
        !cote__json_member(object, "message", &message) || message.type != COTE__JSON_OBJECT)
        return false;
    relayed->message = message.text;
    return true;
}

cote__greeting_kind cote__greeting_decode(cote__slice datagram, cote__greeting *greeting,
                                          cote__relayed *relayed)
{
    bool greets = begins_with(datagram, greet);
    if (!greets && !begins_with(datagram, relay)) return COTE__GREETING_NONE;
    cote__json object;
    if (!cote__json_parse(datagram, COTE__JSON_MAX_DEPTH, &object)) return COTE__GREETING_MALFORMED;
    if (greets ? !read_greeting(object, greeting) : !read_relayed(object, relayed))
        return COTE__GREETING_MALFORMED;
    return greets ? COTE__GREETING_GREET : COTE__GREETING_RELAY;
}

/* MARK: writing */

static void write_place(cote__buffer *out, uint64_t place)
{
    char text[COTE__PLACE_SIZE];
    cote__place_format(place, text);
    cote__json_write_string(out, cote__slice_of(text));
}

static void write_number(cote__buffer *out, const char *name, uint64_t number)
{
    cote__buffer_append_text(out, name);
    cote__buffer_append_u64(out, number);
}

void cote__greeting_encode(cote__buffer *out, const cote__greeting *greeting)
{
    cote__buffer_append_text(out, greet);
    write_number(out, ",\"id\":", greeting->id);
    write_number(out, ",\"proof\":", greeting->proof);
    write_number(out, ",\"echo\":", greeting->echo);
    cote__buffer_append_text(out, ",\"places\":[");
    for (size_t i = 0; i < greeting->place_count; i++) {
        if (i > 0) cote__buffer_append_byte(out, ',');
        write_place(out, greeting->places[i]);
    }
    cote__buffer_append_text(out, "]}");
}

void cote__relay_encode(cote__buffer *out, const cote__relayed *relayed)
{
    cote__buffer_append_text(out, relay);
    write_number(out, ",\"id\":", relayed->id);
    cote__buffer_append_text(out, ",\"source\":");
    write_place(out, relayed->source);
    cote__buffer_append_text(out, ",\"message\":");
    cote__buffer_append_slice(out, relayed->message);
    cote__buffer_append_byte(out, '}');
}
