#include "wire/report.h"

enum {
    MAX_ID = 128,   /* bytes, as in a hello */
    JSON_DEPTH = 64 /* of what others put into a status */
};

/* MARK: counters */

enum {
    REQ = 1 << COTE__AXON_REQ,
    REP = 1 << COTE__AXON_REP,
    PUB = 1 << COTE__AXON_PUB,
    SUB = 1 << COTE__AXON_SUB
};

/* Where each number stands in the member `cote`, in the order in which they are written. */
static const struct {
    const char *section, *name;
    unsigned kinds; /* that have it */
    size_t offset;
} places[] = {
#define PLACE(SECTION, NAME, KINDS, MEMBER)                   \
    {                                                         \
        SECTION, NAME, KINDS, offsetof(cote_counters, MEMBER) \
    }
    PLACE("requests", "sent", REQ, requests_sent),
    PLACE("requests", "answered", REQ, requests_answered),
    PLACE("requests", "failed", REQ, requests_failed),
    PLACE("requests", "queued", REQ, requests_queued),
    PLACE("requests", "inFlight", REQ, requests_in_flight),
    PLACE("failures", "remote", REQ, failed_remote),
    PLACE("failures", "timedOut", REQ, failed_timed_out),
    PLACE("failures", "cancelled", REQ, failed_canceled),
    PLACE("failures", "connectionLost", REQ, failed_connection_lost),
    PLACE("failures", "closed", REQ, failed_closed),
    PLACE("failures", "unsupported", REQ, failed_unsupported),
    PLACE("failures", "otherwise", REQ, failed_otherwise),
    PLACE("latency", "p50", REQ, latency_p50),
    PLACE("latency", "p99", REQ, latency_p99),
    PLACE("replies", "received", REP, requests_received),
    PLACE("replies", "sent", REP, requests_replied),
    PLACE("replies", "errors", REP, replied_errors),
    PLACE("replies", "running", REP, requests_running),
    PLACE("messages", "published", PUB, messages_published),
    PLACE("messages", "dropped", PUB, messages_dropped),
    PLACE("messages", "received", SUB, messages_received),
    PLACE("traffic", "connections", REQ | REP | PUB | SUB, connections),
    PLACE("traffic", "unixConnections", REQ | REP | PUB | SUB, unix_connections),
    PLACE("traffic", "received", REQ | REP | PUB | SUB, bytes_received),
    PLACE("traffic", "sent", REQ | REP | PUB | SUB, bytes_sent),
#undef PLACE
};

enum { PLACES = sizeof places / sizeof *places };

static void write_counters(cote__buffer *out, cote__axon_type axon_type,
                           const cote_counters *counters)
{
    const char *section = NULL;
    for (size_t i = 0; i < PLACES; i++) {
        if (!(places[i].kinds & 1u << axon_type)) continue;
        bool same = section && strcmp(section, places[i].section) == 0;
        section = places[i].section;
        if (!same) {
            cote__buffer_append_text(out, out->data[out->size - 1] == '{' ? "\"" : "},\"");
            cote__buffer_append_text(out, section);
            cote__buffer_append_text(out, "\":{");
        }
        cote__buffer_append_text(out, same ? ",\"" : "\"");
        cote__buffer_append_text(out, places[i].name);
        cote__buffer_append_text(out, "\":");
        const uint64_t *number = (const void *)((const char *)counters + places[i].offset);
        cote__buffer_append_u64(out, *number);
    }
    if (section) cote__buffer_append_byte(out, '}');
}

static void read_section(cote__json name, cote__json section, cote_counters *counters)
{
    cote__json key, value;
    cote__json_iterator members = cote__json_iterate(section);
    while (cote__json_next(&members, &key, &value))
        for (size_t i = 0; i < PLACES; i++) {
            uint64_t *number = (void *)((char *)counters + places[i].offset), read;
            if (cote__json_string_equal(name, cote__slice_of(places[i].section)) &&
                cote__json_string_equal(key, cote__slice_of(places[i].name)) &&
                cote__json_u64(value, &read))
                *number = read;
        }
}

static void read_counters(cote__json status, cote__report *report)
{
    report->counters = (cote_counters)COTE_COUNTERS_INIT;
    cote__json own, name, section;
    report->counts = cote__json_member(status, "cote", &own) && own.type == COTE__JSON_OBJECT;
    if (!report->counts) return;
    cote__json_iterator sections = cote__json_iterate(own);
    while (cote__json_next(&sections, &name, &section))
        if (section.type == COTE__JSON_OBJECT) read_section(name, section, &report->counters);
}

/* MARK: writing */

size_t cote__report_begin(cote__buffer *out, cote__slice id)
{
    cote__amp_begin(out, 2);
    cote__amp_argument(out, "s:", cote__slice_of("status"));
    size_t begun = cote__amp_argument_open(out, "j:");
    cote__buffer_append_text(out, "{\"id\":");
    cote__json_write_string(out, id);
    cote__buffer_append_text(out, ",\"nodes\":[");
    return begun;
}

void cote__report_node(cote__buffer *out, cote__slice id)
{
    if (out->size > 0 && out->data[out->size - 1] != '[') cote__buffer_append_byte(out, ',');
    cote__json_write_string(out, id);
}

void cote__report_end(cote__buffer *out, size_t begun, cote__axon_type axon_type,
                      const cote_counters *counters)
{
    cote__buffer_append_byte(out, ']');
    if (counters) {
        cote__buffer_append_text(out, ",\"cote\":{");
        if (!out->failed) write_counters(out, axon_type, counters);
        cote__buffer_append_byte(out, '}');
    }
    cote__buffer_append_byte(out, '}');
    cote__amp_argument_close(out, begun);
}

/* MARK: reading */

static bool read_id(cote__json object, cote__buffer *scratch, cote__slice *id)
{
    cote__json member;
    if (!cote__json_member(object, "id", &member)) return false;
    cote__buffer_clear(scratch);
    char *room = cote__buffer_reserve(scratch, member.text.size);
    return room && cote__json_string(member, room, id) && id->size > 0 && id->size <= MAX_ID &&
           !memchr(id->data, '\0', id->size);
}

static bool read_nodes(cote__json object, cote__slice *nodes)
{
    cote__json list, node;
    if (!cote__json_member(object, "nodes", &list) || list.type != COTE__JSON_ARRAY) return false;
    cote__json_iterator iterator = cote__json_iterate(list);
    while (cote__json_next(&iterator, NULL, &node))
        if (node.type != COTE__JSON_STRING && node.type != COTE__JSON_NULL) return false;
    *nodes = list.text;
    return true;
}

cote__message_result cote__report_decode(const cote__amp_frame *frame, cote__buffer *scratch,
                                         cote__report *report)
{
    if (frame->count < 2) return COTE__MESSAGE_IGNORED;
    cote_value event = cote__argument_decode(frame->arguments[0]);
    cote_value status = cote__argument_decode(frame->arguments[1]);
    if (event.kind != COTE_KIND_STRING || status.kind != COTE_KIND_JSON ||
        !cote__slice_equal((cote__slice){event.data, event.size}, cote__slice_of("status")))
        return COTE__MESSAGE_IGNORED;
    cote__json object;
    if (!cote__json_parse((cote__slice){status.data, status.size}, JSON_DEPTH, &object))
        return COTE__MESSAGE_MALFORMED;
    if (!read_id(object, scratch, &report->id) || !read_nodes(object, &report->nodes))
        return COTE__MESSAGE_IGNORED;
    report->status = object.text;
    read_counters(object, report);
    return COTE__MESSAGE_OK;
}
