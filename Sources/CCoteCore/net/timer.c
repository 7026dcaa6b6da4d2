#include "net/timer.h"

#include <stdlib.h>

#include "net/loop_uv.h"

struct cote__timer {
    uv_timer_t uv;
    void (*fire)(void *context);
    void *context;
};

static void on_fire(uv_timer_t *uv)
{
    cote__timer *timer = uv->data;
    timer->fire(timer->context);
}

cote__timer *cote__timer_create(cote_loop *loop, void (*fire)(void *context), void *context)
{
    cote__timer *timer = malloc(sizeof *timer);
    if (!timer) return NULL;
    timer->fire = fire;
    timer->context = context;
    uv_timer_init(loop->uv, &timer->uv);
    timer->uv.data = timer;
    return timer;
}

void cote__timer_start(cote__timer *timer, cote__time delay)
{
    /* The loop's own time stands still during a turn: a slow one must not shorten the delay. */
    cote__time late = cote__now() - uv_now(timer->uv.loop);
    uv_timer_start(&timer->uv, on_fire, delay + late, 0);
}

void cote__timer_stop(cote__timer *timer)
{
    uv_timer_stop(&timer->uv);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void cote__timer_destroy(cote__timer *timer)
{
    if (timer) uv_close((uv_handle_t *)&timer->uv, on_closed);
}
