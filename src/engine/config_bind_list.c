/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From YAML lists, and mappings of names to texts, to lists of strings.
 */
#include "config_bind.h"

#include <string.h>

#include "config_text.h"
#include "definition.h"
#include "util.h"

/* A text in a list or mapping: it may be empty, but not missing. */
static bool
accept_item(const struct config_place *place, const struct config_key *key,
	const struct config_node *item)
{
	if (item->kind == CONFIG_NODE_REPORTED)
		return false;
	if (item->kind != CONFIG_NODE_SCALAR) {
		config_problems_error(place, "must be a single text");
		return false;
	}
	if (config_node_is_null(item)) {
		config_problems_error(
			place, "has no value; quote it where \"%s\" is meant", item->text);
		return false;
	}
	return config_bind_accept_text(place, key, item->text);
}

void
config_bind_argv(const struct config_place *place, const struct config_key *key,
	struct config_node *value, void *section)
{
	if (!config_bind_expect(place, key, value, CONFIG_NODE_SEQUENCE))
		return;
	char **list = xcalloc(value->count + 1, sizeof(*list));
	size_t count = 0;
	for (size_t i = 0; i < value->count; i++) {
		struct config_node *item = &value->children[i];
		struct config_place here = *place;

		here.line = item->line;
		if (accept_item(&here, key, item))
			list[count++] = STEAL(item->text);
	}
	*config_keys_list(key, section) = list;
}

void
config_bind_list(const struct config_place *place, const struct config_key *key,
	struct config_node *value, void *section)
{
	struct config_node single = {
		.kind = CONFIG_NODE_SEQUENCE,
		.line = value->line,
		.children = value,
		.count = 1,
	};
	bool is_single = value->kind == CONFIG_NODE_SCALAR && !config_node_is_null(value);

	config_bind_argv(place, key, is_single ? &single : value, section);
}

void
config_bind_some(const struct config_place *place, const struct config_key *key,
	struct config_node *value, void *section)
{
	char ***field = config_keys_list(key, section);

	strv_free(STEAL(*field));
	config_bind_list(place, key, value, section);
	if (value->kind == CONFIG_NODE_SEQUENCE && value->count == 0)
		config_problems_error(place, "is empty; it is %s", key->help);
}

static bool
accept_once(const struct config_place *place, const char *name, char *const *list)
{
	size_t len = strlen(name);

	for (; *list != NULL; list++) {
		if (strncmp(*list, name, len) == 0 && (*list)[len] == '=') {
			config_problems_error(place, "%s is given twice", name);
			return false;
		}
	}
	return true;
}

static bool
accept_header(
	const struct config_place *place, const struct config_node *name, char *const *list)
{
	if (name->kind != CONFIG_NODE_SCALAR || !config_text_is_header(name->text)) {
		config_problems_error(place, "a name must be of A-Z a-z 0-9 - _, not \"%s\"",
			name->kind == CONFIG_NODE_SCALAR ? name->text : "");
		return false;
	}
	return accept_once(place, name->text, list);
}

static bool
accept_variable(
	const struct config_place *place, const struct config_node *name, char *const *list)
{
	if (name->kind != CONFIG_NODE_SCALAR || !config_text_is_variable(name->text)) {
		config_problems_error(place,
			"a name must be of A-Z a-z 0-9 _, the first no digit, not \"%s\"",
			name->kind == CONFIG_NODE_SCALAR ? name->text : "");
		return false;
	}
	if (strcmp(name->text, "CHECKD_NAME") == 0) {
		config_problems_error(place, "CHECKD_NAME is set by checkd itself");
		return false;
	}
	return accept_once(place, name->text, list);
}

/* Whether name may be set; it is not, where an earlier one of the list has it. */
static bool
accept_name(const struct config_place *place, const struct config_key *key,
	const struct config_node *name, char *const *list)
{
	if (name->kind == CONFIG_NODE_REPORTED)
		return false;
	return key->type == CONFIG_TYPE_HEADERS ? accept_header(place, name, list)
						: accept_variable(place, name, list);
}

void
config_bind_env(const struct config_place *place, const struct config_key *key,
	struct config_node *value, void *section)
{
	if (!config_bind_expect(place, key, value, CONFIG_NODE_MAPPING))
		return;
	char **list = xcalloc(value->count / 2 + 1, sizeof(*list));
	size_t count = 0;
	for (size_t i = 0; i + 1 < value->count; i += 2) {
		const struct config_node *name = &value->children[i];
		const struct config_node *text = &value->children[i + 1];
		struct config_place here = *place;

		here.line = name->line;
		if (!accept_name(&here, key, name, list))
			continue;
		CLEANUP_FREE char *path = xasprintf("%s: %s", key->name, name->text);
		here.key = path;
		if (accept_item(&here, key, text))
			list[count++] = xasprintf("%s=%s", name->text, text->text);
	}
	*config_keys_list(key, section) = list;
}
