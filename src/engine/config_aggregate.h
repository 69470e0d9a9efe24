/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of aggregates: which rule, of which checks. What the selectors select is found
 * when all checks are known.
 */
#ifndef ENGINE_CONFIG_AGGREGATE_H
#define ENGINE_CONFIG_AGGREGATE_H

#include <stdbool.h>

#include "aggregate.h"
#include "config_keys.h"
#include "config_problems.h"
#include "config_yaml.h"

/* Value to field. */
void config_aggregate_bind(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct aggregate *aggregate);

/* When all keys of the item have been read: tells where they are not exactly one rule. */
void config_aggregate_finish(const struct config_place *place, const struct config_node *item);

/* Whether an aggregate of that rule has the key. */
bool config_aggregate_has_key(const struct config_key *key, enum aggregate_rule rule);

#endif
