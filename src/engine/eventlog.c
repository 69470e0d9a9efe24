/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All entries stand in one list by number, the pending ones in a second: of these the first
 * were sent. An entry is shown once it is stored, and numbers are stored in their order, so
 * what is not shown yet is the end of the log.
 */
#include "eventlog.h"

#include <assert.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "feed.h"
#include "log.h"
#include "util.h"

struct entry {
	struct check_event event;     /* its delivery is the one that may be shown */
	enum check_delivery delivery; /* the one that is known */
	bool is_shown;
	struct publication publication; /* once it is shown */
	struct entry *prev, *next;      /* in the log */
	struct entry *pending_prev, *pending_next;
	UT_hash_handle hh; /* by event.number */
};

/* That checkd has started: notified before all else, known by the number 0. */
enum announcement {
	ANNOUNCEMENT_NONE,
	ANNOUNCEMENT_DUE,
	ANNOUNCEMENT_SENT,
};

struct eventlog {
	struct feed *feed;
	struct store *store; /* NULL before eventlog_restore */
	size_t history;
	size_t backlog;
	uint32_t state_epoch;

	struct entry *entries; /* all, by number */
	struct entry *by_number;
	struct entry *pending;
	struct entry *next_notice;  /* the first of the pending that was not sent */
	struct entry *first_hidden; /* the first that is not shown */
	size_t pending_count;
	size_t settled_count;
	size_t open_count; /* those not known to be stored as settled */

	struct store_figures figures; /* those of events */
	enum announcement announcement;
	struct check_event announced;

	void (*grown)(void *arg); /* NULL: nobody watches */
	void *grown_arg;
};

static struct entry *
entry_of_publication(const struct publication *publication)
{
	return (struct entry *)((char *)publication - offsetof(struct entry, publication));
}

static struct entry *
find(const struct eventlog *log, uint64_t number)
{
	struct entry *entry;

	HASH_FIND(hh, log->by_number, &number, sizeof(number), entry);
	return entry;
}

static void
free_entry(struct entry *entry)
{
	check_event_deinit(&entry->event);
	free(entry);
}

struct eventlog *
eventlog_new(struct feed *feed)
{
	struct eventlog *log = xcalloc(1, sizeof(*log));

	log->feed = feed;
	log->history = SIZE_MAX;
	log->backlog = SIZE_MAX;
	return log;
}

/* Takes an entry out of the log; the publisher is told where it knows of it. */
static void
drop(struct eventlog *log, struct entry *entry)
{
	struct wire_message removal = {
		.type = WIRE_FORGET,
		.forget = {.number = entry->event.number},
	};

	if (entry == log->first_hidden)
		log->first_hidden = entry->next;
	if (entry->is_shown)
		publication_deinit(&entry->publication, &removal);
	if (entry->event.delivery == CHECK_DELIVERY_PENDING)
		log->open_count--;
	DL_DELETE(log->entries, entry);
	HASH_DEL(log->by_number, entry);
	free_entry(entry);
}

static void
pending_remove(struct eventlog *log, struct entry *entry)
{
	if (entry == log->next_notice)
		log->next_notice = entry->pending_next;
	DL_DELETE2(log->pending, entry, pending_prev, pending_next);
	log->pending_count--;
}

void
eventlog_free(struct eventlog *log)
{
	if (log == NULL)
		return;
	while (log->entries != NULL)
		drop(log, log->entries);
	check_event_deinit(&log->announced);
	free(log);
}

static bool
is_pending(const struct entry *entry)
{
	return entry->delivery == CHECK_DELIVERY_PENDING;
}

/* Lets the oldest go, as long as they are settled and there are too many of those. */
static void
trim_settled(struct eventlog *log)
{
	while (log->settled_count > log->history && !is_pending(log->entries)) {
		log->settled_count--;
		store_remove_event(log->store, log->entries->event.number);
		drop(log, log->entries);
	}
}

