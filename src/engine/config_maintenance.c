/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The items of `maintenance`. Windows are looked at one by one as texts, so that each that
 * is wrong is told with its line.
 */
#include "config_maintenance.h"

#include "config_bind.h"
#include "config_keys.h"
#include "util.h"

void
config_maintenance_deinit(struct config_maintenance *list)
{
	for (size_t i = 0; i < list->count; i++) {
		maintenance_unref(list->items[i].maintenance);
		strv_free(list->items[i].selectors);
	}
	free(list->items);
}

static void
bind_item(void *arg, const struct config_place *place, const struct config_key *key,
	struct config_node *value)
{
	if (key->type == CONFIG_TYPE_LINE)
		config_bind_text(place, key, value, arg);
	else
		config_bind_some(place, key, value, arg);
}

/* The lists and the text that an item is made of, before it is. */
static void
parts_deinit(struct maintenance *parts)
{
	strv_free(parts->when);
	strv_free(parts->selectors);
	free(parts->reason);
}

/* NULL where it has no windows or no checks, which has been told, or too many windows. */
static struct maintenance *
make(const struct config_place *place, const struct maintenance *parts)
{
	struct maintenance *maintenance = NULL;
	const char *error = NULL;
	size_t index = 0;

	if (strv_count(parts->when) == 0 || strv_count(parts->selectors) == 0)
		return NULL;
	if (maintenance_new(parts->when, parts->selectors, parts->reason, &maintenance, &index,
		    &error) < 0)
		config_problems_error(place, "%s, not \"%s\"", error, parts->when[index]);
	return maintenance;
}

static void
add_item(struct config_maintenance *list, struct config_maintenance_item item)
{
	/* Grown at 1, 2, 4, 8 ... */
	if ((list->count & (list->count - 1)) == 0)
		list->items = xreallocarray(list->items, list->count == 0 ? 1 : list->count * 2,
			sizeof(*list->items));
	list->items[list->count++] = item;
}

void
config_maintenance_add(struct config_maintenance *list, const struct config_place *place,
	struct config_node *item)
{
	CLEANUP(parts_deinit) struct maintenance parts = {.window_count = 0};

	if (list->count == CONFIG_MAINTENANCE_MAX) {
		config_problems_error(
			place, "is one of more than %d maintenances", CONFIG_MAINTENANCE_MAX);
		return;
	}
	config_bind_fallbacks(CONFIG_SECTION_MAINTENANCE, &parts);
	config_bind_mapping(place, CONFIG_SECTION_MAINTENANCE, item, bind_item, &parts);
	if (config_bind_find(item, "when") == NULL)
		config_problems_error(place, "when: is missing");
	if (config_bind_find(item, "checks") == NULL)
		config_problems_error(place, "checks: is missing");
	const struct config_place when = config_bind_place(place, item, "when");
	const struct config_maintenance_item new_item = {
		.maintenance = make(&when, &parts),
		.selectors = STEAL(parts.selectors),
		.file = place->file,
		.checks_line = config_bind_place(place, item, "checks").line,
	};
	add_item(list, new_item);
}

struct config_place
config_maintenance_place(
	const struct config_maintenance_item *item, struct config_problems *problems)
{
	return (struct config_place){
		.problems = problems,
		.file = item->file,
		.line = item->checks_line,
		.section = "maintenance",
		.key = "checks",
	};
}

void
config_maintenance_move(struct config_maintenance *list, struct config *config)
{
	config->maintenance = xcalloc(list->count, sizeof(*config->maintenance));
	config->maintenance_count = list->count;
	for (size_t i = 0; i < list->count; i++)
		config->maintenance[i] = STEAL(list->items[i].maintenance);
}
