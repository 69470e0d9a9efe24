/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "entry.h"

#include <assert.h>
#include <string.h>

#include "last_runs.h"
#include "links.h"
#include "orders.h"
#include "run_wait.h"
#include "util.h"

/* From this interval on a second or two are not seen. */
#define PATIENT_INTERVAL_MS 30000

#define ENTRY_OF(pointer, member)                                                              \
	((struct entry *)((char *)(pointer)-offsetof(struct entry, member)))

struct entry *
entry_of_job(struct job *job)
{
	return ENTRY_OF(job, job);
}

struct entry *
entry_of_storable(const struct storable *storable)
{
	return ENTRY_OF(storable, storable);
}

const struct entry *
entry_of_publication(const struct publication *publication)
{
	return ENTRY_OF(publication, publication);
}

struct entry *
entry_of_freshness(struct freshness_item *item)
{
	return ENTRY_OF(item, fresh);
}

const char *
entry_name(const struct entry *entry)
{
	return entry->job.definition->name;
}

bool
entry_is_enabled(const struct entry *entry)
{
	return job_is_enabled(&entry->job);
}

bool
entry_is_maintained(const struct entry *entry)
{
	return entry->is_maintained || links_is_maintained(entry->links);
}

static bool
is_kept(const struct entry *entry)
{
	return store_status(entry->context->store) != WIRE_STORE_FAILED;
}

/* What is shown of it: ahead of that is the job's. */
static const struct check *
shown_check(const struct entry *entry)
{
	return entry->shown != NULL ? &entry->shown->check : &entry->job.check;
}

static void
untally(struct entry *entry)
{
	struct tally *tally = &entry->context->tally;

	if (entry->tallied_state != 0)
		tally->states[entry->tallied_state]--;
	tally->stale -= entry->is_tallied_stale;
}

/* Its row is another: counts it as it is now, and has it told. */
static void
change_row(struct entry *entry)
{
	struct tally *tally = &entry->context->tally;
	const struct check *check = shown_check(entry);
	bool is_counted = entry->admin_state != CHECK_ADMIN_STATE_DISABLED;

	untally(entry);
	entry->tallied_state = is_counted ? (uint8_t)check->state : 0;
	entry->is_tallied_stale = is_counted && check->is_stale;
	tally->states[entry->tallied_state] += is_counted;
	tally->stale += entry->is_tallied_stale;
	publication_change(&entry->publication);
}

/* It goes on where it was. */
static void
recall(struct entry *entry, const struct store_check *known)
{
	entry->discontinuity = known->discontinuity;
	entry->last_event = known->last_event;
	entry->missed_shown = known->missed_runs;
}

/* Those of former lives, and of the time before it was removed. */
static void
obey_orders(struct entry *entry)
{
	const struct order *order = orders_in_force(entry->context->orders, entry_name(entry));

	entry->is_maintained = order_is_maintained(order, instant_now().wall);
	if (order_is_disabled(order))
		job_set_off(&entry->job, true);
}

struct entry *
entry_new(
	struct entry_context *context, struct definition *definition, struct store_check *known)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->context = context;
	entry->discontinuity = instant_now().wall;
	/* Until now nobody looked at it. */
	entry->block = CHECK_SUPPRESSION_DISABLED;
	entry->suppression = CHECK_SUPPRESSION_NONE;
	if (known != NULL)
		recall(entry, known);
	publication_init(&entry->publication, context->feed, FEED_ROW);
	storable_init(&entry->storable, context->store);
	storable_change(&entry->storable, STORE_CALM);
	job_init(&entry->job, context->scheduler, definition,
		known != NULL ? &known->check : NULL);
	entry->job.missed_runs = entry->missed_shown;
	obey_orders(entry);
	entry_update_admin_state(entry);
	entry_watch_freshness(entry, boottime_now());
	store_check_free(known);
	return entry;
}

void
entry_free(struct entry *entry)
{
	struct wire_message removal = {
		.type = WIRE_REMOVE,
		.remove = {.name = entry->job.definition->name},
	};

	assert(entry->links == NULL);
	run_waits_end(&entry->run_waits);
	last_runs_free(entry->last_runs);
	untally(entry);
	freshness_remove(&entry->fresh);
	publication_deinit(&entry->publication, &removal);
	storable_deinit(&entry->storable);
	store_check_free(entry->shown);
	job_deinit(&entry->job);
	free(entry);
}

struct store_check *
entry_snapshot(const struct entry *entry)
{
	struct store_check *copy = xcalloc(1, sizeof(*copy));

	copy->name = xstrdup(entry_name(entry));
	check_copy(&copy->check, &entry->job.check);
	copy->missed_runs = entry->job.missed_runs;
	copy->last_event = entry->last_event;
	copy->discontinuity = entry->discontinuity;
	copy->definition = definition_ref(entry->job.definition);
	return copy;
}

void
entry_hold_back(struct entry *entry)
{
	if (entry->shown == NULL && is_kept(entry))
		entry->shown = entry_snapshot(entry);
}

