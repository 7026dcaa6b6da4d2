#include "mesh/census.h"

#include <stdlib.h>

#include "state/queue.h"

cote__census *cote__census_create(cote__component *component, void (*done)(cote__census *census),
                                  void *context)
{
    cote__census *census = calloc(1, sizeof *census);
    if (!census) return NULL;
    census->component = component;
    census->done = done;
    census->context = context;
    return census;
}

void cote__census_free(cote__census *census)
{
    free(census->homes);
    free(census);
}

void cote__census_add(cote__census *census, uint32_t address)
{
    if (census->count == census->capacity) {
        size_t capacity = census->capacity ? census->capacity * 2 : 16;
        cote__census_home *homes = realloc(census->homes, capacity * sizeof *homes);
        if (!homes) return;
        census->homes = homes;
        census->capacity = capacity;
    }
    census->homes[census->count++] = (cote__census_home){address, false};
}

/* MARK: looking up */

static int by_address(const void *one, const void *other)
{
    uint32_t a = ((const cote__census_home *)one)->address;
    uint32_t b = ((const cote__census_home *)other)->address;
    return (a > b) - (a < b);
}

/* The first of that address, which may be there several times; NULL if it is not. */
static cote__census_home *find(const cote__census *census, uint32_t address)
{
    size_t first = 0, last = census->count;
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (census->homes[middle].address < address)
            first = middle + 1;
        else
            last = middle;
    }
    bool found = first < census->count && census->homes[first].address == address;
    return found ? &census->homes[first] : NULL;
}

bool cote__census_has(const cote__census *census, uint32_t address)
{
    return find(census, address) != NULL;
}

bool cote__census_is_announced(const cote__census *census, uint32_t address)
{
    const cote__census_home *home = find(census, address);
    return home && home->announced;
}

/* MARK: on the hub's thread */

static void mark(cote__census *census, uint32_t address)
{
    cote__census_home *home = find(census, address >> 24 == 127 ? COTE__LOOPBACK : address);
    if (home) home->announced = true;
}

static void count_peer(cote__census *census, const cote__peer *peer)
{
    const cote_peer *self = cote__peer_public(census->component->registration.says.self);
    mark(census, cote__peer_address(peer));
    mark(census, cote__peer_host(peer));
    if (strcmp(cote__peer_public(peer)->host, self->host) == 0) mark(census, COTE__LOOPBACK);
}

static void count_entry(void *context, cote__roster_peer *entry)
{
    count_peer(context, entry->value);
}

/* Without discovery nothing is known, and nobody is to be taken for a stranger. */
static void count_all(cote__census *census)
{
    const cote__registration *self = &census->component->registration;
    cote__registration *first;
    const cote__roster *roster = cote__discovery_roster(self, &first);
    for (size_t i = 0; i < census->count; i++) census->homes[i].announced = !roster;
    if (roster) cote__roster_each(roster, count_entry, census);
    for (; first; first = first->next)
        if (first != self) count_peer(census, first->says.self);
}

static void answer(cote__task *task)
{
    cote__census *census = COTE__CONTAINER(task, cote__census, task);
    census->done(census);
}

static void take(cote__task *task)
{
    cote__census *census = COTE__CONTAINER(task, cote__census, task);
    qsort(census->homes, census->count, sizeof *census->homes, by_address);
    count_all(census);
    task->run = answer;
    cote__loop_post(census->component->loop, task);
}

void cote__census_take(cote__census *census)
{
    census->task.run = take;
    cote__loop_post(census->component->hub, &census->task);
}
