/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An event as the log keeps it: what happened to a check, with the values of that moment.
 * The numbers of the enumerations are those of CHECKD-MIB.
 */
#ifndef CORE_CHECK_EVENT_H
#define CORE_CHECK_EVENT_H

#include <stdint.h>

/* The numbers are those of the notifications under checkMIB.0. */
enum check_event_kind {
	CHECK_EVENT_FAILED = 1,       /* from ok (or pending) to not ok */
	CHECK_EVENT_CHANGED = 2,      /* all else */
	CHECK_EVENT_RECOVERED = 3,    /* from not ok to ok */
	CHECK_EVENT_BECAME_STALE = 4, /* no run finished for too long */
	CHECK_EVENT_BECAME_FRESH = 5,
	CHECK_EVENT_FLAPPING_STARTED = 6,
	CHECK_EVENT_FLAPPING_STOPPED = 7,
	CHECK_EVENT_WITHDRAWN = 8,     /* disabled or removed: what was told of it is over */
	CHECK_EVENT_AGENT_STARTED = 9, /* a notification only: it has no number */
	CHECK_EVENT_EVENTS_LOST = 10,
};

/* What became of an event's notification. */
enum check_delivery {
	CHECK_DELIVERY_PENDING = 1,
	CHECK_DELIVERY_ACCEPTED = 2, /* by the master, or by every receiver of informs */
	CHECK_DELIVERY_SUPPRESSED = 3,
	CHECK_DELIVERY_LOST = 4,
};

/* Why an event, or a check's events at present, are not notified. */
enum check_suppression {
	CHECK_SUPPRESSION_NONE = 1,
	CHECK_SUPPRESSION_POLICY = 2, /* `notify` does not ask for it */
	CHECK_SUPPRESSION_DISABLED = 3,
	CHECK_SUPPRESSION_MAINTENANCE = 4,
	CHECK_SUPPRESSION_DEPENDENCY = 5, /* what it depends on is not ok, or in doubt */
	CHECK_SUPPRESSION_FLAPPING = 6,
};

/* Strings are owned and never NULL. */
struct check_event {
	uint64_t number; /* 0: of no event */
	uint32_t state_epoch;
	uint8_t kind;        /* enum check_event_kind */
	uint8_t delivery;    /* enum check_delivery */
	uint8_t suppression; /* enum check_suppression */
	char *name;          /* of the check; "" where it is of none */
	int32_t from_status;
	int32_t to_status;
	int32_t previous_status; /* the check's checkPreviousStatus after it */
	uint8_t from_outcome;    /* enum check_outcome */
	uint8_t to_outcome;
	uint8_t from_state; /* enum check_state */
	uint8_t to_state;
	char *meaning;
	char *output;
	char *description;
	char *group;
	uint32_t epoch;          /* when it happened, in seconds since 1970 */
	uint32_t last_ran_epoch; /* of its check; 0: never */
	uint32_t held_s;         /* how long what was before had lasted */
	uint32_t status_changes;
	uint64_t first; /* events lost: the first and the last of them; */
	uint64_t last;  /* agent started: the first and the last of the log */
};

/* An event of no check: its texts are empty, its check never ran. */
struct check_event check_event_new(enum check_event_kind kind);
struct check_event check_event_copy(const struct check_event *event);
void check_event_deinit(struct check_event *event);

/* "failed", "eventsLost". */
const char *check_event_kind_name(enum check_event_kind kind);

/* "none", "dependency". */
const char *check_suppression_name(enum check_suppression suppression);

/* "pending", "accepted". */
const char *check_delivery_name(enum check_delivery delivery);

#endif
