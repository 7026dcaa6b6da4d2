/* loop_uv.h - the loop as the rest of net/ sees it. */
#ifndef COTE_NET_LOOP_UV_H
#define COTE_NET_LOOP_UV_H

#include <stdatomic.h>
#include <uv.h>

#include "net/loop.h"

enum {
    COTE__READ_SIZE = 64 * 1024 /* also the largest datagram */
};

struct cote_loop {
    atomic_uint references;
    uv_loop_t *uv;
    uv_loop_t own; /* unless attached */
    bool attached;
    uv_thread_t thread;

    uv_async_t wake; /* keeps the loop alive only while there are members, or the thread is ours */
    uv_prepare_t turn;     /* runs before the loop waits: flushes */
    uv_check_t turn_begin; /* runs when it has waited */
    unsigned open_handles; /* of the three above */
    cote__time turn_began;
    bool handles_closed;

    uv_mutex_t lock; /* the mailbox and the members; nothing else in the library needs one */
    cote__task *mail_head, **mail_tail;
    bool awake; /* a wake-up is on its way, or the mailbox is being emptied */
    cote__flush mail_flush;
    cote__member *members;
    bool ending; /* no new members */
    bool ended;  /* no new mail */
    bool close_requested;

    cote__flush *flush_head, **flush_tail;
    bool uses_hub;

    char read_buffer[COTE__READ_SIZE]; /* shared by all sockets: read, parsed in place, reused */
};

/* Maps libuv's error to ours. */
int cote__uv_error(int status);

#endif
