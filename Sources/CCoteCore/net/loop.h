/* loop.h - the loop thread, its mailbox, and the flush at the end of each turn. */
#ifndef COTE_NET_LOOP_H
#define COTE_NET_LOOP_H

#include "cote/loop.h"
#include "state/clock.h"

/* A call to be made on the loop thread. Embedded in what it is about; the callee owns it again when
 * it runs. */
typedef struct cote__task {
    struct cote__task *next;
    void (*run)(struct cote__task *task);
} cote__task;

/*
 * Hands a task to the loop, in order. False when the loop has ended: the task will not run and
 * stays the caller's. Wakes the thread only when the mailbox was empty.
 */
bool cote__loop_post(cote_loop *loop, cote__task *task);

/* What is left to be written in this turn: called once, before the loop waits again. On the loop
 * thread only. */
typedef struct cote__flush {
    struct cote__flush *next;
    bool queued;
    void (*run)(struct cote__flush *flush);
} cote__flush;
void cote__loop_flush_later(cote_loop *loop, cote__flush *flush);
void cote__loop_flush_cancel(cote_loop *loop, cote__flush *flush);

/* The struct outlives its thread while somebody retains it. */
void cote__loop_retain(cote_loop *loop);
void cote__loop_release(cote_loop *loop);

/*
 * Something that must close before the loop can end. `close` is called on the loop thread, perhaps
 * more than once. Joining is possible from any thread; false when the loop is ending. It posts
 * `first` along, so that no `close` comes before it. Leaving: on the loop thread, at the end.
 */
typedef struct cote__member {
    struct cote__member *next, *previous;
    void (*close)(struct cote__member *member);
    /* A callback has held the loop for `duration` ms, longer than a second: nothing else went on
     * in it. On the loop thread. */
    void (*held)(struct cote__member *member, cote__time duration);
} cote__member;
bool cote__loop_join(cote_loop *loop, cote__member *member, cote__task *first);
void cote__loop_leave(cote_loop *loop, cote__member *member);

/*
 * The process-wide loop of discovery, which runs while any loop that asked for it is there. NULL
 * when it cannot be started.
 */
cote_loop *cote__loop_hub(cote_loop *loop);

/* Monotonic. Precise, from any thread. */
cote__time cote__now(void);
uint64_t cote__now_us(void);

#endif
