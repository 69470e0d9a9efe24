/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checkctl(1): its verbs, as one const table, and what is common to them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "util.h"
#include "verbs.h"

#define FIRST_COLUMN 32 /* of what a verb is for */

/* Exit statuses: those of a plugin, where a verb's own is one. */
#define FAILURE         1
#define FAILURE_UNKNOWN 3

struct verb {
	const char *name;
	const char *arguments; /* as usage shows them */
	const char *help;
	const char *options; /* their letters; NULL: it reads its command line itself */
	int failure;         /* the exit status where it fails */
	verb_function *run;
};

static const struct verb verbs[] = {
	{"ping", "", "whether checkd answers", "", FAILURE, verb_ping},
};

static void
print_verb(const struct verb *verb, FILE *stream)
{
	CLEANUP_FREE char *words = xasprintf("%s %s", verb->name, verb->arguments);

	if (strlen(words) < FIRST_COLUMN)
		fprintf(stream, "  %-*s%s\n", FIRST_COLUMN, words, verb->help);
	else
		fprintf(stream, "  %s\n  %-*s%s\n", words, FIRST_COLUMN, "", verb->help);
}

static void
print_usage(FILE *stream)
{
	fputs("usage: checkctl [OPTION...] VERB [OPTION...] [ARGUMENT...]\n"
	      "\n"
	      "Asks and tells checkd, over its control socket.\n"
	      "\n",
		stream);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		print_verb(&verbs[i], stream);
	fputs("\nOptions of every verb:\n", stream);
	options_print(OPTIONS_COMMON, stream);
	fputs("\ncheckctl VERB --help tells of the verb's own.\n", stream);
}

static void
print_verb_usage(const struct verb *verb, FILE *stream)
{
	fprintf(stream, "usage: checkctl %s %s%s\n\n%s\n\n", verb->name,
		verb->options != NULL ? "[OPTION...] " : "", verb->arguments, verb->help);
	if (verb->options == NULL)
		return;
	options_print(verb->options, stream);
	options_print(OPTIONS_COMMON, stream);
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

static int
misuse(const struct verb *verb)
{
	print_verb_usage(verb, stderr);
	return verb->failure;
}

/* argv begins with the verb. */
static int
run(const struct verb *verb, struct options *options, int argc, char **argv)
{
	int first = 1;

	if (verb->options != NULL) {
		CLEANUP_FREE char *letters = xasprintf("%s%s", OPTIONS_COMMON, verb->options);

		argv[0] = program_invocation_short_name; /* in what getopt tells */
		first = options_parse(options, letters, true, argc, argv);
	}
	if (first < 0)
		return misuse(verb);
	if (options->is_help) {
		print_verb_usage(verb, stdout);
		return EXIT_SUCCESS;
	}
	int status = verb->run(options, argc - first, argv + first);

	if (status == VERB_MISUSED)
		return misuse(verb);
	return status == VERB_FAILED ? verb->failure : status;
}

int
main(int argc, char **argv)
{
	struct options options;

	options_init(&options);
	int first = options_parse(&options, OPTIONS_COMMON, false, argc, argv);
	const struct verb *verb = NULL;

	if (first >= 0 && options.is_version) {
		puts("checkctl " CHECKD_VERSION);
		return EXIT_SUCCESS;
	}
	if (first > 0 && first < argc && (verb = find_verb(argv[first])) != NULL)
		return run(verb, &options, argc - first, argv + first);
	if (first > 0 && first < argc)
		fprintf(stderr, "checkctl: there is no verb \"%s\"\n\n", argv[first]);
	if (first >= 0 && options.is_help) {
		print_usage(stdout);
		return EXIT_SUCCESS;
	}
	print_usage(stderr);
	return FAILURE_UNKNOWN;
}
