/* nats.c - NATS: its server, and requests and messages by its C client, as its documentation says.
 */
#define _GNU_SOURCE
#include <nats/nats.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

static void check(natsStatus status, const char *what)
{
    if (status != NATS_OK) peer_fail(what, natsStatus_GetText(status));
}

/* A port that nobody has. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int probe = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(probe, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(probe, (struct sockaddr *)&address, &size) != 0)
        peer_fail("port", "none is free");
    close(probe);
    return ntohs(address.sin_port);
}

/* On the cores of this process, and ends with it. */
static void start_server(uint16_t port)
{
    char text[8];
    snprintf(text, sizeof text, "%u", port);
    if (fork() != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!freopen("/dev/null", "w", stderr)) _exit(1);
    execlp("nats-server", "nats-server", "-a", "127.0.0.1", "-p", text, (char *)NULL);
    _exit(127);
}

static natsConnection *connect_to(const bench_work *work, uint16_t port)
{
    char url[64];
    natsOptions *options;
    natsConnection *connection;
    snprintf(url, sizeof url, "nats://127.0.0.1:%u", port);
    check(natsOptions_Create(&options), "options");
    check(natsOptions_SetURL(options, url), "URL");
    /* With one request under way there is nothing to gather. */
    check(natsOptions_SetSendAsap(options, work->in_flight == 1), "options");
    check(natsOptions_SetMaxPendingMsgs(options, 1 << 20), "options");
    natsStatus status = NATS_ERR;
    for (int i = 0; i < 1000 && status != NATS_OK; i++) {
        status = natsConnection_Connect(&connection, options);
        if (status != NATS_OK) usleep(5000); /* while the server starts */
    }
    check(status, "connect: is there a nats-server?");
    return connection;
}

/* MARK: requests */

static void on_request(natsConnection *connection, natsSubscription *subscription, natsMsg *request,
                       void *context)
{
    (void)subscription, (void)context;
    check(natsConnection_Publish(connection, natsMsg_GetReply(request), natsMsg_GetData(request),
                                 natsMsg_GetDataLength(request)),
          "answer");
    natsMsg_Destroy(request);
}

int peer_responder(const bench_work *work)
{
    uint16_t port = free_port();
    start_server(port);
    natsConnection *connection = connect_to(work, port);
    natsSubscription *subscription;
    check(natsConnection_Subscribe(&subscription, connection, "echo", on_request, NULL),
          "subscribe");
    check(natsConnection_Flush(connection), "flush");
    bench_ready(port);
    bench_until_input_ends();
    return 0;
}

static bench_meter meter;
static peer_times times;
static char *payload;

static void ask(natsConnection *connection, uint64_t now)
{
    peer_times_push(&times, now);
    check(natsConnection_PublishRequest(connection, "echo", "answers", payload,
                                        (int)meter.work->size),
          "request");
}

static void on_answer(natsConnection *connection, natsSubscription *subscription, natsMsg *answer,
                      void *context)
{
    (void)subscription, (void)context;
    uint64_t now = bench_now(), sent_at = peer_times_pop(&times);
    if (meter.begun) bench_histogram_add(meter.latencies, now - sent_at);
    bench_meter_count(&meter, now, 1);
    natsMsg_Destroy(answer);
    ask(connection, now);
}

static void on_start(natsConnection *connection, natsSubscription *subscription, natsMsg *start,
                     void *context)
{
    (void)subscription, (void)context;
    natsMsg_Destroy(start);
    for (unsigned i = 0; i < meter.work->in_flight; i++) ask(connection, bench_now());
}

int peer_requester(const bench_work *work)
{
    natsConnection *connection = connect_to(work, work->port);
    natsSubscription *answers, *start;
    payload = calloc(1, work->size);
    peer_times_init(&times, work->in_flight);
    if (!payload || !bench_meter_begin(&meter, work)) return 1;
    check(natsConnection_Subscribe(&answers, connection, "answers", on_answer, NULL), "subscribe");
    /* Begun by a message, so that one thread sends: that of its deliveries. */
    check(natsConnection_Subscribe(&start, connection, "start", on_start, NULL), "subscribe");
    check(natsConnection_Flush(connection), "flush");
    check(natsConnection_PublishString(connection, "start", ""), "start");
    bench_until_input_ends();
    return 0;
}

/* MARK: publishing */

int peer_publisher(const bench_work *work)
{
    uint16_t port = free_port();
    bench_gate *gate = bench_gate_open(work);
    char *message = calloc(1, work->size);
    if (!gate || !message) return 1;
    start_server(port);
    natsConnection *connection = connect_to(work, port);
    bench_ready(port);
    while (!bench_gate_is_ready(gate)) {
        check(natsConnection_Publish(connection, "number", message, (int)work->size), "publish");
        usleep(1000);
    }
    for (uint64_t sent = 1;; sent++) {
        bench_gate_wait(gate, sent);
        bench_number_write(message, sent);
        check(natsConnection_Publish(connection, "number", message, (int)work->size), "publish");
    }
}

typedef struct listener {
    natsSubscription *subscription;
    bench_gate *gate;
    unsigned number;
    uint64_t received;
} listener;

static void on_message(natsConnection *connection, natsSubscription *subscription, natsMsg *message,
                       void *context)
{
    (void)connection, (void)subscription;
    listener *self = context;
    uint64_t number = bench_number_read(natsMsg_GetData(message));
    natsMsg_Destroy(message);
    bool first = number == 0; /* any number of these, until all subscribers have one */
    if (!first) meter.lost += number - self->received;
    self->received = first ? 1 : number + 1;
    bench_gate_pass(self->gate, self->number, self->received);
    if (self->received % 16 == 0) bench_meter_count(&meter, bench_now(), 16);
}

int peer_subscriber(const bench_work *work)
{
    static listener listeners[BENCH_MOST_SUBSCRIBERS];
    bench_gate *gate = bench_gate_open(work);
    if (!gate || !bench_meter_begin(&meter, work)) return 1;
    /* All of them delivered by one thread, so that one meter can count. */
    natsOptions *options;
    check(nats_SetMessageDeliveryPoolSize(1), "delivery");
    check(natsOptions_Create(&options), "options");
    for (unsigned i = 0; i < work->subscribers; i++) {
        natsConnection *connection;
        char url[64];
        snprintf(url, sizeof url, "nats://127.0.0.1:%u", work->port);
        check(natsOptions_SetURL(options, url), "URL");
        check(natsOptions_UseGlobalMessageDelivery(options, work->subscribers > 1), "options");
        check(natsOptions_SetMaxPendingMsgs(options, 1 << 20), "options");
        check(natsConnection_Connect(&connection, options), "connect");
        listeners[i].gate = gate;
        listeners[i].number = i;
        check(natsConnection_Subscribe(&listeners[i].subscription, connection, "number", on_message,
                                       &listeners[i]),
              "subscribe");
        check(natsConnection_Flush(connection), "flush");
    }
    bench_until_input_ends();
    return 0;
}
