/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where answers go: a terminal with its size and colours, or a file or pipe that has none. What
 * comes from checkd is cleaned again on its way, so that nothing in it commands the terminal.
 */
#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "options.h"

enum output_style {
	OUTPUT_PLAIN,
	OUTPUT_BOLD,
	OUTPUT_DIM,
	OUTPUT_OK,
	OUTPUT_PENDING,
	OUTPUT_WARNING,
	OUTPUT_UNKNOWN,
	OUTPUT_CRITICAL,
};

struct output {
	FILE *stream; /* borrowed */
	bool is_terminal;
	bool is_coloured;
	bool is_ascii; /* no other characters are shown */
	size_t width;  /* columns; 0: there is no end to a line */
	size_t height; /* lines; 0: there is no end */
};

/* Standard output. Sets the locale, too, by which characters have their widths. */
struct output output_open(const struct options *options);

/* The size that the terminal has now. */
void output_measure(struct output *output);

/* One line of any text as it may be shown; NULL is "". To be freed. */
char *output_clean(const struct output *output, const char *text);

/* Escape sequences around text of a style; "" where there are no colours. */
const char *output_begin(const struct output *output, enum output_style style);
const char *output_end(const struct output *output, enum output_style style);

/* The style of a state by its name. */
enum output_style output_style_of(const char *state);

/* Writes an object on a line of its own. */
void output_json(const struct output *output, const json_t *object);

#endif
