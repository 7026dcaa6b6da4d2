#include "wire/hello.h"

enum { MAX_ID_SIZE = 128 };

/* MARK: finding members */

enum { EVENT, PID, IID, HOST_NAME, DATA, OURS, ENVELOPE_COUNT };
static const char *const envelope_names[] = {"event", "pid", "iid", "hostName", "data", "cote"};

enum { IS_MASTER, IS_MASTER_ELIGIBLE, ADVERTISEMENT, DATA_COUNT };
static const char *const data_names[] = {"isMaster", "isMasterEligible", "advertisement"};

enum {
    TYPE,
    NAME,
    KEY,
    NAME_SPACE,
    SUBSET,
    AXON_TYPE,
    PORT,
    TIMEOUT,
    RESPONDS_TO,
    BROADCASTS,
    SUBSCRIBES_TO,
    REQUESTS,
    ADVERTISEMENT_COUNT
};
static const char *const advertisement_names[] = {
    "type", "name",    "key",        "namespace",  "subset",       "axon_type",
    "port", "timeout", "respondsTo", "broadcasts", "subscribesTo", "requests",
};

enum { VERSION, RAW, ADDRESS, HANDLES, DIGEST, OURS_COUNT };
static const char *const ours_names[] = {"v", "raw", "address", "handles", "digest"};

/* The last member of each name, in one pass; of those that are not there, the text stays absent. */
static void find(cote__json object, const char *const *names, size_t count, cote__json *found)
{
    for (size_t i = 0; i < count; i++) found[i] = (cote__json){COTE__JSON_NULL, {NULL, 0}};
    cote__json_iterator members = cote__json_iterate(object);
    cote__json key, value;
    while (cote__json_next(&members, &key, &value))
        for (size_t i = 0; i < count; i++)
            if (cote__json_string_equal(key, cote__slice_of(names[i]))) found[i] = value;
}

/* MARK: reading members; false: of the wrong type */

/* Unescapes into `*scratch`, if it must, and moves that on. */
static bool read_string(cote__json member, char **scratch, cote__slice *string)
{
    *string = (cote__slice){NULL, 0};
    if (member.type == COTE__JSON_NULL) return true;
    if (!cote__json_string(member, *scratch, string)) return false;
    if (string->data == *scratch) *scratch += string->size;
    return string->size == 0 || !memchr(string->data, '\0', string->size);
}

static bool read_id(cote__json member, char **scratch, cote__slice *id)
{
    return read_string(member, scratch, id) && id->size > 0 && id->size <= MAX_ID_SIZE;
}

static bool read_name(cote__json member, char **scratch, cote__slice *name)
{
    if (member.type == COTE__JSON_NUMBER) {
        *name = member.text;
        return true;
    }
    if (!read_string(member, scratch, name)) return false;
    if (!name->data) *name = cote__slice_of("");
    return true;
}

static bool read_axon_type(cote__json member, cote__axon_type *type)
{
    static const char *const names[] = {
        [COTE__AXON_REQ] = "req",         [COTE__AXON_REP] = "rep",
        [COTE__AXON_PUB] = "pub-emitter", [COTE__AXON_SUB] = "sub-emitter",
        [COTE__AXON_SOCKEND] = "sockend",
    };
    *type = COTE__AXON_NONE;
    for (size_t i = COTE__AXON_REQ; i < sizeof names / sizeof *names; i++)
        if (cote__json_string_equal(member, cote__slice_of(names[i]))) *type = (cote__axon_type)i;
    return member.type == COTE__JSON_STRING || member.type == COTE__JSON_NULL;
}

static bool read_port(cote__json member, uint16_t *port)
{
    uint64_t number = 0;
    if (member.text.data &&
        (!cote__json_u64(member, &number) || number == 0 || number > UINT16_MAX))
        return false;
    *port = (uint16_t)number;
    return true;
}

/* Node takes any number: a part of a millisecond is none, and less than nothing is nothing. */
static bool read_timeout(cote__json member, uint64_t *timeout)
{
    double number = 0;
    *timeout = 0;
    if (member.type == COTE__JSON_NULL || cote__json_u64(member, timeout)) return true;
    if (!cote__json_number(member, &number)) return false;
    if (number >= 0x1p64)
        *timeout = UINT64_MAX;
    else if (number >= 1)
        *timeout = (uint64_t)number;
    return true;
}

