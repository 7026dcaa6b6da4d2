#include "net/datagram.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/interfaces.h"
#include "net/loop_uv.h"
#include "net/system.h"
#include "net/timer.h"
#include "wire/error.h"

#define LIMITED_BROADCAST 0xffffffffu

enum {
    INTERFACES_AGE = 1000, /* ms, after which they are looked for again, and the group is joined */
    OFTEN = 200,           /* datagrams a second; more than these are read in batches */
    BATCH = 32,            /* about so many; a system's buffer holds 160 or more of them */
    MOST_REST = 25         /* ms, between two batches */
};

struct cote__datagram {
    uv_udp_t uv;
    cote_loop *loop;
    cote__datagram_cb received;
    void *context;
    uint32_t group;
    char list[COTE__INTERFACES_TEXT]; /* empty: the routing table decides */
    cote__interface interfaces[COTE__INTERFACES_MAX];
    size_t interface_count;
    cote__time interfaces_time;
    cote__timer *rest;
    cote__time counted; /* when their rate was looked at */
    unsigned heard;     /* since */
    unsigned rate;      /* of datagrams, in a second, as it was then */
};

static struct sockaddr_in socket_address(uint32_t address, uint16_t port)
{
    struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons(port)};
    result.sin_addr.s_addr = htonl(address);
    return result;
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    cote__datagram *socket = handle->data;
    *buffer = uv_buf_init(socket->loop->read_buffer, COTE__READ_SIZE);
}

/* MARK: receiving */

static void count(cote__datagram *socket)
{
    cote__time now = uv_now(socket->loop->uv), passed = now - socket->counted;
    socket->heard++;
    if (passed < 1000) return;
    socket->rate = (unsigned)(socket->heard * 1000 / passed);
    socket->heard = 0;
    socket->counted = now;
}

/* To be woken costs ten times what a datagram does: so where there are many they are let come
 * together. */
static void rest(cote__datagram *socket)
{
    if (socket->rate <= OFTEN) return;
    cote__time time = BATCH * 1000 / socket->rate;
    uv_udp_recv_stop(&socket->uv);
    cote__timer_start(socket->rest, time < MOST_REST ? time : MOST_REST);
}

static void on_received(uv_udp_t *uv, ssize_t size, const uv_buf_t *buffer,
                        const struct sockaddr *from, unsigned flags)
{
    cote__datagram *socket = uv->data;
    if (size == 0 && !from) rest(socket); /* that was all that was there */
    /* An error here is the echo of a datagram that could not be delivered; one cut short cannot be
     * read. */
    if (size < 0 || !from || from->sa_family != AF_INET || (flags & UV_UDP_PARTIAL)) return;
    count(socket);
    const struct sockaddr_in *source = (const struct sockaddr_in *)from;
    socket->received(socket->context, ntohl(source->sin_addr.s_addr), ntohs(source->sin_port),
                     (cote__slice){buffer->base, (size_t)size});
}

static void rested(void *context)
{
    cote__datagram *socket = context;
    uv_udp_recv_start(&socket->uv, give_buffer, on_received);
}

/* MARK: opening */

/* By the interface of that address; 0: by the one that the routing table says. */
static int join(cote__datagram *socket, uint32_t interface)
{
    char group[COTE__ADDRESS_SIZE], by[COTE__ADDRESS_SIZE];
    cote__address_format(socket->group, group);
    cote__address_format(interface, by);
    return uv_udp_set_membership(&socket->uv, group, interface ? by : NULL, UV_JOIN_GROUP);
}

/* Interfaces come and go, and so do routes. One whose group was joined already refuses to join
 * again. */
static void find_interfaces(cote__datagram *socket)
{
    cote__time now = cote__now();
    if (socket->interfaces_time && now - socket->interfaces_time < INTERFACES_AGE) return;
    cote__slice missing;
    socket->interfaces_time = now;
    if (!socket->list[0]) {
        if (socket->group) join(socket, 0);
        return;
    }
    socket->interface_count = cote__interfaces_find(socket->list, socket->interfaces, &missing);
    for (size_t i = 0; socket->group && i < socket->interface_count; i++)
        join(socket, socket->interfaces[i].address);
}

