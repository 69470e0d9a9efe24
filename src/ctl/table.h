/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of texts in columns, as wide as a terminal or, where there is none, as they need. The
 * last column takes what is left of a line.
 */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stddef.h>

#include "output.h"

struct table_column {
	const char *title; /* in ASCII */
	size_t least;      /* the narrowest it may become; 0: it is shown whole */
	size_t needs;      /* it is left out of a terminal with fewer columns */
	bool is_right;     /* it is set at the right, as numbers are */
};

struct table;

/* The columns are borrowed. */
struct table *table_new(const struct table_column *columns, size_t column_count);
void table_free(struct table *table); /* NULL is fine */

/*
 * Adds a row of one text a column. The texts are taken, the array is not. The first of them has
 * the style; in a row that is dim all have.
 */
void table_add(struct table *table, enum output_style style, char *const *texts);

/* Writes the titles and the rows. */
void table_print(const struct table *table, const struct output *output);

#endif
