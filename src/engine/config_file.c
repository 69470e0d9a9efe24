/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The top level of a file. Checks and maps are read item by item, all else is small.
 */
#include "config_file.h"

#include <assert.h>
#include <string.h>

#include "config_bind.h"
#include "config_control.h"
#include "config_keys.h"
#include "config_snmp.h"
#include "config_yaml.h"
#include "util.h"
#include "yaml_text.h"

/* A top-level key that is more than one value. */
struct part {
	const char *name;
	enum config_node_kind kind; /* of its value */
	const char *item; /* what messages call an item of it; NULL: it is read as a whole */
	void (*read)(struct config_parts *parts, const struct config_place *place,
		struct config_node *node); /* the whole, or an item, which is a mapping */
};

static void
bind_limit(void *arg, const struct config_place *place, const struct config_key *key,
	struct config_node *value)
{
	struct config_parts *parts = arg;

	config_bind_number(place, key, value, &parts->config->limits);
}

static void
add_include(struct config_parts *parts, const struct config_place *place,
	const struct config_node *item)
{
	struct config_place here = *place;

	here.line = item->line;
	if (item->kind == CONFIG_NODE_REPORTED)
		return;
	if (item->kind != CONFIG_NODE_SCALAR || config_node_is_null(item) ||
		item->text[0] == '\0' || yaml_text_has_control(item->text, false)) {
		config_problems_error(&here, "must be a list of files or patterns of files");
		return;
	}
	parts->includes[parts->include_count++] = (struct config_include){
		.pattern = xstrdup(item->text),
		.line = item->line,
	};
}

static void
read_includes(
	struct config_parts *parts, const struct config_place *place, struct config_node *list)
{
	parts->includes = xcalloc(list->count, sizeof(*parts->includes));
	for (size_t i = 0; i < list->count; i++)
		add_include(parts, place, &list->children[i]);
}

static void
read_limits(struct config_parts *parts, const struct config_place *place,
	struct config_node *limits)
{
	config_bind_mapping(place, CONFIG_SECTION_LIMITS, limits, bind_limit, parts);
}

static void
read_snmp(
	struct config_parts *parts, const struct config_place *place, struct config_node *snmp)
{
	config_snmp_read(place, snmp, parts->users, parts->is_test, &parts->config->snmp);
}

static void
read_control(struct config_parts *parts, const struct config_place *place,
	struct config_node *control)
{
	config_control_read(place, control, &parts->config->control);
}

static void
read_defaults(struct config_parts *parts, const struct config_place *place,
	struct config_node *defaults)
{
	config_checks_set_defaults(parts->checks, place, defaults);
}

static void
read_map(struct config_parts *parts, const struct config_place *place, struct config_node *map)
{
	config_maps_add(parts->maps, place, map);
}

static void
read_worker(struct config_parts *parts, const struct config_place *place,
	struct config_node *worker)
{
	config_workers_add(parts->workers, place, worker, parts->users);
}

static void
read_check(
	struct config_parts *parts, const struct config_place *place, struct config_node *check)
{
	config_checks_add(parts->checks, place, check);
}

static void
read_maintenance(struct config_parts *parts, const struct config_place *place,
	struct config_node *maintenance)
{
	config_maintenance_add(&parts->maintenance, place, maintenance);
}

static const struct part *
find_part(const char *name)
{
	static const struct part table[] = {
		{"include", CONFIG_NODE_SEQUENCE, NULL, read_includes},
		{"limits", CONFIG_NODE_MAPPING, NULL, read_limits},
		{"snmp", CONFIG_NODE_MAPPING, NULL, read_snmp},
		{"control", CONFIG_NODE_MAPPING, NULL, read_control},
		{"defaults", CONFIG_NODE_MAPPING, NULL, read_defaults},
		{"codes", CONFIG_NODE_SEQUENCE, "codes", read_map},
		{"workers", CONFIG_NODE_SEQUENCE, "worker", read_worker},
		{"maintenance", CONFIG_NODE_SEQUENCE, "maintenance", read_maintenance},
		{"checks", CONFIG_NODE_SEQUENCE, "check", read_check},
	};
	const struct part *part = table;

	while (strcmp(part->name, name) != 0) {
		part++;
		assert(part < table + ARRAY_LEN(table));
	}
	return part;
}

