/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exit-code maps of a configuration: those under `codes`, and the lists of rules that
 * stand with a check.
 */
#ifndef ENGINE_CONFIG_MAPS_H
#define ENGINE_CONFIG_MAPS_H

#include "codes.h"
#include "config.h"
#include "config_keys.h"
#include "config_problems.h"
#include "config_yaml.h"

#define CONFIG_MAPS_MAX 10000

struct config_maps;

struct config_maps *config_maps_new(void);
void config_maps_free(struct config_maps *maps);

/* Reads one item of `codes`. */
void config_maps_add(struct config_maps *maps, const struct config_place *place,
	const struct config_node *item);

/*
 * Returns 0 with a map of the files or a built-in one, borrowed, or NULL in place of one
 * whose rules are wrong; or -ENOENT.
 */
int config_maps_find(
	const struct config_maps *maps, const char *name, struct codes **ret_codes);

/* A map from a list of rules, or NULL; warns of what codes_examine tells. */
struct codes *config_maps_read_rules(const struct config_place *place,
	const struct config_key *key, const struct config_node *rules, const char *name);

/* Moves the maps of the files, in their order. */
void config_maps_move(struct config_maps *maps, struct config *config);

#endif
