/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All checks of a configuration, each name once whatever its case.
 */
#include "config_checks.h"

#include <string.h>
#include <strings.h>

#include "config_command.h"
#include "config_draft.h"
#include "config_links.h"
#include "util.h"

/*
 * So many drafts are one block, so that they lie apart from the definitions, which stay: else
 * they left as many holes between them as there are checks.
 */
#define BLOCK_DRAFTS 1024

struct config_checks {
	struct config_users *users;
	struct config_problems *problems;
	struct config_draft defaults;
	bool has_defaults;
	struct config_draft **drafts; /* owned, in the order of the files */
	size_t count;
	size_t capacity; /* whole blocks */
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
	for (size_t i = 0; i < checks->count; i++)
		config_draft_deinit(checks->drafts[i]);
	for (size_t i = 0; i < checks->capacity; i += BLOCK_DRAFTS)
		free(checks->drafts[i]);
	free(checks->drafts);
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

static void
add_block(struct config_checks *checks)
{
	struct config_draft *block = xcalloc(BLOCK_DRAFTS, sizeof(*block));

	checks->drafts = xreallocarray(
		checks->drafts, checks->capacity + BLOCK_DRAFTS, sizeof(*checks->drafts));
	for (size_t i = 0; i < BLOCK_DRAFTS; i++)
		checks->drafts[checks->capacity + i] = &block[i];
	checks->capacity += BLOCK_DRAFTS;
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
	if (checks->count == checks->capacity)
		add_block(checks);
	config_draft_read(place, item, checks->users, false, checks->drafts[checks->count]);
	checks->count++;
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

/* What has no name is told already, and comes last. */
static int
compare_names(const struct config_draft *left, const struct config_draft *right)
{
	const char *name = left->definition->name, *other = right->definition->name;

	if (name == NULL || other == NULL)
		return (name == NULL) - (other == NULL);
	return strcasecmp(name, other);
}

static int
compare_places(const void *left, const void *right, void *arg)
{
	struct config_draft *const *drafts = arg;
	uint32_t place = *(const uint32_t *)left, other = *(const uint32_t *)right;
	int order = compare_names(drafts[place], drafts[other]);

	return order != 0 ? order : (place > other) - (place < other);
}

static void
tell_taken(const struct config_draft *draft, const struct config_draft *owner,
	struct config_problems *problems)
{
	const struct config_place place = config_draft_place(draft, problems, "name");

	config_problems_error(&place, "is taken by check %s at %s:%u", owner->definition->name,
		owner->file->path, owner->line);
}

/* The first one that has a name keeps it. */
static void
examine_names(const struct config_checks *checks, const uint32_t *places)
{
	const struct config_draft *owner = NULL;

	for (size_t i = 0; i < checks->count; i++) {
		const struct config_draft *draft = checks->drafts[places[i]];

		if (draft->definition->name == NULL)
			return;
		if (owner != NULL && compare_names(owner, draft) == 0)
			tell_taken(draft, owner, checks->problems);
		else
			owner = draft;
	}
}

/* In the order of names those that are taken stand side by side. */
static uint32_t *
rank(struct config_checks *checks)
{
	CLEANUP_FREE uint32_t *places = xcalloc(checks->count, sizeof(*places));
	uint32_t *ranks = xcalloc(checks->count, sizeof(*ranks));

	for (uint32_t i = 0; i < checks->count; i++)
		places[i] = i;
	qsort_r(places, checks->count, sizeof(*places), compare_places, checks->drafts);
	examine_names(checks, places);
	for (uint32_t i = 0; i < checks->count; i++)
		ranks[places[i]] = i;
	return ranks;
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
	complete_defaults(checks, maps);
	config_workers_resolve(workers, checks->problems, checks->defaults.definition, is_test);
	for (size_t i = 0; i < checks->count; i++) {
		struct config_draft *draft = checks->drafts[i];

		config_draft_resolve_codes(draft, checks->problems, maps);
		config_draft_resolve_worker(draft, checks->problems, workers);
		config_draft_inherit(draft, &checks->defaults);
		config_draft_finish(draft, checks->problems);
		if (is_test)
			test_program(checks, draft);
	}
	config->is_linked = config_links_resolve(
		checks->drafts, checks->count, maintenance, checks->problems);
	config->ranks = rank(checks);
	config->checks = xcalloc(checks->count, sizeof(*config->checks));
	config->check_count = checks->count;
	for (size_t i = 0; i < checks->count; i++)
		config->checks[i] = STEAL(checks->drafts[i]->definition);
}
