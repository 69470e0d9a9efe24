/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `status` shows: the sum of the checks that were asked for, and those of them that need a
 * look, worst first. Nothing is asked of checkd that is not shown.
 */
#ifndef CTL_VIEW_H
#define CTL_VIEW_H

#include "client.h"
#include "options.h"
#include "output.h"
#include "rows.h"

struct view {
	struct rows rows; /* sorted */
	struct rows_counts counts;
	size_t shown;          /* of the rows */
	bool is_of_states;     /* it is of checks in some states only */
	const char *unmatched; /* borrowed: the first pattern that no check matches, or NULL */
};

/*
 * Asks for the checks that options and patterns choose. limit: how many are to be shown at
 * most; ROWS_NO_LIMIT: all. Returns 0, or what client_ask returns, which has the sentence.
 */
int view_fetch(struct client *client, const struct options *options, char *const *patterns,
	size_t limit, struct view *ret_view);
void view_deinit(struct view *view);

/* "CRITICAL - critical 2, ..., and, for a plugin, performance data; on one line. */
void view_print_summary(
	const struct view *view, const struct options *options, const struct output *output);

/* The table, and how many there are beside those in it. */
void view_print_rows(
	const struct view *view, const struct options *options, const struct output *output);

/* The exit status of a plugin. */
int view_plugin_status(const struct view *view);

#endif
