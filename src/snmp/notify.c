/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of events in the order of their numbers, and a bucket of time: to send an event
 * costs the time that the rate has for one, and time fills the bucket.
 */
#include "notify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "util.h"

/* The master has so long for an answer. */
#define ANSWER_PATIENCE_NS (10 * NS_PER_S)

/* After a refusal nothing is sent for so long, that the reason may pass. */
#define REFUSAL_PAUSE_NS NS_PER_S

enum entry_state {
	ENTRY_WAITING,
	ENTRY_IN_FLIGHT,
	ENTRY_ACCEPTED,
	ENTRY_REFUSED, /* for good */
};

struct entry {
	struct check_event event;
	enum entry_state state;
	unsigned refusals;
	uint32_t packet_id;   /* in flight */
	struct monotime sent; /* in flight */
	struct entry *prev, *next;
};

struct notify {
	struct entry *entries;
	unsigned count;
	unsigned in_flight;
	struct notify_callbacks callbacks;
	void *arg;
	int64_t cost_ns;     /* of one event */
	int64_t capacity_ns; /* of the bucket */
	int64_t credit_ns;
	struct monotime filled;  /* when the bucket was last filled */
	struct monotime resumed; /* nothing is sent before */
};

struct notify *
notify_new(uint32_t rate, const struct notify_callbacks *callbacks, void *arg)
{
	struct notify *notify = xcalloc(1, sizeof(*notify));
	uint32_t burst = rate > NOTIFY_IN_FLIGHT_MAX ? rate : NOTIFY_IN_FLIGHT_MAX;

	notify->callbacks = *callbacks;
	notify->arg = arg;
	notify->cost_ns = NS_PER_S / (rate > 0 ? rate : 1);
	notify->capacity_ns = notify->cost_ns * burst;
	notify->credit_ns = notify->capacity_ns;
	return notify;
}

static void
free_entry(struct entry *entry)
{
	check_event_deinit(&entry->event);
	free(entry);
}

void
notify_free(struct notify *notify)
{
	struct entry *entry, *next;

	if (notify == NULL)
		return;
	DL_FOREACH_SAFE(notify->entries, entry, next) {
		free_entry(entry);
	}
	free(notify);
}

int
notify_push(struct notify *notify, struct check_event *event)
{
	if (notify->count >= WIRE_EVENT_WINDOW)
		return -ENOBUFS;

	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->event = *event;
	memset(event, 0, sizeof(*event));
	DL_APPEND(notify->entries, entry);
	notify->count++;
	return 0;
}

static void
fill_bucket(struct notify *notify, struct monotime now)
{
	int64_t passed = now.ns - notify->filled.ns;

	notify->filled = now;
	if (passed >= notify->capacity_ns - notify->credit_ns)
		notify->credit_ns = notify->capacity_ns;
	else
		notify->credit_ns += passed;
}

static struct entry *
first_waiting(const struct notify *notify)
{
	struct entry *entry;

	DL_FOREACH(notify->entries, entry) {
		if (entry->state == ENTRY_WAITING)
			return entry;
	}
	return NULL;
}

const struct check_event *
notify_next(struct notify *notify, struct monotime now)
{
	const struct entry *entry;

	fill_bucket(notify, now);
	if (notify->in_flight >= NOTIFY_IN_FLIGHT_MAX || notify->credit_ns < notify->cost_ns ||
		now.ns < notify->resumed.ns)
		return NULL;
	entry = first_waiting(notify);
	return entry != NULL ? &entry->event : NULL;
}

void
notify_sent(struct notify *notify, uint32_t packet_id, struct monotime now)
{
	struct entry *entry = first_waiting(notify);

	entry->state = ENTRY_IN_FLIGHT;
	entry->packet_id = packet_id;
	entry->sent = now;
	notify->in_flight++;
	notify->credit_ns -= notify->cost_ns;
}

/* Tells of what is settled, as far as nothing before it is not. */
static void
settle(struct notify *notify)
{
	struct entry *entry;

	while ((entry = notify->entries) != NULL && entry->state >= ENTRY_ACCEPTED) {
		DL_DELETE(notify->entries, entry);
		notify->count--;
		notify->callbacks.settled(
			notify->arg, &entry->event, entry->state == ENTRY_ACCEPTED);
		free_entry(entry);
	}
}

static struct entry *
find_in_flight(const struct notify *notify, uint32_t packet_id)
{
	struct entry *entry;

	DL_FOREACH(notify->entries, entry) {
		if (entry->state == ENTRY_IN_FLIGHT && entry->packet_id == packet_id)
			return entry;
	}
	return NULL;
}

void
notify_answer(struct notify *notify, uint32_t packet_id, long error, struct monotime now)
{
	struct entry *entry = find_in_flight(notify, packet_id);

	if (entry == NULL)
		return;
	notify->in_flight--;
	if (error == 0) {
		entry->state = ENTRY_ACCEPTED;
	} else if (++entry->refusals < NOTIFY_REFUSALS_MAX) {
		entry->state = ENTRY_WAITING;
		notify->resumed.ns = now.ns + REFUSAL_PAUSE_NS;
	} else {
		entry->state = ENTRY_REFUSED;
	}
	settle(notify);
}

void
notify_requeue(struct notify *notify)
{
	struct entry *entry;

	DL_FOREACH(notify->entries, entry) {
		if (entry->state == ENTRY_IN_FLIGHT)
			entry->state = ENTRY_WAITING;
	}
	notify->in_flight = 0;
}

int64_t
notify_delay_ms(struct notify *notify, struct monotime now)
{
	int64_t delay_ns = 0;

	fill_bucket(notify, now);
	if (notify->in_flight >= NOTIFY_IN_FLIGHT_MAX || first_waiting(notify) == NULL)
		return -1;
	if (notify->credit_ns < notify->cost_ns)
		delay_ns = notify->cost_ns - notify->credit_ns;
	if (notify->resumed.ns - now.ns > delay_ns)
		delay_ns = notify->resumed.ns - now.ns;
	return (delay_ns + NS_PER_MS - 1) / NS_PER_MS;
}

bool
notify_is_overdue(const struct notify *notify, struct monotime now)
{
	const struct entry *entry;

	DL_FOREACH(notify->entries, entry) {
		if (entry->state == ENTRY_IN_FLIGHT &&
			now.ns - entry->sent.ns > ANSWER_PATIENCE_NS)
			return true;
	}
	return false;
}
