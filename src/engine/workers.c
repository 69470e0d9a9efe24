/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A worker is the same through all reloads as long as its name stays.
 */
#include "workers.h"

#include <assert.h>
#include <string.h>
#include <uthash.h>

#include "util.h"

struct entry {
	struct worker *worker;
	struct worker_definition *definition; /* one reference; its name is the key */
	unsigned generation;                  /* of the configuration that has it */
	UT_hash_handle hh;
};

struct workers {
	struct worker_surroundings surroundings;
	struct entry *entries;
	unsigned generation;
};

static struct entry *
find_entry(const struct workers *workers, const char *name)
{
	struct entry *entry;

	HASH_FIND_STR(workers->entries, name, entry);
	return entry;
}

/* The hash's key is the definition's name, so the entry leaves it while that changes. */
static void
set_definition(
	struct workers *workers, struct entry *entry, struct worker_definition *definition)
{
	const char *name = worker_definition_name(definition);

	if (entry->definition != NULL) {
		HASH_DEL(workers->entries, entry);
		worker_definition_unref(entry->definition);
	}
	entry->definition = worker_definition_ref(definition);
	HASH_ADD_KEYPTR(hh, workers->entries, name, strlen(name), entry);
}

static struct entry *
add_entry(struct workers *workers, struct worker_definition *definition)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->worker = worker_new(&workers->surroundings, worker_definition_ref(definition));
	set_definition(workers, entry, definition);
	return entry;
}

static void
entry_free(struct workers *workers, struct entry *entry)
{
	HASH_DEL(workers->entries, entry);
	worker_free(entry->worker);
	worker_definition_unref(entry->definition);
	free(entry);
}

static void
apply_one(struct workers *workers, struct worker_definition *definition)
{
	struct entry *entry = find_entry(workers, worker_definition_name(definition));

	if (entry == NULL) {
		entry = add_entry(workers, definition);
	} else if (!worker_definition_equal(entry->definition, definition)) {
		worker_redefine(entry->worker, worker_definition_ref(definition));
		set_definition(workers, entry, definition);
	}
	entry->generation = workers->generation;
}

void
workers_apply(
	struct workers *workers, struct worker_definition *const *definitions, size_t count)
{
	workers->generation++;
	for (size_t i = 0; i < count; i++)
		apply_one(workers, definitions[i]);
}

void
workers_retire(struct workers *workers)
{
	struct entry *entry, *next;

	HASH_ITER(hh, workers->entries, entry, next) {
		if (entry->generation != workers->generation)
			entry_free(workers, entry);
	}
}

struct worker *
workers_find(const struct workers *workers, const char *name)
{
	const struct entry *entry = find_entry(workers, name);

	assert(entry != NULL);
	return entry->worker;
}

void
workers_stop(struct workers *workers)
{
	for (struct entry *entry = workers->entries; entry != NULL; entry = entry->hh.next)
		worker_dismiss(entry->worker);
	worker_process_stop_all(&workers->surroundings);
}

struct workers *
workers_new(struct event_base *base, struct runner *runner)
{
	struct workers *workers = xcalloc(1, sizeof(*workers));

	worker_surroundings_init(&workers->surroundings, base, runner);
	return workers;
}

void
workers_free(struct workers *workers)
{
	struct entry *entry, *next;

	if (workers == NULL)
		return;
	HASH_ITER(hh, workers->entries, entry, next)
		entry_free(workers, entry);
	worker_surroundings_deinit(&workers->surroundings);
	free(workers);
}
