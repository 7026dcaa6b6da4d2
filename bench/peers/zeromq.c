/* zeromq.c - ZeroMQ: DEALER and ROUTER, PUB and SUB, over TCP, as its guide says; without
 * high-water marks, since it would drop there and nothing may be lost. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "peer.h"

static void check(int result, const char *what)
{
    if (result < 0) peer_fail(what, zmq_strerror(errno));
}

static void *make_socket(int type)
{
    void *socket = zmq_socket(zmq_ctx_new(), type);
    int none = 0;
    if (!socket) peer_fail("socket", zmq_strerror(errno));
    check(zmq_setsockopt(socket, ZMQ_SNDHWM, &none, sizeof none), "high-water mark");
    check(zmq_setsockopt(socket, ZMQ_RCVHWM, &none, sizeof none), "high-water mark");
    return socket;
}

static void serve(void *socket)
{
    char endpoint[64];
    size_t size = sizeof endpoint;
    check(zmq_bind(socket, "tcp://127.0.0.1:*"), "bind");
    check(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size), "endpoint");
    bench_ready((uint16_t)atoi(strrchr(endpoint, ':') + 1));
}

static void connect_to(void *socket, uint16_t port)
{
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", port);
    check(zmq_connect(socket, endpoint), "connect");
}

/* MARK: requests */

int peer_responder(const bench_work *work)
{
    (void)work;
    void *socket = make_socket(ZMQ_ROUTER);
    serve(socket);
    zmq_msg_t from, request;
    zmq_msg_init(&from);
    zmq_msg_init(&request);
    while (true) {
        check(zmq_msg_recv(&from, socket, 0), "receive");
        check(zmq_msg_recv(&request, socket, 0), "receive");
        check(zmq_msg_send(&from, socket, ZMQ_SNDMORE), "send");
        check(zmq_msg_send(&request, socket, 0), "send");
    }
}

int peer_requester(const bench_work *work)
{
    void *socket = make_socket(ZMQ_DEALER);
    connect_to(socket, work->port);
    bench_meter meter;
    peer_times times;
    char *message = calloc(1, work->size);
    if (!message || !bench_meter_begin(&meter, work)) return 1;
    peer_times_init(&times, work->in_flight);
    for (unsigned i = 0; i < work->in_flight; i++) {
        peer_times_push(&times, bench_now());
        check(zmq_send(socket, message, work->size, 0), "send");
    }
    zmq_msg_t answer;
    zmq_msg_init(&answer);
    while (true) {
        check(zmq_msg_recv(&answer, socket, 0), "receive");
        uint64_t now = bench_now(), sent_at = peer_times_pop(&times);
        if (meter.begun) bench_histogram_add(meter.latencies, now - sent_at);
        bench_meter_count(&meter, now, 1);
        peer_times_push(&times, now);
        check(zmq_send(socket, message, work->size, 0), "send");
    }
}

/* MARK: publishing */

int peer_publisher(const bench_work *work)
{
    bench_gate *gate = bench_gate_open(work);
    char *message = calloc(1, work->size);
    if (!gate || !message) return 1;
    void *socket = make_socket(ZMQ_XPUB);
    serve(socket);
    for (unsigned i = 0; i < work->subscribers; i++) {
        char subscription[64];
        check(zmq_recv(socket, subscription, sizeof subscription, 0), "subscription");
    }
    for (uint64_t sent = 0;; sent++) {
        bench_gate_wait(gate, sent);
        bench_number_write(message, sent);
        check(zmq_send(socket, message, work->size, 0), "send");
    }
}

/* Several sockets are polled; a single one is read from directly. */
int peer_subscriber(const bench_work *work)
{
    bench_gate *gate = bench_gate_open(work);
    bench_meter meter;
    zmq_pollitem_t items[BENCH_MOST_SUBSCRIBERS] = {0};
    uint64_t received[BENCH_MOST_SUBSCRIBERS] = {0}, total = 0;
    if (!gate || !bench_meter_begin(&meter, work)) return 1;
    for (unsigned i = 0; i < work->subscribers; i++) {
        void *socket = make_socket(ZMQ_SUB);
        check(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0), "subscribe");
        connect_to(socket, work->port);
        items[i] = (zmq_pollitem_t){.socket = socket, .events = ZMQ_POLLIN};
    }
    zmq_msg_t message;
    zmq_msg_init(&message);
    while (true) {
        if (work->subscribers > 1) check(zmq_poll(items, (int)work->subscribers, -1), "poll");
        for (unsigned i = 0; i < work->subscribers; i++) {
            int flags = work->subscribers > 1 ? ZMQ_DONTWAIT : 0;
            while (zmq_msg_recv(&message, items[i].socket, flags) >= 0) {
                uint64_t number = bench_number_read(zmq_msg_data(&message));
                meter.lost += number - received[i];
                received[i] = number + 1;
                bench_gate_pass(gate, i, received[i]);
                if (++total % 16 == 0) bench_meter_count(&meter, bench_now(), 16);
            }
            if (errno != EAGAIN) check(-1, "receive");
        }
    }
}
