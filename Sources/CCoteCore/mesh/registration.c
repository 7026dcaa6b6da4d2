#include "mesh/discovery.h"
#include "net/system.h"
#include "state/siphash.h"
#include "wire/error.h"
#include "wire/uuid.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/time.h>

enum { LOOPBACK = 0x7f000001, DIGEST_SIZE = 17 /* with a zero */ };

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
            *self = cote__peer_create(&hello, bound ? bound : LOOPBACK);
        } else {
            result = cote__fail(COTE_EINVAL, "advertisement: a member that the protocol knows has "
                                             "another type than there, or it is nested too deep");
        }
    }
    cote__buffer_fini(&scratch);
    return *self ? COTE_OK : result;
}

/* All but the advertisement. The address, if any, is written to `address`. */
static cote__hello_envelope envelope_of(const cote__registration *registration,
                                        const cote__settings *settings,
                                        char address[COTE__ADDRESS_SIZE])
{
    cote__address_format(settings->advertised, address);
    return (cote__hello_envelope){
        .pid = cote__slice_of(process_id),
        .iid = cote__slice_of(registration->iid),
        .host_name = cote__slice_of(registration->host),
        .process_command = cote__slice_of(registration->program),
        .weight = registration->weight,
        .address = cote__slice_of(settings->advertised ? address : NULL),
    };
}

static void encode_hello(cote__buffer *out, const cote__registration *registration,
                         const cote__settings *settings, cote__slice handles, cote__slice digest)
{
    char address[COTE__ADDRESS_SIZE];
    cote__hello_envelope envelope = envelope_of(registration, settings, address);
    cote__advertisement advertisement = settings->advertisement;
    advertisement.port = registration->port;
    cote__buffer json = {0};
    cote__advertisement_encode(&json, &advertisement);
    envelope.advertisement = cote__buffer_slice(&json);
    envelope.handles = handles;
    envelope.digest = digest;
    cote__buffer_clear(out);
    cote__hello_encode(out, &envelope);
    out->failed |= json.failed;
    cote__buffer_fini(&json);
}

static void encode_bye(cote__buffer *out, const cote__registration *registration,
                       const cote__settings *settings)
{
    char address[COTE__ADDRESS_SIZE];
    cote__hello_envelope envelope = envelope_of(registration, settings, address);
    cote__bye_encode(out, &envelope);
}

int cote__registration_init(cote__registration *registration, cote_loop *loop,
                            const cote__settings *settings, const char *iid, uint16_t port)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_process_id);
    cote__host_name(registration->host);
    cote__program_name(registration->program, sizeof registration->program);

    registration->loop = loop;
    registration->settings = settings->discovery;
    registration->hears_key = settings->log.online || settings->log.offline;
    registration->ignores_process = settings->ignore_process;
    registration->iid = iid;
    registration->port = port;
    registration->weight = weight();
    encode_hello(&registration->hello, registration, settings, (cote__slice){NULL, 0},
                 (cote__slice){NULL, 0});
    encode_bye(&registration->bye, registration, settings);
    if (registration->hello.failed || registration->bye.failed)
        return cote__fail(COTE_ENOMEM, "hello");
    if (registration->hello.size > COTE__HELLO_MAX_SIZE)
        return cote__fail(COTE_ETOOBIG,
                          "the hello would have %zu bytes: more than a datagram holds",
                          registration->hello.size);
    int result = describe_self(cote__buffer_slice(&registration->hello), settings->address,
                               &registration->self);
    if (result == COTE_OK) registration->shown = cote__peer_retain(registration->self);
    return result;
}

void cote__registration_fini(cote__registration *registration)
{
    cote__buffer_fini(&registration->hello);
    cote__buffer_fini(&registration->bye);
    cote__peer_release(registration->self);
    cote__peer_release(registration->shown);
}

/* MARK: what it handles */

/* Hexadecimal. With a key that everybody knows: it tells one list from the next, and nothing else.
 */
static void write_digest(cote__slice list, char digest[DIGEST_SIZE])
{
    static const uint64_t key[2] = {0, 0};
    snprintf(digest, DIGEST_SIZE, "%016llx",
             (unsigned long long)cote__siphash(key, list.data, list.size));
}

bool cote__registration_offer(cote__registration *registration, const cote__settings *settings,
                              cote_loop *hub, cote__slice handles, bool *whole)
{
    cote__buffer hello = {0};
    encode_hello(&hello, registration, settings, handles, (cote__slice){NULL, 0});
    *whole = !handles.data || hello.size <= COTE__HELLO_AIM;
    if (!*whole) {
        char digest[DIGEST_SIZE];
        write_digest(handles, digest);
        encode_hello(&hello, registration, settings, (cote__slice){NULL, 0},
                     cote__slice_of(digest));
    }
    cote__peer *shown = NULL;
    if (!hello.failed && hello.size <= COTE__HELLO_MAX_SIZE)
        describe_self(cote__buffer_slice(&hello), settings->address, &shown);
    if (shown && cote__discovery_renew(hub, registration, &hello, shown)) return true;
    cote__peer_release(shown);
    cote__buffer_fini(&hello);
    return false;
}
