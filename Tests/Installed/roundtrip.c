/* roundtrip.c - a user's program, in C that is C++ as well: one request, answered within the
 * process. */
#include <cote.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

typedef struct outcome {
    sem_t known;
    int status;
    char result[64];
} outcome;

static void on_request(void *context, const cote_request *request, cote_reply *reply)
{
    (void)context;
    cote_reply_send(reply, &request->payload, 0);
}

static void on_response(void *context, const cote_response *response)
{
    outcome *self = (outcome *)context;
    self->status = response->status;
    snprintf(self->result, sizeof self->result, "%.*s", (int)response->result.size,
             (const char *)response->result.data);
    sem_post(&self->known);
}

static int check(int status, const char *what)
{
    if (status != COTE_OK) fprintf(stderr, "roundtrip: %s: %s\n", what, cote_error_detail());
    return status;
}

int main(void)
{
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "roundtrip";
    options.key = "roundtrip";
    options.broadcast = "127.255.255.255";

    cote_loop *loop;
    cote_responder *responder;
    cote_requester *requester;
    outcome end;
    sem_init(&end.known, 0, 0);
    cote_value payload = {COTE_KIND_BYTES, "there and back", 14};
    if (check(cote_loop_create(&loop), "loop") ||
        check(cote_responder_create(loop, &options, &responder), "responder") ||
        check(cote_responder_on(responder, "echo", on_request, NULL, NULL, NULL), "on") ||
        check(cote_requester_create(loop, &options, &requester), "requester") ||
        check(cote_requester_send(requester, "echo", &payload, NULL, on_response, &end, NULL),
              "send"))
        return 1;
    sem_wait(&end.known);
    if (check(cote_loop_destroy(loop), "destroy")) return 1;

    bool right = end.status == COTE_OK && strcmp(end.result, "there and back") == 0 &&
                 strcmp(cote_version(), COTE_VERSION) == 0;
    if (!right) fprintf(stderr, "roundtrip: %s: %s\n", cote_strerror(end.status), end.result);
    return right ? 0 : 1;
}
