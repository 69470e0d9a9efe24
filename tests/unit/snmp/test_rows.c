/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The publisher's rows: found by name, walked in the order of their index, counted.
 */
#include "rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "row_time.h"
#include "sample.h"
#include "util.h"

static void
put_state(struct rows *rows, const char *name, enum check_state state,
	enum check_admin_state admin_state)
{
	struct wire_row row = sample_row(name);

	row.state = state;
	row.admin_state = admin_state;
	rows_put(rows, &row);
}

static void
put(struct rows *rows, const char *name)
{
	put_state(rows, name, CHECK_STATE_OK, CHECK_ADMIN_STATE_ENABLED);
}

static size_t
count_stale(struct rows *rows, struct boottime now)
{
	rows_count_stale(rows, now);
	return rows_tally(rows)->stale;
}

static const struct wire_row *
find(const struct rows *rows, const char *name)
{
	return rows_find(rows, name, strlen(name));
}

static void
rows_are_walked_by_length_then_octets(void **state)
{
	static const char *const expected[] = {
		"Zz", "aa", "ab", "a-1", "bbb", "a.b/c", SAMPLE_NAME_60};
	struct rows *rows = rows_new();
	oid index[64] = {0};
	size_t len = 0;

	(void)state;
	put(rows, SAMPLE_NAME_60);
	put(rows, "bbb");
	put(rows, "ab");
	put(rows, "a.b/c");
	put(rows, "Zz");
	put(rows, "a-1");
	put(rows, "aa");
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		const struct wire_row *row = rows_next(rows, index, len, false);

		assert_non_null(row);
		assert_string_equal(row->name, expected[i]);
		index[0] = strlen(row->name);
		for (len = 1; len <= index[0]; len++)
			index[len] = (unsigned char)row->name[len - 1];
	}
	assert_null(rows_next(rows, index, len, false));
	assert_string_equal(rows_next(rows, index, len, true)->name, SAMPLE_NAME_60);
	rows_free(rows);
}

static void
a_partial_or_foreign_index_finds_the_row_after_it(void **state)
{
	static const struct {
		oid index[4];
		size_t len;
		const char *expected;
	} cases[] = {
		{{0}, 0, "aa"},
		{{0}, 1, "aa"},
		{{2}, 1, "aa"},
		{{2, 'a'}, 2, "aa"},
		{{2, 'a', 'a'}, 3, "cc"},
		{{2, 'a', 'a', 0}, 4, "cc"},
		{{2, 'b', 4000000000}, 3, "cc"},
		{{2, 'c', 'c'}, 3, "bbb"},
		{{2, 256}, 2, "bbb"},
		{{3, 'b', 'b'}, 3, "bbb"},
		{{4}, 1, NULL},
		{{4294967295}, 1, NULL},
	};
	struct rows *rows = rows_new();

	(void)state;
	put(rows, "aa");
	put(rows, "bbb");
	put(rows, "cc");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct wire_row *row =
			rows_next(rows, cases[i].index, cases[i].len, false);

		if (cases[i].expected == NULL)
			assert_null(row);
		else
			assert_string_equal(row->name, cases[i].expected);
	}
	rows_free(rows);
}

static void
nothing_is_found_where_there_are_no_rows(void **state)
{
	struct rows *rows = rows_new();

	(void)state;
	assert_null(rows_next(rows, NULL, 0, true));
	assert_null(find(rows, "aa"));
	assert_int_equal(rows_count(rows), 0);
	rows_free(rows);
}

static void
a_row_put_again_is_replaced_in_place(void **state)
{
	struct rows *rows = rows_new();
	struct wire_row row = sample_row("aa");

	(void)state;
	put(rows, "aa");
	row.last_status = 77;
	rows_put(rows, &row);
	assert_null(row.name);
	assert_int_equal(rows_count(rows), 1);
	assert_int_equal(find(rows, "aa")->last_status, 77);
	assert_int_equal(rows_tally(rows)->states[CHECK_STATE_OK], 0);
	assert_int_equal(rows_tally(rows)->states[CHECK_STATE_CRITICAL], 1);
	rows_free(rows);
}