/* A list too long for the memory, as YAML, is read item by item. */
static void
read_items(struct config_parts *parts, struct config_yaml *yaml, const struct part *part,
	const struct config_place *place)
{
	struct config_place here = *place;

	here.section = part->item;
	here.key = NULL;
	config_yaml_enter(yaml);
	while (config_yaml_more(yaml)) {
		CLEANUP(config_node_deinit) struct config_node item;

		config_yaml_read(yaml, &item);
		here.line = item.line;
		if (item.kind == CONFIG_NODE_MAPPING)
			part->read(parts, &here, &item);
		else if (item.kind != CONFIG_NODE_REPORTED)
			config_problems_error(&here, "must be a mapping of keys to values");
	}
}

static void
read_whole(struct config_parts *parts, struct config_yaml *yaml, const struct part *part,
	const struct config_key *key, const struct config_place *place)
{
	CLEANUP(config_node_deinit) struct config_node node;
	struct config_place here = *place;

	config_yaml_read(yaml, &node);
	here.line = node.line;
	if (!config_bind_expect(&here, key, &node, part->kind) || part->item != NULL)
		return;
	if (part->kind == CONFIG_NODE_MAPPING) {
		here.section = key->name;
		here.key = NULL;
	}
	part->read(parts, &here, &node);
}

static void
read_setting(struct config_parts *parts, struct config_yaml *yaml, const struct config_key *key,
	const struct config_place *place)
{
	CLEANUP(config_node_deinit) struct config_node node;
	struct config_place here = *place;

	config_yaml_read(yaml, &node);
	here.line = node.line;
	if (config_keys_is_number(key))
		config_bind_number(&here, key, &node, parts->config);
	else
		config_bind_text(&here, key, &node, parts->config);
}

static void
read_part(struct config_parts *parts, struct config_yaml *yaml, const struct config_key *key,
	const struct config_place *place)
{
	const struct part *part = find_part(key->name);

	if (part->read == read_check)
		parts->has_checks = true;
	if (part->item != NULL && config_yaml_peek(yaml) == part->kind)
		read_items(parts, yaml, part, place);
	else
		read_whole(parts, yaml, part, key, place);
}

static void
skip_value(struct config_yaml *yaml)
{
	CLEANUP(config_node_deinit) struct config_node node;

	config_yaml_read(yaml, &node);
}

static void
read_key(struct config_parts *parts, struct config_yaml *yaml, struct config_bind_walk *walk)
{
	CLEANUP(config_node_deinit) struct config_node name;
	struct config_place here = *walk->place;

	config_yaml_read(yaml, &name);
	const struct config_key *key = config_bind_key(walk, &name);
	if (key == NULL) {
		skip_value(yaml);
		return;
	}
	here.line = name.line;
	here.key = key->name;
	if (key->is_main_only && here.file->index > 0) {
		config_problems_error(&here, "may stand in the main file only");
		skip_value(yaml);
		return;
	}
	if (key->type == CONFIG_TYPE_PART)
		read_part(parts, yaml, key, &here);
	else
		read_setting(parts, yaml, key, &here);
}

/* A file of comments is as good as an empty one. */
static void
read_document(
	struct config_parts *parts, struct config_yaml *yaml, const struct config_place *place)
{
	struct config_bind_walk walk = {.place = place, .section = CONFIG_SECTION_FILE};
	struct config_place here = *place;

	if (config_yaml_peek(yaml) == CONFIG_NODE_MAPPING) {
		config_yaml_enter(yaml);
		while (config_yaml_more(yaml))
			read_key(parts, yaml, &walk);
	} else if (config_yaml_peek(yaml) != CONFIG_NODE_NONE) {
		CLEANUP(config_node_deinit) struct config_node node;

		config_yaml_read(yaml, &node);
		here.line = node.line;
		if (node.kind != CONFIG_NODE_REPORTED && !config_node_is_null(&node))
			config_problems_error(
				&here, "must be a mapping of keys such as checks");
	}
	config_yaml_finish(yaml);
}

void
config_file_read(struct config_parts *parts, const struct config_file *file)
{
	const struct config_place place = {.problems = parts->problems, .file = file};
	struct config_yaml *yaml = NULL;
	int error = config_yaml_open(&place, &yaml);

	if (error < 0) {
		config_problems_error(&place, "cannot be read: %s", strerror(-error));
		return;
	}
	read_document(parts, yaml, &place);
	config_yaml_close(yaml);
}
