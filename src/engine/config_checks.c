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
	struct config_draft draft;
	char name[DEFINITION_NAME_MAX + 1]; /* in lower case; "" where it has none */
	UT_hash_handle hh;
};

/*
 * So many entries are one block, so that they lie apart from the definitions, which stay:
 * else they left as many holes between them as there are checks.
 */
#define BLOCK_ENTRIES 1024

struct config_checks {
	struct config_users *users;
	struct config_problems *problems;
	struct config_draft defaults;
	bool has_defaults;
	struct entry **blocks; /* in the order of the files */
	size_t count;          /* of entries */
	struct entry *by_name;
};

static struct entry *
entry_at(const struct config_checks *checks, size_t index)
{
	return &checks->blocks[index / BLOCK_ENTRIES][index % BLOCK_ENTRIES];
}

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
	for (size_t i = 0; i < checks->count; i++)
		config_draft_deinit(&entry_at(checks, i)->draft);
	for (size_t i = 0; i < checks->count; i += BLOCK_ENTRIES)
		free(checks->blocks[i / BLOCK_ENTRIES]);
	free(checks->blocks);
	config_draft_deinit(&checks->defaults);
	free(checks);
}

void
config_checks_set_defaults(struct config_checks *checks, const struct config_place *place,
	struct config_node *item)
{
	config_draft_deinit(&checks->defaults);
	config_draft_read(place, item, checks->users, true, &checks->defaults);
	checks->has_defaults = true;
}

/* Takes the entry's name; tells where another has it. */
static void
take_name(struct config_checks *checks, struct entry *entry)
{
	const struct config_draft *draft = &entry->draft;
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
			other->draft.definition->name, other->draft.file->path,
			other->draft.line);
}

/* A new entry behind all others, all zero. */
static struct entry *
append(struct config_checks *checks)
{
	size_t block = checks->count / BLOCK_ENTRIES;

	if (checks->count % BLOCK_ENTRIES == 0) {
		checks->blocks =
			xreallocarray(checks->blocks, block + 1, sizeof(*checks->blocks));
		checks->blocks[block] = xcalloc(BLOCK_ENTRIES, sizeof(struct entry));
	}
	checks->count++;
	return entry_at(checks, checks->count - 1);
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
	struct entry *entry = append(checks);

	config_draft_read(place, item, checks->users, false, &entry->draft);
	take_name(checks, entry);
}

/* The defaults as the file gives them, whole by the built-in ones. */
static void
complete_defaults(struct config_checks *checks, const struct config_maps *maps)
{
	struct config_draft builtin;

	config_draft_builtin(&builtin);
	if (checks->has_defaults) {
		config_draft_resolve_codes(&checks->defaults, checks->problems, maps);
		config_draft_inherit(&checks->defaults, &builtin);
		config_draft_deinit(&builtin);
	} else {
		checks->defaults = builtin;
	}
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
	config_workers_resolve(workers, checks->problems, checks->defaults.definition, is_test);
	for (size_t i = 0; i < checks->count; i++) {
		struct config_draft *draft = &entry_at(checks, i)->draft;

		drafts[i] = draft;
		config_draft_resolve_codes(draft, checks->problems, maps);
		config_draft_resolve_worker(draft, checks->problems, workers);
		config_draft_inherit(draft, &checks->defaults);
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
