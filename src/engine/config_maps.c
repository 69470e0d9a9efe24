/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exit-code maps of a configuration, by name and in the order of the files.
 */
#include "config_maps.h"

#include <errno.h>
#include <string.h>
#include <uthash.h>

#include "config_bind.h"
#include "definition.h"
#include "util.h"

struct entry {
	char *name;          /* owned */
	struct codes *codes; /* one reference; NULL where its rules are wrong */
	const struct config_file *file;
	unsigned line;
	UT_hash_handle hh;
};

struct config_maps {
	struct entry *entries;
};

struct config_maps *
config_maps_new(void)
{
	return xcalloc(1, sizeof(struct config_maps));
}

static void
entry_free(struct entry *entry)
{
	free(entry->name);
	codes_unref(entry->codes);
	free(entry);
}

void
config_maps_free(struct config_maps *maps)
{
	struct entry *entry, *next;

	HASH_ITER(hh, maps->entries, entry, next) {
		HASH_DEL(maps->entries, entry);
		entry_free(entry);
	}
	free(maps);
}

static struct entry *
find_entry(const struct config_maps *maps, const char *name)
{
	struct entry *entry;

	HASH_FIND_STR(maps->entries, name, entry);
	return entry;
}

int
config_maps_find(const struct config_maps *maps, const char *name, struct codes **ret_codes)
{
	const struct entry *entry = find_entry(maps, name);
	struct codes *codes = entry != NULL ? entry->codes : codes_builtin(name);

	if (entry == NULL && codes == NULL)
		return -ENOENT;
	*ret_codes = codes;
	return 0;
}

static void
tell_warning(void *arg, const char *text)
{
	config_problems_warning(arg, "%s", text);
}

/* The texts of a list of rules, borrowed; NULL where one is no text. The caller frees. */
static const char **
rule_texts(const struct config_place *place, const struct config_key *key,
	const struct config_node *rules)
{
	CLEANUP_FREE const char **texts = xcalloc(rules->count, sizeof(*texts));

	for (size_t i = 0; i < rules->count; i++) {
		const struct config_node *rule = &rules->children[i];
		struct config_place here = *place;

		here.line = rule->line;
		if (rule->kind == CONFIG_NODE_REPORTED)
			return NULL;
		if (rule->kind != CONFIG_NODE_SCALAR) {
			config_problems_error(&here, "a rule must be a text such as 1-9 "
						     "warning slow; quote one with a colon");
			return NULL;
		}
		if (!config_bind_accept_text(&here, key, rule->text))
			return NULL;
		texts[i] = rule->text;
	}
	return STEAL(texts);
}

struct codes *
config_maps_read_rules(const struct config_place *place, const struct config_key *key,
	const struct config_node *rules, const char *name)
{
	struct config_place here = *place;
	struct codes *codes = NULL;
	const char *error = NULL;
	size_t index = 0;

	if (!config_bind_expect(place, key, rules, CONFIG_NODE_SEQUENCE))
		return NULL;
	if (rules->count == 0) {
		config_problems_error(place, "must have at least one rule");
		return NULL;
	}
	CLEANUP_FREE const char **texts = rule_texts(place, key, rules);
	if (texts == NULL)
		return NULL;
	if (codes_new(name, texts, rules->count, &index, &error, &codes) < 0) {
		here.line = rules->children[index].line;
		config_problems_error(
			&here, "rule %zu %s, not \"%s\"", index + 1, error, texts[index]);
		return NULL;
	}
	codes_examine(codes, tell_warning, &here);
	return codes;
}

static void
bind_item(void *arg, const struct config_place *place, const struct config_key *key,
	struct config_node *value)
{
	struct codes **codes = arg;

	if (key->type == CONFIG_TYPE_RULES)
		*codes = config_maps_read_rules(
			place, key, value, place->name != NULL ? place->name : "");
	else if (config_bind_expect(place, key, value, CONFIG_NODE_SCALAR))
		config_bind_accept_text(place, key, value->text);
}

/* Whether a map may have that name. */
static bool
accept_name(const struct config_maps *maps, const struct config_place *place)
{
	const struct entry *other = find_entry(maps, place->name);

	if (codes_builtin(place->name) != NULL)
		config_problems_error(place, "is the name of a built-in map");
	else if (other != NULL)
		config_problems_error(place, "is defined twice, first at %s:%u",
			other->file->path, other->line);
	else if (HASH_COUNT(maps->entries) == CONFIG_MAPS_MAX)
		config_problems_error(place, "is one of more than %d maps", CONFIG_MAPS_MAX);
	else
		return true;
	return false;
}

static void
add_entry(struct config_maps *maps, const struct config_place *place, struct codes *codes)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->name = xstrdup(place->name);
	entry->codes = codes;
	entry->file = place->file;
	entry->line = place->line;
	HASH_ADD_KEYPTR(hh, maps->entries, entry->name, strlen(entry->name), entry);
}

void
config_maps_add(struct config_maps *maps, const struct config_place *place,
	const struct config_node *item)
{
	struct config_place here = *place;
	struct codes *codes = NULL;

	here.name = config_bind_name(CONFIG_SECTION_MAP, item);
	config_bind_mapping(&here, CONFIG_SECTION_MAP, item, bind_item, &codes);
	if (config_bind_find(item, "name") == NULL)
		config_problems_error(&here, "name: is missing");
	if (config_bind_find(item, "map") == NULL)
		config_problems_error(&here, "map: is missing");
	if (here.name != NULL && accept_name(maps, &here))
		add_entry(maps, &here, STEAL(codes));
	codes_unref(codes);
}

void
config_maps_move(struct config_maps *maps, struct config *config)
{
	struct entry *entry, *next;

	config->codes = xcalloc(HASH_COUNT(maps->entries), sizeof(struct codes *));
	HASH_ITER(hh, maps->entries, entry, next) {
		config->codes[config->code_count++] = STEAL(entry->codes);
	}
}
