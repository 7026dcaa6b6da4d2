#include "support/raw_udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { DEADLINE = 30 /* s */ };

static int open_at(const char *address, uint16_t port)
{
    int on = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    struct timeval deadline = {DEADLINE, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(port)};
    assert_int_equal(inet_pton(AF_INET, address, &local.sin_addr), 1);
    if (bind(fd, (struct sockaddr *)&local, sizeof local) != 0)
        fail_msg("%s: %s", address, strerror(errno));
    return fd;
}

int raw_udp_from(const char *address)
{
    return open_at(address, 0);
}

int raw_udp_ear(const test_stage *stage)
{
    return open_at("127.255.255.255", stage->port);
}

void raw_udp_send(const test_stage *stage, int fd, const void *bytes, size_t size)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(stage->port)};
    assert_int_equal(inet_pton(AF_INET, "127.255.255.255", &to.sin_addr), 1);
    assert_int_equal(sendto(fd, bytes, size, 0, (struct sockaddr *)&to, sizeof to), size);
}

void raw_udp_say(const test_stage *stage, int fd, const char *text)
{
    raw_udp_send(stage, fd, text, strlen(text));
}

void raw_udp_hear(int ear, char text[RAW_DATAGRAM])
{
    ssize_t size = recv(ear, text, RAW_DATAGRAM - 1, 0);
    if (size < 0) fail_msg("no datagram came: %s", strerror(errno));
    text[size] = '\0';
}

void raw_udp_await(int ear, const char *one, const char *other)
{
    static char text[RAW_DATAGRAM];
    do raw_udp_hear(ear, text);
    while (!strstr(text, one) || (other && !strstr(text, other)));
}

void raw_udp_await_hello(int ear, const char *iid)
{
    raw_udp_await(ear, "\"event\":\"hello\"", iid);
}

/* MARK: what is said */

#define PID "6f9619ff-8b86-4011-b42d-00cf4fc964ff"

void raw_say_hello(const test_stage *stage, int fd, const raw_hello *hello)
{
    raw_say_hello_with(stage, fd, hello, NULL);
}

void raw_say_hello_with(const test_stage *stage, int fd, const raw_hello *hello, const char *more)
{
    char port[32] = "", axon_type[64] = "", ours[512] = "", text[2048];
    if (hello->ours)
        snprintf(ours, sizeof ours, ",\"cote\":{\"v\":1,\"raw\":true%s%s}", more ? "," : "",
                 more ? more : "");
    if (hello->port) snprintf(port, sizeof port, ",\"port\":%u", hello->port);
    if (hello->axon_type)
        snprintf(axon_type, sizeof axon_type, ",\"axon_type\":\"%s\"", hello->axon_type);
    snprintf(text, sizeof text,
             "{\"event\":\"hello\",\"pid\":\"" PID "\",\"iid\":\"%s\",\"hostName\":\"other\","
             "\"data\":{\"isMaster\":false,\"isMasterEligible\":true,\"weight\":-0.17,"
             "\"address\":\"127.0.0.1\",\"advertisement\":{\"type\":\"%s\",\"name\":\"%s\","
             "\"key\":\"%s\"%s%s},\"id\":\"%s\",\"processId\":\"" PID "\","
             "\"processCommand\":\"service.js\"}%s}",
             hello->iid, hello->axon_type ? "service" : "monitor", hello->name,
             hello->key ? hello->key : "$$", axon_type, port, hello->iid, ours);
    raw_udp_say(stage, fd, text);
}

void raw_say_bye(const test_stage *stage, int fd, const raw_hello *hello)
{
    char text[512];
    snprintf(text, sizeof text,
             "{\"event\":\"cote:bye\",\"pid\":\"" PID "\",\"iid\":\"%s\",\"hostName\":\"other\","
             "\"cote\":{\"v\":1}}",
             hello->iid);
    raw_udp_say(stage, fd, text);
}
