/*
 * redis.h - a channel of a redis server: what is published there, by us too, is heard. It takes two
 * connections, since one that subscribes cannot publish. Whatever happens to the server, the client
 * lives on and tries again. On the loop thread only.
 */
#ifndef COTE_NET_REDIS_H
#define COTE_NET_REDIS_H

#include "net/resolver.h"
#include "wire/slice.h"

enum {
    COTE__REDIS_RETRY_MOST = 5000 /* ms, between two attempts to connect */
};

typedef struct cote__redis_server {
    const char *host; /* a name, or an IPv4 address */
    uint16_t port;
    const char *username; /* NULL: the default one */
    const char *password; /* NULL: none */
    unsigned database;
} cote__redis_server;

typedef struct cote__redis cote__redis;

/* None is called from inside a call of this header. What they are handed is borrowed. */
typedef struct cote__redis_events {
    void (*message)(void *owner, cote__slice message);
    /* The channel is heard, and something may be said. It is not known yet whether that is allowed.
     */
    void (*ready)(void *owner);
    /* Once for each change: the server cannot be reached, or refuses what it is asked (`trouble`
     * tells both apart), or something was published (NULL). */
    void (*changed)(void *owner, const char *trouble);
} cote__redis_events;

/* When the channel was heard: everything that was published between the two has come. */
typedef struct cote__hearing {
    cote__time since, until;
} cote__hearing;

/* Connects, and goes on trying. `server` and `channel` must stay. NULL when there is no memory. */
cote__redis *cote__redis_open(cote_loop *loop, cote__resolver *resolver,
                              const cote__redis_server *server, const char *channel,
                              const cote__redis_events *events, void *owner);
/* Dropped while it is not ready. */
void cote__redis_publish(cote__redis *redis, cote__slice message);
cote__hearing cote__redis_hearing(const cote__redis *redis);
/* What was published leaves; no event follows. NULL is allowed. */
void cote__redis_close(cote__redis *redis);

#endif
