/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How `status` is written, for people and for those who run it as a plugin.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "age.h"
#include "ask.h"
#include "table.h"
#include "util.h"
#include "view.h"

static const struct table_column columns[] = {
	{.title = "STATE"},
	{.title = "NAME", .least = 12},
	{.title = "STATUS", .needs = 51},
	{.title = "RAN", .needs = 70, .is_right = true},
	{.title = "CHANGED", .needs = 70, .is_right = true},
	{.title = "TOOK", .needs = 120, .is_right = true},
	{.title = "GROUP", .needs = 100, .least = 8},
	{.title = "OUTPUT", .least = 16},
};

static const enum check_state summary_order[] = {
	CHECK_STATE_CRITICAL,
	CHECK_STATE_UNKNOWN,
	CHECK_STATE_WARNING,
	CHECK_STATE_OK,
	CHECK_STATE_PENDING,
};

/* As they follow a number of checks, and the text of one. */
static const char *const reasons[] = {
	[CHECK_SUPPRESSION_NONE] = "",
	[CHECK_SUPPRESSION_POLICY] = "not to be notified",
	[CHECK_SUPPRESSION_DISABLED] = "disabled",
	[CHECK_SUPPRESSION_MAINTENANCE] = "in maintenance",
	[CHECK_SUPPRESSION_DEPENDENCY] = "by dependency",
	[CHECK_SUPPRESSION_FLAPPING] = "flapping",
};

/* "exit 2" is its number here; what has none is a word. To be freed. */
static char *
describe_status(const json_t *row)
{
	const char *outcome = ask_text(row, "last_outcome");

	if (strcmp(outcome, "exited") == 0)
		return xasprintf(
			"%" JSON_INTEGER_FORMAT, (json_int_t)ask_number(row, "last_status"));
	if (strcmp(outcome, "signaled") == 0)
		return xasprintf("signal %" JSON_INTEGER_FORMAT,
			(json_int_t)ask_number(row, "last_signal"));
	if (strcmp(outcome, "timedOut") == 0)
		return xstrdup("timed out");
	return xstrdup(strcmp(outcome, "startFailed") == 0 ? "no start" : "-");
}

static char *
describe_age(const json_t *row, const char *member)
{
	const json_t *age = json_object_get(row, member);
	char text[AGE_SIZE];

	age_format(json_is_integer(age) ? json_integer_value(age) : AGE_NEVER, text);
	return xstrdup(text);
}

/*
 * "stale, in maintenance: down: connection refused". That it timed out is its status, which
 * tells it already.
 */
static char *
describe_output(const json_t *row)
{
	bool is_stale = json_is_true(json_object_get(row, "stale"));
	const char *reason = reasons[rows_suppression(row)];
	bool is_told = strcmp(ask_text(row, "last_outcome"), "timedOut") == 0;
	const char *meaning = is_told ? "" : ask_text(row, "last_meaning");
	const char *output = ask_text(row, "last_output");

	return xasprintf("%s%s%s%s%s%s%s", is_stale ? "stale" : "",
		is_stale && reason[0] != '\0' ? ", " : "", reason,
		(is_stale || reason[0] != '\0') && (meaning[0] != '\0' || output[0] != '\0')
			? ": "
			: "",
		meaning, meaning[0] != '\0' && output[0] != '\0' ? ": " : "", output);
}

static char *
describe_duration(const json_t *row)
{
	char text[AGE_SIZE] = "-";

	if (json_is_integer(json_object_get(row, "last_ran_age")))
		age_format_ms(ask_number(row, "last_duration"), text);
	return xstrdup(text);
}

/* Of a plugin what is behind a bar would be performance data. */
static void
replace_bars(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			*text = '/';
	}
}

/* Takes the text. */
static char *
clean(const struct output *output, const struct options *options, char *text)
{
	char *cleaned = output_clean(output, text);

	free(text);
	if (options->is_plugin)
		replace_bars(cleaned);
	return cleaned;
}

