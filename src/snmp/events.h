/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The publisher's copy of the event log, in the order of checkEventTable: by the events'
 * numbers modulo 2^32. Finding one is O(log events); putting one behind the last and
 * removing the first costs next to nothing.
 */
#ifndef SNMP_EVENTS_H
#define SNMP_EVENTS_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check_event.h"

struct events;

/* What of an event is shown: a row of checkEventTable. */
struct events_row {
	uint32_t index; /* the event's number modulo 2^32 */
	uint32_t state_epoch;
	int32_t from_status;
	int32_t to_status;
	uint32_t epoch;
	uint32_t held_s;
	uint8_t kind;     /* enum check_event_kind */
	uint8_t delivery; /* enum check_delivery */
	uint8_t suppression;
	uint8_t from_outcome;
	uint8_t to_outcome;
	uint8_t from_state;
	uint8_t to_state;
	char *name; /* the row's, as are the others */
	char *meaning;
	char *output;
};

struct events *events_new(void);
void events_free(struct events *events);

/* Adds a copy of an event, or replaces the one of its number. */
void events_put(struct events *events, const struct check_event *event);
void events_remove(struct events *events, uint64_t number);

/*
 * The row of an index, or NULL. What the readers return is borrowed until the next
 * events_put or events_remove.
 */
const struct events_row *events_find(const struct events *events, uint32_t index);

/*
 * The first row whose index comes after the given sub-identifiers, or is equal to them
 * where is_inclusive; NULL behind the last one. No sub-identifiers at all come before
 * every row.
 */
const struct events_row *events_next(
	const struct events *events, const oid *index, size_t len, bool is_inclusive);

#endif
