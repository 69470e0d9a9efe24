/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All entries of the set in the order of their names, case regardless: each is found by its
 * name, and stands at its rank.
 */
#ifndef ENGINE_ENTRIES_H
#define ENGINE_ENTRIES_H

#include <stddef.h>

#include "entry.h"

/* Embedded by its owner; the entries are the owner's too. */
struct entries {
	struct entry **sorted;
	size_t count;
};

/* The entry of that very name, or NULL. */
struct entry *entries_find(const struct entries *entries, const char *name);

/* The first entry behind that name, case regardless, which none may have; NULL: none. */
struct entry *entries_after(const struct entries *entries, const char *name);

/* The one behind an entry, or NULL. */
struct entry *entries_next(const struct entries *entries, const struct entry *entry);

#endif
