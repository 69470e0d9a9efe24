/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rows.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "util.h"

#define PAGE_MAX 500 /* rows of one answer */

static void
add(struct rows *rows, json_t *row)
{
	if (rows->count == rows->size) {
		rows->size = rows->size * 2 + 64;
		rows->items = xreallocarray(rows->items, rows->size, sizeof(*rows->items));
	}
	rows->items[rows->count++] = json_incref(row);
}

void
rows_deinit(struct rows *rows)
{
	while (rows->count > 0)
		json_decref(rows->items[--rows->count]);
	free(STEAL(rows->items));
	rows->size = 0;
}

static json_t *
make_request(
	const struct rows_filter *filter, const char *columns, size_t limit, const char *after)
{
	json_t *request = json_pack("{s:s, s:i}", "verb", "checks", "limit",
		(int)(limit < PAGE_MAX ? limit : PAGE_MAX));

	ask_set_text(request, "match", filter->match);
	ask_set_text(request, "group", filter->group);
	ask_set_text(request, "state", filter->states);
	ask_set_text(request, "columns", columns);
	ask_set_text(request, "after", after);
	return request;
}

/* One answer; *after is where the next one begins, or NULL at the end. */
static int
fetch_page(struct client *client, const struct rows_filter *filter, const char *columns,
	size_t limit, struct rows *rows, char **after)
{
	json_t *answer = NULL, *row;
	size_t index;
	int error = client_ask(client, make_request(filter, columns, limit, *after), &answer);

	if (error == 0) {
		const char *next = json_string_value(json_object_get(answer, "next"));

		json_array_foreach(json_object_get(answer, "checks"), index, row)
		{
			add(rows, row);
		}
		free(*after);
		*after = next != NULL ? xstrdup(next) : NULL;
	}
	json_decref(answer);
	return error;
}

int
rows_fetch(struct client *client, const struct rows_filter *filter, const char *columns,
	size_t limit, struct rows *rows)
{
	CLEANUP_FREE char *after = NULL;
	size_t start = rows->count;
	int error = 0;
	bool is_over = limit == 0;

	while (error == 0 && !is_over) {
		size_t left = limit - (rows->count - start);

		error = fetch_page(client, filter, columns, left, rows, &after);
		is_over = after == NULL || rows->count - start >= limit;
	}
	return error;
}

enum check_state
rows_state(const json_t *row)
{
	const char *text = ask_text(row, "state");
	enum check_state state;

	return check_state_parse(text, &state) == 0 ? state : CHECK_STATE_PENDING;
}

enum check_suppression
rows_suppression(const json_t *row)
{
	const char *text = ask_text(row, "suppression");

	for (int i = CHECK_SUPPRESSION_POLICY; i <= CHECK_SUPPRESSION_FLAPPING; i++) {
		if (strcmp(check_suppression_name((enum check_suppression)i), text) == 0)
			return (enum check_suppression)i;
	}
	return CHECK_SUPPRESSION_NONE;
}

static bool
is_stale(const json_t *row)
{
	return json_is_true(json_object_get(row, "stale"));
}

enum check_state
rows_alarm(const json_t *row)
{
	enum check_state state = rows_state(row);

	if (rows_suppression(row) != CHECK_SUPPRESSION_NONE)
		return CHECK_STATE_OK;
	return is_stale(row) && state < CHECK_STATE_UNKNOWN ? CHECK_STATE_UNKNOWN : state;
}

/* Trouble that wants an alarm, trouble that wants none, what is not known yet, and the rest. */
static int
rank(const json_t *row)
{
	enum check_state state = rows_state(row), alarm = rows_alarm(row);

	if (!check_state_is_ok(alarm))
		return 20 + (int)alarm;
	if (!check_state_is_ok(state) || is_stale(row))
		return 10 + (int)state;
	if (rows_suppression(row) != CHECK_SUPPRESSION_NONE)
		return 2;
	return state == CHECK_STATE_PENDING ? 3 : 1;
}

static int
compare_names(const json_t *a, const json_t *b)
{
	const char *first = ask_text(a, "name"), *second = ask_text(b, "name");
	int order = strcasecmp(first, second);

	return order != 0 ? order : strcmp(first, second);
}

static int
by_name(const void *a, const void *b)
{
	return compare_names(*(json_t *const *)a, *(json_t *const *)b);
}

static int
by_rank(const void *a, const void *b)
{
	const json_t *first = *(json_t *const *)a, *second = *(json_t *const *)b;
	int order = rank(second) - rank(first);

	return order != 0 ? order : compare_names(first, second);
}

/* Of sorted rows; a row that came twice may have changed in between. */
static void
drop_doubles(struct rows *rows)
{
	size_t kept = 0;

	for (size_t i = 1; i < rows->count; i++) {
		if (compare_names(rows->items[kept], rows->items[i]) == 0)
			json_decref(rows->items[i]);
		else
			rows->items[++kept] = rows->items[i];
	}
	rows->count = kept + 1;
}

void
rows_sort(struct rows *rows)
{
	if (rows->count == 0)
		return;
	qsort(rows->items, rows->count, sizeof(*rows->items), by_name);
	drop_doubles(rows);
	qsort(rows->items, rows->count, sizeof(*rows->items), by_rank);
}

void
rows_count(const struct rows *rows, struct rows_counts *ret_counts)
{
	struct rows_counts counts = {.total = rows->count, .worst = CHECK_STATE_PENDING};

	for (size_t i = 0; i < rows->count; i++) {
		const json_t *row = rows->items[i];
		enum check_suppression suppression = rows_suppression(row);
		enum check_state alarm = rows_alarm(row);

		if (suppression != CHECK_SUPPRESSION_NONE) {
			counts.suppressions[suppression]++;
		} else {
			counts.states[rows_state(row)]++;
			counts.stale += is_stale(row);
		}
		if (alarm > counts.worst)
			counts.worst = alarm;
	}
	*ret_counts = counts;
}

int
rows_plugin_status(enum check_state state)
{
	static const int statuses[] = {
		[CHECK_STATE_PENDING] = 0,
		[CHECK_STATE_OK] = 0,
		[CHECK_STATE_WARNING] = 1,
		[CHECK_STATE_UNKNOWN] = 3,
		[CHECK_STATE_CRITICAL] = 2,
	};

	return statuses[state];
}
