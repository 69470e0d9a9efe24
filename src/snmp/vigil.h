/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the event loop awake where busy_poll.h says so: it goes round without sleeping, so
 * that all its other events have their turn as ever.
 */
#ifndef SNMP_VIGIL_H
#define SNMP_VIGIL_H

#include <event2/event.h>

struct vigil;

/* window_us: how long after an answer at most; 0 is never. */
struct vigil *vigil_new(struct event_base *base, unsigned window_us);
void vigil_free(struct vigil *vigil);

/* To be called when a request came, and when it was answered. */
void vigil_request(struct vigil *vigil);
void vigil_begin(struct vigil *vigil);

#endif
