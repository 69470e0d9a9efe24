/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a check has to do with others: what it depends on and what depends on it, the
 * aggregates that it is in and the members that it has, and the maintenances that it takes
 * part in. Made anew for all checks together whenever a configuration comes.
 */
#ifndef ENGINE_LINKS_H
#define ENGINE_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "aggregate.h"
#include "entries.h"

struct calendar_item;

/* Of a check that depends on aggregates, so many of their members are looked at at most. */
#define LINKS_LOOKS_MAX 32

/* Borrowed. */
struct links_list {
	struct entry **entries;
	size_t count;
	size_t capacity;
};

struct links {
	struct links_list parents; /* what it depends on, by name */
	struct links_list looks; /* what is to be looked at for them: themselves, or members */
	struct links_list watchers; /* those for whom it is a parent or is looked at */
	struct links_list aggregates;
	struct links_list members; /* of an aggregate, and with them: */
	struct aggregate_counts counts;
	size_t stale_count;
	size_t rank;   /* its place in the order of evaluation */
	bool is_dirty; /* its members' states are others than it was evaluated with */
	struct calendar_item **maintenances; /* the calendar's */
	size_t maintenance_count;
};

/* The aggregates, members first. */
struct links_order {
	struct entry **aggregates;
	size_t count;
};

void links_append(struct links_list *list, struct entry *entry);
void links_clear(struct links_list *list); /* gives its memory back too */

/*
 * Makes the links of all entries, which have none. Names that no entry has do not
 * occur: the configuration has seen to that, and that there is no cycle. The caller frees
 * ret_order->aggregates.
 */
void links_make(const struct entries *entries, struct links_order *ret_order);
void links_free(struct entry *entry);

/* Has an entry take part in a maintenance. */
void links_add_maintenance(struct entry *entry, struct calendar_item *item);

/* Whether one of the maintenances is open; of NULL none is. */
bool links_is_maintained(const struct links *links);

#endif
