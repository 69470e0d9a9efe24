/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One check as its file has it, or the defaults of all: what was given is told from what
 * was not, until both are put together.
 */
#ifndef ENGINE_CONFIG_DRAFT_H
#define ENGINE_CONFIG_DRAFT_H

#include <stdbool.h>
#include <stdint.h>

#include "config_keys.h"
#include "config_maps.h"
#include "config_problems.h"
#include "config_users.h"
#include "config_workers.h"
#include "config_yaml.h"
#include "definition.h"

struct config_draft {
	struct definition *definition;                       /* one reference */
	uint64_t given[(CONFIG_SECTION_KEYS_MAX + 63) / 64]; /* a bit for each row, in order */
	char *codes_name;  /* a map to be found yet; NULL: none, or rules of its own */
	char *worker_name; /* a worker likewise */
	const struct config_file *file; /* borrowed */
	const char *section;            /* what messages call it: "check" or "defaults" */
	unsigned line;
	unsigned codes_line;
	unsigned worker_line;
	unsigned depends_line;
	unsigned members_line; /* of an aggregate's selectors */
};

/*
 * Reads a check, or where is_defaults what `defaults` has: that has no name and no command.
 * The place is that of the item, which is a mapping.
 */
void config_draft_read(const struct config_place *place, struct config_node *item,
	struct config_users *users, bool is_defaults, struct config_draft *ret_draft);
void config_draft_deinit(struct config_draft *draft); /* of all zero is fine */

/* The place of one of its keys, or NULL, for what is told when all files are read. */
struct config_place config_draft_place(
	const struct config_draft *draft, struct config_problems *problems, const char *key);

/* The built-in defaults. */
void config_draft_builtin(struct config_draft *ret_draft);

/* Finds the map that codes names; tells if there is none. */
void config_draft_resolve_codes(struct config_draft *draft, struct config_problems *problems,
	const struct config_maps *maps);

/* Finds the worker likewise. */
void config_draft_resolve_worker(struct config_draft *draft, struct config_problems *problems,
	const struct config_workers *workers);

/* What was not given comes from another draft, whose codes are resolved. */
void config_draft_inherit(struct config_draft *draft, const struct config_draft *from);

/* What follows from other keys: the last step to a whole definition. */
void config_draft_finish(struct config_draft *draft, struct config_problems *problems);

#endif
