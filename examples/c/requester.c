/* requester.c - sends one request, prints the answer, and ends: 0 answered, 1 not. */
#include <cote.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

typedef struct outcome {
    sem_t known;
    int status;
} outcome;

/* What others send may well do something to a terminal. */
static void show(FILE *to, const char *before, const void *text, size_t size)
{
    char line[512];
    cote_printable(text, size, line, sizeof line);
    fprintf(to, "%s%s\n", before, line);
}

static void on_response(void *context, const cote_response *response)
{
    outcome *self = context;
    self->status = response->status;
    if (response->status == COTE_OK)
        show(stdout, "", response->result.data, response->result.size);
    else
        show(stderr, "requester: ", response->message, strlen(response->message));
    sem_post(&self->known);
}

static int fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, cote_error_detail());
    return 1;
}

int main(void)
{
    cote_loop *loop;
    if (cote_loop_create(&loop) != COTE_OK) return fail("loop");

    cote_options options = COTE_OPTIONS_INIT;
    options.name = "curious in C";
    cote_requester *requester;
    if (cote_requester_create(loop, &options, &requester) != COTE_OK) return fail("requester");

    static const char text[] = "{\"name\":\"Ada\"}";
    cote_value payload = {COTE_KIND_JSON, text, strlen(text)};
    outcome end;
    sem_init(&end.known, 0, 0);
    if (cote_requester_send(requester, "greet", &payload, NULL, on_response, &end, NULL) != COTE_OK)
        return fail("send");
    fprintf(stderr, "requester: asked, and waits for an answer\n");

    sem_wait(&end.known);
    cote_loop_destroy(loop); /* closes the requester, which says goodbye */
    return end.status == COTE_OK ? 0 : 1;
}
