/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ties checks to each other, when all of them are known: whom each depends on, which
 * members an aggregate has, and which maintenance a check is in.
 */
#ifndef ENGINE_CONFIG_LINKS_H
#define ENGINE_CONFIG_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "config_draft.h"
#include "config_maintenance.h"
#include "config_problems.h"

/*
 * How many members all aggregates may have together, and in how many maintenances all checks
 * may be together, so that a few patterns do not fill the memory.
 */
#define CONFIG_LINKS_MAX 4000000

/*
 * Fills in the definitions of drafts, which are whole but for that. Tells of what selects no
 * check, and of checks that hang on themselves. Returns whether any is linked.
 */
bool config_links_resolve(struct config_draft *const *drafts, size_t count,
	const struct config_maintenance *maintenance, struct config_problems *problems);

#endif
