/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of checks. An entry is a job of the scheduler, a storable of the store and a
 * publication of the feed; results flow from the first to the last through check_apply.
 *
 * The job's check is ahead of what may be shown until the store has it. Meanwhile the entry
 * holds back a copy of what was shown before.
 */
#include "checks.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <uthash.h>

#include "config.h"
#include "daemon.h"
#include "eventlog.h"
#include "feed.h"
#include "log.h"
#include "memory.h"
#include "perfdata.h"
#include "scheduler.h"
#include "util.h"

/* Descriptors of a running command: its two outputs and its process. */
#define RUN_FILES 3

/* A check: on the schedule, in the store and in the table. */
struct entry {
	struct checks *checks;
	struct job job;
	struct storable storable;
	struct publication publication;
	struct store_check *shown; /* what is shown while the job is ahead; else NULL */
	struct walltime discontinuity;
	uint64_t last_event;
	uint64_t missed_base;  /* missed runs of former lives */
	uint64_t missed_shown; /* missed runs as they may be shown */
	unsigned generation;   /* of the configuration that has it */
	UT_hash_handle hh;
};

struct checks {
	struct scheduler *scheduler;
	struct feed *feed;
	struct eventlog *log;
	struct store *store;
	struct entry *entries; /* by name */
	struct memory *memory;
	uint64_t runs;
	uint64_t timeouts;
	unsigned generation;
	struct walltime table_changed;
};

static struct entry *
entry_of_job(struct job *job)
{
	return (struct entry *)((char *)job - offsetof(struct entry, job));
}

static const struct entry *
entry_of_publication(const struct publication *publication)
{
	return (const struct entry *)((const char *)publication -
				      offsetof(struct entry, publication));
}

static struct entry *
entry_of_storable(const struct storable *storable)
{
	return (struct entry *)((char *)storable - offsetof(struct entry, storable));
}

static bool
is_kept(const struct checks *checks)
{
	return store_status(checks->store) != WIRE_STORE_FAILED;
}

static uint64_t
missed_runs(const struct entry *entry)
{
	return entry->missed_base + entry->job.missed_runs;
}

static struct store_check *
snapshot(const struct entry *entry)
{
	struct store_check *copy = xcalloc(1, sizeof(*copy));

	copy->name = xstrdup(entry->job.definition->name);
	check_copy(&copy->check, &entry->job.check);
	copy->missed_runs = missed_runs(entry);
	copy->last_event = entry->last_event;
	copy->discontinuity = entry->discontinuity;
	copy->definition = definition_ref(entry->job.definition);
	return copy;
}

struct store_check *
checks_snapshot(const struct storable *storable)
{
	return snapshot(entry_of_storable(storable));
}