static void
add_row(struct table *table, const struct options *options, const struct output *output,
	const json_t *row)
{
	enum check_suppression suppression = rows_suppression(row);
	const char *state = ask_text(row, "state");
	char *texts[] = {
		xstrdup(state),
		xstrdup(ask_text(row, "name")),
		describe_status(row),
		describe_age(row, "last_ran_age"),
		describe_age(row, "last_change_age"),
		describe_duration(row),
		xstrdup(ask_text(row, "group")),
		describe_output(row),
	};

	static_assert(ARRAY_LEN(texts) == ARRAY_LEN(columns), "a text a column");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		texts[i] = clean(output, options, texts[i]);
	table_add(table,
		suppression != CHECK_SUPPRESSION_NONE ? OUTPUT_DIM : output_style_of(state),
		texts);
}

void
view_print_rows(
	const struct view *view, const struct options *options, const struct output *output)
{
	size_t hidden = view->counts.total > view->shown ? view->counts.total - view->shown : 0;
	struct table *table = table_new(columns, ARRAY_LEN(columns));

	for (size_t i = 0; i < view->shown; i++)
		add_row(table, options, output, view->rows.items[i]);
	if (view->shown > 0)
		table_print(table, output);
	table_free(table);
	if (hidden > 0 && !options->is_plugin)
		fprintf(output->stream, "%s... and %zu more%s%s\n",
			output_begin(output, OUTPUT_DIM), hidden,
			options->is_watch ? "" : ": --all shows them",
			output_end(output, OUTPUT_DIM));
}

static void
print_word(const struct view *view, const struct output *output)
{
	static const struct {
		const char *word;
		enum output_style style;
	} words[] = {
		{"OK", OUTPUT_OK},
		{"WARNING", OUTPUT_WARNING},
		{"CRITICAL", OUTPUT_CRITICAL},
		{"UNKNOWN", OUTPUT_UNKNOWN},
	};
	int status = view_plugin_status(view);

	fprintf(output->stream, "%s%s%s - ", output_begin(output, words[status].style),
		words[status].word, output_end(output, words[status].style));
}

static void
print_suppressions(const struct rows_counts *counts, const struct output *output)
{
	const char *separator = "; ";

	for (int i = CHECK_SUPPRESSION_POLICY; i <= CHECK_SUPPRESSION_FLAPPING; i++) {
		if (counts->suppressions[i] == 0)
			continue;
		fprintf(output->stream, "%s%zu %s", separator, counts->suppressions[i],
			reasons[i]);
		separator = ", ";
	}
}

static void
print_performance_data(const struct rows_counts *counts, const struct output *output)
{
	size_t suppressed = 0;

	fputs(" |", output->stream);
	for (size_t i = 0; i < ARRAY_LEN(summary_order); i++)
		fprintf(output->stream, " %s=%zu", check_state_name(summary_order[i]),
			counts->states[summary_order[i]]);
	for (int i = CHECK_SUPPRESSION_POLICY; i <= CHECK_SUPPRESSION_FLAPPING; i++)
		suppressed += counts->suppressions[i];
	fprintf(output->stream, " stale=%zu suppressed=%zu", counts->stale, suppressed);
}

static void
print_state_count(const struct rows_counts *counts, const struct output *output,
	enum check_state state, const char *separator)
{
	enum output_style style = counts->states[state] > 0 && !check_state_is_ok(state)
					  ? output_style_of(check_state_name(state))
					  : OUTPUT_PLAIN;

	fprintf(output->stream, "%s%s%s %zu%s", separator, output_begin(output, style),
		check_state_name(state), counts->states[state], output_end(output, style));
}

static void
print_unmatched(
	const struct view *view, const struct options *options, const struct output *output)
{
	CLEANUP_FREE char *pattern = clean(output, options, xstrdup(view->unmatched));

	fprintf(output->stream, "; there is no check %s", pattern);
}

void
view_print_summary(
	const struct view *view, const struct options *options, const struct output *output)
{
	const struct rows_counts *counts = &view->counts;

	print_word(view, output);
	if (counts->total == 0)
		fputs("there is no such check", output->stream);
	for (size_t i = 0; counts->total > 0 && i < ARRAY_LEN(summary_order); i++)
		print_state_count(counts, output, summary_order[i], i > 0 ? ", " : "");
	if (counts->total > 0)
		fprintf(output->stream, ", stale %zu", counts->stale);
	print_suppressions(counts, output);
	if (view->unmatched != NULL && counts->total > 0)
		print_unmatched(view, options, output);
	if (options->is_plugin)
		print_performance_data(counts, output);
	fputc('\n', output->stream);
}
