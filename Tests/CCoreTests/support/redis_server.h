/* redis_server.h - a real redis-server on a port of its own, and a client of it that blocks. */
#ifndef COTE_TEST_REDIS_SERVER_H
#define COTE_TEST_REDIS_SERVER_H

#include <sys/types.h>

#include "support/raw_tcp.h"
#include "wire/resp.h"

typedef struct redis_server {
    pid_t pid; /* 0 while it does not run */
    uint16_t port;
    char url[64]; /* without user and password */
} redis_server;

/* A port that nobody has: nothing runs there yet. */
redis_server redis_server_choose(void);
/* Runs it there, and returns when it takes connections. `password` may be NULL. The test fails if
 * it does not. */
void redis_server_run(redis_server *server, const char *password);
/* Ends it at once, as a crash would. May be called again. */
void redis_server_kill(redis_server *server);

/* A connection of a blocking client, closed by raw_close. */
raw_peer redis_connect(const redis_server *server);
/* Sends a command of words with spaces between them, and maybe one more of any bytes, and reads its
 * reply. The reply is borrowed until the next. */
cote__resp_reply redis_ask(raw_peer *peer, const char *words, cote__slice more);
/* The same, and fails the test if the answer is an error. */
cote__resp_reply redis_do(raw_peer *peer, const char *words);
/* The next reply, or the next message of a channel. */
cote__resp_reply redis_hear(raw_peer *peer);
/* Fails the test unless somebody hears it. */
void redis_publish(raw_peer *peer, cote__slice message);

#endif
