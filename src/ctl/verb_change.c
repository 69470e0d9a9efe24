/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an operator orders: checks disabled, enabled, in maintenance, a result, a reload.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "age.h"
#include "ask.h"
#include "quantity.h"
#include "util.h"
#include "verbs.h"

#define OUTPUT_OCTETS_MAX 8192
#define NAMES_SHOWN       10
#define SECONDS_MAX       (INT64_C(366) * 24 * 60 * 60)
#define STATUS_MAX        255

static void
tell_not_stored(void)
{
	fputs("checkctl: the store has failed: an end of checkd forgets it\n", stderr);
}

/* The words behind each other, as a shell gives those that were not quoted; NULL: none. */
static char *
join(char *const *words)
{
	char *text = NULL;

	for (; *words != NULL; words++) {
		char *longer =
			text == NULL ? xstrdup(*words) : xasprintf("%s %s", text, *words);

		free(text);
		text = longer;
	}
	return text;
}

static void
add_number(json_t *sum, const json_t *answer, const char *member)
{
	json_object_set_new(sum, member,
		json_integer(ask_number(sum, member) + ask_number(answer, member)));
}

/* What several answers of one request come to. */
static void
add_answer(json_t *sum, const json_t *answer)
{
	json_t *names = json_object_get(sum, "names");
	json_t *stored = json_object_get(answer, "stored");
	json_t *until = json_object_get(answer, "until_epoch");

	add_number(sum, answer, "matched");
	add_number(sum, answer, "changed");
	if (json_object_get(answer, "refused") != NULL)
		add_number(sum, answer, "refused");
	json_array_extend(names, json_object_get(answer, "names"));
	if (until != NULL)
		json_object_set(sum, "until_epoch", until);
	if (stored != NULL && !json_is_false(json_object_get(sum, "stored")))
		json_object_set(sum, "stored", stored);
}

/* Changes page by page, and returns the sum of it; NULL, having told, where one fails. */
static json_t *
change(const struct options *options, json_t *request)
{
	struct client *client = client_new(options->socket, options->patience_ms);
	json_t *sum = json_pack(
		"{s:b, s:i, s:i, s:[]}", "ok", 1, "matched", 0, "changed", 0, "names");
	bool is_over = false;

	while (sum != NULL && !is_over) {
		json_t *answer = ask(options, client, json_incref(request));

		if (answer == NULL) {
			json_decref(sum);
			sum = NULL;
			break;
		}
		add_answer(sum, answer);
		is_over = json_object_get(answer, "next") == NULL;
		ask_set_text(request, "after", ask_text(answer, "next"));
		json_decref(answer);
	}
	json_decref(request);
	client_free(client);
	return sum;
}

/* "disabled: web, db and 3 more". */
static void
print_names(const struct output *output, const char *what, const json_t *sum)
{
	const json_t *names = json_object_get(sum, "names");
	size_t changed = (size_t)ask_number(sum, "changed"), index;
	json_t *name;

	printf("%s: ", what);
	json_array_foreach(names, index, name)
	{
		CLEANUP_FREE char *clean = output_clean(output, json_string_value(name));

		if (index == NAMES_SHOWN)
			break;
		printf("%s%s", index > 0 ? ", " : "", clean);
	}
	if (changed > index)
		printf(" and %zu more", changed - index);
	putchar('\n');
}

/* What was so already, and what stays as it is. */
static void
print_unchanged(int64_t alike, int64_t refused)
{
	if (alike > 0)
		printf("nothing changed: %" PRId64 " %s so already\n", alike,
			alike == 1 ? "check is" : "checks are");
	if (refused > 0)
		printf("%" PRId64 " %s disabled by the configuration, and %s so\n", refused,
			refused == 1 ? "is" : "are", refused == 1 ? "stays" : "stay");
}

static void
print_change(const struct options *options, const char *what, const json_t *sum)
{
	struct output output = output_open(options);
	int64_t changed = ask_number(sum, "changed"), refused = ask_number(sum, "refused");

	if (options->is_json) {
		output_json(&output, sum);
		return;
	}
	if (changed > 0)
		print_names(&output, what, sum);
	print_unchanged(changed > 0 ? 0 : ask_number(sum, "matched") - refused, refused);
	if (json_is_false(json_object_get(sum, "stored")))
		tell_not_stored();
}

/* A selector that selects nothing is a mistake. */
static int
finish_change(
	const struct options *options, const char *selector, const char *what, json_t *sum)
{
	int status = EXIT_SUCCESS;

	if (sum == NULL)
		return VERB_FAILED;
	if (ask_number(sum, "matched") == 0) {
		CLEANUP_FREE char *error = xasprintf("%s: there is no such check", selector);

		ask_tell(options, error, NULL);
		status = VERB_FAILED;
	} else {
		print_change(options, what, sum);
	}
	json_decref(sum);
	return status;
}

