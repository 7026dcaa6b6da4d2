/*
 * cote.h - zero-configuration microservices: components find each other on the network and talk.
 *
 * The contract. Every function of this library keeps these rules.
 *
 *  1. A create that succeeds gives exactly one on_close; one that fails gives none and leaves
 * nothing behind.
 *  2. Every function may be called from any thread unless its comment says otherwise. None blocks,
 * but cote_loop_destroy, which joins the thread and must not be called on it.
 *  3. Callbacks run on the loop thread only, never from inside a public call (but cote_loop_destroy
 * of an attached loop, which runs it), never with a lock held.
 *  4. Bytes handed to a callback are borrowed until it returns; bytes handed to a call are copied
 * before it returns.
 *  5. If a send returned COTE_OK, its response callback fires exactly once (answer, remote error,
 *     timeout, cancelled, connection lost or closed), and before on_close. There is no way for a
 * request to end silently.
 *  6. close may be called from anywhere, callbacks included, and again until on_close returns; from
 * then on no call with that handle may be made. Other calls after close return COTE_ECLOSED. drain
 * is a close that takes its time: what would begin something returns COTE_ECLOSED.
 *  7. A reply token is used once, and outlives its connection, its component and its loop (then the
 *     reply is dropped and reported as such). A token that is dropped unanswered sends the
 * requester an error. Bounds are counted at the mailbox: a full queue is told to the caller at
 * once, on any thread.
 *  8. The library never prints and never exits: it calls the log callback, or stays silent.
 *
 * Errors are negative, 0 is success. Option structs begin with their size, so that they can grow.
 */
#ifndef COTE_H
#define COTE_H

#include "cote/base.h"
#include "cote/counters.h"
#include "cote/error.h"
#include "cote/log.h"
#include "cote/loop.h"
#include "cote/monitor.h"
#include "cote/options.h"
#include "cote/publisher.h"
#include "cote/refusals.h"
#include "cote/requester.h"
#include "cote/responder.h"
#include "cote/subscriber.h"

#endif
