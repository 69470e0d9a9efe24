/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The workers of a configuration, and what a check asks one.
 */
#ifndef ENGINE_CONFIG_WORKERS_H
#define ENGINE_CONFIG_WORKERS_H

#include <stdbool.h>

#include "config.h"
#include "config_keys.h"
#include "config_problems.h"
#include "config_users.h"
#include "config_yaml.h"
#include "worker_definition.h"

#define CONFIG_WORKERS_MAX 1000

struct config_workers;

struct config_workers *config_workers_new(void);
void config_workers_free(struct config_workers *workers);

/* Gives every number of a zeroed worker its built-in default. */
void config_workers_fill(struct worker_definition *worker);

/* Reads one item of `workers`, which is a mapping. */
void config_workers_add(struct config_workers *workers, const struct config_place *place,
	struct config_node *item, struct config_users *users);

/*
 * When all files have been read: what was not given comes from the defaults of commands. With
 * is_test it looks for their programs too.
 */
void config_workers_resolve(struct config_workers *workers, struct config_problems *problems,
	struct definition *defaults, bool is_test);

/* A reference of the worker of that name, or NULL; tells the place where there is none. */
struct worker_definition *config_workers_find(const struct config_workers *workers,
	const struct config_place *place, const char *name);

/* What a check asks: a list, or a text that is split as a command is. */
void config_workers_bind_arguments(const struct config_place *place,
	const struct config_key *key, struct config_node *value, struct definition *definition);

/* Moves the workers of the files, in their order. */
void config_workers_move(struct config_workers *workers, struct config *config);

#endif
