/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of checks that are probes: their values, and what they demand of each other.
 */
#ifndef ENGINE_CONFIG_PROBE_H
#define ENGINE_CONFIG_PROBE_H

#include "config_bind.h"
#include "config_keys.h"
#include "config_problems.h"
#include "config_users.h"
#include "config_yaml.h"
#include "probe.h"

/* Value to field. */
void config_probe_bind(const struct config_place *place, const struct config_key *key,
	struct config_node *value, struct config_users *users, struct probe *probe);

/* When all keys of the item have been read: tells of what is missing or goes not together. */
void config_probe_finish(const struct config_place *place, const struct config_node *item,
	enum check_type type, struct probe *probe);

#endif
