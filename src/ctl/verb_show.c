/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that is known of one check, on a page.
 */
#include <inttypes.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "age.h"
#include "ask.h"
#include "event_line.h"
#include "page.h"
#include "rows.h"
#include "table.h"
#include "util.h"
#include "verbs.h"

#define EVENTS_SHOWN 5

/* What show prints a page of. */
struct page {
	struct output output;
	const json_t *answer;
	const json_t *check; /* its row */
	int64_t now;
};

static bool
is_true(const json_t *object, const char *member)
{
	return json_is_true(json_object_get(object, member));
}

static void
print_identity(const struct page *page)
{
	const json_t *check = page->check;
	CLEANUP_FREE char *name = output_clean(&page->output, ask_text(check, "name"));
	CLEANUP_FREE char *description =
		output_clean(&page->output, ask_text(check, "description"));

	printf("%s%s%s%s%s\n", output_begin(&page->output, OUTPUT_BOLD), name,
		output_end(&page->output, OUTPUT_BOLD), description[0] != '\0' ? ": " : "",
		description);
	page_field(&page->output, "type", OUTPUT_PLAIN, "%s", ask_text(check, "type"));
	page_field(&page->output, "group", OUTPUT_PLAIN, "%s", ask_text(check, "group"));
	page_field(&page->output, "admin state",
		strcmp(ask_text(check, "admin_state"), "enabled") == 0 ? OUTPUT_PLAIN
								       : OUTPUT_WARNING,
		"%s", ask_text(check, "admin_state"));
}

static void
print_status(const struct page *page)
{
	const json_t *check = page->check;
	const char *meaning = ask_text(check, "last_meaning");
	const char *output = ask_text(check, "last_output");
	CLEANUP_FREE char *outcome = event_line_outcome(ask_text(check, "last_outcome"),
		ask_number(check, "last_status"), ask_number(check, "last_signal"));

	page_field(&page->output, "status", OUTPUT_PLAIN, "%s%s%s", outcome,
		meaning[0] != '\0' ? ": " : "", meaning);
	page_field(&page->output, "output", OUTPUT_PLAIN, "%s", output);
	if (ask_number(check, "previous_status") >= 0)
		page_field(&page->output, "before", OUTPUT_PLAIN, "exit %" PRId64,
			ask_number(check, "previous_status"));
}

static void
print_times(const struct page *page)
{
	const json_t *check = page->check;
	CLEANUP_FREE char *ran = page_time(ask_number(check, "last_ran_epoch"), page->now);
	CLEANUP_FREE char *changed =
		page_time(ask_number(check, "last_change_epoch"), page->now);
	char took[AGE_SIZE];

	age_format_ms(ask_number(check, "last_duration"), took);
	page_field(&page->output, "ran", OUTPUT_PLAIN, "%s", ran);
	if (ask_number(check, "last_ran_epoch") == 0)
		return;
	page_field(&page->output, "took", OUTPUT_PLAIN, "%s, started %" PRId64 " ms late", took,
		ask_number(check, "last_lateness"));
	page_field(&page->output, "status changed", OUTPUT_PLAIN, "%s", changed);
}

static void
print_now(const struct page *page)
{
	const json_t *check = page->check;
	const char *state = ask_text(check, "state");
	const char *suppression = ask_text(check, "suppression");
	int64_t attempt = ask_number(check, "attempt");

	page_title(&page->output, "Now");
	page_field(&page->output, "state", output_style_of(state), "%s", state);
	print_status(page);
	if (attempt > 0)
		page_field(&page->output, "attempt", OUTPUT_WARNING,
			"%" PRId64 " results of another state, not confirmed yet", attempt);
	print_times(page);
	page_field(
		&page->output, "run state", OUTPUT_PLAIN, "%s", ask_text(check, "run_state"));
	if (is_true(check, "stale"))
		page_field(&page->output, "stale", OUTPUT_UNKNOWN,
			"no run has finished for too long");
	if (is_true(check, "flapping"))
		page_field(&page->output, "flapping", OUTPUT_WARNING,
			"its status changes too often");
	if (strcmp(suppression, "none") != 0)
		page_field(&page->output, "suppressed", OUTPUT_WARNING, "%s", suppression);
}

