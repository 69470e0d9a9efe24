/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All checks by their names and groups, when all are known: what a name, a pattern or a
 * group selects.
 */
#ifndef ENGINE_CONFIG_ROSTER_H
#define ENGINE_CONFIG_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config_draft.h"
#include "config_problems.h"

/* No check. */
#define CONFIG_ROSTER_NONE UINT32_MAX

struct config_roster;

/* Checks by their index, each once, in their order. */
struct config_selection {
	uint32_t *indices; /* owned by the roster, until the next selection */
	size_t count;
};

/* The drafts are borrowed for life; those without a name are nobody's. */
struct config_roster *config_roster_new(struct config_draft *const *drafts, size_t count);
void config_roster_free(struct config_roster *roster); /* NULL is fine */

/*
 * What the selectors of a key select, but for the check that they are of. Tells the place of
 * a name that no check has, or is that check's own, and warns of what selects nothing;
 * returns false where it told an error.
 */
bool config_roster_select(struct config_roster *roster, const struct config_place *place,
	char *const *selectors, uint32_t self, struct config_selection *ret_selection);

#endif
