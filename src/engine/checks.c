/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of checks: what a new configuration does to it, and the way of a result through
 * it: to the check, then to the aggregates that it is in, then to those that depend on any
 * of them.
 */
#include "checks.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <uthash.h>

#include "aggregates.h"
#include "calendar.h"
#include "check_told.h"
#include "config.h"
#include "daemon.h"
#include "entry.h"
#include "freshness.h"
#include "links.h"
#include "memory.h"
#include "perfdata.h"
#include "scheduler.h"
#include "teller.h"
#include "util.h"

/* Descriptors of a running command: its two outputs and its process. */
#define RUN_FILES 3

/* Between two ticks: beyond that the engine was held up, and no check is to blame. */
#define HELD_UP_MS 10000

struct checks {
	struct entry_context context; /* its scheduler and freshness are owned */
	struct entry *entries;        /* by name */
	struct aggregates aggregates;
	struct calendar calendar;
	struct memory *memory;
	struct links_list changed; /* those whose watchers are to be told */
	uint64_t runs;
	uint64_t timeouts;
	unsigned generation;
	struct walltime table_changed;
	struct boottime ticked;
};

static void
note_changed(struct checks *checks, struct entry *entry)
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
	bool was_stale = check->is_stale;

	teller_tell_result(entry, &transition, result);
	if (was_stale)
		entry_watch_freshness(entry, result->finished.boot);
	entry_change(entry, entry->last_event != last_event);
	checks->runs++;
	if (result->outcome == CHECK_OUTCOME_TIMED_OUT)
		checks->timeouts++;
	note_changed(checks, entry);
}

static void
apply_stale(struct checks *checks, struct entry *entry, bool is_stale)
{
	entry_hold_back(entry);
	teller_set_stale(entry, is_stale);
	entry_change(entry, true);
	note_changed(checks, entry);
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

/* What a change of one check brings about in others, at the same moment. */
static void
spread(struct checks *checks, const struct instant *now)
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
	spread(arg, &result->finished);
}

static void
scheduler_on_changed(void *arg, struct job *job)
{
	(void)arg;
	entry_change_missed(entry_of_job(job));
}

/* It is looked at though nothing has changed, so that its times go on. */
static void
scheduler_on_due(void *arg, struct job *job, uint32_t lateness_ms)
{
	struct checks *checks = arg;
	const struct instant now = instant_now();

	(void)lateness_ms;
	aggregates_touch(&checks->aggregates, entry_of_job(job));
	spread(checks, &now);
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
	spread(checks, &here);
}

int
checks_submit(struct checks *checks, const struct submission *submission)
{
	const struct instant now = instant_now();
	struct entry *entry;

	HASH_FIND_STR(checks->entries, submission->name, entry);
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
	spread(checks, &now);
	return 0;
}

