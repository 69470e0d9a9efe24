/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All checks, by name: each on its schedule and in the table. What a result changes is
 * decided in core; here it is applied, numbered, logged and handed to the feed.
 */
#ifndef ENGINE_CHECKS_H
#define ENGINE_CHECKS_H

#include <event2/event.h>
#include <stddef.h>

#include "clock.h"
#include "wire.h"

struct checks;
struct config;
struct feed;
struct publication;
struct runner;

/* What a new configuration did to the checks. */
struct checks_changes {
	size_t added;
	size_t changed;
	size_t removed;
};

/* Runner and feed are borrowed; the feed's row callback is to be checks_row. */
struct checks *checks_new(struct event_base *base, struct runner *runner, struct feed *feed);

/* Removes all; the runs in progress must be gone, or the runner freed before. */
void checks_free(struct checks *checks);

/*
 * Checks that are as they were keep their schedule and a run in progress; changed ones
 * keep state and counters; removed ones are ended and leave the table.
 */
struct checks_changes checks_apply(struct checks *checks, const struct config *config);

/* Ends every run without a result. */
void checks_remove_all(struct checks *checks);

/* Fills in the row of a publication; its strings stay the check's. */
void checks_row(const struct publication *publication, struct wire_row *ret_row);

/* Fills in what the scalars say of checks and runs, and leaves the others. */
void checks_summarize(const struct checks *checks, struct wire_summary *summary);

#endif
