#include "net/loop_uv.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "state/queue.h"
#include "wire/error.h"

enum {
    MAIL_ROUNDS = 64, /* of a busy mailbox, before sockets get their turn */
    HELD_LONG = 1000  /* ms of one turn */
};

int cote__uv_error(int status)
{
    switch (status) {
    case 0: return COTE_OK;
    case UV_ENOMEM: return COTE_ENOMEM;
    case UV_EADDRINUSE: return COTE_EADDRINUSE;
    case UV_EADDRNOTAVAIL: return COTE_EADDRESS;
    default: return COTE_ESYSTEM;
    }
}

cote__time cote__now(void)
{
    return uv_hrtime() / 1000000;
}

uint64_t cote__now_us(void)
{
    return uv_hrtime() / 1000;
}

bool cote_loop_is_current(const cote_loop *loop)
{
    uv_thread_t self = uv_thread_self();
    return uv_thread_equal(&self, &loop->thread);
}

/* MARK: lifetime of the struct */

void cote__loop_retain(cote_loop *loop)
{
    atomic_fetch_add_explicit(&loop->references, 1, memory_order_relaxed);
}

void cote__loop_release(cote_loop *loop)
{
    if (atomic_fetch_sub_explicit(&loop->references, 1, memory_order_acq_rel) != 1) return;
    uv_mutex_destroy(&loop->lock);
    free(loop);
}

/* MARK: the mailbox */

/* Under the lock, since the handle may be closed as soon as it is left. The loop's own thread needs
 * no wake-up: what it posts runs before it waits again. */
static void post_locked(cote_loop *loop, cote__task *task)
{
    task->next = NULL;
    *loop->mail_tail = task;
    loop->mail_tail = &task->next;
    if (loop->awake) return;
    loop->awake = true;
    if (cote_loop_is_current(loop))
        cote__loop_flush_later(loop, &loop->mail_flush);
    else
        uv_async_send(&loop->wake);
}

bool cote__loop_post(cote_loop *loop, cote__task *task)
{
    uv_mutex_lock(&loop->lock);
    bool open = !loop->ended;
    if (open) post_locked(loop, task);
    uv_mutex_unlock(&loop->lock);
    return open;
}

static cote__task *take_mail(cote_loop *loop)
{
    uv_mutex_lock(&loop->lock);
    cote__task *mail = loop->mail_head;
    loop->mail_head = NULL;
    loop->mail_tail = &loop->mail_head;
    loop->awake = mail != NULL;
    uv_mutex_unlock(&loop->lock);
    return mail;
}

static void run_tasks(cote__task *mail)
{
    while (mail) {
        cote__task *task = mail;
        mail = mail->next;
        task->run(task);
    }
}

static void handle_closed(uv_handle_t *handle)
{
    cote_loop *loop = handle->data;
    if (--loop->open_handles > 0) return;
    loop->handles_closed = true;
}

static void close_handles(cote_loop *loop)
{
    uv_close((uv_handle_t *)&loop->wake, handle_closed);
    uv_close((uv_handle_t *)&loop->turn, handle_closed);
    uv_close((uv_handle_t *)&loop->turn_begin, handle_closed);
}

/* Nothing is left that needs the loop: no mail can come from now on, and the handles go. */
static void try_to_end(cote_loop *loop)
{
    uv_mutex_lock(&loop->lock);
    bool over = loop->ending && !loop->ended && loop->members == NULL && loop->mail_head == NULL;
    if (over) loop->ended = true;
    uv_mutex_unlock(&loop->lock);
    if (over) close_handles(loop);
}

static void close_members(cote_loop *loop)
{
    uv_mutex_lock(&loop->lock);
    cote__member *first = loop->ending && !loop->close_requested ? loop->members : NULL;
    if (loop->ending) loop->close_requested = true;
    uv_mutex_unlock(&loop->lock);
    /* A member leaves on this thread only, and never from within its `close`, so the walk is safe.
     */
    for (cote__member *member = first; member; member = member->next) member->close(member);
}

/* An attached loop must end by itself when no component is open. */
static void update_liveness(cote_loop *loop)
{
    uv_mutex_lock(&loop->lock);
    bool needed = !loop->attached || loop->members != NULL || loop->ending;
    bool ended = loop->ended;
    uv_mutex_unlock(&loop->lock);
    if (ended) return;
    if (needed)
        uv_ref((uv_handle_t *)&loop->wake);
    else
        uv_unref((uv_handle_t *)&loop->wake);
}

