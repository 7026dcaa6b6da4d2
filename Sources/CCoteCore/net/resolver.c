#include "net/resolver.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "state/queue.h"

enum {
    MOST_AT_ONCE = 2,
    MOST_NAMES = 1024, /* that are remembered: they come from the network */
    KNOWN_FOR = 30000, /* ms */
    UNKNOWN_FOR = 5000 /* ms */
};

typedef enum state { KNOWN, WANTED, LOOKED_UP } state;

typedef struct name {
    cote__queue_node node; /* in `names`, the one that was looked up longest ago first */
    state state;
    cote__resolution resolution;
    cote__time until; /* it is known */
    cote__lookup *waiting;
    char text[];
} name;

/* What the thread of a look-up has. It may outlive the resolver, and even the loop's thread. */
typedef struct job {
    cote__task task;
    cote_loop *loop;          /* retained */
    cote__resolver *resolver; /* NULL when it is gone; the loop's thread's alone */
    struct job *next;
    cote__resolution found;
    char name[];
} job;

struct cote__resolver {
    cote_loop *loop;
    cote__queue names;
    job *jobs;
    unsigned job_count;
};

static void start_wanted(cote__resolver *self);

/* MARK: names */

static name *name_of(const cote__queue_node *node)
{
    return node ? COTE__CONTAINER(node, name, node) : NULL;
}

static name *find(const cote__resolver *self, const char *text)
{
    for (cote__queue_node *node = self->names.head; node; node = node->next)
        if (strcmp(name_of(node)->text, text) == 0) return name_of(node);
    return NULL;
}

static void drop(cote__resolver *self, name *entry)
{
    cote__queue_remove(&self->names, &entry->node);
    free(entry);
}

/* The oldest that nobody waits for makes room. */
static bool make_room(cote__resolver *self)
{
    if (self->names.count < MOST_NAMES) return true;
    for (cote__queue_node *node = self->names.head; node; node = node->next) {
        if (name_of(node)->state != KNOWN || name_of(node)->waiting) continue;
        drop(self, name_of(node));
        return true;
    }
    return false;
}

static name *add(cote__resolver *self, const char *text)
{
    size_t size = strlen(text) + 1;
    name *entry = make_room(self) ? calloc(1, sizeof *entry + size) : NULL;
    if (!entry) return NULL;
    memcpy(entry->text, text, size);
    cote__queue_push(&self->names, &entry->node);
    return entry;
}

static void finish(cote__resolver *self, const char *text, const cote__resolution *found)
{
    name *entry = find(self, text);
    bool again = entry->resolution.error != NULL && found->error != NULL;
    entry->resolution = *found;
    entry->resolution.again = again;
    entry->state = KNOWN;
    entry->until = cote__now() + (found->error ? UNKNOWN_FOR : KNOWN_FOR);
    cote__queue_remove(&self->names, &entry->node);
    cote__queue_push(&self->names, &entry->node);
    cote__resolution resolution = entry->resolution;
    /* Whoever is told may ask for other names, or cancel: the entry is looked for each time. */
    while ((entry = find(self, text)) && entry->waiting) {
        cote__lookup *lookup = entry->waiting;
        entry->waiting = lookup->next;
        lookup->waiting = false;
        lookup->done(lookup, &resolution);
    }
}

/* MARK: looking up */

static void unlink_job(cote__resolver *self, job *done)
{
    job **link = &self->jobs;
    while (*link != done) link = &(*link)->next;
    *link = done->next;
    self->job_count--;
}

static void job_free(job *self)
{
    cote__loop_release(self->loop);
    free(self);
}

static void job_done(cote__task *task)
{
    job *self = (job *)task;
    cote__resolver *resolver = self->resolver;
    if (resolver) {
        unlink_job(resolver, self);
        start_wanted(resolver);
        finish(resolver, self->name, &self->found);
    }
    job_free(self);
}

static void keep(cote__resolution *found, const struct addrinfo *list)
{
    for (; list && found->count < COTE__ADDRESSES_MOST; list = list->ai_next)
        found->all[found->count++] =
            ntohl(((const struct sockaddr_in *)(const void *)list->ai_addr)->sin_addr.s_addr);
    found->address = found->all[0];
}

static void *look_up(void *argument)
{
    job *self = argument;
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
    int status = getaddrinfo(self->name, NULL, &hints, &found);
    if (status == 0) {
        keep(&self->found, found);
        freeaddrinfo(found);
    }
    if (self->found.address == 0)
        self->found.error = status != 0 ? gai_strerror(status) : "no address";
    if (!cote__loop_post(self->loop, &self->task)) job_free(self);
    return NULL;
}

/* Signals are the application's. */
static bool start_thread(job *argument)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    bool started = pthread_create(&thread, NULL, look_up, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started) pthread_detach(thread);
    return started;
}

static bool start_job(cote__resolver *self, const name *entry)
{
    size_t size = strlen(entry->text) + 1;
    job *one = calloc(1, sizeof *one + size);
    if (!one) return false;
    memcpy(one->name, entry->text, size);
    one->task.run = job_done;
    one->resolver = self;
    one->loop = self->loop;
    cote__loop_retain(self->loop);
    if (!start_thread(one)) {
        job_free(one);
        return false;
    }
    one->next = self->jobs;
    self->jobs = one;
    self->job_count++;
    return true;
}

static void start_wanted(cote__resolver *self)
{
    cote__queue_node *node = self->names.head;
    while (node && self->job_count < MOST_AT_ONCE) {
        name *entry = name_of(node);
        node = node->next;
        if (entry->state == WANTED && start_job(self, entry)) entry->state = LOOKED_UP;
    }
}

/* MARK: asking */

static bool is_known(const name *entry)
{
    return entry->state == KNOWN && cote__now() < entry->until;
}

const cote__resolution *cote__resolve(cote__resolver *self, const char *text, cote__lookup *lookup)
{
    static const cote__resolution too_many = {.error = "too many names are looked up",
                                              .again = true};
    static const cote__resolution no_thread = {.error = "no thread could be started",
                                               .again = true};
    name *entry = find(self, text);
    if (entry && is_known(entry)) return &entry->resolution;
    if (!entry && !(entry = add(self, text))) return &too_many;
    if (entry->state == KNOWN) entry->state = WANTED;
    start_wanted(self);
    if (entry->state == WANTED && self->job_count == 0) return &no_thread;
    lookup->waiting = true;
    lookup->next = entry->waiting;
    entry->waiting = lookup;
    return NULL;
}

void cote__resolve_cancel(cote__resolver *self, const char *text, cote__lookup *lookup)
{
    if (!lookup->waiting) return;
    cote__lookup **link = &find(self, text)->waiting;
    while (*link != lookup) link = &(*link)->next;
    *link = lookup->next;
    lookup->waiting = false;
}

uint32_t cote__resolver_peek(const cote__resolver *self, const char *text)
{
    const name *entry = find(self, text);
    return entry && is_known(entry) ? entry->resolution.address : 0;
}

void cote__resolver_forget(cote__resolver *self, const char *text)
{
    name *entry = find(self, text);
    if (entry && entry->state == KNOWN) entry->until = 0;
}

/* MARK: life */

cote__resolver *cote__resolver_create(cote_loop *loop)
{
    cote__resolver *self = calloc(1, sizeof *self);
    if (self) self->loop = loop;
    return self;
}

void cote__resolver_destroy(cote__resolver *self)
{
    if (!self) return;
    for (job *at = self->jobs; at; at = at->next) at->resolver = NULL;
    while (self->names.head) drop(self, name_of(self->names.head));
    free(self);
}
