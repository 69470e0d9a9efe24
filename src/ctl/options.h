/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of checkctl(1), as one const table. Those for every verb may stand before the
 * verb and behind it.
 */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum options_colour {
	OPTIONS_COLOUR_AUTO, /* on a terminal, unless NO_COLOR is set */
	OPTIONS_COLOUR_ALWAYS,
	OPTIONS_COLOUR_NEVER,
};

/* Texts are borrowed from the command line and the environment. */
struct options {
	const char *socket;
	bool is_json;
	bool is_help;
	bool is_version;
	enum options_colour colour;
	int64_t patience_ms; /* with checkd, until an answer comes */

	bool is_all;
	bool is_follow;
	bool is_plugin;
	bool is_stale;
	bool is_watch;
	bool is_no_wait;
	bool is_of_groups;
	const char *group;  /* NULL: any */
	const char *states; /* as the control protocol has them; NULL: any */
	const char *since;  /* a number or a duration; NULL: none */
	int64_t count;      /* -1: as the verb likes */
	int64_t watch_ms;
};

/* The letters of options that every verb takes, and of those that stand before a verb only. */
#define OPTIONS_COMMON "chjsT"
#define OPTIONS_FIRST  "V"

/* Those that nobody gave. */
void options_init(struct options *options);

/*
 * Takes the options at the head of argv[1..argc), or, where it may permute them, all of them.
 * `letters` says which there are, by their letters. Returns the index of what follows, or
 * -EINVAL having told what is wrong.
 */
int options_parse(
	struct options *options, const char *letters, bool may_permute, int argc, char **argv);

/* Writes a line for each of the options that have these letters. */
void options_print(const char *letters, FILE *stream);

#endif
