#include "support/raw_tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "wire/addressee.h"

enum {
    DEADLINE = 30, /* s */
    MAX_FRAME = 256 * 1024 * 1024,
    READ_SIZE = 64 * 1024
};

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static void set_deadline(int fd)
{
    struct timeval deadline = {DEADLINE, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
}

static int new_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    set_deadline(fd);
    return fd;
}

/* MARK: life */

int raw_listen(uint16_t *port)
{
    int fd = new_socket();
    struct sockaddr_in local = loopback(0);
    socklen_t size = sizeof local;
    assert_int_equal(bind(fd, (struct sockaddr *)&local, sizeof local), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&local, &size), 0);
    *port = ntohs(local.sin_port);
    return fd;
}

raw_peer raw_accept(int listener)
{
    raw_peer peer = {.fd = accept(listener, NULL, NULL)};
    if (peer.fd < 0) fail_msg("nobody connected: %s", strerror(errno));
    set_deadline(peer.fd);
    return peer;
}

raw_peer raw_connect(uint16_t port)
{
    return raw_connect_by(new_socket(), port);
}

raw_peer raw_connect_by(int fd, uint16_t port)
{
    raw_peer peer = {.fd = fd};
    set_deadline(fd);
    struct sockaddr_in remote = loopback(port);
    if (connect(peer.fd, (struct sockaddr *)&remote, sizeof remote) != 0)
        fail_msg("port %u: %s", port, strerror(errno));
    return peer;
}

void raw_close(raw_peer *peer)
{
    close(peer->fd);
    cote__buffer_fini(&peer->input);
    *peer = (raw_peer){.fd = -1};
}

/* MARK: writing */

bool raw_try_send(raw_peer *peer, const void *bytes, size_t size)
{
    for (const char *at = bytes; size > 0;) {
        ssize_t sent = send(peer->fd, at, size, MSG_NOSIGNAL);
        if (sent < 0) return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

void raw_send(raw_peer *peer, const void *bytes, size_t size)
{
    if (!raw_try_send(peer, bytes, size)) fail_msg("send: %s", strerror(errno));
}

void raw_send_request(raw_peer *peer, const char *json, const char *id)
{
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 2);
    cote__amp_argument(&frame, "j:", cote__slice_of(json));
    cote__amp_argument(&frame, "s:", cote__slice_of(id));
    raw_send(peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
}

/* MARK: reading */

static bool receive(raw_peer *peer)
{
    cote__buffer_consume(&peer->input, peer->taken);
    peer->taken = 0;
    char *room = cote__buffer_reserve(&peer->input, READ_SIZE);
    assert_non_null(room);
    ssize_t size = recv(peer->fd, room, READ_SIZE, 0);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) fail_msg("nothing came");
    if (size <= 0) return false;
    peer->input.size += (size_t)size;
    return true;
}

static cote__amp_result decode(raw_peer *peer)
{
    if (peer->taken == peer->input.size) return COTE__AMP_PARTIAL;
    return cote__amp_decode(peer->input.data + peer->taken, peer->input.size - peer->taken,
                            MAX_FRAME, &peer->frame);
}

static bool read_any(raw_peer *peer)
{
    cote__amp_result result;
    while ((result = decode(peer)) == COTE__AMP_PARTIAL)
        if (!receive(peer)) return false;
    assert_int_equal(result, COTE__AMP_FRAME);
    peer->taken += peer->frame.size;
    return true;
}

bool raw_read(raw_peer *peer)
{
    cote__slice iid;
    bool read;
    while ((read = read_any(peer)) && cote__addressee_decode(&peer->frame, &iid))
        snprintf(peer->addressee, sizeof peer->addressee, "%.*s", (int)iid.size, iid.data);
    return read;
}

const char *raw_frame_bytes(const raw_peer *peer)
{
    return peer->input.data + peer->taken - peer->frame.size;
}

void raw_expect(raw_peer *peer)
{
    if (!raw_read(peer)) fail_msg("the connection ended before a frame");
}

void raw_expect_closed(raw_peer *peer)
{
    while (raw_read(peer)) {
    }
}

bool raw_argument_is(const raw_peer *peer, unsigned index, const char *text)
{
    return index < peer->frame.count &&
           cote__slice_equal(peer->frame.arguments[index], cote__slice_of(text));
}
