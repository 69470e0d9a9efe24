/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a new configuration does to the set: which checks come, change and go, and what they
 * have to do with each other then.
 */
#include "checks_set.h"

#include <string.h>
#include <strings.h>

#include "config.h"
#include "daemon.h"
#include "last_runs.h"
#include "scheduler.h"
#include "shared_text.h"
#include "teller.h"
#include "util.h"

/* Descriptors of a running command: its two outputs and its process. */
#define RUN_FILES 3

/* What was told of it and will be told no more is withdrawn. */
static void
withdraw_silenced(struct entry *entry, const struct definition *definition)
{
	if (!definition->is_enabled || entry->job.is_off)
		teller_retire(entry);
	else if (definition->notify == CHECK_NOTIFY_NONE)
		teller_withdraw(entry);
}

static struct entry *
add_entry(struct checks *checks, struct definition *definition)
{
	struct store_check *known = memory_claim(checks->memory, definition->name);
	struct entry *entry = entry_new(&checks->context, definition_ref(definition), known);

	/* It may have been silenced while checkd did not run. */
	withdraw_silenced(entry, definition);
	links_append(&checks->renewed, entry);
	return entry;
}

static void
remove_entry(struct checks *checks, struct entry *entry)
{
	teller_retire(entry);
	memory_keep(checks->memory, entry_snapshot(entry));
	entry_free(entry);
}

/* Nobody knows any more what it was but for its name. */
static struct definition *
definition_of_gone(const char *name)
{
	struct definition *definition = definition_new();

	definition->name = xstrdup(name);
	definition->description = xstrdup("");
	definition->group = shared_text_new("default");
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

static void
redefine_entry(struct checks *checks, struct entry *entry, struct definition *definition)
{
	withdraw_silenced(entry, definition);
	entry_redefine(entry, definition_ref(definition));
	links_append(&checks->renewed, entry);
}

/*
 * Takes the entry of a definition's name, if there is one, off the former ones; those before
 * it have gone. Most have the very definition that they had.
 */
static struct entry *
take_former(
	struct entries *former, const struct definition *definition, struct links_list *gone)
{
	while (former->count > 0) {
		struct entry *entry = *former->sorted;
		bool is_same = entry->job.definition == definition;
		int order = is_same ? 0 : strcasecmp(entry_name(entry), definition->name);

		if (order > 0)
			break;
		former->sorted++;
		former->count--;
		if (order == 0 && strcmp(entry_name(entry), definition->name) == 0)
			return entry;
		links_append(gone, entry);
	}
	return NULL;
}

static struct entry *
apply_check(struct checks *checks, struct definition *definition, struct entry *entry,
	struct checks_changes *changes)
{
	if (entry == NULL) {
		changes->added++;
		return add_entry(checks, definition);
	}
	if (entry->job.definition != definition &&
		!definition_equal(entry->job.definition, definition)) {
		redefine_entry(checks, entry, definition);
		changes->changed++;
	}
	return entry;
}

/* The former entries and the configuration are gone through side by side, by name. */
static void
apply_checks(struct checks *checks, const struct config *config, struct checks_changes *changes)
{
	CLEANUP_FREE uint32_t *places = config_places_by_name(config);
	struct entry **former_sorted = checks->entries.sorted;
	struct entries former = checks->entries;
	struct entries entries = {xcalloc(config->check_count, sizeof(struct entry *)), 0};
	struct links_list gone = {.entries = NULL};

	for (; entries.count < config->check_count; entries.count++) {
		struct definition *definition = config->checks[places[entries.count]];
		struct entry *entry = take_former(&former, definition, &gone);

		entry = apply_check(checks, definition, entry, changes);
		entry->rank = (uint32_t)entries.count;
		entries.sorted[entries.count] = entry;
	}
	for (size_t i = 0; i < former.count; i++)
		links_append(&gone, former.sorted[i]);
	free(former_sorted);
	checks->entries = entries;
	changes->removed = gone.count;
	for (size_t i = 0; i < gone.count; i++)
		remove_entry(checks, gone.entries[i]);
	links_clear(&gone);
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

/* What there is of that memory is shared evenly. */
static void
share_last_runs(struct checks *checks, const struct config *config)
{
	size_t each = config->check_count > 0 ? config->limits.runs / config->check_count : 0;
	size_t before = checks->last_runs;

	checks->last_runs = each < LAST_RUNS_MAX ? each : LAST_RUNS_MAX;
	if (checks->last_runs == before)
		return;
	for (size_t i = 0; i < checks->entries.count; i++)
		last_runs_set_capacity(
			&checks->entries.sorted[i]->last_runs, checks->last_runs);
}

void
checks_free_links(struct checks *checks)
{
	for (size_t i = 0; i < checks->entries.count; i++) {
		struct entry *entry = checks->entries.sorted[i];

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
	entry = entries_find(&checks->entries, definition->name);
	for (size_t i = 0; i < definition->maintenance_count; i++)
		links_add_maintenance(
			entry, calendar_find(&checks->calendar, definition->maintenance[i]));
}

/* Checks are linked by what the configuration says of all of them together. */
static void
make_links(struct checks *checks, const struct config *config, const struct instant *now)
{
	struct links_order order;

	links_make(&checks->entries, &order);
	aggregates_set(&checks->aggregates, &order);
	calendar_set(
		&checks->calendar, config->maintenance, config->maintenance_count, now->wall.s);
	for (size_t i = 0; i < config->check_count; i++)
		link_maintenances(checks, config->checks[i]);
	for (size_t i = 0; i < checks->entries.count; i++)
		aggregates_count(&checks->aggregates, checks->entries.sorted[i]);
	for (size_t i = 0; i < order.count; i++)
		aggregates_touch(&checks->aggregates, order.aggregates[i]);
}

static void
reconsider(struct entry *entry)
{
	teller_look_again(entry);
	entry_update_admin_state(entry);
}

/*
 * A check's admin state may be another by now, and what suppresses its events: of one that
 * came or changed, and where checks are linked of any.
 */
static void
reconsider_all(struct checks *checks, bool is_any_linked)
{
	for (size_t i = 0; is_any_linked && i < checks->entries.count; i++)
		reconsider(checks->entries.sorted[i]);
	for (size_t i = 0; !is_any_linked && i < checks->renewed.count; i++)
		reconsider(checks->renewed.entries[i]);
	links_clear(&checks->renewed);
}

struct checks_changes
checks_apply(struct checks *checks, const struct config *config)
{
	const struct instant now = instant_now();
	struct checks_changes changes = {0};
	bool is_any_linked = checks->is_linked || config->is_linked;

	checks_look_at_ordered(checks, &now);
	checks->ticked = now.boot;
	apply_limits(checks, &config->limits);
	if (checks->is_linked)
		checks_free_links(checks);
	apply_checks(checks, config, &changes);
	keep_unclaimed(checks);
	share_last_runs(checks, config);
	if (is_any_linked)
		make_links(checks, config, &now);
	checks->is_linked = config->is_linked;
	checks_spread(checks, &now);
	reconsider_all(checks, is_any_linked);
	if (changes.added + changes.removed > 0)
		checks->table_changed = now.wall;
	return changes;
}
