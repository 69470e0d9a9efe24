/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads one file of the configuration into what is common to all.
 */
#ifndef ENGINE_CONFIG_FILE_H
#define ENGINE_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "config_checks.h"
#include "config_maintenance.h"
#include "config_maps.h"
#include "config_problems.h"
#include "config_users.h"
#include "config_workers.h"

/* A pattern under `include`. */
struct config_include {
	char *pattern; /* owned */
	unsigned line;
};

/* What files are read into. */
struct config_parts {
	struct config *config; /* all but checks, maps, workers, maintenance */
	struct config_problems *problems;
	struct config_users *users;
	struct config_maps *maps;
	struct config_workers *workers;
	struct config_checks *checks;
	struct config_maintenance maintenance;
	struct config_include *includes; /* owned */
	size_t include_count;
	bool has_checks; /* `checks` stood somewhere, be it empty */
	bool is_test;    /* warn of files that are not there */
};

/* What is wrong is told to the problems. The file must outlive the parts. */
void config_file_read(struct config_parts *parts, const struct config_file *file);

#endif
