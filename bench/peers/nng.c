/* nng.c - nng: req and rep with a context for each request that is under way, pub and sub, over
 * TCP, as its manual says. */
#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"

enum {
    WINDOW = 4096, /* messages: what does not fit into its buffers, a publisher drops */
    BUFFER = 8192,
    SERVERS = 1024 /* requests that are served at a time */
};

static void check(int result, const char *what)
{
    if (result != 0) peer_fail(what, nng_strerror(result));
}

static void serve(nng_socket socket)
{
    nng_listener listener;
    nng_sockaddr address;
    check(nng_listener_create(&listener, socket, "tcp://127.0.0.1:0"), "listener");
    check(nng_listener_start(listener, 0), "listen");
    check(nng_listener_get_addr(listener, NNG_OPT_LOCADDR, &address), "address");
    uint16_t port = address.s_in.sa_port;
    bench_ready((uint16_t)(port << 8 | port >> 8));
}

static void connect_to(nng_socket socket, uint16_t port)
{
    char url[64];
    snprintf(url, sizeof url, "tcp://127.0.0.1:%u", port);
    check(nng_dial(socket, url, NULL, 0), "dial");
}

/* MARK: requests: each context goes from sending to receiving and back */

typedef struct turn {
    nng_ctx context;
    nng_aio *aio;
    bool receives;
    uint64_t sent_at;
} turn;

static nng_msg *taken(turn *self, const char *what)
{
    check(nng_aio_result(self->aio), what);
    nng_msg *message = self->receives ? nng_aio_get_msg(self->aio) : NULL;
    self->receives = !self->receives;
    return message;
}

static void on_served(void *context)
{
    turn *self = context;
    nng_msg *request = taken(self, "serve");
    if (request) {
        nng_aio_set_msg(self->aio, request);
        nng_ctx_send(self->context, self->aio);
    } else {
        nng_ctx_recv(self->context, self->aio);
    }
}

int peer_responder(const bench_work *work)
{
    nng_socket socket;
    check(nng_rep0_open(&socket), "socket");
    unsigned count = work->in_flight < SERVERS ? work->in_flight : SERVERS;
    turn *turns = calloc(count, sizeof *turns);
    if (!turns) return 1;
    for (unsigned i = 0; i < count; i++) {
        turns[i].receives = true;
        check(nng_ctx_open(&turns[i].context, socket), "context");
        check(nng_aio_alloc(&turns[i].aio, on_served, &turns[i]), "aio");
        nng_ctx_recv(turns[i].context, turns[i].aio);
    }
    serve(socket);
    bench_until_input_ends();
    return 0;
}

static bench_meter meter;
static pthread_mutex_t meter_lock = PTHREAD_MUTEX_INITIALIZER;

static void on_asked(void *context)
{
    turn *self = context;
    nng_msg *answer = taken(self, "ask");
    if (!answer) {
        nng_ctx_recv(self->context, self->aio);
        return;
    }
    uint64_t now = bench_now();
    pthread_mutex_lock(&meter_lock); /* its callbacks run on several threads */
    if (meter.begun) bench_histogram_add(meter.latencies, now - self->sent_at);
    bench_meter_count(&meter, now, 1);
    pthread_mutex_unlock(&meter_lock);
    self->sent_at = now;
    nng_aio_set_msg(self->aio, answer);
    nng_ctx_send(self->context, self->aio);
}

int peer_requester(const bench_work *work)
{
    nng_socket socket;
    check(nng_req0_open(&socket), "socket");
    connect_to(socket, work->port);
    turn *turns = calloc(work->in_flight, sizeof *turns);
    if (!turns || !bench_meter_begin(&meter, work)) return 1;
    for (unsigned i = 0; i < work->in_flight; i++) {
        nng_msg *message;
        check(nng_msg_alloc(&message, work->size), "message");
        check(nng_ctx_open(&turns[i].context, socket), "context");
        check(nng_aio_alloc(&turns[i].aio, on_asked, &turns[i]), "aio");
        turns[i].sent_at = bench_now();
        nng_aio_set_msg(turns[i].aio, message);
        nng_ctx_send(turns[i].context, turns[i].aio);
    }
    bench_until_input_ends();
    return 0;
}

/* MARK: publishing */

int peer_publisher(const bench_work *work)
{
    bench_work narrow = *work;
    narrow.window = WINDOW;
    bench_gate *gate = bench_gate_open(&narrow);
    char *message = calloc(1, work->size);
    if (!gate || !message) return 1;
    nng_socket socket;
    check(nng_pub0_open(&socket), "socket");
    check(nng_socket_set_int(socket, NNG_OPT_SENDBUF, BUFFER), "buffer");
    serve(socket);
    /* A publisher knows nothing of its subscribers, and drops what comes before them. */
    while (!bench_gate_is_ready(gate)) {
        check(nng_send(socket, message, work->size, 0), "send");
        usleep(1000);
    }
    for (uint64_t sent = 1;; sent++) {
        bench_gate_wait(gate, sent);
        bench_number_write(message, sent);
        check(nng_send(socket, message, work->size, 0), "send");
    }
}

typedef struct listener {
    nng_socket socket;
    bench_gate *gate;
    unsigned number;
} listener;

static void *listen_to(void *context)
{
    listener *self = context;
    uint64_t received = 0, total = 0;
    while (true) {
        nng_msg *message;
        check(nng_recvmsg(self->socket, &message, 0), "receive");
        uint64_t number = bench_number_read(nng_msg_body(message));
        nng_msg_free(message);
        bool first = number == 0; /* any number of these, until all subscribers have one */
        bench_gate_pass(self->gate, self->number, number + 1);
        uint64_t lost = first ? 0 : number - received;
        received = first ? 1 : number + 1;
        if (++total % 16 != 0 && lost == 0) continue;
        pthread_mutex_lock(&meter_lock);
        meter.lost += lost;
        if (total % 16 == 0) bench_meter_count(&meter, bench_now(), 16);
        pthread_mutex_unlock(&meter_lock);
    }
    return NULL;
}

int peer_subscriber(const bench_work *work)
{
    static listener listeners[BENCH_MOST_SUBSCRIBERS];
    bench_work narrow = *work;
    narrow.window = WINDOW;
    bench_gate *gate = bench_gate_open(&narrow);
    if (!gate || !bench_meter_begin(&meter, work)) return 1;
    for (unsigned i = 0; i < work->subscribers; i++) {
        listeners[i] = (listener){.gate = gate, .number = i};
        check(nng_sub0_open(&listeners[i].socket), "socket");
        check(nng_socket_set(listeners[i].socket, NNG_OPT_SUB_SUBSCRIBE, "", 0), "subscribe");
        check(nng_socket_set_int(listeners[i].socket, NNG_OPT_RECVBUF, BUFFER), "buffer");
        connect_to(listeners[i].socket, work->port);
        pthread_t thread;
        check(pthread_create(&thread, NULL, listen_to, &listeners[i]), "thread");
    }
    bench_until_input_ends();
    return 0;
}
