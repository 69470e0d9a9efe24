/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"
#include "width.h"

#define GAP 2 /* between columns */

struct row {
	enum output_style style;
	char **texts; /* owned */
};

struct table {
	const struct table_column *columns;
	size_t column_count;
	struct row *rows;
	size_t row_count;
	size_t row_size;
};

struct table *
table_new(const struct table_column *columns, size_t column_count)
{
	struct table *table = xcalloc(1, sizeof(*table));

	table->columns = columns;
	table->column_count = column_count;
	return table;
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	for (size_t i = 0; i < table->row_count; i++) {
		for (size_t column = 0; column < table->column_count; column++)
			free(table->rows[i].texts[column]);
		free(table->rows[i].texts);
	}
	free(table->rows);
	free(table);
}

void
table_add(struct table *table, enum output_style style, char *const *texts)
{
	if (table->row_count == table->row_size) {
		table->row_size = table->row_size * 2 + 16;
		table->rows = xreallocarray(table->rows, table->row_size, sizeof(*table->rows));
	}
	struct row *row = &table->rows[table->row_count++];

	row->style = style;
	row->texts = xcalloc(table->column_count, sizeof(*row->texts));
	memcpy(row->texts, texts, table->column_count * sizeof(*row->texts));
}

static bool
is_shown(const struct table *table, const struct output *output, size_t column)
{
	return output->width == 0 || table->columns[column].needs <= output->width;
}

/* What the columns would take if there were no end to a line. */
static size_t
measure(const struct table *table, const struct output *output, size_t *widths)
{
	size_t total = 0;

	for (size_t column = 0; column < table->column_count; column++) {
		if (!is_shown(table, output, column))
			continue;
		widths[column] = strlen(table->columns[column].title);
		for (size_t i = 0; i < table->row_count; i++) {
			size_t width = width_of(table->rows[i].texts[column]);

			if (width > widths[column])
				widths[column] = width;
		}
		total += widths[column] + (column > 0 ? GAP : 0);
	}
	return total;
}

/* The last column gives way first, then the ones before it. */
static void
lay_out(const struct table *table, const struct output *output, size_t *widths)
{
	size_t total = measure(table, output, widths);

	if (output->width == 0)
		return;
	for (size_t column = table->column_count; column-- > 0 && total > output->width;) {
		size_t least = table->columns[column].least, excess = total - output->width;

		if (least == 0 || widths[column] <= least)
			continue;
		if (excess > widths[column] - least)
			excess = widths[column] - least;
		widths[column] -= excess;
		total -= excess;
	}
}

static size_t
last_shown(const struct table *table, const struct output *output)
{
	size_t column = table->column_count - 1;

	while (column > 0 && !is_shown(table, output, column))
		column--;
	return column;
}

/* A text at the end of a line is not filled up with blanks. */
static void
print_text(const struct output *output, const struct table_column *column, const char *text,
	size_t width, bool is_last)
{
	CLEANUP_FREE char *fit = width_fit(text, width, output->is_ascii);
	size_t taken = width_of(fit);
	int blanks = taken < width ? (int)(width - taken) : 0;

	if (column->is_right)
		fprintf(output->stream, "%*s%s", blanks, "", fit);
	else
		fprintf(output->stream, "%s%*s", fit, is_last ? 0 : blanks, "");
}

static void
print_row(const struct table *table, const struct output *output, const size_t *widths,
	enum output_style style, char *const *texts)
{
	bool is_whole = style == OUTPUT_DIM || style == OUTPUT_BOLD;
	size_t last = last_shown(table, output);

	fputs(output_begin(output, style), output->stream);
	for (size_t i = 0; i <= last; i++) {
		if (!is_shown(table, output, i))
			continue;
		if (i > 0 && (i < last || texts[i][0] != '\0'))
			fprintf(output->stream, "%*s", GAP, "");
		print_text(output, &table->columns[i], texts[i], widths[i], i == last);
		if (i == 0 && !is_whole)
			fputs(output_end(output, style), output->stream);
	}
	fprintf(output->stream, "%s\n", is_whole ? output_end(output, style) : "");
}

void
table_print(const struct table *table, const struct output *output)
{
	CLEANUP_FREE size_t *widths = xcalloc(table->column_count, sizeof(*widths));
	CLEANUP_FREE char **titles = xcalloc(table->column_count, sizeof(*titles));

	lay_out(table, output, widths);
	for (size_t i = 0; i < table->column_count; i++)
		titles[i] = (char *)(uintptr_t)table->columns[i].title;
	print_row(table, output, widths, OUTPUT_BOLD, titles);
	for (size_t i = 0; i < table->row_count; i++)
		print_row(table, output, widths, table->rows[i].style, table->rows[i].texts);
}