static void read_mail(cote_loop *loop)
{
    for (int round = 0;; round++) {
        if (round == MAIL_ROUNDS) {
            uv_async_send(&loop->wake);
            break;
        }
        cote__task *mail = take_mail(loop);
        if (!mail) break;
        run_tasks(mail);
    }
    close_members(loop);
    update_liveness(loop);
    try_to_end(loop);
}

static void on_wake(uv_async_t *async)
{
    read_mail(async->data);
}

static void on_mail_flush(cote__flush *flush)
{
    read_mail(COTE__CONTAINER(flush, cote_loop, mail_flush));
}

/* MARK: members */

bool cote__loop_join(cote_loop *loop, cote__member *member, cote__task *first)
{
    uv_mutex_lock(&loop->lock);
    bool open = !loop->ending;
    if (open) {
        member->previous = NULL;
        member->next = loop->members;
        if (loop->members) loop->members->previous = member;
        loop->members = member;
        post_locked(loop, first);
    }
    uv_mutex_unlock(&loop->lock);
    if (open && cote_loop_is_current(loop)) update_liveness(loop);
    return open;
}

void cote__loop_leave(cote_loop *loop, cote__member *member)
{
    uv_mutex_lock(&loop->lock);
    if (member->previous)
        member->previous->next = member->next;
    else
        loop->members = member->next;
    if (member->next) member->next->previous = member->previous;
    uv_async_send(&loop->wake); /* perhaps it was the last one */
    uv_mutex_unlock(&loop->lock);
}

/* MARK: the flush */

void cote__loop_flush_later(cote_loop *loop, cote__flush *flush)
{
    if (flush->queued) return;
    flush->queued = true;
    flush->next = NULL;
    *loop->flush_tail = flush;
    loop->flush_tail = &flush->next;
}

void cote__loop_flush_cancel(cote_loop *loop, cote__flush *flush)
{
    if (!flush->queued) return;
    cote__flush **link = &loop->flush_head;
    while (*link != flush) link = &(*link)->next;
    *link = flush->next;
    if (loop->flush_tail == &flush->next) loop->flush_tail = link;
    flush->queued = false;
}

static void report_held(cote_loop *loop, cote__time duration)
{
    uv_mutex_lock(&loop->lock);
    cote__member *first = loop->members; /* newer ones are put before it; none leaves meanwhile */
    uv_mutex_unlock(&loop->lock);
    for (cote__member *member = first; member; member = member->next)
        member->held(member, duration);
}

static void on_turn_begin(uv_check_t *check)
{
    cote_loop *loop = check->data;
    loop->turn_began = uv_now(loop->uv); /* when the wait ended; sockets came since */
}

static void on_turn(uv_prepare_t *prepare)
{
    cote_loop *loop = prepare->data;
    while (loop->flush_head) {
        cote__flush *flush = loop->flush_head;
        cote__loop_flush_cancel(loop, flush);
        flush->run(flush);
    }
    cote__time duration = loop->turn_began ? cote__now() - loop->turn_began : 0;
    if (duration >= HELD_LONG) report_held(loop, duration);
}

/* MARK: start */

static cote_loop *allocate(bool attached)
{
    cote_loop *loop = calloc(1, sizeof *loop);
    if (!loop) return NULL;
    if (uv_mutex_init(&loop->lock) != 0) {
        free(loop);
        return NULL;
    }
    atomic_init(&loop->references, 1);
    loop->attached = attached;
    loop->mail_tail = &loop->mail_head;
    loop->flush_tail = &loop->flush_head;
    loop->mail_flush.run = on_mail_flush;
    return loop;
}

static int open_handles(cote_loop *loop)
{
    int status = uv_async_init(loop->uv, &loop->wake, on_wake);
    if (status != 0)
        return cote__fail(cote__uv_error(status), "wake-up handle: %s", uv_strerror(status));
    uv_prepare_init(loop->uv, &loop->turn); /* these cannot fail */
    uv_prepare_start(&loop->turn, on_turn);
    uv_unref((uv_handle_t *)&loop->turn);
    uv_check_init(loop->uv, &loop->turn_begin);
    uv_check_start(&loop->turn_begin, on_turn_begin);
    uv_unref((uv_handle_t *)&loop->turn_begin);
    loop->wake.data = loop->turn.data = loop->turn_begin.data = loop;
    loop->open_handles = 3;
    return COTE_OK;
}

static void thread_main(void *argument)
{
    cote_loop *loop = argument;
    uv_run(loop->uv, UV_RUN_DEFAULT);
}

/*
 * Signals are the application's: its own threads take them. SIGPIPE above all must not arrive here.
 * A fault of this very thread does arrive, or no crash reporter could tell of it.
 */
