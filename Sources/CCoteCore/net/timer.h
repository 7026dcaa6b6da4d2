/* timer.h - one-shot timers on a loop. On the loop thread only. */
#ifndef COTE_NET_TIMER_H
#define COTE_NET_TIMER_H

#include "net/loop.h"

typedef struct cote__timer cote__timer;

/* NULL when there is no memory. */
cote__timer *cote__timer_create(cote_loop *loop, void (*fire)(void *context), void *context);
/* Fires once after `delay` ms; a timer that was started already is set anew. */
void cote__timer_start(cote__timer *timer, cote__time delay);
void cote__timer_stop(cote__timer *timer);
/* It does not fire afterwards. NULL is allowed. */
void cote__timer_destroy(cote__timer *timer);

#endif
