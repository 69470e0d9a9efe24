/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a result through the set: to the check, then to the aggregates that it is in,
 * then to those that depend on any of them.
 */
#include "checks_set.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "freshness.h"
#include "last_runs.h"
#include "orders.h"
#include "perfdata.h"
#include "run_wait.h"
#include "scheduler.h"
#include "teller.h"
#include "util.h"

/* Between two ticks: beyond that the engine was held up, and no check is to blame. */
#define HELD_UP_MS 10000

void
checks_note_changed(struct checks *checks, struct entry *entry)
{
	aggregates_count(&checks->aggregates, entry);
	if (entry->links != NULL && entry->links->watchers.count > 0)
		links_append(&checks->changed, entry);
}

static void
apply_result(struct checks *checks, struct entry *entry, const struct check_result *result)
{
	struct check *check = &entry->job.check;
	struct check_transition transition;
	uint64_t last_event = entry->last_event;

	entry_hold_back(entry);
	check_apply(check, &entry->job.definition->policy, result, &transition);
	entry->looked = result->started;
	last_runs_add(&entry->last_runs, checks->last_runs, check->runs, result);
	bool was_stale = check->is_stale;

	teller_tell_result(entry, &transition, result);
	if (was_stale)
		entry_watch_freshness(entry, result->finished.boot);
	bool is_event = entry->last_event != last_event;
	if (is_event || transition.is_first || was_stale || entry->run_waits != NULL)
		entry_change(entry, is_event);
	else
		entry_repeat(entry);
	checks->runs++;
	if (result->outcome == CHECK_OUTCOME_TIMED_OUT)
		checks->timeouts++;
	checks_note_changed(checks, entry);
	run_waits_finish(&entry->run_waits, result->started);
}

static void
apply_stale(struct checks *checks, struct entry *entry, bool is_stale)
{
	entry_hold_back(entry);
	teller_set_stale(entry, is_stale);
	entry_change(entry, true);
	checks_note_changed(checks, entry);
}

static void
aggregates_on_result(void *arg, struct entry *entry, const struct check_result *result)
{
	apply_result(arg, entry, result);
}

static void
aggregates_on_stale(void *arg, struct entry *entry, bool is_stale)
{
	apply_stale(arg, entry, is_stale);
}

void
checks_spread(struct checks *checks, const struct instant *now)
{
	static const struct aggregates_callbacks callbacks = {
		.result = aggregates_on_result,
		.stale = aggregates_on_stale,
	};

	aggregates_settle(&checks->aggregates, now, &callbacks, checks);
	for (size_t i = 0; i < checks->changed.count; i++) {
		const struct links_list *watchers =
			&checks->changed.entries[i]->links->watchers;

		for (size_t j = 0; j < watchers->count; j++)
			teller_reconsider(watchers->entries[j]);
	}
	checks->changed.count = 0;
}

static void
scheduler_on_finished(void *arg, struct job *job, const struct check_result *result)
{
	apply_result(arg, entry_of_job(job), result);
	checks_spread(arg, &result->finished);
}

static void
scheduler_on_changed(void *arg, struct job *job)
{
	(void)arg;
	entry_change_run(entry_of_job(job));
}

/* It is looked at though nothing has changed, so that its times go on. */
static void
scheduler_on_due(void *arg, struct job *job)
{
	struct checks *checks = arg;
	const struct instant now = instant_now();

	aggregates_touch(&checks->aggregates, entry_of_job(job));
	checks_spread(checks, &now);
}

static void
freshness_on_due(void *arg, struct freshness_item *item, struct boottime now)
{
	struct checks *checks = arg;
	struct entry *entry = entry_of_freshness(item);
	const struct instant here = instant_now();

	if (entry_expiry(entry).ms > now.ms) {
		entry_watch_freshness(entry, now);
		return;
	}
	apply_stale(checks, entry, true);
	checks_spread(checks, &here);
}

int
checks_submit(struct checks *checks, const struct submission *submission)
{
	const struct instant now = instant_now();
	struct entry *entry = entries_find(&checks->entries, submission->name);
	if (entry == NULL)
		return -ENOENT;
	if (entry->job.definition->type != CHECK_TYPE_PASSIVE)
		return -EINVAL;
	if (!entry_is_enabled(entry))
		return -ECANCELED;
	struct perfdata *perfdata = perfdata_parse(submission->output, submission->len, false);
	CLEANUP_FREE char *metrics = perfdata_format(perfdata);
	const struct check_result result = {
		.outcome = CHECK_OUTCOME_EXITED,
		.status = submission->status,
		.started = now.mono,
		.finished = now,
		.output = perfdata->text,
		.perfdata = metrics,
	};

	apply_result(checks, entry, &result);
	perfdata_free(perfdata);
	checks_spread(checks, &now);
	return 0;
}

int
checks_run_now(struct checks *checks, const char *name)
{
	struct entry *entry = entries_find(&checks->entries, name);
	if (entry == NULL)
		return -ENOENT;
	if (!entry_is_enabled(entry))
		return -ECANCELED;
	if (!job_is_runnable(&entry->job))
		return -EINVAL;
	job_run_now(&entry->job);
	return 0;
}

struct run_wait *
checks_when_run(struct checks *checks, const char *name, run_wait_fn told, void *arg)
{
	struct entry *entry = entries_find(&checks->entries, name);
	return entry != NULL ? run_wait_add(&entry->run_waits, monotime_now(), told, arg)
			     : NULL;
}

/* A maintenance has begun or ended. */
static void
reconsider_maintained(struct checks *checks)
{
	for (size_t i = 0; i < checks->entries.count; i++) {
		struct entry *entry = checks->entries.sorted[i];

		if (entry->links == NULL || entry->links->maintenance_count == 0)
			continue;
		teller_reconsider(entry);
		entry_update_admin_state(entry);
	}
}