static void
append_pending(struct eventlog *log, struct entry *entry)
{
	DL_APPEND2(log->pending, entry, pending_prev, pending_next);
	log->pending_count++;
	if (log->next_notice == NULL)
		log->next_notice = entry;
}

static bool
is_kept(const struct eventlog *log)
{
	return store_status(log->store) != WIRE_STORE_FAILED;
}

/* The delivery of a pending entry is decided. It is shown once it is stored. */
static void
settle(struct eventlog *log, struct entry *entry, enum check_delivery delivery)
{
	pending_remove(log, entry);
	log->settled_count++;
	entry->delivery = delivery;
	store_set_delivery(log->store, entry->event.number, delivery);
	store_change_figures(log->store);
	if (!is_kept(log))
		eventlog_stored_delivery(log, entry->event.number, delivery);
}

/* What an event of lost events told is told by nobody once that one is lost. */
static void
remember_lost(struct eventlog *log, const struct check_event *event)
{
	struct store_figures *figures = &log->figures;
	uint64_t first = event->kind == CHECK_EVENT_EVENTS_LOST ? event->first : event->number;

	if (figures->untold_lost_first == 0 || first < figures->untold_lost_first)
		figures->untold_lost_first = first;
	if (event->number > figures->untold_lost_last)
		figures->untold_lost_last = event->number;
	figures->lost++;
}

/* Whether there are too many pending ones, or the oldest keeps too many settled ones. */
static bool
is_overfull(const struct eventlog *log)
{
	return log->pending_count > log->backlog ||
	       (log->settled_count > log->history &&
		       log->pending_count + log->settled_count - log->history > log->backlog);
}

/* Gives up the oldest pending ones that were not sent. */
static void
trim_pending(struct eventlog *log)
{
	bool is_known = log->figures.untold_lost_first != 0;

	while (is_overfull(log) && log->next_notice != NULL) {
		struct entry *oldest = log->next_notice;

		remember_lost(log, &oldest->event);
		settle(log, oldest, CHECK_DELIVERY_LOST);
		trim_settled(log);
	}
	if (!is_known && log->figures.untold_lost_first != 0)
		log_error("events are lost from number %ju on: %zu wait to be notified, and no "
			  "more may (limits.backlog)",
			(uintmax_t)log->figures.untold_lost_first, log->pending_count);
}

static void
trim(struct eventlog *log)
{
	trim_pending(log);
	trim_settled(log);
}

static void
show(struct eventlog *log, struct entry *entry)
{
	entry->is_shown = true;
	publication_init(&entry->publication, log->feed, FEED_EVENT);
}

/* Shows all entries up to a number. */
static void
show_through(struct eventlog *log, uint64_t number)
{
	while (log->first_hidden != NULL && log->first_hidden->event.number <= number) {
		struct entry *entry = log->first_hidden;

		log->first_hidden = entry->next;
		show(log, entry);
	}
	feed_notify(log->feed);
	if (log->grown != NULL)
		log->grown(log->grown_arg);
}

/* Takes an event's strings. */
static struct entry *
append(struct eventlog *log, struct check_event *event)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->event = *event;
	entry->delivery = event->delivery;
	memset(event, 0, sizeof(*event));
	DL_APPEND(log->entries, entry);
	HASH_ADD(hh, log->by_number, event.number, sizeof(entry->event.number), entry);
	if (is_pending(entry)) {
		append_pending(log, entry);
		log->open_count++;
	} else {
		log->settled_count++;
	}
	if (log->first_hidden == NULL)
		log->first_hidden = entry;
	return entry;
}

/* Events that were given up for want of room are told of when there is some again. */
static void
tell_lost(struct eventlog *log)
{
	struct store_figures *figures = &log->figures;
	struct check_event event;

	if (figures->untold_lost_first == 0 || log->pending_count >= log->backlog)
		return;
	event = check_event_new(CHECK_EVENT_EVENTS_LOST);
	event.first = figures->untold_lost_first;
	event.last = figures->untold_lost_last;
	figures->untold_lost_first = 0;
	figures->untold_lost_last = 0;
	eventlog_add(log, &event);
}

