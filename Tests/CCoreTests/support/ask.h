/* ask.h - a request on a stage, and how it ended. */
#ifndef COTE_TEST_ASK_H
#define COTE_TEST_ASK_H

#include "support/actor.h"

enum { ASK_EXTRA = 14 };

/* A value, kept. `data` ends with a zero that `size` does not count. */
typedef struct kept {
    cote_kind kind;
    char *data;
    size_t size;
} kept;

typedef struct ask {
    test_actor *of;
    struct ask *next;
    bool sent;
    uint64_t id;

    /* Under the stage's lock: */
    unsigned ended;
    bool late; /* after the requester's on_close */
    int status;
    uint64_t number;
    uint64_t time; /* of stage_now */
    kept result, error, details, extra[ASK_EXTRA];
    size_t extra_count;
    char message[256], code[64], peer_id[64], peer_name[64];
} test_ask;

/* Sends; the test fails if that is refused. The payload is a JSON object's text, or NULL. */
test_ask *ask_send(test_actor *requester, const char *type, const char *json);
test_ask *ask_within(test_actor *requester, const char *type, uint32_t timeout_ms);
test_ask *ask_raw(test_actor *requester, const char *type, const void *bytes, size_t size);

/* The same, and returns what cote_requester_send did; it may fail. `sent` may be NULL. */
int ask_try(test_actor *requester, const char *type, const cote_value *payload,
            const cote_send_options *options, test_ask **sent);

void ask_wait(test_ask *ask); /* until it has ended */
/* Waits, and fails the test unless it ended with that status. */
void ask_expect(test_ask *ask, int status);
/* Waits for success with that text as result. */
void ask_expect_result(test_ask *ask, const char *text);

int ask_faults(const test_ask *asks);
void ask_free_all(test_ask *asks);

#endif
