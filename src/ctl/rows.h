/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of checks as checkd gives them, page by page: fetched, counted and put in the order in
 * which people want them.
 */
#ifndef CTL_ROWS_H
#define CTL_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "check.h"
#include "client.h"

/* Which checks; NULL: any. */
struct rows_filter {
	const char *match;
	const char *group;
	const char *states; /* "critical,stale" */
};

struct rows {
	json_t **items; /* one reference each */
	size_t count;
	size_t size;
};

/* How many are how. What is suppressed is counted as that only. */
struct rows_counts {
	size_t total;
	size_t states[CHECK_STATE_CRITICAL + 1];
	size_t stale;
	size_t suppressions[CHECK_SUPPRESSION_FLAPPING + 1];
	enum check_state worst;
};

#define ROWS_NO_LIMIT SIZE_MAX

/*
 * Adds those that the filter takes, at most so many. columns: which they have, separated by
 * commas; NULL: all. Returns 0, or what client_ask returns, which has the sentence.
 */
int rows_fetch(struct client *client, const struct rows_filter *filter, const char *columns,
	size_t limit, struct rows *rows);
void rows_deinit(struct rows *rows);

/* Worst first, then by name; who is there twice is there once. */
void rows_sort(struct rows *rows);

void rows_count(const struct rows *rows, struct rows_counts *ret_counts);

/* Why no alarm is wanted for a check now; CHECK_SUPPRESSION_NONE: it is. */
enum check_suppression rows_suppression(const json_t *row);

/* What its state counts as: ok where it is suppressed, unknown where it is stale and not worse.
 */
enum check_state rows_alarm(const json_t *row);

/* The state by its name; pending of a name that is none. */
enum check_state rows_state(const json_t *row);

/* The exit status of a plugin that finds this. */
int rows_plugin_status(enum check_state state);

#endif
