/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view.h"

#include <stdint.h>
#include <string.h>

#include "ask.h"
#include "util.h"

/* All but those that are ok and nothing else. */
#define NOTABLE "critical,unknown,warning,pending,stale,suppressed"

/* What is shown of a row, and what it is counted and sorted by. */
#define COLUMNS                                                                                \
	"name,group,state,last_status,last_outcome,last_signal,last_meaning,last_output,"      \
	"last_ran_age,last_duration,last_change_age,stale,suppression"

void
view_deinit(struct view *view)
{
	rows_deinit(&view->rows);
}

static size_t
count_of_state(const struct view *view, enum check_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < view->rows.count; i++)
		count += rows_state(view->rows.items[i]) == state;
	return count;
}

/* How many of those that are ok are suppressed, but not disabled, which checkd does not count.
 */
static size_t
count_suppressed_ok(const struct view *view)
{
	size_t count = 0;

	for (size_t i = 0; i < view->rows.count; i++) {
		enum check_suppression suppression = rows_suppression(view->rows.items[i]);

		count += rows_state(view->rows.items[i]) == CHECK_STATE_OK &&
			 suppression != CHECK_SUPPRESSION_NONE &&
			 suppression != CHECK_SUPPRESSION_DISABLED;
	}
	return count;
}

/* Those that are ok and were not fetched are counted by what checkd knows of their number. */
static int
add_uncounted(struct client *client, struct view *view)
{
	json_t *answer = NULL;
	int error = client_ask(client, json_pack("{s:s}", "verb", "daemon"), &answer);

	if (error == 0) {
		size_t ok = (size_t)ask_number(answer, "number_ok");
		size_t suppressed = count_suppressed_ok(view);
		size_t *counted = &view->counts.states[CHECK_STATE_OK];

		if (ok > suppressed + *counted) {
			view->counts.total += ok - suppressed - *counted;
			*counted = ok - suppressed;
		}
		if (*counted > 0 && view->counts.worst < CHECK_STATE_OK)
			view->counts.worst = CHECK_STATE_OK;
	}
	json_decref(answer);
	return error;
}

/* Of all checks the notable ones, and of the others as many as there is room for. */
static int
fetch_some(struct client *client, size_t limit, struct view *view)
{
	int error = rows_fetch(client, &(struct rows_filter){.states = NOTABLE}, COLUMNS,
		ROWS_NO_LIMIT, &view->rows);

	if (error < 0)
		return error;
	rows_sort(&view->rows);
	rows_count(&view->rows, &view->counts);
	error = add_uncounted(client, view);
	if (error < 0 || view->rows.count >= limit)
		return error;
	/* Some of these have come already. */
	size_t room = limit - view->rows.count + count_of_state(view, CHECK_STATE_OK);
	error = rows_fetch(
		client, &(struct rows_filter){.states = "ok"}, COLUMNS, room, &view->rows);
	rows_sort(&view->rows);
	return error;
}

static int
fetch_chosen(struct client *client, const struct options *options, const char *match,
	struct view *view)
{
	CLEANUP_FREE char *both = NULL;
	struct rows_filter filter = {
		.match = match,
		.group = options->group,
		.states = options->is_stale ? "stale" : options->states,
	};

	if (options->is_stale && options->states != NULL)
		filter.states = both = xasprintf("%s,stale", options->states);
	return rows_fetch(
		client, &filter, options->is_json ? NULL : COLUMNS, ROWS_NO_LIMIT, &view->rows);
}

/* A pattern that matches nothing, where nothing else is asked for, is a mistake. */
static int
fetch_matching(struct client *client, const struct options *options, const char *match,
	struct view *view)
{
	size_t before = view->rows.count;
	int error = fetch_chosen(client, options, match, view);

	if (!view->is_of_states && view->rows.count == before && view->unmatched == NULL)
		view->unmatched = match;
	return error;
}

static int
fetch(struct client *client, const struct options *options, char *const *patterns, size_t limit,
	struct view *view)
{
	bool is_whole = patterns[0] == NULL && options->group == NULL && !view->is_of_states;
	int error = 0;

	if (is_whole && limit != ROWS_NO_LIMIT && !options->is_json)
		return fetch_some(client, limit, view);
	if (patterns[0] == NULL)
		error = fetch_chosen(client, options, NULL, view);
	for (; error == 0 && *patterns != NULL; patterns++)
		error = fetch_matching(client, options, *patterns, view);
	if (error < 0)
		return error;
	rows_sort(&view->rows);
	rows_count(&view->rows, &view->counts);
	return 0;
}

/* Those that want an alarm come first. */
static size_t
count_alarms(const struct view *view)
{
	size_t count = 0;

	while (count < view->rows.count &&
		!check_state_is_ok(rows_alarm(view->rows.items[count])))
		count++;
	return count;
}

int
view_fetch(struct client *client, const struct options *options, char *const *patterns,
	size_t limit, struct view *ret_view)
{
	struct view view = {.is_of_states = options->states != NULL || options->is_stale};
	int error = fetch(client, options, patterns, options->is_plugin ? 0 : limit, &view);

	if (error < 0) {
		view_deinit(&view);
		return error;
	}
	view.shown = options->is_plugin ? count_alarms(&view) : view.rows.count;
	if (view.shown > limit)
		view.shown = limit;
	*ret_view = view;
	return 0;
}

/* Where nothing is watched nothing is known, unless it is states that nothing is in. */
int
view_plugin_status(const struct view *view)
{
	bool is_missing =
		view->unmatched != NULL || (view->counts.total == 0 && !view->is_of_states);
	enum check_state worst = view->counts.worst;

	return rows_plugin_status(
		is_missing && worst < CHECK_STATE_UNKNOWN ? CHECK_STATE_UNKNOWN : worst);
}
