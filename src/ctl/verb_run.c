/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run now: of the schedule's (run), and one that changes nothing (test). Both end as a plugin
 * that came to the same state.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "age.h"
#include "ask.h"
#include "event_line.h"
#include "rows.h"
#include "util.h"
#include "verbs.h"

/* What came out, of an object whose members have the prefix or not. */
static void
print_result(const struct output *output, const char *name, const char *state,
	const char *outcome, const char *meaning, const char *text, int64_t duration_ms)
{
	enum output_style style = output_style_of(state);
	CLEANUP_FREE char *clean_name = output_clean(output, name);
	CLEANUP_FREE char *clean_state = output_clean(output, state);
	CLEANUP_FREE char *clean_meaning = output_clean(output, meaning);
	CLEANUP_FREE char *clean_text = output_clean(output, text);
	char took[AGE_SIZE];

	age_format_ms(duration_ms, took);
	fprintf(output->stream, "%s: %s%s%s, %s, took %s%s%s%s%s\n", clean_name,
		output_begin(output, style), clean_state, output_end(output, style), outcome,
		took, clean_meaning[0] != '\0' ? ": " : "", clean_meaning,
		clean_text[0] != '\0' ? ": " : "", clean_text);
}

static void
print_run(const struct output *output, const json_t *row)
{
	CLEANUP_FREE char *outcome = event_line_outcome(ask_text(row, "last_outcome"),
		ask_number(row, "last_status"), ask_number(row, "last_signal"));

	print_result(output, ask_text(row, "name"), ask_text(row, "state"), outcome,
		ask_text(row, "last_meaning"), ask_text(row, "last_output"),
		ask_number(row, "last_duration"));
}

int
verb_run(const struct options *options, int argc, char **argv)
{
	struct output output = output_open(options);
	bool is_waiting = !options->is_no_wait;

	if (argc != 1)
		return VERB_MISUSED;
	json_t *answer = ask_once_long(options, json_pack("{s:s, s:s, s:b}", "verb", "run",
							"name", argv[0], "wait", is_waiting));
	if (answer == NULL)
		return VERB_FAILED;
	const json_t *row = json_object_get(answer, "check");
	int status = is_waiting ? rows_plugin_status(rows_state(row)) : EXIT_SUCCESS;

	if (options->is_json)
		output_json(&output, answer);
	else if (is_waiting)
		print_run(&output, row);
	else
		printf("%s: it will run at once\n", argv[0]);
	json_decref(answer);
	return status;
}

static void
print_field(const struct output *output, const char *label, const char *value)
{
	CLEANUP_FREE char *clean = output_clean(output, value);

	fprintf(output->stream, "%s%-12s%s %s\n", output_begin(output, OUTPUT_DIM), label,
		output_end(output, OUTPUT_DIM), clean);
}

/* One item a line, so that it is seen where each begins and ends. */
static void
print_list(const struct output *output, const char *label, const json_t *list)
{
	size_t index;
	json_t *item;

	json_array_foreach(list, index, item)
	{
		print_field(output, index == 0 ? label : "", json_string_value(item));
	}
}

/* All that it wrote, line by line, each behind a bar. */
static void
print_lines(const struct output *output, const char *label, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		CLEANUP_FREE char *line = xstrndup(text, len);
		CLEANUP_FREE char *shown = xasprintf("| %s", line);

		print_field(output, label, shown);
		label = "";
		text += len + (text[len] == '\n');
	}
}

static void
print_metrics(const struct output *output, const json_t *metrics)
{
	size_t index;
	json_t *metric;

	json_array_foreach(metrics, index, metric)
	{
		CLEANUP_FREE char *text = xasprintf("%s = %s%s", ask_text(metric, "label"),
			ask_text(metric, "value"), ask_text(metric, "unit"));

		print_field(output, index == 0 ? "metrics" : "", text);
	}
}

static void
print_test(const struct output *output, const char *name, const json_t *answer)
{
	CLEANUP_FREE char *outcome = event_line_outcome(ask_text(answer, "outcome"),
		ask_number(answer, "status"), ask_number(answer, "signal"));

	print_list(output, "argv", json_object_get(answer, "argv"));
	print_list(output, "environment", json_object_get(answer, "environment"));
	if (json_object_get(answer, "argv") != NULL) {
		print_field(output, "directory", ask_text(answer, "directory"));
		print_field(output, "user",
			json_is_string(json_object_get(answer, "user"))
				? ask_text(answer, "user")
				: "checkd's own");
	}
	print_lines(output, "stdout", ask_text(answer, "output"));
	print_lines(output, "stderr", ask_text(answer, "error_output"));
	if (json_is_true(json_object_get(answer, "is_truncated")))
		print_field(output, "", "(it wrote more than limits.output)");
	print_metrics(output, json_object_get(answer, "metrics"));
	print_result(output, name, ask_text(answer, "state"), outcome,
		ask_text(answer, "meaning"), ask_text(answer, "text"),
		ask_number(answer, "duration"));
}

int
verb_test(const struct options *options, int argc, char **argv)
{
	struct output output = output_open(options);

	if (argc != 1)
		return VERB_MISUSED;
	json_t *answer = ask_once_long(
		options, json_pack("{s:s, s:s}", "verb", "test", "name", argv[0]));
	if (answer == NULL)
		return VERB_FAILED;
	if (options->is_json)
		output_json(&output, answer);
	else
		print_test(&output, argv[0], answer);
	int status = rows_plugin_status(rows_state(answer));
	json_decref(answer);
	return status;
}
