/* fake.h - a responder made by hand: a hello, and a socket that takes connections. */
#ifndef COTE_TEST_FAKE_H
#define COTE_TEST_FAKE_H

#include "support/raw_tcp.h"
#include "support/raw_udp.h"

typedef struct fake {
    test_stage *stage;
    raw_hello hello;
    int mouth, listener;
    const char *says; /* in its hello, beside that it is of this library, if it is; NULL: nothing */
} fake;

/* Speaks from 127.0.0.1. `ours`: it claims to be of this library, and so takes raw requests. */
fake fake_open(test_stage *stage, const char *iid, bool ours);
/* Says hello, again and again as Node.js does, until a requester connects. */
raw_peer fake_meet(fake *fake_responder);
void fake_say_hello(const fake *fake_responder);
void fake_close(fake *fake_responder);

/* Answers the last frame that the peer read: `arguments` (with tags), then its id. */
void fake_reply(raw_peer *peer, unsigned count, const cote__slice *arguments);
void fake_reply_text(raw_peer *peer, const char *error,
                     const char *result); /* either may be NULL */

#endif
