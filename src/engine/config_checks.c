/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All checks of a configuration, each name once whatever its case.
 */
#include "config_checks.h"

#include <ctype.h>
#include <string.h>
#include <uthash.h>

#include "config_command.h"
#include "config_draft.h"
#include "config_links.h"
#include "util.h"

struct entry {
	struct config_draft *draft;         /* owned */
	char name[DEFINITION_NAME_MAX + 1]; /* in lower case; "" where it has none */
	UT_hash_handle hh;
};

struct config_checks {
	struct config_users *users;
	struct config_problems *problems;
	struct config_draft *defaults; /* NULL: none given */
	struct entry **entries;        /* in the order of the files */
	size_t count;
	size_t capacity;
	struct entry *by_name;
};

struct config_checks *
config_checks_new(struct config_users *users, struct config_problems *problems)
{
	struct config_checks *checks = xcalloc(1, sizeof(*checks));

	checks->users = users;
	checks->problems = problems;
	return checks;
}

void
config_checks_free(struct config_checks *checks)
{
	HASH_CLEAR(hh, checks->by_name);
	for (size_t i = 0; i < checks->count; i++) {
		config_draft_free(checks->entries[i]->draft);
		free(checks->entries[i]);
	}
	free(checks->entries);
	config_draft_free(checks->defaults);
	free(checks);
}

void
config_checks_set_defaults(struct config_checks *checks, const struct config_place *place,
	struct config_node *item)
{
	checks->defaults = config_draft_read(place, item, checks->users, true);
}

/* Takes the entry's name; tells where another has it. */
static void
take_name(struct config_checks *checks, struct entry *entry)
{
	const struct config_draft *draft = entry->draft;
	const char *name = draft->definition->name;
	const struct config_place place = config_draft_place(draft, checks->problems, "name");
	struct entry *other;

	if (name == NULL)
		return;
	for (size_t i = 0; name[i] != '\0'; i++)
		entry->name[i] = (char)tolower((unsigned char)name[i]);
	HASH_FIND_STR(checks->by_name, entry->name, other);
	if (other == NULL)
		HASH_ADD_STR(checks->by_name, name, entry);
	else
		config_problems_error(&place, "is taken by check %s at %s:%u",
			other->draft->definition->name, other->draft->file->path,
			other->draft->line);
}

void
config_checks_add(struct config_checks *checks, const struct config_place *place,
	struct config_node *item)
{
	if (checks->count == CONFIG_CHECKS_MAX) {
		config_problems_error(
			place, "is one of more than %d checks", CONFIG_CHECKS_MAX);
		return;
	}
	if (checks->count == checks->capacity) {
		checks->capacity = checks->capacity > 0 ? checks->capacity * 2 : 64;
		checks->entries = xreallocarray(
			checks->entries, checks->capacity, sizeof(*checks->entries));
	}
	struct entry *entry = xcalloc(1, sizeof(*entry));
	entry->draft = config_draft_read(place, item, checks->users, false);
	checks->entries[checks->count] = entry;
	checks->count++;
	take_name(checks, entry);
}

static void
draft_freep(struct config_draft **draft)
{
	config_draft_free(*draft);
}

/* The defaults as the file gives them, whole by the built-in ones. */
static void
complete_defaults(struct config_checks *checks, const struct config_maps *maps)
{
	CLEANUP(draft_freep) struct config_draft *builtin = config_draft_builtin();

	if (checks->defaults == NULL) {
		checks->defaults = STEAL(builtin);
		return;
	}
	config_draft_resolve_codes(checks->defaults, checks->problems, maps);
	config_draft_inherit(checks->defaults, builtin);
}

/* Of a check that is no command there is none. */
static void
test_program(struct config_checks *checks, const struct config_draft *draft)
{
	const struct config_place place = config_draft_place(draft, checks->problems, NULL);

	config_command_test(&place, draft->definition);
}

void
config_checks_resolve(struct config_checks *checks, const struct config_maps *maps,
	struct config_workers *workers, const struct config_maintenance *maintenance,
	bool is_test, struct config *config)
{
	CLEANUP_FREE struct config_draft **drafts = xcalloc(checks->count, sizeof(*drafts));

	complete_defaults(checks, maps);
	config_workers_resolve(
		workers, checks->problems, checks->defaults->definition, is_test);
	for (size_t i = 0; i < checks->count; i++) {
		struct config_draft *draft = checks->entries[i]->draft;

		drafts[i] = draft;
		config_draft_resolve_codes(draft, checks->problems, maps);
		config_draft_resolve_worker(draft, checks->problems, workers);
		config_draft_inherit(draft, checks->defaults);
		config_draft_finish(draft, checks->problems);
		if (is_test)
			test_program(checks, draft);
	}
	config_links_resolve(drafts, checks->count, maintenance, checks->problems);
	config->checks = xcalloc(checks->count, sizeof(*config->checks));
	config->check_count = checks->count;
	for (size_t i = 0; i < checks->count; i++)
		config->checks[i] = STEAL(drafts[i]->definition);
}
