/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sorted lists, one of names, one of groups. A name is found by bisection, and what a
 * pattern selects is looked for only among those that begin as it does.
 */
#include "config_roster.h"

#include <string.h>

#include "config_suggest.h"
#include "selector.h"
#include "util.h"

/* Each costs a look at all names. */
#define SUGGESTIONS_MAX 20

struct entry {
	const char *text; /* borrowed */
	uint32_t index;
};

struct list {
	struct entry *entries; /* by text, then by index */
	size_t count;
};

struct config_roster {
	struct config_draft *const *drafts;
	struct list names;
	struct list groups;
	uint32_t *indices;    /* of the selection */
	uint32_t *selections; /* of each check: the last one that has it */
	uint32_t selection;   /* its number */
	size_t count;         /* of the selection */
	unsigned suggestions;
};

static int
compare_entries(const void *left, const void *right)
{
	const struct entry *a = left;
	const struct entry *b = right;
	int order = strcmp(a->text, b->text);

	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static void
add_entry(struct list *list, const char *text, uint32_t index)
{
	if (text != NULL)
		list->entries[list->count++] = (struct entry){text, index};
}

struct config_roster *
config_roster_new(struct config_draft *const *drafts, size_t count)
{
	struct config_roster *roster = xcalloc(1, sizeof(*roster));

	roster->drafts = drafts;
	roster->indices = xcalloc(count, sizeof(*roster->indices));
	roster->selections = xcalloc(count, sizeof(*roster->selections));
	roster->names.entries = xcalloc(count, sizeof(struct entry));
	roster->groups.entries = xcalloc(count, sizeof(struct entry));
	for (uint32_t i = 0; i < count; i++) {
		const struct definition *definition = drafts[i]->definition;

		if (definition->name == NULL)
			continue;
		add_entry(&roster->names, definition->name, i);
		add_entry(&roster->groups, definition->group, i);
	}
	qsort(roster->names.entries, roster->names.count, sizeof(struct entry),
		compare_entries);
	qsort(roster->groups.entries, roster->groups.count, sizeof(struct entry),
		compare_entries);
	return roster;
}

void
config_roster_free(struct config_roster *roster)
{
	if (roster == NULL)
		return;
	free(roster->names.entries);
	free(roster->groups.entries);
	free(roster->indices);
	free(roster->selections);
	free(roster);
}

/* The first entry that does not come before the text's first octets. */
static size_t
bisect(const struct list *list, const char *text, size_t len)
{
	size_t first = 0;
	size_t last = list->count;

	while (first < last) {
		size_t middle = first + (last - first) / 2;

		if (strncmp(list->entries[middle].text, text, len) < 0)
			first = middle + 1;
		else
			last = middle;
	}
	return first;
}

static void
select_check(struct config_roster *roster, uint32_t index, uint32_t self)
{
	if (index == self || roster->selections[index] == roster->selection)
		return;
	roster->selections[index] = roster->selection;
	roster->indices[roster->count++] = index;
}

/* Selects those of a list that match; returns how many do, but for the check itself. */
static size_t
select_matching(struct config_roster *roster, const struct selector *selector, uint32_t self)
{
	const struct list *list = selector->is_group ? &roster->groups : &roster->names;
	size_t len = selector->stem_len + !selector->is_pattern; /* with the end of a name */
	size_t count = 0;

	for (size_t i = bisect(list, selector->text, len);
		i < list->count && strncmp(list->entries[i].text, selector->text, len) == 0;
		i++) {
		if (!selector_matches(selector, list->entries[i].text))
			continue;
		count += list->entries[i].index != self;
		select_check(roster, list->entries[i].index, self);
	}
	return count;
}

/* The name that is nearest to a misspelt one, or NULL. */
static const char *
suggest(struct config_roster *roster, const char *name)
{
	unsigned best_distance = CONFIG_SUGGEST_FAR;
	const char *best = NULL;

	if (roster->suggestions == SUGGESTIONS_MAX)
		return NULL;
	roster->suggestions++;
	for (size_t i = 0; i < roster->names.count; i++) {
		if (config_suggest_is_nearer(
			    name, roster->names.entries[i].text, &best_distance))
			best = roster->names.entries[i].text;
	}
	return best;
}

static bool
select_name(struct config_roster *roster, const struct config_place *place,
	const struct selector *selector, uint32_t self)
{
	const char *name = selector->text;

	if (self != CONFIG_ROSTER_NONE &&
		strcmp(name, roster->drafts[self]->definition->name) == 0) {
		config_problems_error(place, "must not be the check itself");
		return false;
	}
	if (select_matching(roster, selector, self) > 0)
		return true;

	const char *near = suggest(roster, name);

	if (near != NULL)
		config_problems_error(
			place, "no such check: \"%s\", did you mean \"%s\"?", name, near);
	else
		config_problems_error(place, "no such check: \"%s\"", name);
	return false;
}

static bool
select_one(struct config_roster *roster, const struct config_place *place, const char *text,
	uint32_t self)
{
	const struct selector selector = selector_parse(text);

	if (!selector.is_group && !selector.is_pattern)
		return select_name(roster, place, &selector, self);
	if (select_matching(roster, &selector, self) == 0)
		config_problems_warning(place, "\"%s\" selects no check", text);
	return true;
}

static int
compare_indices(const void *left, const void *right)
{
	const uint32_t *a = left;
	const uint32_t *b = right;

	return (*a > *b) - (*a < *b);
}

bool
config_roster_select(struct config_roster *roster, const struct config_place *place,
	char *const *selectors, uint32_t self, struct config_selection *ret_selection)
{
	bool is_right = true;

	roster->selection++;
	roster->count = 0;
	for (; *selectors != NULL; selectors++)
		is_right = select_one(roster, place, *selectors, self) && is_right;
	qsort(roster->indices, roster->count, sizeof(*roster->indices), compare_indices);
	*ret_selection = (struct config_selection){roster->indices, roster->count};
	return is_right;
}