/* Durations beyond 49 days are shown as the longest that fits. */
static uint32_t
shown_ms(uint64_t ms)
{
	return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

static int64_t
fresh_since(const struct job *job, const struct check *check)
{
	int64_t ran = check->last_ran_boot.ms, enabled = job->enabled_since.ms;

	return ran > enabled ? ran : enabled;
}

void
checks_row(const struct publication *publication, struct wire_row *ret_row)
{
	const struct entry *entry = entry_of_publication(publication);
	const struct job *job = &entry->job;
	const struct store_check *shown = entry->shown;
	const struct check *check = shown != NULL ? &shown->check : &job->check;
	const struct definition *definition = job->definition;

	*ret_row = (struct wire_row){
		.name = definition->name,
		.description = definition->description,
		.group = definition->group,
		.type = definition->type,
		.admin_state = definition->is_enabled ? CHECK_ADMIN_STATE_ENABLED
						      : CHECK_ADMIN_STATE_DISABLED,
		.run_state = job->run_state,
		.state = check->state,
		.last_status = check->last_status,
		.previous_status = check->previous_status,
		.last_outcome = check->last_outcome,
		.last_signal = (uint32_t)check->last_signal,
		.last_meaning = check->last_meaning,
		.last_output = check->last_output,
		.last_perfdata = check->last_perfdata,
		.last_ran_epoch = check->last_ran_wall.s,
		.last_ran_boot_ms = check->last_ran_boot.ms,
		.last_duration_ms = check->last_duration_ms,
		.last_lateness_ms = check->last_lateness_ms,
		.last_change_epoch = check->last_change_wall.s,
		.last_change_boot_ms = check->last_change_boot.ms,
		.status_changes = (uint32_t)check->status_changes,
		.state_changes = (uint32_t)check->state_changes,
		.runs = (uint32_t)check->runs,
		.failures = (uint32_t)check->failures,
		.timeouts = (uint32_t)check->timeouts,
		.missed_runs = (uint32_t)entry->missed_shown,
		.attempt = check->attempt,
		.interval_ms = shown_ms(definition->interval_ms),
		.timeout_ms = shown_ms(definition->timeout_ms),
		.fresh_ms = definition->fresh_ms,
		.fresh_since_boot_ms = fresh_since(job, check),
		.suppression = CHECK_SUPPRESSION_NONE,
		.last_event = (uint32_t)(shown != NULL ? shown->last_event : entry->last_event),
		.discontinuity_epoch = entry->discontinuity.s,
	};
}

static void
log_event(const struct entry *entry, const struct check_transition *transition, int from_signal)
{
	const struct check *check = &entry->job.check;
	char from[48], to[48];

	check_describe(transition->from_outcome, transition->from_status, from_signal, from,
		sizeof(from));
	check_describe(
		check->last_outcome, check->last_status, check->last_signal, to, sizeof(to));
	log_notice("check %s: %s -> %s, %s -> %s%s%s", entry->job.definition->name, from, to,
		check_state_name(transition->from_state), check_state_name(check->state),
		check->last_output[0] != '\0' ? ": " : "", check->last_output);
}

static uint32_t
held_s(struct boottime since, struct boottime until)
{
	int64_t ms = since.ms != 0 ? until.ms - since.ms : 0;

	return ms > 0 ? (uint32_t)(ms / 1000) : 0;
}

/* The event's values, as they are at this moment. */
static void
add_event(struct entry *entry, const struct check_transition *transition)
{
	const struct check *check = &entry->job.check;
	const struct definition *definition = entry->job.definition;
	struct check_event event = {
		.kind = (uint8_t)transition->kind,
		.suppression = check_is_notified(definition->notify, transition)
				       ? CHECK_SUPPRESSION_NONE
				       : CHECK_SUPPRESSION_POLICY,
		.name = xstrdup(definition->name),
		.from_status = transition->from_status,
		.to_status = check->last_status,
		.previous_status = check->previous_status,
		.from_outcome = (uint8_t)transition->from_outcome,
		.to_outcome = (uint8_t)check->last_outcome,
		.from_state = (uint8_t)transition->from_state,
		.to_state = (uint8_t)check->state,
		.meaning = xstrdup(check->last_meaning),
		.output = xstrdup(check->last_output),
		.description = xstrdup(definition->description),
		.group = xstrdup(definition->group),
		.epoch = check->last_ran_wall.s,
		.held_s = held_s(transition->changed_before, check->last_ran_boot),
		.status_changes = (uint32_t)check->status_changes,
	};

	entry->last_event = eventlog_add(entry->checks->log, &event);
}

/* What is shown stays so until the store has what comes now. */
static void
hold_back(struct entry *entry)
{
	if (entry->shown == NULL && is_kept(entry->checks))
		entry->shown = snapshot(entry);
}

static void
scheduler_on_finished(void *arg, struct job *job, const struct check_result *result)
{
	struct checks *checks = arg;
	struct entry *entry = entry_of_job(job);
	struct check_transition transition;
	int from_signal = job->check.last_signal;

	hold_back(entry);
	check_apply(&job->check, &job->definition->policy, result, &transition);
	checks->runs++;
	if (result->outcome == CHECK_OUTCOME_TIMED_OUT)
		checks->timeouts++;
	if (transition.is_event) {
		log_event(entry, &transition, from_signal);
		add_event(entry, &transition);
	}
	storable_change(&entry->storable, transition.is_event);
	if (!is_kept(checks))
		publication_change(&entry->publication);
}

int
checks_submit(struct checks *checks, const struct submission *submission)
{
	struct entry *entry;

	HASH_FIND_STR(checks->entries, submission->name, entry);
	if (entry == NULL)
		return -ENOENT;
	if (entry->job.definition->type != CHECK_TYPE_PASSIVE)
		return -EINVAL;
	if (!entry->job.definition->is_enabled)
		return -ECANCELED;
	struct perfdata *perfdata = perfdata_parse(submission->output, submission->len, false);
	const struct check_result result = {
		.outcome = CHECK_OUTCOME_EXITED,
		.status = submission->status,
		.finished = instant_now(),
		.output = perfdata->text,
	};

	scheduler_on_finished(checks, &entry->job, &result);
	perfdata_free(perfdata);
	return 0;
}

static void
scheduler_on_changed(void *arg, struct job *job)
{
	struct entry *entry = entry_of_job(job);

	if (missed_runs(entry) != entry->missed_shown)
		storable_change(&entry->storable, false);
	if (!is_kept(arg))
		entry->missed_shown = missed_runs(entry);
	publication_change(&entry->publication);
}

void
checks_stored(struct storable *storable, struct store_check *stored)
{
	struct entry *entry = entry_of_storable(storable);

	if (stored->missed_runs > entry->missed_shown)
		entry->missed_shown = stored->missed_runs;
	publication_change(&entry->publication);
	if (entry->shown != NULL && storable->is_changed) {
		store_check_free(entry->shown);
		entry->shown = stored;
		return;
	}
	store_check_free(STEAL(entry->shown));
	store_check_free(stored);
}

void
checks_show_all(struct checks *checks)
{
	struct entry *entry, *following;

	HASH_ITER(hh, checks->entries, entry, following) {
		if (entry->shown == NULL && missed_runs(entry) == entry->missed_shown)
			continue;
		store_check_free(STEAL(entry->shown));
		entry->missed_shown = missed_runs(entry);
		publication_change(&entry->publication);
	}
}

void
checks_store_again(struct checks *checks)
{
	struct entry *entry, *following;

	HASH_ITER(hh, checks->entries, entry, following) {
		storable_change(&entry->storable, false);
	}
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

	checks->store = store;
	memory_open(checks->memory, store, content->figures.lived_s);
	for (size_t i = 0; i < content->check_count; i++) {
		struct store_check *known = STEAL(content->checks[i]);

		if (!content->is_vouched)
			known->discontinuity = now;
		memory_load(checks->memory, known);
	}
}

/* It goes on where it was. */
static void
recall(struct entry *entry, const struct store_check *known)
{
	entry->discontinuity = known->discontinuity;
	entry->last_event = known->last_event;
	entry->missed_base = known->missed_runs;
	entry->missed_shown = known->missed_runs;
}

static void
add_entry(struct checks *checks, struct definition *definition)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));
	struct store_check *known = memory_claim(checks->memory, definition->name);

	entry->checks = checks;
	entry->generation = checks->generation;
	entry->discontinuity = instant_now().wall;
	if (known != NULL)
		recall(entry, known);
	publication_init(&entry->publication, checks->feed, FEED_ROW);
	storable_init(&entry->storable, checks->store);
	storable_change(&entry->storable, false);
	job_init(&entry->job, checks->scheduler, definition_ref(definition),
		known != NULL ? &known->check : NULL);
	HASH_ADD_KEYPTR(hh, checks->entries, entry->job.definition->name,
		strlen(entry->job.definition->name), entry);
	store_check_free(known);
}

