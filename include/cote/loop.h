/* loop.h - the thread on which components live and callbacks run. */
#ifndef COTE_LOOP_H
#define COTE_LOOP_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct uv_loop_s; /* libuv's uv_loop_t */

typedef struct cote_loop cote_loop;

/* Starts a loop on a thread of its own, with all signals blocked in it. COTE_ENOMEM, COTE_ESYSTEM.
 */
COTE_API int cote_loop_create(cote_loop **loop);

/*
 * The loops that components of this process share, to use several cores: each call returns the next
 * one in turn, and makes it if it is not there yet. `count`, at most COTE_MAX_LOOPS, is how many
 * they are; 0: COTE_LOOPS, else 1. They live as long as the process, and are not to be destroyed.
 * From any thread. COTE_EINVAL, COTE_ENOMEM, COTE_ESYSTEM.
 */
enum { COTE_MAX_LOOPS = 64 };
COTE_API int cote_loop_shared(unsigned count, cote_loop **loop);

/*
 * Lives on the embedder's own loop, which must be initialised and outlive the cote_loop. To be
 * called on the thread that runs it, or will; that thread gets SIGPIPE blocked, since a write to a
 * connection that the other side has closed raises it. Open components keep uv_run() going, as
 * other libuv handles do. COTE_EINVAL, COTE_ENOMEM, COTE_ESYSTEM.
 */
COTE_API int cote_loop_attach(struct uv_loop_s *uv_loop, cote_loop **loop);

/*
 * Closes what components are left, calls their on_close, and ends the loop; the handle is dead when
 * this returns. A created loop: blocks until its thread has ended, and must not be called on it
 * (COTE_EINVAL then). An attached loop: runs the embedder's loop until ours is out of it, must be
 * called on its thread, and not from a callback. NULL is allowed.
 */
COTE_API int cote_loop_destroy(cote_loop *loop);

/* Calls `call` on the loop thread, soon, once. COTE_ECLOSED when the loop is ending, COTE_ENOMEM.
 */
COTE_API int cote_loop_call(cote_loop *loop, void (*call)(void *context), void *context);

/* Whether the calling thread is the loop's. */
COTE_API bool cote_loop_is_current(const cote_loop *loop);

#ifdef __cplusplus
}
#endif

#endif
