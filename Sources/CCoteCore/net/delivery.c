#include "net/delivery.h"

#ifdef __linux__

#include <linux/tcp.h> /* the C library's own is without what stands last here */
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

/* How much of it the system must tell; older ones do not know whether there is room. */
enum {
    LEAST = offsetof(struct tcp_info, tcpi_min_rtt),
    KNOWS_ROOM = offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof(uint32_t)
};

bool cote__delivery_of(int descriptor, cote__delivery *delivery)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || size < LEAST)
        return false;
    *delivery = (cote__delivery){
        .in_flight = info.tcpi_unacked,
        .unsent = info.tcpi_notsent_bytes,
        .room = size >= KNOWS_ROOM && info.tcpi_snd_wnd > 0,
        .taken = info.tcpi_bytes_acked,
        .unanswered = info.tcpi_probes,
        .silence = info.tcpi_last_ack_recv,
        .pause = info.tcpi_rto / 1000,
    };
    return true;
}

#else

bool cote__delivery_of(int descriptor, cote__delivery *delivery)
{
    (void)descriptor, (void)delivery;
    return false;
}

#endif
