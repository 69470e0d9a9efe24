/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a new configuration does to the set: which checks come, change and go, and what they
 * have to do with each other then.
 */
#include "checks_set.h"

#include <string.h>
#include <uthash.h>

#include "config.h"
#include "daemon.h"
#include "last_runs.h"
#include "scheduler.h"
#include "teller.h"
#include "util.h"

/* Descriptors of a running command: its two outputs and its process. */
#define RUN_FILES 3

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

	entry->generation = checks->generation;
	/* It may have been silenced while checkd did not run. */
	withdraw_silenced(entry, definition);
	add_to_hash(checks, entry);
	links_append(&checks->renewed, entry);
	return entry;
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

/* The hash's key is the definition's name: the same text, and in its place in the hash. */
static void
redefine_entry(struct checks *checks, struct entry *entry, struct definition *definition)
{
	withdraw_silenced(entry, definition);
	entry_redefine(entry, definition_ref(definition));
	entry->hh.key = entry_name(entry);
	links_append(&checks->renewed, entry);
}

/*
 * Most checks stand where they stood, which is in the order of the hash, and have the very
 * definition that they had: those are not looked up. *next is the one that is to be expected.
 */
static struct entry *
find_entry(
	const struct checks *checks, const struct definition *definition, struct entry **next)
{
	struct entry *entry = *next;

	if (entry == NULL || entry->job.definition != definition)
		HASH_FIND_STR(checks->entries, definition->name, entry);
	if (entry != NULL)
		*next = entry->hh.next;
	return entry;
}

static struct entry *
apply_check(struct checks *checks, struct definition *definition, struct entry **next,
	struct checks_changes *changes)
{
	struct entry *entry = find_entry(checks, definition, next);

	if (entry == NULL) {
		changes->added++;
		return add_entry(checks, definition);
	}
	entry->generation = checks->generation;
	if (entry->job.definition != definition &&
		!definition_equal(entry->job.definition, definition)) {
		redefine_entry(checks, entry, definition);
		changes->changed++;
	}
	return entry;
}

/* With all of them in their order by name. */
static void
apply_checks(struct checks *checks, const struct config *config, struct checks_changes *changes)
{
	struct entry *next = checks->entries;

	free(checks->sorted);
	checks->sorted = xcalloc(config->check_count, sizeof(struct entry *));
	for (size_t i = 0; i < config->check_count; i++) {
		struct entry *entry = apply_check(checks, config->checks[i], &next, changes);

		entry->rank = config->ranks != NULL ? config->ranks[i] : (uint32_t)i;
		checks->sorted[entry->rank] = entry;
	}
}

/* All that the configuration has are in it by now, so that the rest are too many. */
static void
remove_others(
	struct checks *checks, const struct config *config, struct checks_changes *changes)
{
	struct entry *entry, *following;

	changes->removed = checks_count(checks) - config->check_count;
	if (changes->removed == 0)
		return;
	HASH_ITER(hh, checks->entries, entry, following) {
		if (entry->generation != checks->generation)
			remove_entry(checks, entry);
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

/* What there is of that memory is shared evenly. */
static void
share_last_runs(struct checks *checks, const struct config *config)
{
	size_t each = config->check_count > 0 ? config->limits.runs / config->check_count : 0;
	size_t before = checks->last_runs;

	checks->last_runs = each < LAST_RUNS_MAX ? each : LAST_RUNS_MAX;
	if (checks->last_runs == before)
		return;
	for (struct entry *entry = checks->entries; entry != NULL; entry = entry->hh.next)
		last_runs_set_capacity(&entry->last_runs, checks->last_runs);
}

void
checks_free_links(struct checks *checks)
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
	for (struct entry *entry = checks->entries; is_any_linked && entry != NULL;
		entry = entry->hh.next)
		reconsider(entry);
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
	checks->generation++;
	checks->ticked = now.boot;
	apply_limits(checks, &config->limits);
	if (checks->is_linked)
		checks_free_links(checks);
	apply_checks(checks, config, &changes);
	remove_others(checks, config, &changes);
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