uint64_t
eventlog_add(struct eventlog *log, struct check_event *event)
{
	bool is_notified = event->suppression == CHECK_SUPPRESSION_NONE;
	struct entry *entry;
	uint64_t number = ++log->figures.last_event;

	event->number = number;
	event->state_epoch = log->state_epoch;
	event->delivery = is_notified ? CHECK_DELIVERY_PENDING : CHECK_DELIVERY_SUPPRESSED;
	if (event->epoch == 0)
		event->epoch = instant_now().wall.s;
	if (!is_notified)
		log->figures.suppressed++;
	entry = append(log, event);
	store_add_event(log->store, &entry->event);
	store_change_figures(log->store);
	if (!is_kept(log))
		show_through(log, number);
	trim(log);
	return number;
}

void
eventlog_set_limits(struct eventlog *log, size_t history, size_t backlog)
{
	log->history = history;
	log->backlog = backlog;
	if (log->store == NULL)
		return;
	trim(log);
	tell_lost(log);
}

static void
restore_events(struct eventlog *log, struct store_content *content)
{
	for (size_t i = 0; i < content->event_count; i++)
		append(log, &content->events[i]);
	show_through(log, UINT64_MAX);
}

void
eventlog_restore(struct eventlog *log, struct store *store, struct store_content *content)
{
	log->store = store;
	log->state_epoch = content->state_epoch;
	log->figures = content->figures;
	restore_events(log, content);
	log->announced = check_event_new(CHECK_EVENT_AGENT_STARTED);
	log->announcement = ANNOUNCEMENT_DUE;
	trim(log);
	tell_lost(log);
}

void
eventlog_set_epoch(struct eventlog *log, uint32_t state_epoch)
{
	log->state_epoch = state_epoch;
}

uint32_t
eventlog_epoch(const struct eventlog *log)
{
	return log->state_epoch;
}

void
eventlog_stored(struct eventlog *log, uint64_t number)
{
	show_through(log, number);
}

void
eventlog_stored_delivery(struct eventlog *log, uint64_t number, enum check_delivery delivery)
{
	struct entry *entry = find(log, number);

	if (entry == NULL)
		return;
	if (entry->event.delivery == CHECK_DELIVERY_PENDING)
		log->open_count--;
	entry->event.delivery = delivery;
	if (!entry->is_shown)
		return;
	publication_change(&entry->publication);
	feed_notify(log->feed); /* the scalars that tell of the log must not run ahead of it */
}

void
eventlog_show_all(struct eventlog *log)
{
	struct entry *entry;

	show_through(log, UINT64_MAX);
	DL_FOREACH(log->entries, entry) {
		if (entry->event.delivery != entry->delivery)
			eventlog_stored_delivery(log, entry->event.number, entry->delivery);
	}
}

void
eventlog_store_again(struct eventlog *log)
{
	struct entry *entry;

	DL_FOREACH(log->entries, entry) {
		enum check_delivery shown = entry->event.delivery;

		entry->event.delivery = entry->delivery;
		store_add_event(log->store, &entry->event);
		entry->event.delivery = shown;
	}
	store_change_figures(log->store);
}

void
eventlog_figures(const struct eventlog *log, struct store_figures *figures)
{
	const struct store_figures *own = &log->figures;

	figures->last_event = own->last_event;
	figures->accepted_event = own->accepted_event;
	figures->accepted = own->accepted;
	figures->suppressed = own->suppressed;
	figures->lost = own->lost;
	figures->untold_lost_first = own->untold_lost_first;
	figures->untold_lost_last = own->untold_lost_last;
}

static uint64_t
last_shown(const struct eventlog *log)
{
	return log->first_hidden != NULL ? log->first_hidden->event.number - 1
					 : log->figures.last_event;
}

