/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of checks. An entry is a job of the scheduler and a publication of the feed;
 * results flow from the one to the other through check_apply.
 */
#include "checks.h"

#include <stddef.h>
#include <string.h>
#include <uthash.h>

#include "config.h"
#include "feed.h"
#include "log.h"
#include "scheduler.h"
#include "util.h"

/* A check: on the schedule and in the table. */
struct entry {
	struct job job;
	struct publication publication;
	struct walltime discontinuity;
	uint64_t last_event;
	unsigned generation; /* of the configuration that has it */
	UT_hash_handle hh;
};

struct checks {
	struct scheduler *scheduler;
	struct feed *feed;
	struct entry *entries; /* by name */
	struct walltime epoch; /* since when events are numbered from 1 */
	uint64_t event_number; /* of the last event */
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

/* Durations beyond 49 days are shown as the longest that fits. */
static uint32_t
shown_ms(uint64_t ms)
{
	return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

static int64_t
fresh_since(const struct job *job)
{
	int64_t ran = job->check.last_ran_boot.ms, enabled = job->enabled_since.ms;

	return ran > enabled ? ran : enabled;
}

void
checks_row(const struct publication *publication, struct wire_row *ret_row)
{
	const struct entry *entry = entry_of_publication(publication);
	const struct job *job = &entry->job;
	const struct check *check = &job->check;
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
		.missed_runs = (uint32_t)job->missed_runs,
		.attempt = check->attempt,
		.interval_ms = shown_ms(definition->interval_ms),
		.timeout_ms = shown_ms(definition->timeout_ms),
		.fresh_ms = definition->fresh_ms,
		.fresh_since_boot_ms = fresh_since(job),
		.last_event = (uint32_t)entry->last_event,
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

/* The notification's values, as they are at this moment. */
static void
notify(struct checks *checks, struct entry *entry, const struct check_transition *transition)
{
	const struct check *check = &entry->job.check;
	const struct definition *definition = entry->job.definition;
	struct wire_event event = {
		.number = entry->last_event,
		.kind = transition->kind,
		.name = xstrdup(definition->name),
		.last_status = check->last_status,
		.previous_status = check->previous_status,
		.state = check->state,
		.previous_state = transition->from_state,
		.last_outcome = check->last_outcome,
		.last_meaning = xstrdup(check->last_meaning),
		.last_output = xstrdup(check->last_output),
		.description = xstrdup(definition->description),
		.group = xstrdup(definition->group),
		.last_ran_epoch = check->last_ran_wall.s,
		.status_changes = (uint32_t)check->status_changes,
		.state_epoch = checks->epoch.s,
	};
	size_t lost = feed_notify(checks->feed, &event);

	if (lost > 0)
		log_error("%zu notifications are lost: the backlog of %zu events is full", lost,
			feed_pending(checks->feed));
}

static void
scheduler_on_finished(void *arg, struct job *job, const struct check_result *result)
{
	struct checks *checks = arg;
	struct entry *entry = entry_of_job(job);
	struct check_transition transition;
	int from_signal = job->check.last_signal;

	check_apply(&job->check, &job->definition->policy, result, &transition);
	checks->runs++;
	if (result->outcome == CHECK_OUTCOME_TIMED_OUT)
		checks->timeouts++;
	if (transition.is_event) {
		entry->last_event = ++checks->event_number;
		log_event(entry, &transition, from_signal);
		if (check_is_notified(job->definition->notify, &transition))
			notify(checks, entry, &transition);
	}
	publication_change(&entry->publication);
}

static void
scheduler_on_changed(void *arg, struct job *job)
{
	(void)arg;
	publication_change(&entry_of_job(job)->publication);
}

static void
add_entry(struct checks *checks, struct definition *definition)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->generation = checks->generation;
	entry->discontinuity = instant_now().wall;
	publication_init(&entry->publication, checks->feed);
	job_init(&entry->job, checks->scheduler, definition_ref(definition));
	HASH_ADD_KEYPTR(hh, checks->entries, entry->job.definition->name,
		strlen(entry->job.definition->name), entry);
}

static void
remove_entry(struct checks *checks, struct entry *entry)
{
	HASH_DEL(checks->entries, entry);
	publication_deinit(&entry->publication, entry->job.definition->name);
	job_deinit(&entry->job);
	free(entry);
}

/* The hash's key is the definition's name, so the entry leaves it while that changes. */
static void
redefine_entry(struct checks *checks, struct entry *entry, struct definition *definition)
{
	HASH_DEL(checks->entries, entry);
	job_redefine(&entry->job, definition_ref(definition));
	HASH_ADD_KEYPTR(hh, checks->entries, entry->job.definition->name,
		strlen(entry->job.definition->name), entry);
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

struct checks_changes
checks_apply(struct checks *checks, const struct config *config)
{
	struct checks_changes changes = {0};
	struct entry *entry, *following;

	checks->generation++;
	scheduler_set_limits(
		checks->scheduler, config->limits.parallel, config->limits.processes);
	for (size_t i = 0; i < config->check_count; i++)
		apply_check(checks, config->checks[i], &changes);
	HASH_ITER(hh, checks->entries, entry, following) {
		if (entry->generation == checks->generation)
			continue;
		remove_entry(checks, entry);
		changes.removed++;
	}
	if (changes.added + changes.removed > 0)
		checks->table_changed = instant_now().wall;
	return changes;
}

void
checks_remove_all(struct checks *checks)
{
	struct entry *entry, *following;

	HASH_ITER(hh, checks->entries, entry, following) {
		remove_entry(checks, entry);
	}
}

struct checks *
checks_new(struct event_base *base, struct runner *runner, struct feed *feed)
{
	static const struct scheduler_callbacks callbacks = {
		.finished = scheduler_on_finished,
		.changed = scheduler_on_changed,
	};
	struct checks *checks = xcalloc(1, sizeof(*checks));

	checks->feed = feed;
	checks->epoch = instant_now().wall;
	checks->scheduler = scheduler_new(base, runner, &callbacks, checks);
	return checks;
}

void
checks_free(struct checks *checks)
{
	if (checks == NULL)
		return;
	checks_remove_all(checks);
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
	summary->state_epoch = checks->epoch.s;
}
