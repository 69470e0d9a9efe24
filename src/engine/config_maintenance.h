/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The items of `maintenance`, while the files are read.
 */
#ifndef ENGINE_CONFIG_MAINTENANCE_H
#define ENGINE_CONFIG_MAINTENANCE_H

#include <stddef.h>

#include "config.h"
#include "config_problems.h"
#include "config_yaml.h"
#include "maintenance.h"

#define CONFIG_MAINTENANCE_MAX 10000

struct config_maintenance_item {
	struct maintenance *maintenance; /* one reference; NULL where it has no windows */
	char **selectors;                /* owned; NULL where it has none */
	const struct config_file *file;  /* borrowed */
	unsigned checks_line;
};

/* In the order of the files. All zero is none. */
struct config_maintenance {
	struct config_maintenance_item *items;
	size_t count;
};

void config_maintenance_deinit(struct config_maintenance *list);

/* Reads one item, which is a mapping. */
void config_maintenance_add(struct config_maintenance *list, const struct config_place *place,
	struct config_node *item);

/* The place of its `checks`, for what is told when all files are read. */
struct config_place config_maintenance_place(
	const struct config_maintenance_item *item, struct config_problems *problems);

/* Moves the items. */
void config_maintenance_move(struct config_maintenance *list, struct config *config);

#endif
