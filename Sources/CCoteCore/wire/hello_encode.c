#include "wire/hello.h"

/* MARK: members, each with its comma; absent ones are left out */

static void separate(cote__buffer *out)
{
    if (out->size > 0 && out->data[out->size - 1] != '{') cote__buffer_append_byte(out, ',');
}

static void write_name(cote__buffer *out, const char *name)
{
    separate(out);
    cote__json_write_string(out, cote__slice_of(name));
    cote__buffer_append_byte(out, ':');
}

static void write_json(cote__buffer *out, const char *name, cote__slice json)
{
    if (!json.data) return;
    write_name(out, name);
    cote__buffer_append_slice(out, json);
}

static void write_string(cote__buffer *out, const char *name, cote__slice text)
{
    if (!text.data) return;
    write_name(out, name);
    cote__json_write_string(out, text);
}

static void write_integer(cote__buffer *out, const char *name, uint64_t integer)
{
    if (integer == 0) return;
    write_name(out, name);
    cote__buffer_append_u64(out, integer);
}

static void write_members(cote__buffer *out, cote__slice object)
{
    if (!object.data) return;
    cote__json_iterator members = cote__json_iterate((cote__json){COTE__JSON_OBJECT, object});
    cote__json key, value;
    while (cote__json_next(&members, &key, &value)) {
        separate(out);
        cote__buffer_append_slice(out, key.text);
        cote__buffer_append_byte(out, ':');
        cote__buffer_append_slice(out, value.text);
    }
}

/* MARK: the whole */

static const char *axon_type_name(cote__axon_type type)
{
    switch (type) {
    case COTE__AXON_REQ: return "req";
    case COTE__AXON_REP: return "rep";
    case COTE__AXON_PUB: return "pub-emitter";
    case COTE__AXON_SUB: return "sub-emitter";
    case COTE__AXON_SOCKEND: return "sockend";
    case COTE__AXON_NONE: break;
    }
    return NULL;
}

void cote__advertisement_encode(cote__buffer *out, const cote__advertisement *advertisement)
{
    cote__buffer_append_byte(out, '{');
    write_string(out, "type", advertisement->type);
    write_string(out, "name", advertisement->name);
    if (advertisement->key_given) write_string(out, "key", advertisement->key);
    write_string(out, "namespace", advertisement->name_space);
    write_json(out, "requests", advertisement->requests);
    write_json(out, "respondsTo", advertisement->responds_to);
    write_json(out, "broadcasts", advertisement->broadcasts);
    write_json(out, "subscribesTo", advertisement->subscribes_to);
    write_string(out, "subset", advertisement->subset);
    write_integer(out, "timeout", advertisement->timeout);
    if (advertisement->port_given) write_integer(out, "port", advertisement->port);
    write_members(out, advertisement->extra);
    if (!advertisement->key_given) write_string(out, "key", advertisement->key);
    write_string(out, "axon_type", cote__slice_of(axon_type_name(advertisement->axon_type)));
    if (!advertisement->port_given) write_integer(out, "port", advertisement->port);
    cote__buffer_append_byte(out, '}');
}

static void begin(cote__buffer *out, const char *event, const cote__hello_envelope *envelope)
{
    cote__buffer_append_byte(out, '{');
    write_string(out, "event", cote__slice_of(event));
    write_string(out, "pid", envelope->pid);
    write_string(out, "iid", envelope->iid);
    write_string(out, "hostName", envelope->host_name);
}

/* By this the peer is known as ours; a Node.js peer does not look at it. */
static void end(cote__buffer *out, const cote__hello_envelope *envelope)
{
    write_name(out, "cote");
    cote__buffer_append_text(out, "{\"v\":1,\"raw\":true");
    write_string(out, "address", envelope->address);
    write_json(out, "handles", envelope->handles);
    write_string(out, "digest", envelope->digest);
    cote__buffer_append_text(out, "}}");
}

void cote__hello_encode(cote__buffer *out, const cote__hello_envelope *envelope)
{
    begin(out, "hello", envelope);
    write_name(out, "data");
    cote__buffer_append_text(out, "{\"isMaster\":false,\"isMasterEligible\":false,\"weight\":");
    cote__json_write_number(out, envelope->weight);
    write_string(out, "address", cote__slice_of("127.0.0.1")); /* as Node: nobody reads it */
    write_json(out, "advertisement", envelope->advertisement);
    write_string(out, "id", envelope->iid);
    write_string(out, "processId", envelope->pid);
    write_string(out, "processCommand", envelope->process_command);
    cote__buffer_append_byte(out, '}');
    end(out, envelope);
}

void cote__bye_encode(cote__buffer *out, const cote__hello_envelope *envelope)
{
    begin(out, "cote:bye", envelope);
    end(out, envelope);
}
