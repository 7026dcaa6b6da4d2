/* census.h - a question to discovery: from which of these addresses is anybody announced? */
#ifndef COTE_MESH_CENSUS_H
#define COTE_MESH_CENSUS_H

#include "mesh/component.h"

typedef struct cote__census_home {
    uint32_t address;
    bool announced;
} cote__census_home;

typedef struct cote__census {
    cote__task task;
    cote__component *component; /* held open by the asker */
    void (*done)(struct cote__census *census);
    void *context;
    cote__census_home *homes; /* in ascending order once it is taken */
    size_t count, capacity;
} cote__census;

/* `done` is called on the component's loop, and frees it. NULL when there is no memory. */
cote__census *cote__census_create(cote__component *component, void (*done)(cote__census *census),
                                  void *context);
void cote__census_free(cote__census *census);
/* An address in host order; all of this host are 127.0.0.1. Without memory it is left out. */
void cote__census_add(cote__census *census, uint32_t address);
/* Asks. */
void cote__census_take(cote__census *census);

/* Afterwards: whether it was asked for; whether anybody is announced there. */
bool cote__census_has(const cote__census *census, uint32_t address);
bool cote__census_is_announced(const cote__census *census, uint32_t address);

#endif
