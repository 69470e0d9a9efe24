/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "entries.h"

#include <string.h>
#include <strings.h>

/* The place of the first one whose name is not before this one, or behind it. */
static size_t
place_of(const struct entries *entries, const char *name, bool is_behind)
{
	size_t low = 0, high = entries->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcasecmp(entry_name(entries->sorted[middle]), name);

		if (order < 0 || (order == 0 && is_behind))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct entry *
entries_find(const struct entries *entries, const char *name)
{
	size_t place = place_of(entries, name, false);

	if (place == entries->count || strcmp(entry_name(entries->sorted[place]), name) != 0)
		return NULL;
	return entries->sorted[place];
}

struct entry *
entries_after(const struct entries *entries, const char *name)
{
	size_t place = place_of(entries, name, true);

	return place < entries->count ? entries->sorted[place] : NULL;
}

struct entry *
entries_next(const struct entries *entries, const struct entry *entry)
{
	size_t next = (size_t)entry->rank + 1;

	return next < entries->count ? entries->sorted[next] : NULL;
}
