/*
 * inquiry.h - whether a connection is broken in the midst of a frame, asked over another one.
 *
 * When a length is changed on its way, whoever reads waits for a frame that never ends, and takes
 * whatever is written behind it for a part of that, requests and probes alike. From outside it
 * looks like a peer whose loop stands still. But each side knows how much it has written, and that
 * these are whole frames; if the other side is beyond that point and still in the frame that it was
 * in before, it waits in vain. Each tells the other one, over a connection made for that: who
 * stands still cannot answer, and nothing follows from that. On the loop thread.
 */
#ifndef COTE_MESH_INQUIRY_H
#define COTE_MESH_INQUIRY_H

#include "mesh/link.h"

/* Begins it, of a link that is open. It ends by itself, and the link's connection with it if that
 * is broken. Without memory nothing happens. */
void cote__inquiry_begin(cote__link *link);
/* Of a link that has one, and whose connection has ended. */
void cote__inquiry_end(cote__inquiry *inquiry);

#endif
