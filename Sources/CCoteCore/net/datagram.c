#include "net/datagram.h"

#include <stdlib.h>

#include "net/loop_uv.h"
#include "net/system.h"
#include "wire/error.h"

struct cote__datagram {
    uv_udp_t uv;
    cote_loop *loop;
    cote__datagram_cb received;
    void *context;
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

static void on_received(uv_udp_t *uv, ssize_t size, const uv_buf_t *buffer,
                        const struct sockaddr *from, unsigned flags)
{
    cote__datagram *socket = uv->data;
    /* An error here is the echo of a datagram that could not be delivered; one cut short cannot be
     * read. */
    if (size < 0 || !from || from->sa_family != AF_INET || (flags & UV_UDP_PARTIAL)) return;
    const struct sockaddr_in *source = (const struct sockaddr_in *)from;
    socket->received(socket->context, ntohl(source->sin_addr.s_addr), ntohs(source->sin_port),
                     (cote__slice){buffer->base, (size_t)size});
}

static int bind_and_join(cote__datagram *socket, uint32_t address, uint16_t port, uint32_t group)
{
    struct sockaddr_in local = socket_address(address, port);
    int status = uv_udp_bind(&socket->uv, (const struct sockaddr *)&local, UV_UDP_REUSEADDR);
    if (status == 0) status = uv_udp_set_broadcast(&socket->uv, 1);
    if (status == 0 && group) {
        char text[COTE__ADDRESS_SIZE];
        cote__address_format(group, text);
        status = uv_udp_set_membership(&socket->uv, text, NULL, UV_JOIN_GROUP);
        if (status == 0) status = uv_udp_set_multicast_ttl(&socket->uv, 1);
        if (status == 0) status = uv_udp_set_multicast_loop(&socket->uv, 1);
    }
    if (status == 0) status = uv_udp_recv_start(&socket->uv, give_buffer, on_received);
    return status;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

int cote__datagram_open(cote_loop *loop, uint32_t address, uint16_t port, uint32_t group,
                        cote__datagram_cb received, void *context, cote__datagram **out)
{
    cote__datagram *socket = calloc(1, sizeof *socket);
    if (!socket) return cote__fail(COTE_ENOMEM, "discovery socket");
    socket->loop = loop;
    socket->received = received;
    socket->context = context;
    uv_udp_init(loop->uv, &socket->uv);
    socket->uv.data = socket;
    int status = bind_and_join(socket, address, port, group);
    if (status != 0) {
        uv_close((uv_handle_t *)&socket->uv, on_closed);
        return cote__fail(cote__uv_error(status), "UDP port %u: %s", port, uv_strerror(status));
    }
    *out = socket;
    return COTE_OK;
}

int cote__datagram_send(cote__datagram *socket, uint32_t address, uint16_t port, cote__slice data)
{
    struct sockaddr_in to = socket_address(address, port);
    uv_buf_t buffer = uv_buf_init((char *)data.data, (unsigned)data.size);
    int status = uv_udp_try_send(&socket->uv, &buffer, 1, (const struct sockaddr *)&to);
    if (status >= 0) return COTE_OK;
    return cote__fail(COTE_ESYSTEM, "%s", uv_strerror(status));
}

void cote__datagram_close(cote__datagram *socket)
{
    if (socket) uv_close((uv_handle_t *)&socket->uv, on_closed);
}