static int start_thread(cote_loop *loop)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&all, faults[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = uv_thread_create(&loop->thread, thread_main, loop);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

int cote_loop_create(cote_loop **out)
{
    if (!out) return cote__fail(COTE_EINVAL, "loop: NULL");
    cote_loop *loop = allocate(false);
    if (!loop) return cote__fail(COTE_ENOMEM, "loop");
    loop->uv = &loop->own;
    int status = uv_loop_init(&loop->own);
    if (status != 0) {
        cote__loop_release(loop);
        return cote__fail(cote__uv_error(status), "loop: %s", uv_strerror(status));
    }
    int result = open_handles(loop);
    if (result == COTE_OK && (status = start_thread(loop)) != 0) {
        result = cote__fail(cote__uv_error(status), "loop thread: %s", uv_strerror(status));
        close_handles(loop);
        uv_run(loop->uv, UV_RUN_DEFAULT);
    }
    if (result != COTE_OK) {
        uv_loop_close(&loop->own);
        cote__loop_release(loop);
        return result;
    }
    *out = loop;
    return COTE_OK;
}

int cote_loop_attach(struct uv_loop_s *uv, cote_loop **out)
{
    if (!uv || !out) return cote__fail(COTE_EINVAL, "loop: NULL");
    cote_loop *loop = allocate(true);
    if (!loop) return cote__fail(COTE_ENOMEM, "loop");
    loop->uv = uv;
    loop->thread = uv_thread_self();
    int result = open_handles(loop);
    if (result != COTE_OK) {
        cote__loop_release(loop);
        return result;
    }
    uv_unref((uv_handle_t *)&loop->wake);
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);
    *out = loop;
    return COTE_OK;
}

/* MARK: the hub: the loop of discovery, shared by all loops of the process */

static uv_once_t hub_once = UV_ONCE_INIT;
static uv_mutex_t hub_lock;
static cote_loop *hub;
static unsigned hub_users;

static void hub_init(void)
{
    if (uv_mutex_init(&hub_lock) != 0) abort(); /* fails on corrupt memory only */
}

cote_loop *cote__loop_hub(cote_loop *loop)
{
    uv_once(&hub_once, hub_init);
    uv_mutex_lock(&hub_lock);
    if (!loop->uses_hub && (hub || cote_loop_create(&hub) == COTE_OK)) {
        loop->uses_hub = true;
        hub_users++;
    }
    cote_loop *result = loop->uses_hub ? hub : NULL;
    uv_mutex_unlock(&hub_lock);
    return result;
}

static void leave_hub(cote_loop *loop)
{
    if (!loop->uses_hub) return;
    uv_mutex_lock(&hub_lock);
    if (--hub_users == 0) {
        cote_loop_destroy(hub);
        hub = NULL;
    }
    uv_mutex_unlock(&hub_lock);
}

/* MARK: end */

int cote_loop_destroy(cote_loop *loop)
{
    if (!loop) return COTE_OK;
    if (!loop->attached && cote_loop_is_current(loop))
        return cote__fail(COTE_EINVAL,
                          "cote_loop_destroy on the loop's own thread would wait for itself");
    if (loop->attached && !cote_loop_is_current(loop))
        return cote__fail(COTE_EINVAL,
                          "cote_loop_destroy of an attached loop on another thread than its own");

    uv_mutex_lock(&loop->lock);
    loop->ending = true;
    uv_async_send(&loop->wake);
    uv_mutex_unlock(&loop->lock);

    if (loop->attached) {
        uv_ref((uv_handle_t *)&loop->wake); /* without a live handle uv_run would not turn at all */
        while (!loop->handles_closed) uv_run(loop->uv, UV_RUN_ONCE);
    } else {
        uv_thread_join(&loop->thread);
        uv_loop_close(&loop->own);
    }
    leave_hub(loop);
    cote__loop_release(loop);
    return COTE_OK;
}

/* MARK: calls from outside */

typedef struct call {
    cote__task task;
    void (*function)(void *context);
    void *context;
} call;

static void run_call(cote__task *task)
{
    call self = *(call *)task;
    free(task);
    self.function(self.context);
}

int cote_loop_call(cote_loop *loop, void (*function)(void *context), void *context)
{
    if (!loop || !function) return cote__fail(COTE_EINVAL, "loop or call: NULL");
    call *self = malloc(sizeof *self);
    if (!self) return cote__fail(COTE_ENOMEM, "call");
    *self = (call){{NULL, run_call}, function, context};
    if (cote__loop_post(loop, &self->task)) return COTE_OK;
    free(self);
    return cote__fail(COTE_ECLOSED, "the loop has ended");
}
