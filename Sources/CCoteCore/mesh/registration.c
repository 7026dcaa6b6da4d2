#include "mesh/discovery.h"
#include "net/system.h"
#include "state/siphash.h"
#include "wire/error.h"
#include "wire/uuid.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/time.h>

enum { DIGEST_SIZE = 17 /* with a zero */ };

/* One per process, made when first asked for. */
static char process_id[COTE__UUID_SIZE + 1];

static void make_process_id(void)
{
    uint8_t bytes[16];
    cote__random(bytes, sizeof bytes);
    cote__uuid_format(bytes, process_id);
}

/* Node's default weight: the negated time in ms, scaled into (-1, 0). We take no part in its
 * elections. */
static double weight(void)
{
    struct timeval now;
    gettimeofday(&now, NULL);
    return -((double)now.tv_sec * 1e3 + (double)now.tv_usec / 1e3) / 1e13;
}

/* Components of this process are introduced without the network, at an address that needs none. */
static int describe_self(cote__slice datagram, uint32_t bound, cote__peer **self)
{
    cote__buffer scratch = {0};
    cote__hello hello;
    int result = cote__fail(COTE_ENOMEM, "hello");
    if (cote__buffer_reserve(&scratch, datagram.size)) {
        if (cote__hello_decode(datagram.data, datagram.size, scratch.data, &hello) ==
            COTE__HELLO_OK) {
            hello.address = (cote__slice){NULL, 0}; /* which is for others */
            *self = cote__peer_create(&hello, bound ? bound : COTE__LOOPBACK);
        } else {
            result = cote__fail(COTE_EINVAL, "advertisement: a member that the protocol knows has "
                                             "another type than there, or it is nested too deep");
        }
    }
    cote__buffer_fini(&scratch);
    return *self ? COTE_OK : result;
}

/* MARK: what it says */

/* All but the advertisement. The address, if any, is written to `address`. */
static cote__hello_envelope envelope_of(const cote__registration *registration,
                                        const cote__settings *settings, const char *iid,
                                        char address[COTE__ADDRESS_SIZE])
{
    cote__address_format(settings->advertised, address);
    return (cote__hello_envelope){
        .pid = cote__slice_of(process_id),
        .iid = cote__slice_of(iid),
        .host_name = cote__slice_of(registration->host),
        .process_command = cote__slice_of(registration->program),
        .weight = registration->weight,
        .address = cote__slice_of(settings->advertised ? address : NULL),
    };
}

static void encode_hello(cote__buffer *out, uint16_t port, const cote__settings *settings,
                         cote__hello_envelope *envelope)
{
    cote__advertisement advertisement = settings->advertisement;
    advertisement.port = port;
    cote__buffer json = {0};
    cote__advertisement_encode(&json, &advertisement);
    envelope->advertisement = cote__buffer_slice(&json);
    cote__buffer_clear(out);
    cote__hello_encode(out, envelope);
    out->failed |= json.failed;
    cote__buffer_fini(&json);
}

/* Hexadecimal. With a key that everybody knows: it tells one list from the next, and nothing else.
 */
static void write_digest(cote__slice list, char digest[DIGEST_SIZE])
{
    static const uint64_t key[2] = {0, 0};
    snprintf(digest, DIGEST_SIZE, "%016llx",
             (unsigned long long)cote__siphash(key, list.data, list.size));
}

/* COTE_ENOMEM, COTE_ETOOBIG. Undone by cote__statement_fini, also after a failure. */
static int state(const cote__registration *registration, const cote__settings *settings,
                 const char *iid, cote__slice handles, bool *whole, cote__statement *statement)
{
    char address[COTE__ADDRESS_SIZE], digest[DIGEST_SIZE];
    cote__hello_envelope envelope = envelope_of(registration, settings, iid, address);
    cote__buffer *hello = &statement->hello;
    cote__bye_encode(&statement->bye, &envelope);
    envelope.handles = handles;
    encode_hello(hello, registration->port, settings, &envelope);
    *whole = !handles.data || hello->size <= COTE__HELLO_AIM;
    if (!*whole) {
        write_digest(handles, digest);
        envelope.handles = (cote__slice){NULL, 0};
        envelope.digest = cote__slice_of(digest);
        encode_hello(hello, registration->port, settings, &envelope);
    }
    if (hello->failed || statement->bye.failed) return cote__fail(COTE_ENOMEM, "hello");
    if (hello->size > COTE__HELLO_MAX_SIZE)
        return cote__fail(COTE_ETOOBIG,
                          "the hello would have %zu bytes: more than a datagram holds",
                          hello->size);
    return describe_self(cote__buffer_slice(hello), settings->address, &statement->self);
}

void cote__statement_fini(cote__statement *statement)
{
    cote__buffer_fini(&statement->hello);
    cote__buffer_fini(&statement->bye);
    cote__peer_release(statement->self);
}

/* MARK: life */

int cote__registration_init(cote__registration *registration, cote_loop *loop, cote_loop *hub,
                            const cote__settings *settings, const char *iid, uint16_t port)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_process_id);
    cote__host_name(registration->host);
    cote__program_name(registration->program, sizeof registration->program);
    registration->loop = loop;
    registration->hub = hub;
    registration->settings = settings->discovery;
    registration->hears_key = settings->log.online || settings->log.offline;
    registration->ignores_process = settings->ignore_process;
    registration->iid = iid;
    registration->port = port;
    registration->weight = weight();
    bool whole;
    return state(registration, settings, iid, (cote__slice){NULL, 0}, &whole, &registration->says);
}

void cote__registration_fini(cote__registration *registration)
{
    cote__statement_fini(&registration->says);
    cote__buffer_fini(&registration->handles);
}

/* MARK: something new */

static bool restate(cote__registration *registration, const cote__settings *settings,
                    const char *iid, cote__slice handles, bool *whole)
{
    if (registration->left) return false;
    cote__statement says = {0};
    if (state(registration, settings, iid, handles, whole, &says) == COTE_OK &&
        cote__discovery_renew(registration, &says))
        return true;
    cote__statement_fini(&says);
    return false;
}

static cote__slice handles_of(const cote__registration *registration)
{
    const cote__buffer *handles = &registration->handles;
    return handles->size > 0 ? cote__buffer_slice(handles) : (cote__slice){NULL, 0};
}

bool cote__registration_rename(cote__registration *registration, const cote__settings *settings,
                               const char *iid)
{
    bool whole; /* as it was: ids are of one size */
    if (!restate(registration, settings, iid, handles_of(registration), &whole)) return false;
    registration->iid = iid;
    return true;
}

bool cote__registration_offer(cote__registration *registration, const cote__settings *settings,
                              cote__slice handles, bool *whole)
{
    cote__buffer kept = {0};
    cote__buffer_append_slice(&kept, handles);
    bool said = !kept.failed && restate(registration, settings, registration->iid, handles, whole);
    if (said) {
        cote__buffer before = registration->handles;
        registration->handles = kept;
        kept = before;
    }
    cote__buffer_fini(&kept);
    return said;
}