static bool read_list(cote__json member, cote__slice *list)
{
    *list = (cote__slice){NULL, 0};
    if (member.type == COTE__JSON_NULL) return true;
    if (!cote__json_is_strings(member)) return false;
    *list = member.text;
    return true;
}

/* MARK: reading objects */

static bool read_advertisement(cote__json object, char **scratch, cote__hello *hello)
{
    if (object.type != COTE__JSON_OBJECT) return false;
    hello->advertisement = object.text;
    cote__json found[ADVERTISEMENT_COUNT];
    find(object, advertisement_names, ADVERTISEMENT_COUNT, found);
    return read_string(found[TYPE], scratch, &hello->type) &&
           read_name(found[NAME], scratch, &hello->name) &&
           read_string(found[KEY], scratch, &hello->key) &&
           read_string(found[NAME_SPACE], scratch, &hello->name_space) &&
           read_string(found[SUBSET], scratch, &hello->subset) &&
           read_axon_type(found[AXON_TYPE], &hello->axon_type) &&
           read_port(found[PORT], &hello->port) && read_timeout(found[TIMEOUT], &hello->timeout) &&
           read_list(found[RESPONDS_TO], &hello->responds_to) &&
           read_list(found[BROADCASTS], &hello->broadcasts) &&
           read_list(found[SUBSCRIBES_TO], &hello->subscribes_to) &&
           read_list(found[REQUESTS], &hello->requests);
}

static bool read_data(cote__json object, char **scratch, cote__hello *hello)
{
    if (object.type != COTE__JSON_OBJECT) return false;
    cote__json found[DATA_COUNT];
    find(object, data_names, DATA_COUNT, found);
    hello->is_master = found[IS_MASTER].type == COTE__JSON_TRUE;
    hello->is_master_eligible = found[IS_MASTER_ELIGIBLE].type == COTE__JSON_TRUE;
    return read_advertisement(found[ADVERTISEMENT], scratch, hello);
}

/* What is of another type than ours is not said. */
static void read_ours(cote__json object, char **scratch, cote__hello *hello)
{
    uint64_t version;
    cote__json found[OURS_COUNT];
    find(object, ours_names, OURS_COUNT, found);
    if (!cote__json_u64(found[VERSION], &version) || version == 0 || version > UINT32_MAX) return;
    hello->cote_version = (unsigned)version;
    hello->raw = found[RAW].type == COTE__JSON_TRUE;
    if (!read_string(found[ADDRESS], scratch, &hello->address))
        hello->address = (cote__slice){NULL, 0};
    if (!read_list(found[HANDLES], &hello->handles)) hello->handles = (cote__slice){NULL, 0};
    if (!read_string(found[DIGEST], scratch, &hello->digest))
        hello->digest = (cote__slice){NULL, 0};
}

cote__hello_result cote__hello_decode(const char *data, size_t size, char *scratch,
                                      cote__hello *hello)
{
    *hello = (cote__hello){0};
    cote__json envelope, found[ENVELOPE_COUNT];
    if (!cote__json_parse((cote__slice){data, size}, COTE__JSON_MAX_DEPTH, &envelope) ||
        envelope.type != COTE__JSON_OBJECT)
        return COTE__HELLO_NONE;
    find(envelope, envelope_names, ENVELOPE_COUNT, found);

    if (found[EVENT].type != COTE__JSON_STRING) return COTE__HELLO_NONE;
    if (cote__json_string_equal(found[EVENT], cote__slice_of("hello")))
        hello->event = COTE__HELLO_HELLO;
    else if (cote__json_string_equal(found[EVENT], cote__slice_of("cote:bye")))
        hello->event = COTE__HELLO_BYE;
    else
        return COTE__HELLO_IGNORED;

    if (!read_id(found[PID], &scratch, &hello->pid) ||
        !read_id(found[IID], &scratch, &hello->iid) ||
        !read_string(found[HOST_NAME], &scratch, &hello->host_name))
        return COTE__HELLO_MALFORMED;
    read_ours(found[OURS], &scratch, hello);
    if (hello->event == COTE__HELLO_HELLO && !read_data(found[DATA], &scratch, hello))
        return COTE__HELLO_MALFORMED;
    return COTE__HELLO_OK;
}