int
verb_enable(const struct options *options, int argc, char **argv)
{
	if (argc != 1)
		return VERB_MISUSED;
	return finish_change(options, argv[0], "enabled",
		change(options, json_pack("{s:s, s:s}", "verb", "enable", "name", argv[0])));
}

int
verb_disable(const struct options *options, int argc, char **argv)
{
	if (argc < 1)
		return VERB_MISUSED;
	CLEANUP_FREE char *reason = join(argv + 1);
	json_t *request = json_pack("{s:s, s:s}", "verb", "disable", "name", argv[0]);

	ask_set_text(request, "reason", reason);
	return finish_change(options, argv[0], "disabled", change(options, request));
}

/* 0 is the end of it. */
static int
parse_seconds(const struct options *options, const char *text, int64_t *ret_seconds)
{
	int64_t ms = 0;

	if (strcmp(text, "off") != 0 && (quantity_parse(text, quantity_durations, &ms) < 0 ||
						ms < 1000 || ms / 1000 > SECONDS_MAX)) {
		ask_tell(options,
			"how long must be a duration from 1s to 366d, such as 30m, 2h or 1d, "
			"or off",
			NULL);
		return -EINVAL;
	}
	*ret_seconds = ms / 1000;
	return 0;
}

int
verb_maintenance(const struct options *options, int argc, char **argv)
{
	int64_t seconds;

	if (argc < 2)
		return VERB_MISUSED;
	if (parse_seconds(options, argv[1], &seconds) < 0)
		return VERB_FAILED;
	CLEANUP_FREE char *reason = join(argv + 2);
	json_t *request = json_pack("{s:s, s:s, s:I}", "verb", "maintenance", "name", argv[0],
		"seconds", (json_int_t)seconds);

	if (seconds > 0)
		ask_set_text(request, "reason", reason);
	json_t *sum = change(options, request);
	char until[AGE_SIZE];

	age_format_time((time_t)ask_number(sum, "until_epoch"), time(NULL), until);
	CLEANUP_FREE char *what = seconds > 0 ? xasprintf("in maintenance until %s", until)
					      : xstrdup("maintenance ended");

	return finish_change(options, argv[0], what, sum);
}

/* What a plugin printed, of standard input; to be freed. */
static char *
read_output(void)
{
	char *text = xcalloc(OUTPUT_OCTETS_MAX + 1, 1);

	(void)!fread(text, 1, OUTPUT_OCTETS_MAX, stdin);
	return text;
}

int
verb_submit(const struct options *options, int argc, char **argv)
{
	int64_t status;

	if (argc < 2)
		return VERB_MISUSED;
	if (quantity_parse(argv[1], quantity_no_units, &status) < 0 || status > STATUS_MAX) {
		ask_tell(options, "the status must be a whole number from 0 to 255", NULL);
		return VERB_FAILED;
	}
	bool is_read = argc == 3 && strcmp(argv[2], "-") == 0;
	CLEANUP_FREE char *text = is_read ? read_output() : join(argv + 2);
	json_t *request = json_pack("{s:s, s:s, s:I}", "verb", "submit", "name", argv[0],
		"status", (json_int_t)status);

	ask_set_text(request, "output", text);
	json_t *answer = ask_once(options, request);
	if (answer == NULL)
		return VERB_FAILED;
	struct output output = output_open(options);

	if (options->is_json)
		output_json(&output, answer);
	else if (json_is_false(json_object_get(answer, "stored")))
		fprintf(stderr,
			"checkctl: the store has failed: an end of checkd forgets it\n");
	json_decref(answer);
	return EXIT_SUCCESS;
}

static void
print_lines(const struct output *output, const json_t *lines, const char *prefix, FILE *stream)
{
	size_t index;
	json_t *line;

	json_array_foreach(lines, index, line)
	{
		CLEANUP_FREE char *clean = output_clean(output, json_string_value(line));

		fprintf(stream, "%s%s\n", prefix, clean);
	}
}

/* A reload of a large configuration may take long. */
int
verb_reload(const struct options *options, int argc, char **argv)
{
	struct client *client = client_new(options->socket, options->patience_ms);
	struct output output = output_open(options);
	json_t *answer = NULL;

	(void)argv;
	if (argc > 0) {
		client_free(client);
		return VERB_MISUSED;
	}
	int error = client_ask_long(client, json_pack("{s:s}", "verb", "reload"), &answer);
	if (error < 0) {
		ask_tell(options, client_error(client), answer);
		if (!options->is_json)
			print_lines(&output, json_object_get(answer, "problems"), "", stderr);
	} else if (options->is_json) {
		output_json(&output, answer);
	} else {
		CLEANUP_FREE char *result = output_clean(&output, ask_text(answer, "result"));

		print_lines(&output, json_object_get(answer, "warnings"), "warning: ", stderr);
		printf("configuration %" PRId64 ": %s\n", ask_number(answer, "generation"),
			result);
	}
	json_decref(answer);
	client_free(client);
	return error < 0 ? VERB_FAILED : EXIT_SUCCESS;
}
