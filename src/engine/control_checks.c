/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks by the many: their names, and their rows by state, group and pattern. A request
 * looks at so many of them and no more, and says where the next one goes on.
 */
#include <string.h>

#include "checks.h"
#include "control_answer.h"
#include "control_handlers.h"
#include "control_row.h"
#include "control_verbs.h"
#include "definition.h"
#include "entry.h"
#include "selector.h"

/* What a row must be, one of these. */
struct wish {
	bool is_state[CHECK_STATE_CRITICAL + 1];
	bool is_admin_state[CHECK_ADMIN_STATE_MAINTENANCE + 1];
	bool is_stale;
	bool is_suppressed;
	bool is_any; /* nothing is wished */
};

struct query {
	const struct checks *checks;
	const char *match; /* NULL: any */
	const char *group;
	struct wish wish;
	struct control_columns columns;
	bool is_names; /* it is for the names alone */
	struct boottime now;
	struct control_items items;
};

static bool
wish_for(struct wish *wish, const char *word)
{
	if (strcmp(word, "stale") == 0)
		return wish->is_stale = true;
	if (strcmp(word, "suppressed") == 0)
		return wish->is_suppressed = true;
	for (unsigned i = CHECK_STATE_PENDING; i <= CHECK_STATE_CRITICAL; i++) {
		if (strcmp(word, check_state_name(i)) == 0)
			return wish->is_state[i] = true;
	}
	for (unsigned i = CHECK_ADMIN_STATE_DISABLED; i <= CHECK_ADMIN_STATE_MAINTENANCE; i++) {
		if (strcmp(word, check_admin_state_name(i)) == 0)
			return wish->is_admin_state[i] = true;
	}
	return false;
}

/* What is disabled is in no state, as in the sums. */
static bool
is_wished(const struct wish *wish, const struct wire_row *row, struct boottime now)
{
	bool is_enabled = row->admin_state != CHECK_ADMIN_STATE_DISABLED;

	return wish->is_any || (is_enabled && wish->is_state[row->state]) ||
	       wish->is_admin_state[row->admin_state] ||
	       (wish->is_suppressed && row->suppression != CHECK_SUPPRESSION_NONE) ||
	       (wish->is_stale && wire_row_is_stale(row, now));
}

/* False, having answered, where a word is none of a state. */
static bool
read_wish(struct control_call *call, struct wish *wish)
{
	char **words = control_call_list(call, "state");
	bool is_right = true;

	wish->is_any = words == NULL || words[0] == NULL;
	for (size_t i = 0; words != NULL && words[i] != NULL && is_right; i++) {
		is_right = wish_for(wish, words[i]);
		if (!is_right)
			control_call_fail(call, "checks: state: \"%.60s\" is none", words[i]);
	}
	strv_free(words);
	return is_right;
}

static bool
read_columns(struct control_call *call, struct control_columns *columns)
{
	char **names = control_call_list(call, "columns");
	const char *wrong = control_columns_set(columns, names);

	if (wrong != NULL)
		control_call_fail(call, "checks: columns: \"%.60s\" is none", wrong);
	strv_free(names);
	return wrong == NULL;
}

static bool
is_selected(const struct query *query, const struct entry *entry)
{
	const struct definition *definition = entry->job.definition;

	return (query->match == NULL || selector_is_like(query->match, definition->name)) &&
	       (query->group == NULL || selector_is_like(query->group, definition->group));
}

/* False where there is no room for it. */
static bool
take(struct query *query, const struct entry *entry)
{
	struct wire_row row;
	size_t mark;

	if (!is_selected(query, entry))
		return true;
	entry_row(entry, &row);
	if (!query->is_names && !is_wished(&query->wish, &row, query->now))
		return true;
	struct control_text *text = control_items_begin(&query->items, &mark);

	if (query->is_names)
		control_text_string(text, row.name);
	else
		control_row_write(text, &row, &query->columns, query->now);
	return control_items_end(&query->items, mark);
}

/* Returns the name of the last one that was looked at, NULL where all are through. */
static const char *
look(struct query *query, const char *after)
{
	const struct entry *entry = checks_after(query->checks, after);

	for (size_t i = 0; entry != NULL; i++) {
		if (i == CONTROL_LOOKS_MAX || !take(query, entry))
			return after;
		after = entry_name(entry);
		entry = checks_next(query->checks, entry);
	}
	return NULL;
}

static void
run_query(struct query *query, struct control_call *call, const char *member)
{
	const char *after = control_call_text(call, "after");
	int64_t limit = control_call_number(call, "limit");

	control_items_init(&query->items, limit > 0 ? (size_t)limit : CONTROL_ITEMS_STANDARD);
	const char *next = look(query, after != NULL ? after : "");
	json_t *members = next != NULL ? json_pack("{s:s}", "next", next) : NULL;

	control_call_succeed_items(call, members, member, &query->items);
}

void
control_names(void *arg, struct control_call *call)
{
	const struct control_context *context = arg;
	struct query query = {
		.checks = context->checks,
		.match = control_call_text(call, "match"),
		.is_names = true,
	};

	run_query(&query, call, "names");
}

void
control_checks(void *arg, struct control_call *call)
{
	const struct control_context *context = arg;
	struct query query = {
		.checks = context->checks,
		.match = control_call_text(call, "match"),
		.group = control_call_text(call, "group"),
		.now = boottime_now(),
	};

	if (read_wish(call, &query.wish) && read_columns(call, &query.columns))
		run_query(&query, call, "checks");
}
