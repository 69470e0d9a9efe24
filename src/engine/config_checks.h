/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All checks of a configuration, while its files are read: their names, and the defaults
 * that reach them.
 */
#ifndef ENGINE_CONFIG_CHECKS_H
#define ENGINE_CONFIG_CHECKS_H

#include <stdbool.h>

#include "config.h"
#include "config_maintenance.h"
#include "config_maps.h"
#include "config_problems.h"
#include "config_users.h"
#include "config_workers.h"
#include "config_yaml.h"

#define CONFIG_CHECKS_MAX 1000000

struct config_checks;

/* Users and problems are borrowed for life. */
struct config_checks *config_checks_new(
	struct config_users *users, struct config_problems *problems);
void config_checks_free(struct config_checks *checks);

/* Reads one item of `checks`, or `defaults`, both mappings. */
void config_checks_add(struct config_checks *checks, const struct config_place *place,
	struct config_node *item);
void config_checks_set_defaults(struct config_checks *checks, const struct config_place *place,
	struct config_node *item);

/*
 * When all files have been read: applies the defaults, finds maps and workers, ties the checks
 * to each other and to their maintenance, and moves the definitions to the configuration. With
 * is_test it looks for their programs too.
 */
void config_checks_resolve(struct config_checks *checks, const struct config_maps *maps,
	struct config_workers *workers, const struct config_maintenance *maintenance,
	bool is_test, struct config *config);

#endif