static void
print_history(const struct page *page)
{
	const json_t *check = page->check;
	CLEANUP_FREE char *since =
		page_time(ask_number(check, "counter_discontinuity"), page->now);

	page_title(&page->output, "History");
	page_field(&page->output, "runs", OUTPUT_PLAIN,
		"%" PRId64 ", %" PRId64 " not ok, %" PRId64 " timed out, %" PRId64 " missed",
		ask_number(check, "runs"), ask_number(check, "failures"),
		ask_number(check, "timeouts"), ask_number(check, "missed_runs"));
	page_field(&page->output, "changes", OUTPUT_PLAIN,
		"%" PRId64 " of the status, %" PRId64 " of the state",
		ask_number(check, "status_changes"), ask_number(check, "state_changes"));
	page_field(&page->output, "counted since", OUTPUT_PLAIN, "%s", since);
}

static void
print_definition(const struct page *page)
{
	json_t *definition = json_object_get(page->answer, "definition");
	const char *key;
	json_t *value;

	page_title(&page->output, "Definition");
	json_object_foreach(definition, key, value)
	{
		if (strcmp(key, "name") != 0)
			page_value(&page->output, key, value);
	}
}

/* A list of {name, state}, as far as it was given. */
static void
print_links(const struct page *page, const char *member, const char *label)
{
	const json_t *links = json_object_get(page->answer, member);
	CLEANUP_FREE char *count_member = xasprintf("%s_count", member);
	int64_t more = ask_number(page->answer, count_member) - (int64_t)json_array_size(links);
	size_t index;
	json_t *link;

	json_array_foreach(links, index, link)
	{
		const char *state = ask_text(link, "state");

		page_field(&page->output, index == 0 ? label : "", output_style_of(state),
			"%s: %s", ask_text(link, "name"), state);
	}
	if (more > 0)
		page_field(&page->output, "", OUTPUT_DIM, "... and %" PRId64 " more", more);
}

static void
print_all_links(const struct page *page)
{
	static const struct {
		const char *member;
		const char *label;
	} kinds[] = {
		{"depends", "depends on"},
		{"dependants", "needed by"},
		{"members", "members"},
	};
	bool is_any = false;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		is_any |= json_array_size(json_object_get(page->answer, kinds[i].member)) > 0;
	if (!is_any)
		return;
	page_title(&page->output, "Other checks");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		print_links(page, kinds[i].member, kinds[i].label);
}

/* By name, where the system knows one; to be freed. */
static char *
describe_user(const json_t *order, const char *member)
{
	const struct passwd *user = getpwuid((uid_t)ask_number(order, member));

	return user != NULL ? xstrdup(user->pw_name)
			    : xasprintf("uid %" PRId64, ask_number(order, member));
}

static void
print_order(const struct page *page, const json_t *order)
{
	char until[AGE_SIZE];

	if (is_true(order, "disabled")) {
		CLEANUP_FREE char *who = describe_user(order, "disabled_by");
		CLEANUP_FREE char *since =
			page_time(ask_number(order, "disabled_since_epoch"), page->now);
		const char *reason = ask_text(order, "disabled_reason");

		page_field(&page->output, "disabled", OUTPUT_WARNING, "by %s, %s%s%s", who,
			since, reason[0] != '\0' ? ": " : "", reason);
	}
	if (ask_number(order, "maintenance_until_epoch") > 0) {
		CLEANUP_FREE char *who = describe_user(order, "maintenance_by");
		CLEANUP_FREE char *since =
			page_time(ask_number(order, "maintenance_since_epoch"), page->now);
		const char *reason = ask_text(order, "maintenance_reason");

		age_format_time((time_t)ask_number(order, "maintenance_until_epoch"),
			(time_t)page->now, until);
		page_field(&page->output, "maintenance", OUTPUT_WARNING,
			"until %s, by %s, %s%s%s", until, who, since,
			reason[0] != '\0' ? ": " : "", reason);
	}
}

static void
print_windows(const struct page *page, const json_t *windows)
{
	size_t index;
	json_t *window;

	json_array_foreach(windows, index, window)
	{
		const json_t *when = json_object_get(window, "when");
		CLEANUP_FREE char *text = json_is_string(when)
						  ? xstrdup(json_string_value(when))
						  : json_dumps(when, JSON_ENCODE_ANY);
		const char *reason = ask_text(window, "reason");
		bool is_open = is_true(window, "is_open");

		page_field(&page->output, "planned", is_open ? OUTPUT_WARNING : OUTPUT_PLAIN,
			"%s%s%s%s", text != NULL ? text : "", is_open ? ", open now" : "",
			reason[0] != '\0' ? ": " : "", reason);
	}
}

static void
print_maintenance(const struct page *page)
{
	const json_t *windows = json_object_get(page->answer, "maintenance");
	const json_t *order = json_object_get(page->answer, "order");

	if (json_array_size(windows) == 0 && !json_is_object(order))
		return;
	page_title(&page->output, "Ordered and planned");
	print_order(page, order);
	print_windows(page, windows);
}