static int bind_and_join(cote__datagram *socket, const cote__datagram_options *options)
{
    struct sockaddr_in local = socket_address(options->address, options->port);
    int status = uv_udp_bind(&socket->uv, (const struct sockaddr *)&local, UV_UDP_REUSEADDR);
    if (status == 0) status = uv_udp_set_broadcast(&socket->uv, 1);
    if (status == 0 && socket->list[0]) find_interfaces(socket);
    if (status == 0 && socket->group) {
        if (!socket->list[0]) status = join(socket, 0);
        if (status == UV_ENODEV) status = 0; /* no way to it yet: tried again later */
        if (status == 0) status = uv_udp_set_multicast_ttl(&socket->uv, options->ttl);
        if (status == 0) status = uv_udp_set_multicast_loop(&socket->uv, 1);
    }
    if (status == 0) status = uv_udp_recv_start(&socket->uv, give_buffer, on_received);
    return status;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

int cote__datagram_open(cote_loop *loop, const cote__datagram_options *options,
                        cote__datagram_cb received, void *context, cote__datagram **out)
{
    cote__datagram *socket = calloc(1, sizeof *socket);
    if (!socket) return cote__fail(COTE_ENOMEM, "discovery socket");
    socket->loop = loop;
    socket->received = received;
    socket->context = context;
    socket->group = options->group;
    if (options->interfaces) snprintf(socket->list, sizeof socket->list, "%s", options->interfaces);
    uv_udp_init(loop->uv, &socket->uv);
    socket->uv.data = socket;
    socket->rest = cote__timer_create(loop, rested, socket);
    int status = socket->rest ? bind_and_join(socket, options) : UV_ENOMEM;
    if (status != 0) {
        cote__timer_destroy(socket->rest);
        uv_close((uv_handle_t *)&socket->uv, on_closed);
        return cote__fail(cote__uv_error(status), "UDP port %u: %s", options->port,
                          uv_strerror(status));
    }
    *out = socket;
    return COTE_OK;
}

/* MARK: sending */

/* libuv cannot choose the interface and the source of a datagram. */
static int send_by(cote__datagram *socket, const cote__interface *interface, struct sockaddr_in *to,
                   cote__slice data)
{
    uv_os_fd_t descriptor;
    int status = uv_fileno((const uv_handle_t *)&socket->uv, &descriptor);
    if (status != 0) return status;
    union {
        char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
        struct cmsghdr aligned;
    } control = {{0}};
    struct iovec bytes = {(void *)data.data, data.size};
    struct msghdr message = {
        .msg_name = to,
        .msg_namelen = sizeof *to,
        .msg_iov = &bytes,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    struct in_pktinfo from = {.ipi_ifindex = interface->index};
    from.ipi_spec_dst.s_addr = htonl(interface->address);
    memcpy(CMSG_DATA(header), &from, sizeof from);
    return sendmsg(descriptor, &message, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static int send_by_each(cote__datagram *socket, struct sockaddr_in *to, cote__slice data)
{
    find_interfaces(socket);
    size_t sent = 0;
    int status = UV_ENODEV;
    for (size_t i = 0; i < socket->interface_count; i++) {
        int result = send_by(socket, &socket->interfaces[i], to, data);
        if (result == 0)
            sent++;
        else
            status = result;
    }
    if (sent > 0) return COTE_OK;
    return cote__fail(COTE_ESYSTEM, "by the interfaces %s: %s", socket->list, uv_strerror(status));
}

int cote__datagram_send(cote__datagram *socket, uint32_t address, uint16_t port, cote__slice data)
{
    struct sockaddr_in to = socket_address(address, port);
    if (!socket->list[0]) find_interfaces(socket);
    if (socket->list[0] && (address == LIMITED_BROADCAST || address == socket->group))
        return send_by_each(socket, &to, data);
    uv_buf_t buffer = uv_buf_init((char *)data.data, (unsigned)data.size);
    int status = uv_udp_try_send(&socket->uv, &buffer, 1, (const struct sockaddr *)&to);
    if (status >= 0) return COTE_OK;
    return cote__fail(COTE_ESYSTEM, "%s", uv_strerror(status));
}

void cote__datagram_close(cote__datagram *socket)
{
    if (!socket) return;
    cote__timer_destroy(socket->rest);
    uv_close((uv_handle_t *)&socket->uv, on_closed);
}