static void
free_entry(struct checks *checks, struct entry *entry)
{
	struct wire_message removal = {
		.type = WIRE_REMOVE,
		.remove = {.name = entry->job.definition->name},
	};

	HASH_DEL(checks->entries, entry);
	publication_deinit(&entry->publication, &removal);
	storable_deinit(&entry->storable);
	store_check_free(entry->shown);
	job_deinit(&entry->job);
	free(entry);
}

static void
remove_entry(struct checks *checks, struct entry *entry)
{
	memory_keep(checks->memory, snapshot(entry));
	free_entry(checks, entry);
}

/* The hash's key is the definition's name, so the entry leaves it while that changes. */
static void
redefine_entry(struct checks *checks, struct entry *entry, struct definition *definition)
{
	HASH_DEL(checks->entries, entry);
	job_redefine(&entry->job, definition_ref(definition));
	HASH_ADD_KEYPTR(hh, checks->entries, entry->job.definition->name,
		strlen(entry->job.definition->name), entry);
	storable_change(&entry->storable, false);
	publication_change(&entry->publication);
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

struct checks_changes
checks_apply(struct checks *checks, const struct config *config)
{
	const struct scheduler_limits limits = {
		.parallel = config->limits.parallel,
		.processes = config->limits.processes,
		.probes = probes_limit(&config->limits),
	};
	struct checks_changes changes = {0};
	struct entry *entry, *following;

	checks->generation++;
	scheduler_set_limits(checks->scheduler, &limits);
	for (size_t i = 0; i < config->check_count; i++)
		apply_check(checks, config->checks[i], &changes);
	HASH_ITER(hh, checks->entries, entry, following) {
		if (entry->generation == checks->generation)
			continue;
		remove_entry(checks, entry);
		changes.removed++;
	}
	memory_keep_unclaimed(checks->memory);
	if (changes.added + changes.removed > 0)
		checks->table_changed = instant_now().wall;
	return changes;
}

void
checks_stop(struct checks *checks)
{
	struct entry *entry, *following;

	HASH_ITER(hh, checks->entries, entry, following) {
		job_stop(&entry->job);
	}
}

struct checks *
checks_new(struct event_base *base, struct runner *runner, struct prober *prober,
	struct feed *feed, struct eventlog *log)
{
	static const struct scheduler_callbacks callbacks = {
		.finished = scheduler_on_finished,
		.changed = scheduler_on_changed,
	};
	struct checks *checks = xcalloc(1, sizeof(*checks));

	checks->feed = feed;
	checks->log = log;
	checks->memory = memory_new();
	checks->scheduler = scheduler_new(base, runner, prober, &callbacks, checks);
	return checks;
}

void
checks_free(struct checks *checks)
{
	struct entry *entry, *following;

	if (checks == NULL)
		return;
	HASH_ITER(hh, checks->entries, entry, following) {
		free_entry(checks, entry);
	}
	memory_free(checks->memory);
	scheduler_free(checks->scheduler);
	free(checks);
}

void
checks_summarize(const struct checks *checks, struct wire_summary *summary)
{
	struct scheduler_figures figures = scheduler_read(checks->scheduler, monotime_now());

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
