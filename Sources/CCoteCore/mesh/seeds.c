#include "mesh/seeds.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/system.h"
#include "state/queue.h"

enum {
    AGAIN = 5000,    /* ms, from one round to the next; the resolver knows a name for longer */
    GOOD_FOR = 90000 /* ms, for which a name server may be out of order */
};

typedef struct seed {
    struct seed *next;
    cote__lookup lookup;
    cote__seeds *seeds;
    cote__seed_name name;
} seed;

struct cote__seeds {
    cote__resolver *resolver;
    uint16_t port;
    void (*found)(void *owner, uint64_t place, cote__time until);
    void (*lost)(void *owner, const char *message);
    void *owner;
    cote__timer *timer;
    seed *first;
};

/* MARK: the list */

static bool is_of_a_name(char character)
{
    return isalnum((unsigned char)character) || character == '-' || character == '.' ||
           character == '_';
}

static const char *read_port(const char *at, uint16_t *port)
{
    unsigned long number = 0;
    while (*at >= '0' && *at <= '9' && number <= UINT16_MAX)
        number = number * 10 + (unsigned long)(*at++ - '0');
    *port = (uint16_t)number;
    return number > 0 && number <= UINT16_MAX ? at : NULL;
}

bool cote__seeds_next(const char **list, cote__seed_name *name)
{
    const char *at = *list;
    while (*at == ' ') at++;
    size_t size = 0;
    while (is_of_a_name(at[size])) size++;
    if (size == 0 || size >= sizeof name->host) return false;
    memcpy(name->host, at, size);
    name->host[size] = '\0';
    name->port = 0;
    at += size;
    if (*at == ':' && !(at = read_port(at + 1, &name->port))) return false;
    while (*at == ' ') at++;
    if (*at != ',' && *at != '\0') return false;
    if (*at == ',' && *++at == '\0') return false;
    *list = at;
    return true;
}

/* MARK: looking up */

static void tell(seed *self, uint32_t address)
{
    cote__seeds *seeds = self->seeds;
    uint16_t port = self->name.port ? self->name.port : seeds->port;
    seeds->found(seeds->owner, (uint64_t)address << 16 | port, cote__now() + GOOD_FOR);
}

static void tell_all(seed *self, const cote__resolution *resolution)
{
    for (size_t i = 0; i < resolution->count; i++) tell(self, resolution->all[i]);
}

static void looked_up(cote__lookup *lookup, const cote__resolution *resolution)
{
    seed *self = COTE__CONTAINER(lookup, seed, lookup);
    tell_all(self, resolution);
    if (!resolution->error || resolution->again) return;
    char message[COTE__SEED_NAME + 128];
    snprintf(message, sizeof message, "the seed \"%s\" leads nowhere: %s", self->name.host,
             resolution->error);
    self->seeds->lost(self->seeds->owner, message);
}

static void look_up_all(void *context)
{
    cote__seeds *self = context;
    for (seed *one = self->first; one; one = one->next) {
        uint32_t address;
        if (cote__address_parse(one->name.host, &address)) {
            tell(one, address);
        } else if (!one->lookup.waiting) {
            const cote__resolution *known =
                cote__resolve(self->resolver, one->name.host, &one->lookup);
            if (known) tell_all(one, known);
        }
    }
    cote__timer_start(self->timer, AGAIN);
}

/* MARK: life */

static bool add(cote__seeds *self, const cote__seed_name *name)
{
    seed *one = calloc(1, sizeof *one);
    if (!one) return false;
    one->lookup.done = looked_up;
    one->seeds = self;
    one->name = *name;
    one->next = self->first;
    self->first = one;
    return true;
}

cote__seeds *cote__seeds_create(cote_loop *hub, cote__resolver *resolver, const char *list,
                                uint16_t port,
                                void (*found)(void *owner, uint64_t place, cote__time until),
                                void (*lost)(void *owner, const char *message), void *owner)
{
    cote__seeds *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    *self = (cote__seeds){resolver, port, found, lost, owner, NULL, NULL};
    self->timer = cote__timer_create(hub, look_up_all, self);
    bool all = self->timer != NULL;
    cote__seed_name name;
    while (all && *list && cote__seeds_next(&list, &name)) all = add(self, &name);
    if (!all) {
        cote__seeds_destroy(self);
        return NULL;
    }
    cote__timer_start(self->timer, 0);
    return self;
}

void cote__seeds_destroy(cote__seeds *self)
{
    if (!self) return;
    while (self->first) {
        seed *one = self->first;
        self->first = one->next;
        cote__resolve_cancel(self->resolver, one->name.host, &one->lookup);
        free(one);
    }
    cote__timer_destroy(self->timer);
    free(self);
}
