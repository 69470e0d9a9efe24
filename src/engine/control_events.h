/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Those who wait on the control socket for an event that is not there yet.
 */
#ifndef ENGINE_CONTROL_EVENTS_H
#define ENGINE_CONTROL_EVENTS_H

#include <event2/event.h>

struct control_events;
struct eventlog;

/* The log is borrowed, and watched. */
struct control_events *control_events_new(struct event_base *base, struct eventlog *log);

/* Nobody waits any more. NULL is fine. */
void control_events_free(struct control_events *events);

#endif
