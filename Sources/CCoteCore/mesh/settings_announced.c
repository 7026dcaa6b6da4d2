#include <stdlib.h>

#include "mesh/settings.h"
#include "wire/error.h"
#include "wire/topic.h"

enum {
    MAX_ADVERTISEMENT = 32 * 1024, /* bytes of user's JSON: a hello must fit a datagram */
    JSON_DEPTH = 64
};

static int check_text(const char *field, const char *text)
{
    if (!text) return COTE_OK;
    if (!*text) return cote__fail(COTE_EINVAL, "%s: an empty string; leave it out instead", field);
    if (strlen(text) > 256) return cote__fail(COTE_EINVAL, "%s: longer than 256 bytes", field);
    return COTE_OK;
}

static bool reserved(cote__json key)
{
    static const char *const names[] = {"type",         "name",     "key",        "namespace",
                                        "axon_type",    "port",     "respondsTo", "broadcasts",
                                        "subscribesTo", "requests", "timeout"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cote__json_string_equal(key, cote__slice_of(names[i]))) return true;
    return false;
}

static int resolve_extra(const char *text, cote__settings *settings)
{
    if (!text) return COTE_OK;
    if (strlen(text) > MAX_ADVERTISEMENT)
        return cote__fail(COTE_ETOOBIG, "advertisement: longer than %d bytes", MAX_ADVERTISEMENT);
    cote__json object, key, value;
    if (!cote__json_parse(cote__slice_of(text), JSON_DEPTH, &object) ||
        object.type != COTE__JSON_OBJECT)
        return cote__fail(COTE_EINVAL, "advertisement: not a JSON object: %.80s", text);
    cote__json_iterator members = cote__json_iterate(object);
    while (cote__json_next(&members, &key, &value))
        if (reserved(key))
            return cote__fail(COTE_EINVAL, "advertisement: the member %.*s is the library's own",
                              (int)(key.text.size < 40 ? key.text.size : 40), key.text.data);
    cote__buffer_append_slice(&settings->extra, object.text);
    settings->advertisement.extra = cote__buffer_slice(&settings->extra);
    return COTE_OK;
}

static int resolve_types(const cote_options *options, cote__settings *settings)
{
    if (!options->types) return COTE_OK;
    cote__buffer_append_byte(&settings->types, '[');
    for (size_t i = 0; i < options->type_count; i++) {
        if (!options->types[i]) return cote__fail(COTE_EINVAL, "types: number %zu is NULL", i);
        int result = check_text("types", options->types[i]);
        if (result != COTE_OK) return result;
        if (i > 0) cote__buffer_append_byte(&settings->types, ',');
        cote__json_write_string(&settings->types, cote__slice_of(options->types[i]));
    }
    cote__buffer_append_byte(&settings->types, ']');
    if (settings->types.size > MAX_ADVERTISEMENT)
        return cote__fail(COTE_ETOOBIG, "types: longer than %d bytes", MAX_ADVERTISEMENT);
    return COTE_OK;
}

int cote__settings_announce(const cote_options *options, cote__axon_type kind,
                            cote__settings *settings)
{
    if (!options->name) return cote__fail(COTE_EINVAL, "name: is required");
    int result = check_text("name", options->name);
    if (result == COTE_OK) result = check_text("key", options->key);
    if (result == COTE_OK) result = check_text("name_space", options->name_space);
    cote__text mesh =
        cote__pick_text((cote__place){"environment", "COTE_ENV"}, options->environment);
    if (result == COTE_OK && mesh.value && *mesh.value)
        result = check_text(mesh.source, mesh.value);
    if (result == COTE_OK) result = check_text("subset", options->subset);
    if (result == COTE_OK) result = resolve_types(options, settings);
    if (result == COTE_OK) result = resolve_extra(options->advertisement, settings);
    if (result != COTE_OK) return result;

    settings->name = strdup(options->name);
    cote__mesh_key_encode(&settings->key, cote__slice_of(mesh.value), cote__slice_of(options->key));
    if (options->name_space) cote__buffer_append_text(&settings->name_space, options->name_space);
    if (options->subset) cote__buffer_append_text(&settings->subset, options->subset);
    if (!settings->name || settings->subset.failed || settings->key.failed ||
        settings->types.failed || settings->extra.failed || settings->name_space.failed)
        return cote__fail(COTE_ENOMEM, "options");

    cote__advertisement *advertisement = &settings->advertisement;
    advertisement->axon_type = kind;
    advertisement->type = cote__slice_of(kind == COTE__AXON_NONE ? "monitor" : "service");
    advertisement->name = cote__slice_of(settings->name);
    advertisement->key = cote__buffer_slice(&settings->key);
    advertisement->key_given = options->key != NULL;
    if (options->name_space) advertisement->name_space = cote__buffer_slice(&settings->name_space);
    if (options->types && kind == COTE__AXON_REQ)
        advertisement->requests = cote__buffer_slice(&settings->types);
    if (options->types && kind == COTE__AXON_REP)
        advertisement->responds_to = cote__buffer_slice(&settings->types);
    if (options->types && kind == COTE__AXON_PUB)
        advertisement->broadcasts = cote__buffer_slice(&settings->types);
    if (options->types && kind == COTE__AXON_SUB)
        advertisement->subscribes_to = cote__buffer_slice(&settings->types);
    if (options->subset && kind == COTE__AXON_REP)
        advertisement->subset = cote__buffer_slice(&settings->subset);
    if (kind == COTE__AXON_REQ && options->timeout_ms && options->timeout_ms != COTE_NO_TIMEOUT)
        advertisement->timeout = options->timeout_ms;
    advertisement->port_given = options->port != 0;
    return COTE_OK;
}
