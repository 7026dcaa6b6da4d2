/* hello_fixture.h - the recorded hellos of Node.js, and what each of them says. */
#ifndef COTE_TEST_HELLO_FIXTURE_H
#define COTE_TEST_HELLO_FIXTURE_H

#include "wire/hello.h"

typedef struct hello_fixture {
    const char *file;                                          /* below COTE_FIXTURES */
    const char *iid, *type, *name, *key, *name_space, *subset; /* NULL when it does not say it */
    const char *responds_to, *broadcasts, *subscribes_to, *requests; /* JSON */
    cote__axon_type axon_type;
    uint16_t port;
    uint64_t timeout;
    bool key_given, port_given; /* among the user's fields, and so where the user put them */
    const char *extra;          /* the user's own members */
} hello_fixture;

extern const hello_fixture hello_fixtures[];
extern const size_t hello_fixture_count;

#endif
