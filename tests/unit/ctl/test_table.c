/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table is as wide as it needs to be, and never wider than the terminal.
 */
#include "table.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"
#include "width.h"

static const struct table_column columns[] = {
	{.title = "STATE"},
	{.title = "NAME", .least = 6},
	{.title = "RAN", .is_right = true, .needs = 40},
	{.title = "OUTPUT", .least = 8},
};

static void
add(struct table *table, enum output_style style, const char *state, const char *name,
	const char *ran, const char *output)
{
	char *texts[] = {xstrdup(state), xstrdup(name), xstrdup(ran), xstrdup(output)};

	table_add(table, style, texts);
}

/* What a table of two rows looks like on so wide a terminal; 0: on none. */
static char *
print(size_t width, bool is_coloured)
{
	struct table *table = table_new(columns, ARRAY_LEN(columns));
	char *text = NULL;
	size_t size;
	struct output output = {.width = width, .is_coloured = is_coloured};

	output.stream = open_memstream(&text, &size);
	assert_non_null(output.stream);
	add(table, OUTPUT_CRITICAL, "critical", "web-front-end", "5s", "connection refused");
	add(table, OUTPUT_DIM, "ok", "db", "120s", "");
	table_print(table, &output);
	table_free(table);
	fclose(output.stream);
	return text;
}

static void
expect(size_t width, bool is_coloured, const char *wanted)
{
	CLEANUP_FREE char *text = print(width, is_coloured);

	assert_string_equal(text, wanted);
}

static void
without_a_terminal_nothing_is_cut(void **state)
{
	(void)state;
	expect(0, false,
		"STATE     NAME            RAN  OUTPUT\n"
		"critical  web-front-end    5s  connection refused\n"
		"ok        db             120s\n");
}

static void
the_last_column_gives_way_first(void **state)
{
	(void)state;
	expect(44, false,
		"STATE     NAME            RAN  OUTPUT\n"
		"critical  web-front-end    5s  connection r\xe2\x80\xa6\n"
		"ok        db             120s\n");
}

static void
then_the_ones_before_it_do(void **state)
{
	(void)state;
	expect(40, false,
		"STATE     NAME            RAN  OUTPUT\n"
		"critical  web-front-end    5s  connecti\xe2\x80\xa6\n"
		"ok        db             120s\n");
}

static void
a_narrow_terminal_has_fewer_columns(void **state)
{
	(void)state;
	expect(28, false,
		"STATE     NAME      OUTPUT\n"
		"critical  web-fro\xe2\x80\xa6  connect\xe2\x80\xa6\n"
		"ok        db      \n");
}

static void
no_line_is_wider_than_a_terminal_that_is_wide_enough(void **state)
{
	(void)state;
	for (size_t width = 26; width < 80; width++) {
		CLEANUP_FREE char *text = print(width, false);

		for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
			assert_true(width_of(line) <= width);
	}
}

static void
the_state_has_a_colour_and_a_dim_row_is_dim_as_a_whole(void **state)
{
	(void)state;
	expect(0, true,
		"\033[1mSTATE     NAME            RAN  OUTPUT\033[0m\n"
		"\033[1;31mcritical\033[0m  web-front-end    5s  connection refused\n"
		"\033[2mok        db             120s\033[0m\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_terminal_nothing_is_cut),
		cmocka_unit_test(the_last_column_gives_way_first),
		cmocka_unit_test(then_the_ones_before_it_do),
		cmocka_unit_test(a_narrow_terminal_has_fewer_columns),
		cmocka_unit_test(no_line_is_wider_than_a_terminal_that_is_wide_enough),
		cmocka_unit_test(the_state_has_a_colour_and_a_dim_row_is_dim_as_a_whole),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("ctl_table", tests, NULL, NULL);
}
