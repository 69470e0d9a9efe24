/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page of labels and values in groups, as `show` and `daemon` are.
 */
#ifndef CTL_PAGE_H
#define CTL_PAGE_H

#include <jansson.h>

#include "output.h"

/* The title of a group, behind an empty line. */
void page_title(const struct output *output, const char *title);

/* A line; the value is cleaned, and has the style. */
void page_field(const struct output *output, const char *label, enum output_style style,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Any value: a text or number, or a list or object with an item a line. */
void page_value(const struct output *output, const char *label, const json_t *value);

/* "13:45:48, 12s ago"; "never" of 0. To be freed. */
char *page_time(int64_t epoch, int64_t now);

#endif
