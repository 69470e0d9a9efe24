/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selectors to checks, and those to a graph of who hangs on whom, in which cycles are looked
 * for.
 */
#include "config_links.h"

#include <string.h>

#include "aggregate.h"
#include "config_cycles.h"
#include "config_roster.h"
#include "util.h"

struct linking {
	struct config_draft *const *drafts;
	size_t count;
	struct config_problems *problems;
	struct config_roster *roster;
	struct config_graph graph;
	size_t member_count;      /* of all aggregates */
	size_t maintenance_count; /* of all checks */
};

static void
add_targets(struct config_graph *graph, const struct config_selection *selection)
{
	size_t count = graph->target_count + selection->count;

	if (count > graph->capacity) {
		graph->capacity = count * 2;
		graph->targets =
			xreallocarray(graph->targets, graph->capacity, sizeof(*graph->targets));
	}
	if (selection->count > 0)
		memcpy(graph->targets + graph->target_count, selection->indices,
			selection->count * sizeof(*selection->indices));
	graph->target_count = count;
}

static void
link_depends(struct linking *linking, uint32_t index)
{
	const struct config_draft *draft = linking->drafts[index];
	struct config_place place = config_draft_place(draft, linking->problems, "depends");
	struct config_selection selection;

	if (draft->definition->depends == NULL || draft->definition->name == NULL)
		return;
	place.line = draft->depends_line;
	config_roster_select(
		linking->roster, &place, draft->definition->depends, index, &selection);
	add_targets(&linking->graph, &selection);
}

static const char *
members_key(enum aggregate_rule rule)
{
	switch (rule) {
	case AGGREGATE_RULE_ALL:
		return "all";
	case AGGREGATE_RULE_ANY:
		return "any";
	case AGGREGATE_RULE_AT_LEAST:
		return "of";
	case AGGREGATE_RULE_WORST:
		break;
	}
	return "worst";
}

/* What can be told of the members that were found, of which one would be too many. */
static bool
accept_members(struct linking *linking, const struct config_place *place,
	const struct aggregate *aggregate, size_t count)
{
	if (linking->member_count + count > CONFIG_LINKS_MAX) {
		config_problems_error(place,
			"all aggregates together have more than %d members", CONFIG_LINKS_MAX);
		return false;
	}
	if (aggregate->rule == AGGREGATE_RULE_AT_LEAST && aggregate->at_least > count)
		config_problems_warning(place,
			"has %zu checks, so that at_least %u are never ok", count,
			aggregate->at_least);
	return true;
}

static void
link_members(struct linking *linking, uint32_t index)
{
	const struct config_draft *draft = linking->drafts[index];
	struct aggregate *aggregate = draft->definition->aggregate;
	struct config_selection selection;

	if (aggregate == NULL || aggregate->selectors == NULL ||
		draft->definition->name == NULL)
		return;
	struct config_place place =
		config_draft_place(draft, linking->problems, members_key(aggregate->rule));
	place.line = draft->members_line;
	bool is_right = config_roster_select(
		linking->roster, &place, aggregate->selectors, index, &selection);
	if (is_right && aggregate->selectors[0] != NULL && selection.count == 0)
		config_problems_error(&place, "selects no check, so that there is no member");
	if (selection.count == 0 ||
		!accept_members(linking, &place, aggregate, selection.count))
		return;
	aggregate->members = xcalloc(selection.count + 1, sizeof(char *));
	for (size_t i = 0; i < selection.count; i++)
		aggregate->members[i] =
			xstrdup(linking->drafts[selection.indices[i]]->definition->name);
	linking->member_count += selection.count;
	add_targets(&linking->graph, &selection);
}

static void
link_checks(struct linking *linking)
{
	struct config_graph *graph = &linking->graph;

	graph->count = linking->count;
	graph->begins = xcalloc(linking->count + 1, sizeof(*graph->begins));
	for (uint32_t i = 0; i < linking->count; i++) {
		link_depends(linking, i);
		link_members(linking, i);
		graph->begins[i + 1] = graph->target_count;
	}
}

/* Grown at 1, 2, 4, 8 ... */
static void
add_maintenance(struct definition *definition, struct maintenance *maintenance)
{
	size_t count = definition->maintenance_count;

	if ((count & (count - 1)) == 0)
		definition->maintenance = xreallocarray(definition->maintenance,
			count == 0 ? 1 : count * 2, sizeof(struct maintenance *));
	definition->maintenance[count] = maintenance_ref(maintenance);
	definition->maintenance_count++;
}

static void
link_maintenance(struct linking *linking, const struct config_maintenance_item *item)
{
	const struct config_place place = config_maintenance_place(item, linking->problems);
	struct config_selection selection;

	if (item->selectors == NULL)
		return;
	config_roster_select(
		linking->roster, &place, item->selectors, CONFIG_ROSTER_NONE, &selection);
	if (item->maintenance == NULL)
		return;
	linking->maintenance_count += selection.count;
	if (linking->maintenance_count > CONFIG_LINKS_MAX) {
		config_problems_error(&place,
			"all checks together are in more than %d maintenances",
			CONFIG_LINKS_MAX);
		linking->maintenance_count -= selection.count;
		return;
	}
	for (size_t i = 0; i < selection.count; i++)
		add_maintenance(
			linking->drafts[selection.indices[i]]->definition, item->maintenance);
}

/* Most configurations have nothing of it. */
static bool
is_linked(const struct linking *linking, const struct config_maintenance *maintenance)
{
	bool is_linked = maintenance->count > 0;

	for (size_t i = 0; !is_linked && i < linking->count; i++) {
		const struct definition *definition = linking->drafts[i]->definition;

		is_linked = definition->depends != NULL || definition->aggregate != NULL;
	}
	return is_linked;
}

static void
linking_deinit(struct linking *linking)
{
	config_roster_free(linking->roster);
	free(linking->graph.begins);
	free(linking->graph.targets);
}

bool
config_links_resolve(struct config_draft *const *drafts, size_t count,
	const struct config_maintenance *maintenance, struct config_problems *problems)
{
	CLEANUP(linking_deinit)
	struct linking linking = {.drafts = drafts, .count = count, .problems = problems};

	if (!is_linked(&linking, maintenance))
		return false;
	linking.roster = config_roster_new(drafts, count);
	link_checks(&linking);
	config_cycles_tell(&linking.graph, drafts, problems);
	for (size_t i = 0; i < maintenance->count; i++)
		link_maintenance(&linking, &maintenance->items[i]);
	return true;
}
