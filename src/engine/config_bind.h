/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From YAML nodes to fields, as the table of keys says. All functions tell the place's
 * problems what is wrong; what is wrong leaves its field as it was.
 */
#ifndef ENGINE_CONFIG_BIND_H
#define ENGINE_CONFIG_BIND_H

#include <stdbool.h>

#include "config_keys.h"
#include "config_problems.h"
#include "config_users.h"
#include "config_yaml.h"

struct probe;

/* Called for each known key of a mapping, once. The place is that of the value. */
typedef void (*config_bind_fn)(void *arg, const struct config_place *place,
	const struct config_key *key, struct config_node *value);

/* The keys of one mapping so far. Begins with the first two set. */
struct config_bind_walk {
	const struct config_place *place;
	enum config_section section;
	unsigned
		lines[CONFIG_SECTION_KEYS_MAX]; /* where each row's key was given; 0: not yet */
};

/* The row of a mapping's next key, or NULL, having told, where it is unknown or given twice. */
const struct config_key *config_bind_key(
	struct config_bind_walk *walk, const struct config_node *name);

/* Tells that the key is not one of that type, but of others. */
void config_bind_tell_stranger(
	const struct config_place *place, const struct config_key *key, enum check_type type);

/* Walks a mapping; tells of keys that are unknown or given twice. */
void config_bind_mapping(const struct config_place *place, enum config_section section,
	const struct config_node *mapping, config_bind_fn bind, void *arg);

/* The value of a mapping's key, or NULL. */
const struct config_node *config_bind_find(const struct config_node *mapping, const char *key);

/* The place of the value of an item's key where that was given, else of the item. */
struct config_place config_bind_place(
	const struct config_place *place, const struct config_node *item, const char *key);

/* The text under `name`, where it is one that a check or a map may have, or NULL. */
const char *config_bind_name(enum config_section section, const struct config_node *mapping);

/* Whether the value is of that kind; tells where it is not, or is not there. */
bool config_bind_expect(const struct config_place *place, const struct config_key *key,
	const struct config_node *value, enum config_node_kind kind);

/* Whether a text in that place may be the key's value. */
bool config_bind_accept_text(
	const struct config_place *place, const struct config_key *key, const char *text);

/* Value to field. config_bind_text takes the node's text as the field's, for what it had. */
void config_bind_number(const struct config_place *place, const struct config_key *key,
	const struct config_node *value, void *section);
void config_bind_text(const struct config_place *place, const struct config_key *key,
	struct config_node *value, void *section);

/* A user who exists, to the field; returns who that is, borrowed, or NULL. */
const struct identity *config_bind_user(const struct config_place *place,
	const struct config_key *key, struct config_node *value, struct config_users *users,
	void *section);

/*
 * The texts of a list, or mapping, as a NULL-terminated list of strings that is owned.
 * config_bind_list takes one text for a list of it, config_bind_some no empty one, and that
 * replaces what the field had.
 */
void config_bind_argv(const struct config_place *place, const struct config_key *key,
	struct config_node *value, void *section);
void config_bind_list(const struct config_place *place, const struct config_key *key,
	struct config_node *value, void *section);
void config_bind_some(const struct config_place *place, const struct config_key *key,
	struct config_node *value, void *section);
void config_bind_env(const struct config_place *place, const struct config_key *key,
	struct config_node *value, void *section);

/*
 * Gives every number and text of a zeroed struct its default. config_bind_fallback does so
 * for one key, the second for those of a definition and its command.
 */
void config_bind_fallbacks(enum config_section section, void *fields);
void config_bind_definition_fallbacks(struct definition *definition);
void config_bind_fallback(const struct config_key *key, void *fields);

/* The defaults of a probe's own keys, as far as that type has them; 0 has all. */
void config_bind_probe_fallbacks(struct probe *probe, enum check_type type);

#endif
