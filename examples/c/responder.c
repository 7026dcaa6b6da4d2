/* responder.c - a service: answers requests of type "greet" until it is told to stop. */
#include <cote.h>
#include <signal.h>
#include <stdio.h>

static void greet(void *context, const cote_request *request, cote_reply *reply)
{
    (void)context;
    char answer[256];
    int size = snprintf(answer, sizeof answer, "{\"from\":\"C\",\"asked\":%.*s}",
                        (int)request->payload.size, (const char *)request->payload.data);
    if (request->payload.kind != COTE_KIND_JSON || (size_t)size >= sizeof answer) {
        cote_reply_error(reply, "badRequest", "a short JSON object, please", NULL);
        return;
    }
    cote_value value = {COTE_KIND_JSON, answer, (size_t)size};
    cote_reply_send(reply, &value, 0);
}

static int fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, cote_error_detail());
    return 1;
}

int main(void)
{
    /* Blocked before the first thread starts, the signals wait for sigwait below. */
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);

    cote_loop *loop;
    if (cote_loop_create(&loop) != COTE_OK) return fail("loop");

    cote_options options = COTE_OPTIONS_INIT;
    options.name = "greeter in C";
    cote_responder *responder;
    if (cote_responder_create(loop, &options, &responder) != COTE_OK) return fail("responder");
    cote_responder_on(responder, "greet", greet, NULL, NULL, NULL);
    fprintf(stderr, "responder: listening on port %d\n", cote_responder_port(responder));

    int received;
    sigwait(&stop, &received);
    cote_loop_destroy(loop); /* closes the responder, which says goodbye */
    return 0;
}
