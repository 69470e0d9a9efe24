/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "quantity.h"
#include "util.h"

#define WATCH_MS     2000
#define PATIENCE_MS  10000
#define DURATION_MIN 100
#define DURATION_MAX (INT64_C(3600) * 1000)
#define COUNT_MAX    1000000
#define FIRST_COLUMN 24 /* of what an option is for */

/* Options that are only long have a capital letter that is not told. */
struct row {
	char letter;
	bool is_short;
	const char *name;
	const char *argument; /* NULL: none; in brackets: it may be left out */
	const char *help;     /* NULL: it is not told of */
};

static const struct row rows[] = {
	{'s', true, "socket", "SOCKET", "where checkd listens (default " CHECKD_CONTROL ")"},
	{'j', true, "json", NULL, "answers as JSON, of a list one object a line"},
	{'c', false, "colour", "WHEN", "always, never or auto: on a terminal"},
	{'c', false, "color", "WHEN", NULL},
	{'T', false, "timeout", "DURATION", "how long to wait for an answer (default 10s)"},
	{'h', true, "help", NULL, "print this help and exit"},
	{'V', true, "version", NULL, "print the version and exit"},
	{'a', true, "all", NULL, "all checks, not only as many as fit on the terminal"},
	{'n', true, "count", "N", "at most so many"},
	{'g', true, "group", "GROUP", "checks of this group only"},
	{'S', false, "state", "STATE,...", "checks in these states only"},
	{'t', false, "stale", NULL, "checks only that have not run for too long"},
	{'p', true, "plugin", NULL, "as a monitoring plugin: trouble only, performance data"},
	{'w', true, "watch", "[DURATION]", "go on, redrawn in place; q ends it"},
	{'f', true, "follow", NULL, "go on with events as they come"},
	{'F', false, "since", "N|DURATION", "events after number N, or of the last 2h"},
	{'W', false, "no-wait", NULL, "do not wait for the end of the run"},
	{'G', false, "groups", NULL, "of groups, not of checks"},
};

void
options_init(struct options *options)
{
	const char *socket = getenv("CHECKCTL_SOCKET");

	*options = (struct options){
		.socket = socket != NULL && socket[0] != '\0' ? socket : CHECKD_CONTROL,
		.patience_ms = PATIENCE_MS,
		.count = -1,
		.watch_ms = WATCH_MS,
	};
}

static int
fail(const char *name, const char *must)
{
	fprintf(stderr, "checkctl: --%s must be %s\n", name, must);
	return -EINVAL;
}

static int
set_colour(struct options *options, const char *text)
{
	if (strcmp(text, "always") == 0)
		options->colour = OPTIONS_COLOUR_ALWAYS;
	else if (strcmp(text, "never") == 0)
		options->colour = OPTIONS_COLOUR_NEVER;
	else if (strcmp(text, "auto") == 0)
		options->colour = OPTIONS_COLOUR_AUTO;
	else
		return fail("colour", "always, never or auto");
	return 0;
}

static int
set_count(struct options *options, const char *text)
{
	if (quantity_parse(text, quantity_no_units, &options->count) < 0 ||
		options->count < 1 || options->count > COUNT_MAX)
		return fail("count", "a whole number from 1 to 1000000");
	return 0;
}

/* A number without a unit is of seconds here. */
static int
set_duration(const char *name, const char *text, int64_t *ret_ms)
{
	int64_t ms;

	if (quantity_parse(text, quantity_no_units, &ms) == 0 && ms <= DURATION_MAX)
		ms *= 1000;
	else if (quantity_parse(text, quantity_durations, &ms) < 0)
		return fail(name, "a duration, such as 5s");
	if (ms < DURATION_MIN || ms > DURATION_MAX)
		return fail(name, "from 100ms to 1h");
	*ret_ms = ms;
	return 0;
}

static int
set_watch(struct options *options, const char *text)
{
	options->is_watch = true;
	return text != NULL ? set_duration("watch", text, &options->watch_ms) : 0;
}

static int
set(struct options *options, char letter, const char *text)
{
	switch (letter) {
	case 's':
		options->socket = text;
		return 0;
	case 'c':
		return set_colour(options, text);
	case 'n':
		return set_count(options, text);
	case 'w':
		return set_watch(options, text);
	case 'T':
		return set_duration("timeout", text, &options->patience_ms);
	case 'g':
		options->group = text;
		return 0;
	case 'S':
		options->states = text;
		return 0;
	case 'F':
		options->since = text;
		return 0;
	case 'j':
		options->is_json = true;
		return 0;
	case 'h':
		options->is_help = true;
		return 0;
	case 'V':
		options->is_version = true;
		return 0;
	case 'a':
		options->is_all = true;
		return 0;
	case 't':
		options->is_stale = true;
		return 0;
	case 'p':
		options->is_plugin = true;
		return 0;
	case 'f':
		options->is_follow = true;
		return 0;
	case 'W':
		options->is_no_wait = true;
		return 0;
	case 'G':
		options->is_of_groups = true;
		return 0;
	default:
		return -EINVAL; /* getopt_long has told why */
	}
}

static int
argument_kind(const struct row *row)
{
	if (row->argument == NULL)
		return no_argument;
	return row->argument[0] == '[' ? optional_argument : required_argument;
}

/* What getopt_long takes of the rows with these letters. */
static void
prepare(const char *letters, bool may_permute, char short_options[static 64],
	struct option long_options[static ARRAY_LEN(rows) + 1])
{
	static const char *const suffixes[] = {
		[no_argument] = "", [required_argument] = ":", [optional_argument] = "::"};
	char *end = stpcpy(short_options, may_permute ? "" : "+");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		int kind = argument_kind(row);

		if (strchr(letters, row->letter) == NULL)
			continue;
		if (row->is_short) {
			*end++ = row->letter;
			end = stpcpy(end, suffixes[kind]);
		}
		*long_options++ = (struct option){row->name, kind, NULL, row->letter};
	}
	*long_options = (struct option){NULL, 0, NULL, 0};
}

int
options_parse(
	struct options *options, const char *letters, bool may_permute, int argc, char **argv)
{
	struct option long_options[ARRAY_LEN(rows) + 1];
	char short_options[64];
	int letter;

	prepare(letters, may_permute, short_options, long_options);
	optind = 0; /* glibc's: begin anew */
	while ((letter = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (set(options, (char)letter, optarg) < 0)
			return -EINVAL;
	}
	return optind;
}

static void
print_row(const struct row *row, FILE *stream)
{
	bool is_optional = argument_kind(row) == optional_argument;
	const char *argument = row->argument != NULL ? row->argument : "";
	CLEANUP_FREE char *words = is_optional ? xasprintf("--%s[=%s", row->name, argument + 1)
					       : xasprintf("--%s %s", row->name, argument);

	if (row->is_short)
		fprintf(stream, "  -%c, ", row->letter);
	else
		fputs("      ", stream);
	fprintf(stream, "%-*s%s\n", FIRST_COLUMN, words, row->help);
}

void
options_print(const char *letters, FILE *stream)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].help != NULL && strchr(letters, rows[i].letter) != NULL)
			print_row(&rows[i], stream);
	}
}
