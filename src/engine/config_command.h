/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is run, and as whom: the keys that a command and a worker have in common.
 */
#ifndef ENGINE_CONFIG_COMMAND_H
#define ENGINE_CONFIG_COMMAND_H

#include "config_keys.h"
#include "config_problems.h"
#include "config_users.h"
#include "config_yaml.h"
#include "definition.h"

/* The user, with all that checkd needs to become that user. */
void config_command_bind_user(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_users *users, struct command *command);

/*
 * What an item's command, or argv, has the definition run, of which there must be exactly
 * one. The place is that of the item.
 */
void config_command_finish(const struct config_place *place, const struct config_node *item,
	struct definition *definition);

/*
 * What was not given, a number or a text of any key, or one of these, comes from another.
 * Both have what of a definition has the key.
 */
void config_command_inherit(
	const struct config_key *key, struct definition *definition, struct definition *from);

/* Warns of a program that is not there. The place is that of its item. */
void config_command_test(const struct config_place *place, const struct definition *definition);

#endif