/* Nobody was late who could not have been on time. */
static void
resume(struct checks *checks, struct boottime now)
{
	checks->context.resumed = now;
	for (size_t i = 0; i < checks->entries.count; i++)
		publication_change(&checks->entries.sorted[i]->publication);
}

void
checks_tick(struct checks *checks, const struct instant *now)
{
	if (now->boot.ms - checks->ticked.ms > HELD_UP_MS)
		resume(checks, now->boot);
	checks->ticked = now->boot;
	if (calendar_advance(&checks->calendar, now->wall.s))
		reconsider_maintained(checks);
	orders_expire(checks->orders, now->wall);
	freshness_advance(checks->context.freshness, now->boot);
}

struct store_check *
checks_snapshot(const struct storable *storable)
{
	return entry_snapshot(entry_of_storable(storable));
}

void
checks_stored(struct storable *storable, struct store_check *stored)
{
	entry_stored(entry_of_storable(storable), stored);
}

void
checks_row(const struct publication *publication, struct wire_row *ret_row)
{
	entry_row(entry_of_publication(publication), ret_row);
}

void
checks_show_all(struct checks *checks)
{
	for (size_t i = 0; i < checks->entries.count; i++)
		entry_show(checks->entries.sorted[i]);
	orders_force_all(checks->orders);
}

void
checks_store_again(struct checks *checks)
{
	for (size_t i = 0; i < checks->entries.count; i++)
		storable_change(&checks->entries.sorted[i]->storable, STORE_CALM);
	memory_store_again(checks->memory);
	orders_store_again(checks->orders);
}

static bool
is_known(void *arg, const char *name)
{
	const struct checks *checks = arg;

	return checks_find(checks, name) != NULL || memory_has(checks->memory, name);
}

void
checks_forget_removed(struct checks *checks, uint64_t lived_s)
{
	memory_age(checks->memory, lived_s);
	orders_forget(checks->orders, is_known, checks);
}

void
checks_restore(struct checks *checks, struct store *store, struct store_content *content)
{
	struct walltime now = instant_now().wall;

	checks->context.store = store;
	memory_open(checks->memory, store, content->figures.lived_s);
	for (size_t i = 0; i < content->check_count; i++) {
		struct store_check *known = STEAL(content->checks[i]);

		if (!content->is_vouched)
			known->discontinuity = now;
		memory_load(checks->memory, known);
	}
	orders_open(checks->orders, store);
	for (size_t i = 0; i < content->order_count; i++)
		orders_load(checks->orders, STEAL(content->orders[i]));
	orders_expire(checks->orders, now);
}

void
checks_stop(struct checks *checks)
{
	for (size_t i = 0; i < checks->entries.count; i++)
		job_stop(&checks->entries.sorted[i]->job);
}

struct checks *
checks_new(struct event_base *base, const struct means *means, struct feed *feed,
	struct eventlog *log)
{
	static const struct scheduler_callbacks callbacks = {
		.finished = scheduler_on_finished,
		.changed = scheduler_on_changed,
		.due = scheduler_on_due,
	};
	struct checks *checks = xcalloc(1, sizeof(*checks));

	checks->context.feed = feed;
	checks->context.log = log;
	checks->context.scheduler = scheduler_new(base, means, &callbacks, checks);
	checks->context.freshness = freshness_new(boottime_now(), freshness_on_due, checks);
	checks->memory = memory_new();
	checks->orders = orders_new(checks_on_order, checks);
	checks->context.orders = checks->orders;
	checks->ordered_event = event_new(base, -1, 0, checks_on_ordered, checks);
	if (checks->ordered_event == NULL)
		abort();
	return checks;
}

void
checks_free(struct checks *checks)
{
	if (checks == NULL)
		return;
	checks_free_links(checks);
	for (size_t i = 0; i < checks->entries.count; i++)
		entry_free(checks->entries.sorted[i]);
	free(checks->entries.sorted);
	free(checks->changed.entries);
	free(checks->ordered.entries);
	free(checks->renewed.entries);
	event_free(checks->ordered_event);
	aggregates_deinit(&checks->aggregates);
	calendar_deinit(&checks->calendar);
	orders_free(checks->orders);
	memory_free(checks->memory);
	freshness_free(checks->context.freshness);
	scheduler_free(checks->context.scheduler);
	free(checks);
}

void
checks_summarize(const struct checks *checks, struct wire_summary *summary)
{
	struct scheduler_figures figures =
		scheduler_read(checks->context.scheduler, monotime_now());

	summary->runs = (uint32_t)checks->runs;
	summary->timeouts = (uint32_t)checks->timeouts;
	summary->missed_runs = (uint32_t)figures.missed_runs;
	summary->running = (uint32_t)figures.running;
	summary->queued = (uint32_t)figures.queued;
	summary->lateness_last_ms = figures.lateness.last_ms;
	summary->lateness_p99_ms = figures.lateness.p99_ms;
	summary->lateness_max_ms = figures.lateness.max_ms;
	summary->table_last_change_epoch = checks->table_changed.s;
}

const struct entry *
checks_find(const struct checks *checks, const char *name)
{
	return entries_find(&checks->entries, name);
}

const struct entry *
checks_after(const struct checks *checks, const char *name)
{
	return entries_after(&checks->entries, name);
}

const struct entry *
checks_next(const struct checks *checks, const struct entry *entry)
{
	return entries_next(&checks->entries, entry);
}

size_t
checks_count(const struct checks *checks)
{
	return checks->entries.count;
}

const struct tally *
checks_tally(const struct checks *checks)
{
	return &checks->context.tally;
}
