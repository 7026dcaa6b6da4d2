/*
 * settings_value.h - single values: an argument over an environment variable over a default. What
 * cannot be is refused with COTE_EINVAL and a detail that says where it was read, what, and what is
 * wanted there. An empty variable is as good as none, as in a shell.
 */
#ifndef COTE_MESH_SETTINGS_VALUE_H
#define COTE_MESH_SETTINGS_VALUE_H

#include "cote/options.h"

/* Where a value is looked for. */
typedef struct cote__place {
    const char *field;    /* of cote_options */
    const char *variable; /* NULL: it has none */
} cote__place;

/* A text, and where it was found; NULL when nowhere. */
typedef struct cote__text {
    const char *value; /* borrowed */
    const char *source;
} cote__text;

/* A number, and where it was found. */
typedef struct cote__number {
    uint32_t value;
    const char *source;
    bool by_default; /* `source` is the field then */
} cote__number;

/* What a number must be. An argument of 0 is none. */
typedef struct cote__wanted {
    const char *what; /* "a number of milliseconds" */
    uint32_t least, most, fallback;
} cote__wanted;

/* TCP ports that a listener tries. */
typedef struct cote__ports {
    uint16_t first, last; /* both 0: any that is free */
} cote__ports;

cote__text cote__pick_text(cote__place place, const char *argument);
int cote__pick_number(cote__place place, uint32_t argument, cote__wanted wanted,
                      cote__number *number);
/* How much of something, from 1 to `most`; an argument of 0 is none. */
int cote__pick_size(cote__place place, size_t argument, const char *what, size_t most,
                    size_t fallback, size_t *value);
/* COTE_DEFAULT when nothing says otherwise. */
int cote__pick_switch(cote__place place, cote_switch argument, cote_switch *value);

/* An IPv4 address in host order. */
int cote__read_address(cote__text text, uint32_t *address);
/* "8000": that one and upwards; "8000-8010": these only; "0": any that is free. */
int cote__read_ports(cote__text text, cote__ports *ports);

#endif
