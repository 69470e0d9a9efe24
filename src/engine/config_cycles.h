/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks that hang on themselves, by way of others: by what they depend on and what their
 * members are.
 */
#ifndef ENGINE_CONFIG_CYCLES_H
#define ENGINE_CONFIG_CYCLES_H

#include <stddef.h>
#include <stdint.h>

#include "config_draft.h"
#include "config_problems.h"

/* Who hangs on whom: targets from begins[i] until before begins[i + 1] are those of i. */
struct config_graph {
	size_t *begins; /* one more than count */
	size_t count;
	uint32_t *targets;
	size_t target_count;
	size_t capacity; /* of targets */
};

/* Tells of each edge that closes a cycle: the cycle, at the check that it begins with. */
void config_cycles_tell(const struct config_graph *graph, struct config_draft *const *drafts,
	struct config_problems *problems);

#endif
