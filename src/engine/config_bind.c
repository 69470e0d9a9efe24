/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From YAML nodes to fields. Each value is looked at alone; what keys demand of each other
 * is looked after where the section is read. config_bind_list.c has the lists and mappings.
 */
#include "config_bind.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "config_suggest.h"
#include "config_text.h"
#include "config_value.h"
#include "definition.h"
#include "shared_text.h"
#include "util.h"

static void
tell_unknown(const struct config_place *place, enum config_section section, const char *name)
{
	const struct config_key *near = config_suggest_key(section, name);

	if (near != NULL)
		config_problems_error(
			place, "unknown key \"%s\", did you mean \"%s\"?", name, near->name);
	else
		config_problems_error(place, "unknown key \"%s\"", name);
}

const struct config_key *
config_bind_key(struct config_bind_walk *walk, const struct config_node *name)
{
	struct config_place here = *walk->place;

	here.line = name->line;
	if (name->kind == CONFIG_NODE_REPORTED)
		return NULL;
	if (name->kind != CONFIG_NODE_SCALAR) {
		config_problems_error(&here, "a key must be a single word");
		return NULL;
	}
	const struct config_key *key = config_keys_find(walk->section, name->text);
	if (key == NULL) {
		tell_unknown(&here, walk->section, name->text);
		return NULL;
	}
	unsigned *line = &walk->lines[key - config_keys_first(walk->section)];
	if (*line != 0) {
		here.key = key->name;
		config_problems_error(&here, "is given twice, first in line %u", *line);
		return NULL;
	}
	*line = name->line;
	return key;
}

void
config_bind_tell_stranger(
	const struct config_place *place, const struct config_key *key, enum check_type type)
{
	CLEANUP_FREE char *owners = xstrdup("");

	for (unsigned rest = key->types; rest != 0; rest &= rest - 1) {
		CLEANUP_FREE char *head = owners;
		enum check_type owner = (enum check_type)__builtin_ctz(rest);
		const char *separator = rest == key->types         ? ""
					: (rest & (rest - 1)) == 0 ? " and "
								   : ", ";

		owners = xasprintf("%s%s%s", head, separator, config_keys_type_name(owner));
	}
	config_problems_error(
		place, "is a key of type %s, not of %s", owners, config_keys_type_name(type));
}

void
config_bind_mapping(const struct config_place *place, enum config_section section,
	const struct config_node *mapping, config_bind_fn bind, void *arg)
{
	struct config_bind_walk walk = {.place = place, .section = section};

	for (size_t i = 0; i + 1 < mapping->count; i += 2) {
		const struct config_key *key = config_bind_key(&walk, &mapping->children[i]);
		struct config_node *value = &mapping->children[i + 1];
		struct config_place here = *place;

		if (key == NULL)
			continue;
		here.line = value->line;
		here.key = key->name;
		bind(arg, &here, key, value);
	}
}

const struct config_node *
config_bind_find(const struct config_node *mapping, const char *key)
{
	for (size_t i = 0; i + 1 < mapping->count; i += 2) {
		const struct config_node *name = &mapping->children[i];

		if (name->kind == CONFIG_NODE_SCALAR && name->text[0] == key[0] &&
			strcmp(name->text, key) == 0)
			return &mapping->children[i + 1];
	}
	return NULL;
}

struct config_place
config_bind_place(
	const struct config_place *place, const struct config_node *item, const char *key)
{
	const struct config_node *value = config_bind_find(item, key);
	struct config_place here = *place;

	if (value == NULL)
		return here;
	here.line = value->line;
	here.key = key;
	return here;
}

const char *
config_bind_name(enum config_section section, const struct config_node *mapping)
{
	const struct config_key *key = config_keys_find(section, "name");
	const struct config_node *name = config_bind_find(mapping, "name");

	if (name == NULL || name->kind != CONFIG_NODE_SCALAR ||
		config_text_examine(key, name->text) != NULL)
		return NULL;
	return name->text;
}

bool
config_bind_expect(const struct config_place *place, const struct config_key *key,
	const struct config_node *value, enum config_node_kind kind)
{
	static const char *const nouns[] = {
		[CONFIG_NODE_SCALAR] = "a single value",
		[CONFIG_NODE_SEQUENCE] = "a list",
		[CONFIG_NODE_MAPPING] = "a mapping of keys to values",
	};

	if (value->kind == CONFIG_NODE_REPORTED)
		return false;
	if (config_node_is_null(value)) {
		config_problems_error(place, "has no value; it is %s", key->help);
		return false;
	}
	if (value->kind != kind)
		config_problems_error(place, "must be %s, not %s; it is %s", nouns[kind],
			nouns[value->kind], key->help);
	return value->kind == kind;
}

