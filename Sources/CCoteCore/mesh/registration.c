#include "mesh/discovery.h"
#include "net/system.h"
#include "wire/error.h"
#include "wire/uuid.h"

#include <pthread.h>
#include <sys/time.h>

enum { LOOPBACK = 0x7f000001 };

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

int cote__registration_init(cote__registration *registration, cote_loop *loop,
                            const cote__settings *settings, const char *iid, uint16_t port)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_process_id);
    char host[COTE__HOST_NAME_SIZE], program[128];
    cote__host_name(host);
    cote__program_name(program, sizeof program);

    registration->loop = loop;
    registration->settings = settings->discovery;
    registration->hears_key = settings->log.online || settings->log.offline;
    registration->ignores_process = settings->ignore_process;
    cote__advertisement advertisement = settings->advertisement;
    advertisement.port = port;
    char address[COTE__ADDRESS_SIZE];
    cote__address_format(settings->advertised, address);
    cote__buffer json = {0};
    cote__advertisement_encode(&json, &advertisement);
    cote__hello_envelope envelope = {
        .pid = cote__slice_of(process_id),
        .iid = cote__slice_of(iid),
        .host_name = cote__slice_of(host),
        .process_command = cote__slice_of(program),
        .weight = weight(),
        .advertisement = cote__buffer_slice(&json),
        .address = cote__slice_of(settings->advertised ? address : NULL),
    };
    cote__hello_encode(&registration->hello, &envelope);
    cote__bye_encode(&registration->bye, &envelope);
    bool failed = json.failed || registration->hello.failed || registration->bye.failed;
    cote__buffer_fini(&json);
    if (failed) return cote__fail(COTE_ENOMEM, "hello");
    if (registration->hello.size > COTE__HELLO_MAX_SIZE)
        return cote__fail(COTE_ETOOBIG,
                          "the hello would have %zu bytes: more than a datagram holds",
                          registration->hello.size);
    return describe_self(cote__buffer_slice(&registration->hello), settings->address,
                         &registration->self);
}

void cote__registration_fini(cote__registration *registration)
{
    cote__buffer_fini(&registration->hello);
    cote__buffer_fini(&registration->bye);
    cote__peer_release(registration->self);
}