static void
a_removed_row_is_gone_from_names_walks_and_counts(void **state)
{
	struct rows *rows = rows_new();

	(void)state;
	put(rows, "aa");
	put(rows, "bb");
	assert_string_equal(rows_next(rows, NULL, 0, false)->name, "aa");
	rows_remove(rows, "aa");
	rows_remove(rows, "never-there");
	assert_null(find(rows, "aa"));
	assert_string_equal(rows_next(rows, NULL, 0, false)->name, "bb");
	assert_int_equal(rows_tally(rows)->states[CHECK_STATE_OK], 1);
	rows_free(rows);
}

static void
disabled_checks_are_rows_but_count_in_no_state(void **state)
{
	struct rows *rows = rows_new();

	(void)state;
	put_state(rows, "aa", CHECK_STATE_CRITICAL, CHECK_ADMIN_STATE_DISABLED);
	assert_int_equal(rows_count(rows), 1);
	assert_int_equal(rows_tally(rows)->states[CHECK_STATE_CRITICAL], 0);
	assert_int_equal(tally_worst_state(rows_tally(rows)), CHECK_STATE_PENDING);
	put_state(rows, "bb", CHECK_STATE_WARNING, CHECK_ADMIN_STATE_ENABLED);
	assert_int_equal(tally_worst_state(rows_tally(rows)), CHECK_STATE_WARNING);
	put_state(rows, "aa", CHECK_STATE_CRITICAL, CHECK_ADMIN_STATE_ENABLED);
	assert_int_equal(tally_worst_state(rows_tally(rows)), CHECK_STATE_CRITICAL);
	rows_free(rows);
}

static void
a_row_is_stale_once_its_time_has_passed_unless_it_is_disabled(void **state)
{
	struct wire_row row = sample_row("aa");
	struct boottime last_fresh = {
		.ms = row.fresh_since_boot_ms + (int64_t)row.fresh_ms - 1};
	struct boottime first_stale = {.ms = last_fresh.ms + 1};

	(void)state;
	assert_false(wire_row_is_stale(&row, last_fresh));
	assert_true(wire_row_is_stale(&row, first_stale));
	assert_false(wire_row_is_stale(&row, (struct boottime){.ms = 1}));
	row.is_stale = 1;
	assert_true(wire_row_is_stale(&row, last_fresh));
	row.admin_state = CHECK_ADMIN_STATE_DISABLED;
	assert_false(wire_row_is_stale(&row, first_stale));
	wire_row_deinit(&row);
}

static void
stale_rows_are_counted_anew_after_a_second(void **state)
{
	struct rows *rows = rows_new();
	struct wire_row row = sample_row("aa");
	struct boottime now = {.ms = SAMPLE_NOW_MS};

	(void)state;
	row.fresh_ms = 1;
	rows_put(rows, &row);
	assert_int_equal(count_stale(rows, now), 1);
	rows_remove(rows, "aa");
	now.ms += 1000;
	assert_int_equal(count_stale(rows, now), 0);
	rows_free(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_walked_by_length_then_octets),
		cmocka_unit_test(a_partial_or_foreign_index_finds_the_row_after_it),
		cmocka_unit_test(nothing_is_found_where_there_are_no_rows),
		cmocka_unit_test(a_row_put_again_is_replaced_in_place),
		cmocka_unit_test(a_removed_row_is_gone_from_names_walks_and_counts),
		cmocka_unit_test(disabled_checks_are_rows_but_count_in_no_state),
		cmocka_unit_test(a_row_is_stale_once_its_time_has_passed_unless_it_is_disabled),
		cmocka_unit_test(stale_rows_are_counted_anew_after_a_second),
	};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