static void
tell_wrong_number(const struct config_place *place, const struct config_key *key,
	const struct config_node *value)
{
	const char *unit = config_value_lacks_unit(key, value->text) ? "has no unit; " : "";
	char wanted[CONFIG_VALUE_DESCRIPTION_SIZE];

	config_value_describe(key, wanted);
	config_problems_error(place, "%smust be %s, not \"%s\"", unit, wanted, value->text);
}

void
config_bind_number(const struct config_place *place, const struct config_key *key,
	const struct config_node *value, void *section)
{
	bool is_bare = key->type == CONFIG_TYPE_INTEGER || key->type == CONFIG_TYPE_BOOLEAN;
	int64_t number;

	if (!config_bind_expect(place, key, value, CONFIG_NODE_SCALAR))
		return;
	if (is_bare && !value->is_plain)
		config_problems_error(place, "must not be quoted");
	else if (config_value_parse(key, value->text, &number) < 0)
		tell_wrong_number(place, key, value);
	else
		config_keys_store(key, section, number);
}

bool
config_bind_accept_text(
	const struct config_place *place, const struct config_key *key, const char *text)
{
	size_t len = strlen(text);
	const char *error = config_text_examine(key, text);

	/* A URL may have a password, which is not for the log. */
	if (error != NULL && key->type == CONFIG_TYPE_URL)
		config_problems_error(place, "%s", error);
	else if (error != NULL)
		config_problems_error(place, "%s, not \"%s\"", error, text);
	else if (len > (size_t)key->max)
		config_problems_error(place, "must be at most %zu octets long, not %zu",
			(size_t)key->max, len);
	return error == NULL && len <= (size_t)key->max;
}

void
config_bind_text(const struct config_place *place, const struct config_key *key,
	struct config_node *value, void *section)
{
	if (!config_bind_expect(place, key, value, CONFIG_NODE_SCALAR))
		return;
	if (value->text[0] == '\0') {
		config_problems_error(place, "is empty; it is %s", key->help);
	} else if (config_bind_accept_text(place, key, value->text)) {
		char **field = config_keys_text(key, section);

		if (key->is_shared) {
			shared_text_unref(*field);
			*field = shared_text_new(value->text);
		} else {
			free(*field);
			*field = STEAL(value->text);
		}
	}
}

const struct identity *
config_bind_user(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_users *users, void *section)
{
	const struct identity *identity = NULL;
	char **field = config_keys_text(key, section);

	config_bind_text(place, key, value, section);
	if (*field == NULL)
		return NULL;
	int error = config_users_find(users, *field, &identity);
	if (error == -ENOENT)
		config_problems_error(place, "no such user: \"%s\"", *field);
	else if (error < 0)
		config_problems_error(
			place, "cannot look up \"%s\": %s", *field, strerror(-error));
	return identity;
}

static char **
list_of_one(const char *text)
{
	char **list = xcalloc(2, sizeof(*list));

	list[0] = xstrdup(text);
	return list;
}

void
config_bind_fallback(const struct config_key *key, void *fields)
{
	int64_t number;

	if (key->fallback == NULL || key->type == CONFIG_TYPE_CODES)
		return;
	if (key->type == CONFIG_TYPE_LISTEN || key->type == CONFIG_TYPE_STATUSES) {
		*config_keys_list(key, fields) = list_of_one(key->fallback);
		return;
	}
	if (!config_keys_is_number(key)) {
		*config_keys_text(key, fields) = key->is_shared ? shared_text_new(key->fallback)
								: xstrdup(key->fallback);
		return;
	}
	int error = config_value_parse(key, key->fallback, &number);
	assert(error == 0);
	(void)error;
	config_keys_store(key, fields, number);
}

void
config_bind_fallbacks(enum config_section section, void *fields)
{
	for (const struct config_key *key = config_keys_first(section); key != NULL;
		key = config_keys_next(key))
		config_bind_fallback(key, fields);
}

void
config_bind_definition_fallbacks(struct definition *definition)
{
	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_CHECK);
		key != NULL; key = config_keys_next(key)) {
		if (config_keys_is_common(key))
			config_bind_fallback(key, config_keys_part(key, definition));
	}
}

void
config_bind_probe_fallbacks(struct probe *probe, enum check_type type)
{
	for (const struct config_key *key = config_keys_first(CONFIG_SECTION_CHECK);
		key != NULL; key = config_keys_next(key)) {
		if (key->is_probe && config_keys_has_type(key, type))
			config_bind_fallback(key, probe);
	}
}
