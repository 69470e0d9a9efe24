/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop's side: when a batch is handed over, and what becomes of it. A disk that hangs is
 * seen by the clock alone, since the thread cannot tell.
 */
#include "store.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "log.h"
#include "store_gather.h"
#include "store_health.h"
#include "store_page.h"
#include "store_start.h"
#include "store_timing.h"
#include "store_wait.h"
#include "store_writer.h"
#include "util.h"

/* From one batch to the next, at least; and for what is neither urgent nor patient, at most. */
#define URGENT_NS NS_PER_MS
#define CALM_NS   (100 * NS_PER_MS)

/* What is patient waits for a tick of so many, or for so many checks to be written. */
#define PATIENT_TICKS 2
#define PATIENT_MAX   1024

#define WATCH_NS      (50 * NS_PER_MS)

/* After a failure, so that no transaction outgrows the space that was taken for it. */
#define BATCH_MAX 1024

enum stage {
	STAGE_OPEN,
	STAGE_STOPPING, /* what is left is written */
	STAGE_STOPPED,
};

struct store {
	struct store_callbacks callbacks;
	void *arg;
	struct store_writer *writer;
	struct store_health health;
	struct event *hand_over_event;
	struct event *report_event;
	struct event *watch_event; /* pending while there is something to wait for */
	struct store_gather gather;
	struct store_waits waits;
	bool is_due; /* the next batch is, at the time of `due` */
	struct monotime due;
	bool is_writing; /* a batch is with the writer, since: */
	struct monotime handed_over;
	struct monotime stop_begun;
	bool is_full;
	uint64_t size; /* octets on disk, as of the last report */
	unsigned ticks;
	enum stage stage;
};

static void
set_timer(struct event *event, int64_t delay_ns)
{
	const struct timeval delay = {.tv_sec = delay_ns / NS_PER_S,
		.tv_usec = delay_ns % NS_PER_S * 1000000 / NS_PER_S};

	event_add(event, &delay);
}

/*
 * A batch is handed over from the loop, never from within the call that makes it due: what
 * belongs together, a check and its event, comes in more than one call.
 */
static void
schedule(struct store *store, struct monotime now)
{
	if (!store->is_due || store->is_writing || store->stage == STAGE_STOPPED)
		return;
	if (store->due.ns <= now.ns)
		event_active(store->hand_over_event, EV_TIMEOUT, 0);
	else
		set_timer(store->hand_over_event, store->due.ns - now.ns);
}

static void
make_due(struct store *store, enum store_haste haste)
{
	struct monotime now = monotime_now();
	int64_t due_ns =
		haste == STORE_URGENT ? store->handed_over.ns + URGENT_NS : now.ns + CALM_NS;

	if (store->is_due && store->due.ns <= due_ns)
		return;
	store->is_due = true;
	store->due.ns = due_ns;
	schedule(store, now);
}

/* For how long the writer has been at its batch. */
static int64_t
silence_ns(const struct store *store)
{
	return store->is_writing ? monotime_now().ns - store->handed_over.ns : 0;
}

static void
update_status(struct store *store)
{
	if (store_health_update(&store->health, silence_ns(store)))
		store->callbacks.status(store->arg, store->health.status);
	if (store->health.status == WIRE_STORE_FAILED)
		store_waits_fail(&store->waits);
}

static void
hand_over(struct store *store)
{
	bool is_bounded = store->health.is_failing || store->health.is_owing;

	store->is_due = false;
	if (store_gather_is_empty(&store->gather) && store->stage == STAGE_OPEN) {
		store_waits_taken(&store->waits); /* for what has gone meanwhile */
		store_waits_written(&store->waits);
		return;
	}
	struct store_batch *batch = store_gather_take(&store->gather,
		is_bounded ? BATCH_MAX : SIZE_MAX, &store->callbacks, store->arg);

	batch->is_full = store->is_full;
	batch->is_last =
		store->stage == STAGE_STOPPING && store_gather_is_empty(&store->gather);
	if (store_gather_is_empty(&store->gather))
		store_waits_taken(&store->waits);
	store->is_writing = true;
	store->handed_over = monotime_now();
	store_writer_hand_over(store->writer, batch);
	set_timer(store->watch_event, WATCH_NS);
}

static void
hand_over_on_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	hand_over(arg);
}

bool
store_tick(struct store *store)
{
	if (++store->ticks % PATIENT_TICKS != 0 || store->is_writing ||
		store->stage != STAGE_OPEN || store_gather_is_empty(&store->gather))
		return false;
	event_del(store->hand_over_event);
	hand_over(store);
	return true;
}

/* The callee takes the copy; that of a check which went is nobody's. */
static void
tell_checks(struct store *store, struct store_batch *batch)
{
	struct store_item *item;

	DL_FOREACH(batch->items, item) {
		struct storable *storable = STEAL(item->storable);

		if (storable == NULL)
			continue;
		storable->item = NULL;
		store->callbacks.stored(store->arg, storable, STEAL(item->check));
	}
}

