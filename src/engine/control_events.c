/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events by their numbers, and the wait for the next one. Who waits costs nothing until the
 * log grows; then some are looked after a turn, each from where it has seen the log.
 */
#include "control_events.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "control_answer.h"
#include "control_client.h"
#include "control_handlers.h"
#include "control_row.h"
#include "control_verbs.h"
#include "eventlog.h"
#include "util.h"

/* Of those who wait, so many are looked after a turn of the loop. */
#define TURN_MAX 16

/* What is wanted. */
struct query {
	uint64_t since;
	size_t limit;
	char *name; /* owned; NULL: any */
};

struct waiting {
	struct control_events *events;
	struct control_call *call;
	struct query query;
	struct event *timer;
	bool is_due; /* the log has grown since it was looked at */
	struct waiting *prev, *next;
};

struct control_events {
	struct event_base *base;
	struct eventlog *log;
	struct event *turn_event;
	struct waiting *waiting;
};

/* One answer in the making. */
struct answer {
	struct control_items items;
	uint64_t seen; /* the last event that was looked at */
	bool is_cut;   /* there are more behind it */
};

static bool
is_wanted(const struct query *query, const struct check_event *event)
{
	return query->name == NULL || strcmp(query->name, event->name) == 0;
}

/* False where there is no room for it. */
static bool
take(struct answer *answer, const struct check_event *event)
{
	size_t mark;

	control_event_write(control_items_begin(&answer->items, &mark), event);
	return control_items_end(&answer->items, mark);
}

static void
collect(const struct eventlog *log, const struct query *query, struct answer *answer)
{
	const struct check_event *event;

	control_items_init(&answer->items, query->limit);
	answer->seen = query->since;
	answer->is_cut = false;
	for (size_t i = 0; (event = eventlog_after(log, answer->seen)) != NULL; i++) {
		answer->is_cut = i == CONTROL_LOOKS_MAX ||
				 (is_wanted(query, event) && !take(answer, event));
		if (answer->is_cut)
			return;
		answer->seen = event->number;
	}
}

/* Takes the items. */
static void
give(const struct eventlog *log, struct control_call *call, struct answer *answer)
{
	uint64_t first, last;

	eventlog_range(log, &first, &last);
	json_t *members = json_pack("{s:I, s:I, s:I}", "first_event", (json_int_t)first,
		"last_event", (json_int_t)last, "state_epoch", (json_int_t)eventlog_epoch(log));

	if (answer->is_cut)
		json_object_set_new(members, "next", json_integer((json_int_t)answer->seen));
	control_call_succeed_items(call, members, "events", &answer->items);
}

/* The number behind which the newest of those that are wanted come. */
static uint64_t
find_newest(const struct eventlog *log, const struct query *query)
{
	uint64_t first, last;
	size_t found = 0, looks = 0;

	eventlog_range(log, &first, &last);
	for (; last >= first && last > 0 && found < query->limit && looks < CONTROL_LOOKS_MAX;
		last--, looks++) {
		const struct check_event *event = eventlog_after(log, last - 1);

		found += event != NULL && event->number == last && is_wanted(query, event);
	}
	return last;
}

static void
waiting_free(struct waiting *waiting)
{
	DL_DELETE(waiting->events->waiting, waiting);
	event_free(waiting->timer);
	free(waiting->query.name);
	free(waiting);
}

static void
wait_on_cancelled(struct control_call *call)
{
	waiting_free(call->state);
}

static void
make_turn(struct control_events *events)
{
	static const struct timeval at_once = {0};

	event_add(events->turn_event, &at_once);
}

/* Answers where there is anything to tell, or the time is over. */
static void
look_after(struct waiting *waiting, bool is_over)
{
	const struct eventlog *log = waiting->events->log;
	struct control_call *call = waiting->call;
	struct answer answer;

	waiting->is_due = false;
	collect(log, &waiting->query, &answer);
	if (answer.items.count == 0 && !is_over) {
		control_items_deinit(&answer.items);
		waiting->query.since = answer.seen;
		waiting->is_due = answer.is_cut;
		if (waiting->is_due)
			make_turn(waiting->events);
		return;
	}
	waiting_free(waiting);
	give(log, call, &answer);
}

static void
wait_on_timeout(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	look_after(arg, true);
}

static void
events_on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct control_events *events = arg;
	struct waiting *waiting, *following;
	size_t count = 0;

	(void)fd;
	(void)what;
	DL_FOREACH_SAFE(events->waiting, waiting, following) {
		if (!waiting->is_due)
			continue;
		if (count++ == TURN_MAX) {
			make_turn(events);
			return;
		}
		look_after(waiting, false);
	}
}

static void
log_on_grown(void *arg)
{
	struct control_events *events = arg;
	struct waiting *waiting;

	DL_FOREACH(events->waiting, waiting) {
		waiting->is_due = true;
	}
	if (events->waiting != NULL)
		make_turn(events);
}

static void
wait_for_more(struct control_events *events, struct control_call *call, struct query *query)
{
	const struct timeval patience = {.tv_sec = control_call_number(call, "wait")};
	struct waiting *waiting = xcalloc(1, sizeof(*waiting));

	waiting->events = events;
	waiting->call = call;
	waiting->query = *query;
	query->name = NULL;
	waiting->timer = event_new(events->base, -1, 0, wait_on_timeout, waiting);
	if (waiting->timer == NULL)
		abort();
	event_priority_set(waiting->timer, CONTROL_PRIORITY);
	event_add(waiting->timer, &patience);
	DL_APPEND(events->waiting, waiting);
	call->state = waiting;
	call->cancelled = wait_on_cancelled;
	call->is_waiting = true;
}

void
control_events(void *arg, struct control_call *call)
{
	struct control_events *events = ((struct control_context *)arg)->events;
	const char *name = control_call_text(call, "name");
	int64_t limit = control_call_number(call, "limit");
	struct query query = {
		.since = (uint64_t)control_call_number(call, "since"),
		.limit = limit > 0 ? (size_t)limit : CONTROL_ITEMS_STANDARD,
		.name = name != NULL ? xstrdup(name) : NULL,
	};
	struct answer answer;

	if (!control_call_has(call, "since"))
		query.since = find_newest(events->log, &query);
	collect(events->log, &query, &answer);
	query.since = answer.seen;
	if (answer.items.count > 0 || answer.is_cut || control_call_number(call, "wait") == 0) {
		give(events->log, call, &answer);
	} else {
		control_items_deinit(&answer.items);
		wait_for_more(events, call, &query);
	}
	free(query.name);
}

struct control_events *
control_events_new(struct event_base *base, struct eventlog *log)
{
	struct control_events *events = xcalloc(1, sizeof(*events));

	events->base = base;
	events->log = log;
	events->turn_event = event_new(base, -1, 0, events_on_turn, events);
	if (events->turn_event == NULL)
		abort();
	event_priority_set(events->turn_event, CONTROL_PRIORITY);
	eventlog_watch(log, log_on_grown, events);
	return events;
}

void
control_events_free(struct control_events *events)
{
	if (events == NULL)
		return;
	eventlog_watch(events->log, NULL, NULL);
	event_free(events->turn_event);
	free(events);
}