/* A maintenance has begun or ended. */
static void
reconsider_maintained(struct checks *checks)
{
	for (struct entry *entry = checks->entries; entry != NULL; entry = entry->hh.next) {
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
	for (struct entry *entry = checks->entries; entry != NULL; entry = entry->hh.next)
		publication_change(&entry->publication);
}

void
checks_tick(struct checks *checks, const struct instant *now)
{
	if (now->boot.ms - checks->ticked.ms > HELD_UP_MS)
		resume(checks, now->boot);
	checks->ticked = now->boot;
	if (calendar_advance(&checks->calendar, now->wall.s))
		reconsider_maintained(checks);
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
	for (struct entry *entry = checks->entries; entry != NULL; entry = entry->hh.next)
		entry_show(entry);
}

void
checks_store_again(struct checks *checks)
{
	for (struct entry *entry = checks->entries; entry != NULL; entry = entry->hh.next)
		storable_change(&entry->storable, false);
	memory_store_again(checks->memory);
}

void
checks_forget_removed(struct checks *checks, uint64_t lived_s)
{
	memory_age(checks->memory, lived_s);
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
}

static void
add_to_hash(struct checks *checks, struct entry *entry)
{
	const char *name = entry_name(entry);

	HASH_ADD_KEYPTR(hh, checks->entries, name, strlen(name), entry);
}

/* What was told of it and will be told no more is withdrawn. */
static void
withdraw_silenced(struct entry *entry, const struct definition *definition)
{
	if (!definition->is_enabled)
		teller_retire(entry);
	else if (definition->notify == CHECK_NOTIFY_NONE)
		teller_withdraw(entry);
}

static void
add_entry(struct checks *checks, struct definition *definition)
{
	struct store_check *known = memory_claim(checks->memory, definition->name);
	struct entry *entry = entry_new(&checks->context, definition_ref(definition), known);

	entry->generation = checks->generation;
	/* It may have been silenced while checkd did not run. */
	withdraw_silenced(entry, definition);
	add_to_hash(checks, entry);
}

static void
remove_entry(struct checks *checks, struct entry *entry)
{
	teller_retire(entry);
	memory_keep(checks->memory, entry_snapshot(entry));
	HASH_DEL(checks->entries, entry);
	entry_free(entry);
}

/* Nobody knows any more what it was but for its name. */
static struct definition *
definition_of_gone(const char *name)
{
	struct definition *definition = definition_new();

	definition->name = xstrdup(name);
	definition->description = xstrdup("");
	definition->group = xstrdup("default");
	definition->type = CHECK_TYPE_COMMAND;
	definition->interval_ms = 1;
	return definition;
}

/* It left the configuration while checkd did not run. */
static struct store_check *
retire_gone(struct checks *checks, struct store_check *known)
{
	struct definition *definition = definition_of_gone(known->name);
	struct entry *entry = entry_new(&checks->context, definition, known);
	struct store_check *retired;

	teller_retire(entry);
	retired = entry_snapshot(entry);
	entry_free(entry);
	return retired;
}

static void
keep_unclaimed(struct checks *checks)
{
	struct store_check *known;

	while ((known = memory_take_unclaimed(checks->memory)) != NULL)
		memory_keep(checks->memory, retire_gone(checks, known));
}

/* The hash's key is the definition's name, so the entry leaves it while that changes. */
static void
redefine_entry(struct checks *checks, struct entry *entry, struct definition *definition)
{
	withdraw_silenced(entry, definition);
	HASH_DEL(checks->entries, entry);
	entry_redefine(entry, definition_ref(definition));
	add_to_hash(checks, entry);
}

static void
apply_check(
	struct checks *checks, struct definition *definition, struct checks_changes *changes)
{
	struct entry *entry;

	HASH_FIND_STR(checks->entries, definition->name, entry);
	if (entry == NULL) {
		add_entry(checks, definition);
		changes->added++;
		return;
	}
	entry->generation = checks->generation;
	if (!definition_equal(entry->job.definition, definition)) {
		redefine_entry(checks, entry, definition);
		changes->changed++;
	}
}

/* Probes leave the commands their descriptors, or at least half of all. */
static unsigned
probes_limit(const struct config_limits *limits)
{
	size_t files = daemon_file_limit();
	size_t commands = RUN_FILES * ((size_t)limits->parallel + limits->processes);
	size_t room = files / 2 > commands ? files - commands : files / 2;

	return room < limits->probes ? (unsigned)room : limits->probes;
}

static void
apply_limits(struct checks *checks, const struct config_limits *limits)
{
	const struct scheduler_limits scheduler_limits = {
		.parallel = limits->parallel,
		.processes = limits->processes,
		.probes = probes_limit(limits),
	};

	scheduler_set_limits(checks->context.scheduler, &scheduler_limits);
}

static void
free_links(struct checks *checks)
{
	for (struct entry *entry = checks->entries; entry != NULL; entry = entry->hh.next) {
		links_free(entry);
		entry->counted_state = 0;
		entry->is_counted_stale = false;
	}
}

static void
link_maintenances(struct checks *checks, const struct definition *definition)
{
	struct entry *entry;

	if (definition->maintenance_count == 0)
		return;
	HASH_FIND_STR(checks->entries, definition->name, entry);
	for (size_t i = 0; i < definition->maintenance_count; i++)
		links_add_maintenance(
			entry, calendar_find(&checks->calendar, definition->maintenance[i]));
}

/* Checks are linked by what the configuration says of all of them together. */
static void
make_links(struct checks *checks, const struct config *config, const struct instant *now)
{
	struct links_order order;

	links_make(checks->entries, &order);
	aggregates_set(&checks->aggregates, &order);
	calendar_set(
		&checks->calendar, config->maintenance, config->maintenance_count, now->wall.s);
	for (size_t i = 0; i < config->check_count; i++)
		link_maintenances(checks, config->checks[i]);
	for (struct entry *entry = checks->entries; entry != NULL; entry = entry->hh.next)
		aggregates_count(&checks->aggregates, entry);
	for (size_t i = 0; i < order.count; i++)
		aggregates_touch(&checks->aggregates, order.aggregates[i]);
}

/* Every check's admin state may be another by now, and what suppresses its events. */
static void
reconsider_all(struct checks *checks)
{
	for (struct entry *entry = checks->entries; entry != NULL; entry = entry->hh.next) {
		teller_look_again(entry);
		entry_update_admin_state(entry);
	}
}

struct checks_changes
checks_apply(struct checks *checks, const struct config *config)
{
	const struct instant now = instant_now();
	struct checks_changes changes = {0};
	struct entry *entry, *following;

	checks->generation++;
	checks->ticked = now.boot;
	apply_limits(checks, &config->limits);
	free_links(checks);
	for (size_t i = 0; i < config->check_count; i++)
		apply_check(checks, config->checks[i], &changes);
	HASH_ITER(hh, checks->entries, entry, following) {
		if (entry->generation == checks->generation)
			continue;
		remove_entry(checks, entry);
		changes.removed++;
	}
	keep_unclaimed(checks);
	make_links(checks, config, &now);
	spread(checks, &now);
	reconsider_all(checks);
	if (changes.added + changes.removed > 0)
		checks->table_changed = now.wall;
	return changes;
}

void
checks_stop(struct checks *checks)
{
	for (struct entry *entry = checks->entries; entry != NULL; entry = entry->hh.next)
		job_stop(&entry->job);
}

struct checks *
checks_new(struct event_base *base, struct runner *runner, struct prober *prober,
	struct feed *feed, struct eventlog *log)
{
	static const struct scheduler_callbacks callbacks = {
		.finished = scheduler_on_finished,
		.changed = scheduler_on_changed,
		.due = scheduler_on_due,
	};
	struct checks *checks = xcalloc(1, sizeof(*checks));

	checks->context.feed = feed;
	checks->context.log = log;
	checks->context.scheduler = scheduler_new(base, runner, prober, &callbacks, checks);
	checks->context.freshness = freshness_new(boottime_now(), freshness_on_due, checks);
	checks->memory = memory_new();
	return checks;
}

void
checks_free(struct checks *checks)
{
	struct entry *entry, *following;

	if (checks == NULL)
		return;
	free_links(checks);
	HASH_ITER(hh, checks->entries, entry, following) {
		HASH_DEL(checks->entries, entry);
		entry_free(entry);
	}
	free(checks->changed.entries);
	aggregates_deinit(&checks->aggregates);
	calendar_deinit(&checks->calendar);
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
