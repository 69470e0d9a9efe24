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
	{"status", "[PATTERN...]", "how the checks are, worst first", "agnStpw",
		FAILURE_UNKNOWN, verb_status},
	{"show", "NAME", "all about one check", "", FAILURE, verb_show},
	{"events", "[NAME]", "what changed, newest last", "nFf", FAILURE, verb_events},
	{"daemon", "", "checkd itself: configuration, work, store, SNMP", "", FAILURE,
		verb_daemon},
	{"run", "NAME", "run a check now", "W", FAILURE_UNKNOWN, verb_run},
	{"test", "NAME", "run a check aside, and show all of it; changes nothing", "",
		FAILURE_UNKNOWN, verb_test},
	{"disable", "SELECTOR [REASON]", "run checks no more", "", FAILURE, verb_disable},
	{"enable", "SELECTOR", "end that", "", FAILURE, verb_enable},
	{"maintenance", "SELECTOR DURATION|off [REASON]",
		"notify nothing of checks for a while", "", FAILURE, verb_maintenance},
	{"submit", "NAME STATUS [OUTPUT|-]", "give a passive check a result", "", FAILURE,
		verb_submit},
	{"reload", "", "read the configuration anew", "", FAILURE, verb_reload},
	{"import", "[-f] [-i ID] [-o OUTPUT] keepalived|nrpe|snmpd FILE",
		"make a configuration of another program's", NULL, FAILURE, verb_import},
	{"ping", "", "whether checkd answers", "", FAILURE, verb_ping},
	{"names", "[PREFIX]", "names of checks, as shells complete them", "G", FAILURE,
		verb_names},
};

static void
print_verb(const struct verb *verb)
{
	CLEANUP_FREE char *words = xasprintf("%s %s", verb->name, verb->arguments);

	if (strlen(words) < FIRST_COLUMN)
		printf("  %-*s%s\n", FIRST_COLUMN, words, verb->help);
	else
		printf("  %s\n  %-*s%s\n", words, FIRST_COLUMN, "", verb->help);
}

static void
print_usage(void)
{
	fputs("usage: checkctl [OPTION...] VERB [OPTION...] [ARGUMENT...]\n"
	      "\n"
	      "Asks and tells checkd, over its control socket.\n"
	      "\n",
		stdout);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		print_verb(&verbs[i]);
	puts("\nOptions of every verb, before or behind it:");
	options_print(OPTIONS_COMMON, stdout);
	options_print(OPTIONS_FIRST, stdout);
	puts("\ncheckctl VERB --help tells of the verb's own.");
}

static void
print_verb_line(const struct verb *verb, FILE *stream)
{
	fprintf(stream, "usage: checkctl %s%s%s%s\n", verb->name,
		verb->options != NULL ? " [OPTION...]" : "",
		verb->arguments[0] != '\0' ? " " : "", verb->arguments);
}

static void
print_verb_usage(const struct verb *verb)
{
	print_verb_line(verb, stdout);
	printf("\n%s\n", verb->help);
	if (verb->options == NULL)
		return;
	putchar('\n');
	options_print(verb->options, stdout);
	options_print(OPTIONS_COMMON, stdout);
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
	print_verb_line(verb, stderr);
	fprintf(stderr, "checkctl %s --help tells more.\n", verb->name);
	return verb->failure;
}

/* Of a verb that reads its command line itself. */
static bool
is_asking_for_help(const struct verb *verb, char *const *words)
{
	return verb->options == NULL && words[0] != NULL &&
	       (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0);
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
	if (options->is_help || is_asking_for_help(verb, argv + 1)) {
		print_verb_usage(verb);
		return EXIT_SUCCESS;
	}
	int status = verb->run(options, argc - first, argv + first);

	if (status == VERB_MISUSED)
		return misuse(verb);
	return status == VERB_FAILED ? verb->failure : status;
}

/* What stands where a verb should. */
static int
misuse_verb(const char *word)
{
	if (word != NULL)
		fprintf(stderr, "checkctl: there is no verb \"%s\"\n", word);
	fputs("usage: checkctl [OPTION...] VERB [OPTION...] [ARGUMENT...]\n"
	      "checkctl --help tells the verbs.\n",
		stderr);
	return FAILURE_UNKNOWN;
}

int
main(int argc, char **argv)
{
	struct options options;

	options_init(&options);
	int first = options_parse(&options, OPTIONS_COMMON OPTIONS_FIRST, false, argc, argv);
	if (first < 0)
		return misuse_verb(NULL);
	if (options.is_version) {
		puts("checkctl " CHECKD_VERSION);
		return EXIT_SUCCESS;
	}
	const struct verb *verb = first < argc ? find_verb(argv[first]) : NULL;

	if (verb != NULL)
		return run(verb, &options, argc - first, argv + first);
	if (!options.is_help)
		return misuse_verb(argv[first]);
	print_usage();
	return EXIT_SUCCESS;
}