static void
tell_events(struct store *store, const struct store_batch *batch)
{
	const struct store_callbacks *callbacks = &store->callbacks;

	for (const struct store_change *change = batch->changes; change != NULL;
		change = change->hh.next) {
		if (change->added != NULL)
			callbacks->event_stored(store->arg, change->number);
		if (change->delivery != 0)
			callbacks->delivery_stored(
				store->arg, change->number, change->delivery);
	}
	for (struct store_order *order = batch->orders; order != NULL; order = order->hh.next)
		callbacks->order_stored(store->arg, STEAL(order->order));
	if (batch->has_figures)
		callbacks->figures_stored(store->arg, &batch->figures);
}

/*
 * What was shown while it failed is on disk once all is that was gathered until now; in
 * between nothing more is shown before it is stored.
 */
static void
settle(struct store *store, bool is_anew)
{
	if (store->health.is_failing || is_anew)
		store_gather_owe(&store->gather);
	store_health_written(&store->health, store_gather_has_debt(&store->gather));
}

/* What the new one does not have is shown, from now until all is given again and stored. */
static void
tell_emptied(struct store *store, uint32_t state_epoch)
{
	store_page_set_unstored(store->health.page, true);
	store_page_set_epoch(store->health.page, state_epoch);
	store->callbacks.emptied(store->arg, state_epoch);
}

static void
finish_batch(struct store *store, struct store_batch *batch)
{
	store->is_writing = false;
	store_waits_written(&store->waits);
	tell_checks(store, batch);
	tell_events(store, batch);
	if (batch->is_anew)
		tell_emptied(store, batch->state_epoch);
	settle(store, batch->is_anew);
	if (store->health.is_owing || store->stage == STAGE_STOPPING)
		make_due(store, STORE_URGENT);
	else if (!store_gather_is_empty(&store->gather))
		make_due(store, STORE_CALM);
	schedule(store, monotime_now());
}

/*
 * Calls back last of all: the callee may free the store. Those who wait are told before,
 * since the loop may not come round again.
 */
static void
end_stop(struct store *store)
{
	store->stage = STAGE_STOPPED;
	store_waits_fail(&store->waits);
	store_waits_tell(&store->waits);
	event_del(store->hand_over_event);
	event_del(store->report_event);
	event_del(store->watch_event);
	store->callbacks.stopped(store->arg);
}

static void
report_on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct store *store = arg;
	struct store_report report;
	bool is_last = false;

	(void)fd;
	(void)what;
	store_writer_take_report(store->writer, &report);
	for (size_t i = 0; i < report.note_count; i++) {
		log_warning("store: %s", report.notes[i]);
		free(report.notes[i]);
	}
	store->size = report.size;
	store_health_wal(&store->health, report.is_wal_long);
	store_health_problem(&store->health, &report.problem);
	if (report.done != NULL) {
		is_last = report.done->is_last;
		finish_batch(store, report.done);
		store_batch_free(report.done);
		if (store->stage == STAGE_OPEN)
			event_del(store->watch_event);
	}
	update_status(store);
	if (!is_last)
		return;
	store_page_remove(STEAL(store->health.page));
	end_stop(store);
}

static void
watch_on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct store *store = arg;
	int64_t give_up_ns = store->stop_begun.ns + store->health.timing.give_up_ms * NS_PER_MS;

	(void)fd;
	(void)what;
	store_health_silence(&store->health, silence_ns(store));
	update_status(store);
	if (store->stage == STAGE_STOPPING && store->health.is_failing &&
		monotime_now().ns >= give_up_ns) {
		log_warning("store: what was not stored until now is given up");
		end_stop(store);
		return;
	}
	if (store->is_writing || store->stage == STAGE_STOPPING)
		set_timer(store->watch_event, WATCH_NS);
}

static int
attach(struct store *store, struct event_base *base, struct store_database *database)
{
	int error = store_writer_new(database, &store->writer);

	if (error != 0)
		return error;
	store->hand_over_event = event_new(base, -1, 0, hand_over_on_due, store);
	store->watch_event = event_new(base, -1, 0, watch_on_tick, store);
	store->report_event = event_new(base, store_writer_fd(store->writer),
		EV_READ | EV_PERSIST, report_on_wake, store);
	if (store->hand_over_event == NULL || store->watch_event == NULL ||
		store->report_event == NULL || event_add(store->report_event, NULL) != 0)
		abort();
	return 0;
}

/* A database that cannot be used yet is tried with whatever there is to write, at once. */
static void
begin(struct store *store, const struct store_start *start, const struct store_content *content)
{
	struct store_database *database = start->database;

	for (size_t i = 0; i < database->note_count; i++) {
		log_warning("store: %s", database->notes[i]);
		free(database->notes[i]);
	}
	database->note_count = 0;
	store->health.timing = store_timing_standard;
	store->health.page = start->page;
	store->health.status = WIRE_STORE_OK;
	store->health.last_number = content->figures.last_event;
	if (start->is_failed)
		store_health_begin_failed(&store->health, &database->problem);
}