void
eventlog_range(const struct eventlog *log, uint64_t *ret_first, uint64_t *ret_last)
{
	bool is_empty = log->entries == NULL || !log->entries->is_shown;

	*ret_first = is_empty ? 0 : log->entries->event.number;
	*ret_last = last_shown(log);
}

/* Numbers that were given and not stored, before a death while the store failed, are none. */
const struct check_event *
eventlog_after(const struct eventlog *log, uint64_t number)
{
	const struct entry *entry = NULL;
	uint64_t first, last;

	eventlog_range(log, &first, &last);
	if (first == 0 || number >= last)
		return NULL;
	if (number < first)
		number = first - 1;
	while (entry == NULL && number < last)
		entry = find(log, ++number);
	return entry != NULL ? &entry->event : NULL;
}

void
eventlog_watch(struct eventlog *log, void (*grown)(void *arg), void *arg)
{
	log->grown = grown;
	log->grown_arg = arg;
}

void
eventlog_summarize(const struct eventlog *log, const struct store_figures *figures,
	struct wire_summary *summary)
{
	eventlog_range(log, &summary->first_event, &summary->last_event);
	summary->state_epoch = log->state_epoch;
	summary->accepted_event = figures->accepted_event;
	summary->pending_events = (uint32_t)log->open_count;
	summary->accepted_events = (uint32_t)figures->accepted;
	summary->suppressed_events = (uint32_t)figures->suppressed;
	summary->lost_events = (uint32_t)figures->lost;
}

void
eventlog_fill(const struct publication *publication, struct wire_message *ret_message)
{
	ret_message->type = WIRE_EVENT;
	ret_message->event = entry_of_publication(publication)->event;
}

static const struct check_event *
announce(struct eventlog *log)
{
	log->announced.first = log->entries != NULL ? log->entries->event.number : 0;
	log->announced.last = last_shown(log);
	log->announced.state_epoch = log->state_epoch;
	return &log->announced;
}

const struct check_event *
eventlog_next_notice(struct eventlog *log, const struct publication **ret_publication)
{
	const struct entry *entry = log->next_notice;

	*ret_publication = NULL;
	if (log->announcement == ANNOUNCEMENT_DUE)
		return announce(log);
	if (entry == NULL || !entry->is_shown)
		return NULL;
	*ret_publication = &entry->publication;
	return &entry->event;
}

void
eventlog_notice_sent(struct eventlog *log)
{
	if (log->announcement == ANNOUNCEMENT_DUE)
		log->announcement = ANNOUNCEMENT_SENT;
	else
		log->next_notice = log->next_notice->pending_next;
}

static void
acknowledge_event(struct eventlog *log, struct entry *entry, bool is_accepted)
{
	if (is_accepted) {
		log->figures.accepted++;
		log->figures.accepted_event = entry->event.number;
	} else {
		log->figures.lost++;
	}
	settle(log, entry, is_accepted ? CHECK_DELIVERY_ACCEPTED : CHECK_DELIVERY_LOST);
	trim_settled(log);
	tell_lost(log);
}

bool
eventlog_acknowledged(struct eventlog *log, const struct wire_acknowledge *acknowledge)
{
	struct entry *first = log->pending;

	if (log->announcement == ANNOUNCEMENT_SENT) {
		if (acknowledge->number != 0)
			return false;
		log->announcement = ANNOUNCEMENT_NONE;
		return true;
	}
	if (first == NULL || first == log->next_notice ||
		first->event.number != acknowledge->number)
		return false;
	acknowledge_event(log, first, acknowledge->is_accepted);
	return true;
}

void
eventlog_disconnected(struct eventlog *log)
{
	struct entry *entry;

	log->next_notice = log->pending;
	if (log->announcement == ANNOUNCEMENT_SENT)
		log->announcement = ANNOUNCEMENT_DUE;
	DL_FOREACH(log->entries, entry) {
		if (entry->is_shown)
			publication_change_last(&entry->publication);
	}
}
