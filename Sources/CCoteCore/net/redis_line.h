/* redis_line.h - one connection to a redis server: commands out, replies in. On the loop thread
 * only. */
#ifndef COTE_NET_REDIS_LINE_H
#define COTE_NET_REDIS_LINE_H

#include "net/loop.h"
#include "wire/resp.h"

typedef struct cote__redis_line cote__redis_line;

/* None is called from inside a call of this header. */
typedef struct cote__redis_line_events {
    /* A reply came, borrowed until this returns. */
    void (*reply)(void *owner, const cote__resp_reply *reply);
    /* The last event: it could not be made, was lost, or brought what is not RESP. The line is dead
     * when this returns. `reason` is borrowed. */
    void (*lost)(void *owner, const char *reason);
} cote__redis_line_events;

/* Connects to an IPv4 address in host order. What is sent before it is connected leaves then.
 * COTE_ENOMEM, COTE_ESYSTEM when there is no way there. */
int cote__redis_line_open(cote_loop *loop, uint32_t address, uint16_t port,
                          const cote__redis_line_events *events, void *owner,
                          cote__redis_line **line);
/* Sends a command, as far as the system takes it at once. */
void cote__redis_line_send(cote__redis_line *line, const cote__slice *words, unsigned count);
/* Ends it; no event follows. NULL is allowed. */
void cote__redis_line_close(cote__redis_line *line);

#endif