int
store_open(struct event_base *base, const struct store_settings *settings,
	const struct store_callbacks *callbacks, void *arg, struct store **ret_store,
	struct store_content *ret_content, char **ret_reason)
{
	const struct instant now = instant_now();
	struct store_content content;
	struct store_start start;
	int error = store_start(settings, &now, &start, &content, ret_reason);

	if (error != 0)
		return error;
	struct store *store = xcalloc(1, sizeof(*store));

	store->callbacks = *callbacks;
	store->arg = arg;
	store->is_full = settings->is_full;
	store_waits_init(&store->waits, base);
	begin(store, &start, &content);
	error = attach(store, base, start.database);
	if (error != 0) {
		*ret_reason = xasprintf("the store's thread: %s", strerror(-error));
		store_content_deinit(&content);
		store_free(store);
		return error;
	}
	if (start.is_failed) {
		store->gather.has_figures = true;
		make_due(store, STORE_URGENT);
	}
	*ret_store = store;
	*ret_content = content;
	return 0;
}

void
store_free(struct store *store)
{
	if (store == NULL)
		return;
	if (store->report_event != NULL) {
		event_free(store->hand_over_event);
		event_free(store->report_event);
		event_free(store->watch_event);
	}
	store_writer_free(store->writer);
	store_gather_deinit(&store->gather);
	store_waits_deinit(&store->waits);
	store_page_close(store->health.page);
	free(store);
}

void
store_stop(struct store *store)
{
	if (store->stage != STAGE_OPEN)
		return;
	store->stage = STAGE_STOPPING;
	store->stop_begun = monotime_now();
	make_due(store, STORE_URGENT);
	set_timer(store->watch_event, WATCH_NS);
}

enum wire_store_status
store_status(const struct store *store)
{
	return store->health.status;
}

uint64_t
store_size(const struct store *store)
{
	return store->size;
}

void
store_set_durability(struct store *store, bool is_full)
{
	store->is_full = is_full;
}

void
store_set_timing(struct store *store, const struct store_timing *timing)
{
	store->health.timing = *timing;
}

void
storable_init(struct storable *storable, struct store *store)
{
	*storable = (struct storable){.store = store};
}

void
storable_change(struct storable *storable, enum store_haste haste)
{
	struct store *store = storable->store;

	store_gather_storable(&store->gather, storable);
	if (haste != STORE_PATIENT)
		make_due(store, haste);
	else if (store->gather.storable_count >= PATIENT_MAX)
		make_due(store, STORE_CALM);
}

void
storable_deinit(struct storable *storable)
{
	store_gather_drop_storable(&storable->store->gather, storable);
	if (storable->item != NULL)
		storable->item->storable = NULL;
	storable->item = NULL;
}

void
store_keep_check(struct store *store, struct store_check *check)
{
	store_gather_keep(&store->gather, check);
	make_due(store, STORE_CALM);
}

void
store_forget_check(struct store *store, const char *name)
{
	store_gather_forget(&store->gather, name);
	make_due(store, STORE_CALM);
}

void
store_add_event(struct store *store, const struct check_event *event)
{
	store_health_number(&store->health, event->number);
	store_gather_event(&store->gather, event);
	make_due(store, STORE_URGENT);
}

void
store_set_delivery(struct store *store, uint64_t number, enum check_delivery delivery)
{
	store_gather_delivery(&store->gather, number, delivery);
	make_due(store, STORE_CALM);
}

void
store_remove_event(struct store *store, uint64_t number)
{
	store_gather_removal(&store->gather, number);
	make_due(store, STORE_CALM);
}

void
store_put_order(struct store *store, const struct order *order)
{
	store_gather_order(&store->gather, order);
	make_due(store, STORE_URGENT);
}

void
store_change_figures(struct store *store)
{
	store->gather.has_figures = true;
	make_due(store, STORE_CALM);
}

/* Where the wait begins: what is gathered comes after what is with the writer. */
static enum store_wait_stage
wait_stage(const struct store *store)
{
	if (store->health.status == WIRE_STORE_FAILED || store->stage == STAGE_STOPPED)
		return STORE_WAIT_DUE;
	if (!store_gather_is_empty(&store->gather))
		return STORE_WAIT_GATHERED;
	return store->is_writing ? STORE_WAIT_WRITING : STORE_WAIT_DUE;
}

struct store_wait *
store_when_stored(struct store *store, store_wait_fn told, void *arg)
{
	enum store_wait_stage stage = wait_stage(store);

	if (stage == STORE_WAIT_GATHERED)
		make_due(store, STORE_URGENT);
	return store_waits_add(
		&store->waits, stage, store->health.status != WIRE_STORE_FAILED, told, arg);
}