static void
change(struct entry *entry, enum store_haste haste)
{
	storable_change(&entry->storable, haste);
	if (!is_kept(entry))
		change_row(entry);
}

void
entry_change(struct entry *entry, bool is_urgent)
{
	change(entry, is_urgent ? STORE_URGENT : STORE_CALM);
}

void
entry_repeat(struct entry *entry)
{
	bool is_patient = entry->job.definition->interval_ms >= PATIENT_INTERVAL_MS;

	change(entry, is_patient ? STORE_PATIENT : STORE_CALM);
}

void
entry_change_run(struct entry *entry)
{
	if (entry->job.missed_runs != entry->missed_shown) {
		storable_change(&entry->storable, STORE_CALM);
		if (!is_kept(entry))
			entry_show(entry);
	}
	publication_pass(&entry->publication, (uint8_t)entry->job.run_state);
}

void
entry_stored(struct entry *entry, struct store_check *stored)
{
	bool is_ahead = entry->shown != NULL && entry->storable.is_changed;

	if (stored->missed_runs > entry->missed_shown)
		entry->missed_shown = stored->missed_runs;
	store_check_free(STEAL(entry->shown));
	if (is_ahead)
		entry->shown = STEAL(stored);
	store_check_free(stored);
	change_row(entry);
	feed_notify_stored(entry->context->feed); /* others of its batch are told with it */
}

void
entry_show(struct entry *entry)
{
	if (entry->shown == NULL && entry->job.missed_runs == entry->missed_shown)
		return;
	store_check_free(STEAL(entry->shown));
	entry->missed_shown = entry->job.missed_runs;
	change_row(entry);
}

void
entry_redefine(struct entry *entry, struct definition *definition)
{
	job_redefine(&entry->job, definition);
	run_waits_end(&entry->run_waits);
	entry_watch_freshness(entry, boottime_now());
	storable_change(&entry->storable, STORE_CALM);
	change_row(entry);
}

void
entry_set_off(struct entry *entry, bool is_off)
{
	job_set_off(&entry->job, is_off);
	run_waits_end(&entry->run_waits);
	entry_watch_freshness(entry, boottime_now());
	storable_change(&entry->storable, STORE_CALM);
	change_row(entry);
}

void
entry_update_admin_state(struct entry *entry)
{
	enum check_admin_state now = CHECK_ADMIN_STATE_ENABLED;

	if (!entry_is_enabled(entry))
		now = CHECK_ADMIN_STATE_DISABLED;
	else if (entry_is_maintained(entry))
		now = CHECK_ADMIN_STATE_MAINTENANCE;
	if (entry->admin_state == now)
		return;
	entry->admin_state = (uint8_t)now;
	change_row(entry);
}

static int64_t
fresh_since(const struct entry *entry, const struct check *check)
{
	int64_t since = check->last_ran_boot.ms;

	if (entry->job.enabled_since.ms > since)
		since = entry->job.enabled_since.ms;
	if (entry->context->resumed.ms > since)
		since = entry->context->resumed.ms;
	return since;
}

struct boottime
entry_expiry(const struct entry *entry)
{
	const struct definition *definition = entry->job.definition;
	int64_t since = fresh_since(entry, &entry->job.check);

	if (!entry_is_enabled(entry) || definition->fresh_ms == 0 ||
		definition->fresh_ms > INT64_MAX / 2)
		return (struct boottime){INT64_MAX};
	return (struct boottime){since + (int64_t)definition->fresh_ms};
}

void
entry_watch_freshness(struct entry *entry, struct boottime now)
{
	struct boottime expiry = entry_expiry(entry);

	freshness_remove(&entry->fresh);
	if (expiry.ms == INT64_MAX || entry->job.check.is_stale)
		return;
	/* A second is told when it is over: nothing is due in the middle of it. */
	expiry.ms += 999;
	freshness_put(
		entry->context->freshness, &entry->fresh, expiry.ms > now.ms ? expiry : now);
}

/* Durations beyond 49 days are shown as the longest that fits. */
static uint32_t
shown_ms(uint64_t ms)
{
	return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

uint64_t
entry_shown_runs(const struct entry *entry)
{
	return shown_check(entry)->runs;
}

void
entry_row(const struct entry *entry, struct wire_row *ret_row)
{
	const struct job *job = &entry->job;
	const struct store_check *shown = entry->shown;
	const struct check *check = shown_check(entry);
	const struct definition *definition = job->definition;

	*ret_row = (struct wire_row){
		.name = definition->name,
		.description = definition->description,
		.group = definition->group,
		.type = definition->type,
		.admin_state = entry->admin_state,
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
		.fresh_ms = definition->fresh_ms != 0 ? definition->fresh_ms : UINT64_MAX,
		.fresh_since_boot_ms = fresh_since(entry, check),
		.is_stale = check->is_stale,
		.is_flapping = check->is_flapping,
		.suppression = entry->suppression,
		.last_event = (uint32_t)(shown != NULL ? shown->last_event : entry->last_event),
		.discontinuity_epoch = entry->discontinuity.s,
	};
}