/* Below its title, where it has any rows; the first column, which is empty, is its margin. */
static void
print_table(const struct page *page, const char *title, const json_t *rows, struct table *table)
{
	if (json_array_size(rows) > 0) {
		page_title(&page->output, title);
		table_print(table, &page->output);
	}
	table_free(table);
}

static void
print_metrics(const struct page *page)
{
	static const struct table_column columns[] = {{.title = ""},
		{.title = "METRIC", .least = 12}, {.title = "VALUE", .is_right = true},
		{.title = "UNIT"}, {.title = "WARNING"}, {.title = "CRITICAL"},
		{.title = "MINIMUM"}, {.title = "MAXIMUM"}};
	static const char *const members[ARRAY_LEN(columns)] = {
		"", "label", "value", "unit", "warning", "critical", "minimum", "maximum"};
	const json_t *metrics = json_object_get(page->answer, "metrics");
	struct table *table = table_new(columns, ARRAY_LEN(columns));
	size_t index;
	json_t *metric;

	json_array_foreach(metrics, index, metric)
	{
		char *texts[ARRAY_LEN(members)];

		for (size_t i = 0; i < ARRAY_LEN(members); i++)
			texts[i] = output_clean(&page->output, ask_text(metric, members[i]));
		table_add(table, OUTPUT_PLAIN, texts);
	}
	print_table(page, "Metrics", metrics, table);
}

static void
add_run(const struct page *page, struct table *table, const json_t *run)
{
	char when[AGE_SIZE], took[AGE_SIZE], late[AGE_SIZE];

	age_format_time((time_t)ask_number(run, "ran_epoch"), (time_t)page->now, when);
	age_format_ms(ask_number(run, "duration"), took);
	age_format_ms(ask_number(run, "lateness"), late);
	char *texts[] = {
		xstrdup(""),
		xstrdup(when),
		event_line_outcome(ask_text(run, "outcome"), ask_number(run, "status"),
			ask_number(run, "signal")),
		xstrdup(took),
		xstrdup(late),
		output_clean(&page->output, ask_text(run, "output")),
	};
	table_add(table, OUTPUT_PLAIN, texts);
}

static void
print_runs(const struct page *page)
{
	static const struct table_column columns[] = {{.title = ""}, {.title = "RAN"},
		{.title = "OUTCOME"}, {.title = "TOOK", .is_right = true},
		{.title = "LATE", .is_right = true}, {.title = "OUTPUT", .least = 16}};
	const json_t *runs = json_object_get(page->answer, "last_runs");
	struct table *table = table_new(columns, ARRAY_LEN(columns));
	size_t index;
	json_t *run;

	json_array_foreach(runs, index, run)
	{
		add_run(page, table, run);
	}
	print_table(page, "Last runs", runs, table);
}

static void
print_events(const struct page *page, const json_t *answer)
{
	const json_t *events = json_object_get(answer, "events");
	size_t index;
	json_t *event;

	if (json_array_size(events) > 0)
		page_title(&page->output, "Last events");
	json_array_foreach(events, index, event)
	{
		event_line_print(&page->output, event, (time_t)page->now);
	}
}

static void
print(const struct page *page, const json_t *events)
{
	print_identity(page);
	print_now(page);
	print_history(page);
	print_maintenance(page);
	print_all_links(page);
	print_definition(page);
	print_metrics(page);
	print_runs(page);
	print_events(page, events);
}

int
verb_show(const struct options *options, int argc, char **argv)
{
	if (argc != 1)
		return VERB_MISUSED;
	struct client *client = client_new(options->socket, options->patience_ms);
	json_t *answer =
		ask(options, client, json_pack("{s:s, s:s}", "verb", "show", "name", argv[0]));
	struct page page = {
		.output = output_open(options),
		.answer = answer,
		.check = json_object_get(answer, "check"),
		.now = time(NULL),
	};
	json_t *events = NULL;

	if (answer != NULL && options->is_json)
		output_json(&page.output, answer);
	else if (answer != NULL)
		events = ask(options, client,
			json_pack("{s:s, s:s, s:i}", "verb", "events", "name",
				ask_text(page.check, "name"), "limit", EVENTS_SHOWN));
	client_free(client);
	if (events != NULL)
		print(&page, events);
	bool is_done = answer != NULL && (options->is_json || events != NULL);
	json_decref(events);
	json_decref(answer);
	return is_done ? EXIT_SUCCESS : VERB_FAILED;
}
