/*
 * greeting.h - what hosts say to each other that find each other by unicast: "cote:greet", and
 * "cote:relay" among the processes of one host (protocol, section 5). Places are IPv4 addresses
 * with UDP ports: address << 16 | port.
 */
#ifndef COTE_WIRE_GREETING_H
#define COTE_WIRE_GREETING_H

#include "wire/buffer.h"
#include "wire/slice.h"

enum { COTE__GREETING_PLACES = 32 /* in one greeting */ };

typedef struct cote__greeting {
    uint64_t id;    /* of who says it, so that it knows itself */
    uint64_t proof; /* what the other has to say to prove that it hears at its address; not 0 */
    uint64_t echo;  /* the other's proof; 0: not heard yet */
    uint64_t places[COTE__GREETING_PLACES]; /* of others that it knows */
    size_t place_count;
} cote__greeting;

typedef struct cote__relayed {
    uint64_t id;         /* of who passes it on */
    uint64_t source;     /* where the message came from */
    cote__slice message; /* borrowed; a JSON object */
} cote__relayed;

typedef enum cote__greeting_kind {
    COTE__GREETING_NONE, /* anything else */
    COTE__GREETING_GREET,
    COTE__GREETING_RELAY,
    COTE__GREETING_MALFORMED
} cote__greeting_kind;

/* Each begins with its event, so that a hello costs no parsing here. Places at which nobody can be
 * are left out. */
cote__greeting_kind cote__greeting_decode(cote__slice datagram, cote__greeting *greeting,
                                          cote__relayed *relayed);
void cote__greeting_encode(cote__buffer *out, const cote__greeting *greeting);
/* `message` must be JSON. */
void cote__relay_encode(cote__buffer *out, const cote__relayed *relayed);

/* "10.0.0.5:12345". False if nobody can be there. */
bool cote__place_parse(cote__slice text, uint64_t *place);
enum { COTE__PLACE_SIZE = 24 };
void cote__place_format(uint64_t place, char text[COTE__PLACE_SIZE]);

#endif
