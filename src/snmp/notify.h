/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The events that are to be notified: which comes next and when it may be sent, what
 * becomes of the master's answers, and when the engine may be told of one. Sends nothing
 * and reads no clock.
 *
 * Events are sent in the order in which they were pushed, at most NOTIFY_IN_FLIGHT_MAX
 * unanswered at once, at a limited rate, and not again while the session lives unless they
 * were refused. An event is settled when the master has accepted it or refused it
 * NOTIFY_REFUSALS_MAX times, and told so after all before it.
 */
#ifndef SNMP_NOTIFY_H
#define SNMP_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "wire.h"

#define NOTIFY_IN_FLIGHT_MAX 64
#define NOTIFY_REFUSALS_MAX  3

struct notify;

struct notify_callbacks {
	/* An event is settled: accepted by the master, or refused for good. */
	void (*settled)(void *arg, const struct check_event *event, bool is_accepted);
};

/* rate is of notifications a second; as many, and NOTIFY_IN_FLIGHT_MAX at least, in a burst. */
struct notify *notify_new(uint32_t rate, const struct notify_callbacks *callbacks, void *arg);
void notify_free(struct notify *notify);

/*
 * Queues an event and takes its strings. Returns 0, or -ENOBUFS where WIRE_EVENT_WINDOW
 * events are held already.
 */
int notify_push(struct notify *notify, struct check_event *event);

/* The event to be sent now, borrowed until it is settled; NULL where none is or may be. */
const struct check_event *notify_next(struct notify *notify, struct monotime now);

/* The event that notify_next returned was sent with this packet ID. */
void notify_sent(struct notify *notify, uint32_t packet_id, struct monotime now);

/* The master answered; error is 0 where it took the notification. Others' IDs are ignored. */
void notify_answer(struct notify *notify, uint32_t packet_id, long error, struct monotime now);

/* The session is over: what it left unanswered is to be sent again. */
void notify_requeue(struct notify *notify);

/* How long until notify_next can have something to send, other than after an answer; or -1. */
int64_t notify_delay_ms(struct notify *notify, struct monotime now);

/* Whether a notification has been unanswered for longer than a master may take. */
bool notify_is_overdue(const struct notify *notify, struct monotime now);

#endif
