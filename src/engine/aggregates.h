/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The aggregates' part of a change: how many members of each are in which state, and which
 * aggregates are to be evaluated, each once and after its members, however many of these
 * have changed.
 */
#ifndef ENGINE_AGGREGATES_H
#define ENGINE_AGGREGATES_H

#include "check.h"
#include "entry.h"
#include "links.h"

struct aggregates {
	struct links_order order; /* owned */
	size_t first_dirty;       /* none before it is */
	size_t dirty_count;
};

struct aggregates_callbacks {
	/* An aggregate came to this. It may be followed by aggregates_count of it. */
	void (*result)(void *arg, struct entry *entry, const struct check_result *result);
	/* An aggregate is stale now, or is not any more. */
	void (*stale)(void *arg, struct entry *entry, bool is_stale);
};

/* Takes the order; nothing is counted yet. */
void aggregates_set(struct aggregates *aggregates, const struct links_order *order);
void aggregates_deinit(struct aggregates *aggregates);

/* Counts an entry as it is now in the aggregates that it is a member of. */
void aggregates_count(struct aggregates *aggregates, struct entry *member);

/* Has an aggregate evaluated by the next aggregates_settle. */
void aggregates_touch(struct aggregates *aggregates, struct entry *aggregate);

/* Evaluates those that are to be; now is the moment of what has changed them. */
void aggregates_settle(struct aggregates *aggregates, const struct instant *now,
	const struct aggregates_callbacks *callbacks, void *arg);

#endif
