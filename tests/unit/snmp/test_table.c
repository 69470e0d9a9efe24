/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search in the objects of CHECKD-MIB and in the rows of its tables, by exact names, by
 * names that are none, and across the borders of groups; what is read is test_objects.c's.
 */
#include "table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sample.h"
#include "util.h"

/* The page of the check aa. */
#define AA_PAGE 36

static void
assert_get(struct table *table, const oid *below, size_t len, enum table_result result)
{
	struct mib_name name;
	struct value value;

	memcpy(name.arcs, mib_root, mib_root_len * sizeof(oid));
	memcpy(name.arcs + mib_root_len, below, len * sizeof(oid));
	assert_int_equal(
		table_get(table, name.arcs, mib_root_len + len, sample_now, &value), result);
}

static void
what_is_not_there_is_no_object_or_no_instance(void **state)
{
	static const struct {
		oid below[12];
		size_t len;
		enum table_result result;
	} cases[] = {
		{{0}, 0, TABLE_NO_OBJECT},
		{{0, 1}, 2, TABLE_NO_OBJECT}, /* a notification */
		{{1, 1}, 2, TABLE_NO_OBJECT},
		{{1, 1, 27, 0}, 4, TABLE_NO_OBJECT},
		{{1, 1, 1}, 3, TABLE_NO_INSTANCE},
		{{1, 1, 1, 1}, 4, TABLE_NO_INSTANCE},
		{{1, 1, 1, 0, 0}, 5, TABLE_NO_INSTANCE},
		{{1, 2, 1, 1, 2, 'a', 'a'}, 7, TABLE_NO_OBJECT}, /* the key */
		{{1, 2, 1, 39, 2, 'a', 'a'}, 7, TABLE_NO_OBJECT},
		{{1, 2, 1, 2}, 4, TABLE_NO_INSTANCE},
		{{1, 2, 1, 2, 2, 'a'}, 6, TABLE_NO_INSTANCE},
		{{1, 2, 1, 2, 2, 'a', 'a'}, 7, TABLE_FOUND},
		{{1, 2, 1, 2, 2, 'a', 'b'}, 7, TABLE_NO_INSTANCE},
		{{1, 2, 1, 2, 2, 'a', 'a' + 256}, 7, TABLE_NO_INSTANCE},
		{{1, 2, 1, 2, 3, 'a', 'a'}, 7, TABLE_NO_INSTANCE},
		{{1, 2, 1, 2, 4294967295, 'a', 'a'}, 7, TABLE_NO_INSTANCE},
		{{1, 3, 1, 1, 2, 'g', 'g'}, 7, TABLE_NO_OBJECT},
		{{1, 3, 1, 2, 2, 'g', 'g'}, 7, TABLE_FOUND},
		{{1, 3, 1, 2, 2, 'a', 'a'}, 7, TABLE_NO_INSTANCE},
		{{1, 3, 1, 2, 1, 'g'}, 6, TABLE_NO_INSTANCE},
		{{1, 3, 1, 11, 2, 'g', 'g'}, 7, TABLE_NO_OBJECT},
		{{1, 4, 1, 1, 4, 'a', 'a', '|', 'm'}, 9, TABLE_NO_OBJECT},
		{{1, 4, 1, 4, 4, 'a', 'a', '|', 'm'}, 9, TABLE_FOUND},
		{{1, 4, 1, 4, 4, 'a', 'a', '|', 'n'}, 9, TABLE_NO_INSTANCE},
		{{1, 4, 1, 4, 0}, 5, TABLE_NO_INSTANCE},
		{{1, 4, 1, 10, 4, 'a', 'a', '|', 'm'}, 9, TABLE_NO_OBJECT},
		{{1, 5, 1, 1, 7}, 5, TABLE_NO_OBJECT}, /* the index */
		{{1, 5, 1, 18, 7}, 5, TABLE_NO_OBJECT},
		{{1, 5, 1, 2}, 4, TABLE_NO_INSTANCE},
		{{1, 5, 1, 2, 7}, 5, TABLE_FOUND},
		{{1, 5, 1, 2, 6}, 5, TABLE_NO_INSTANCE},
		{{1, 5, 1, 2, 7, 0}, 6, TABLE_NO_INSTANCE},
		{{1, 5, 1, 2, 4294967303}, 5, TABLE_NO_INSTANCE}, /* 2^32 + 7 */
		{{1, 6, 9, 0}, 4, TABLE_FOUND},
		{{1, 6, 9, 1}, 4, TABLE_NO_INSTANCE},
		{{1, 6, 10, 0}, 4, TABLE_NO_OBJECT}, /* for notifications only */
		{{1, 6, 12, 0}, 4, TABLE_NO_OBJECT},
		{{1, 6, 13, 0}, 4, TABLE_NO_OBJECT},
		{{1, 7, 1, 1, AA_PAGE}, 5, TABLE_NO_OBJECT}, /* the index */
		{{1, 7, 1, 3, AA_PAGE}, 5, TABLE_FOUND},
		{{1, 7, 1, 3, AA_PAGE + 1}, 5, TABLE_NO_INSTANCE},
		{{1, 7, 1, 3, AA_PAGE + 64}, 5, TABLE_NO_INSTANCE},
		{{1, 7, 1, 3, AA_PAGE, 0}, 6, TABLE_NO_INSTANCE},
		{{1, 7, 1, 3, 4294967296 + AA_PAGE}, 5, TABLE_NO_INSTANCE},
		{{1, 7, 1, 4, AA_PAGE}, 5, TABLE_NO_OBJECT},
	};
	struct table *table = sample_table();

	(void)state;
	sample_table_add_measured(table, "aa", "gg", "m=1");
	sample_table_add_event(table, 7);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_get(table, cases[i].below, cases[i].len, cases[i].result);
	table_free(table);
}

static void
a_walk_visits_every_row_of_a_column_before_the_next(void **state)
{
	static const oid names[] = {1, 2, 1, 2};
	static const oid descriptions[] = {1, 2, 1, 3};
	struct table *table = sample_table();
	struct mib_name at, name;
	struct value value;

	(void)state;
	sample_table_add_check(table, "bb");
	sample_table_add_measured(table, "aa", "gg", "m=1");
	mib_name_set(&at, names, ARRAY_LEN(names), "aa");
	assert_true(table_get_next(table, at.arcs, at.len, false, sample_now, &at, &value));
	mib_name_set(&name, names, ARRAY_LEN(names), "bb");
	assert_memory_equal(at.arcs, name.arcs, name.len * sizeof(oid));
	assert_true(table_get_next(table, at.arcs, at.len, false, sample_now, &at, &value));
	mib_name_set(&name, descriptions, ARRAY_LEN(descriptions), "aa");
	assert_memory_equal(at.arcs, name.arcs, name.len * sizeof(oid));
	table_free(table);
}

/* What follows a name of these arcs below the root. */
static void
assert_next(struct table *table, const oid *below, size_t len, bool is_inclusive,
	const oid *expected, size_t expected_len)
{
	struct mib_name name, found;
	struct value value;

	mib_name_begin(&name, below, len);
	assert_true(table_get_next(
		table, name.arcs, name.len, is_inclusive, sample_now, &found, &value));
	assert_int_equal(found.len, mib_root_len + expected_len);
	assert_memory_equal(found.arcs + mib_root_len, expected, expected_len * sizeof(oid));
}

static void
what_is_between_two_objects_leads_to_the_next(void **state)
{
	static const struct {
		oid below[12];
		size_t len;
		oid expected[12];
		size_t expected_len;
	} cases[] = {
		{{0}, 0, {1, 1, 1, 0}, 4},
		{{1}, 1, {1, 1, 1, 0}, 4},
		{{1, 1, 26, 0}, 4, {1, 2, 1, 2, 2, 'a', 'a'}, 7},
		{{1, 2}, 2, {1, 2, 1, 2, 2, 'a', 'a'}, 7},
		{{1, 2, 1, 1, 2, 'z', 'z'}, 7, {1, 2, 1, 2, 2, 'a', 'a'}, 7},
		{{1, 2, 1, 38, 2, 'a', 'a'}, 7, {1, 3, 1, 2, 2, 'g', 'g'}, 7},
		{{1, 2, 1, 38, 4294967295}, 5, {1, 3, 1, 2, 2, 'g', 'g'}, 7},
		{{1, 3, 1, 2, 2, 'g', 'g'}, 7, {1, 3, 1, 3, 2, 'g', 'g'}, 7},
		{{1, 3, 1, 10, 2, 'g', 'g'}, 7, {1, 4, 1, 2, 4, 'a', 'a', '|', 'm'}, 9},
		{{1, 4, 1, 9, 4, 'a', 'a', '|', 'm'}, 9, {1, 5, 1, 2, 7}, 5},
		{{1, 5, 1, 1, 9}, 5, {1, 5, 1, 2, 7}, 5},
		{{1, 5, 1, 2, 7}, 5, {1, 5, 1, 2, 9}, 5},
		{{1, 5, 1, 2, 7, 0}, 6, {1, 5, 1, 2, 9}, 5},
		{{1, 5, 1, 2, 8}, 5, {1, 5, 1, 2, 9}, 5},
		{{1, 5, 1, 2, 9}, 5, {1, 5, 1, 3, 7}, 5},
		{{1, 5, 1, 2, 4294967295}, 5, {1, 5, 1, 3, 7}, 5},
		{{1, 5, 1, 17, 9}, 5, {1, 6, 1, 0}, 4},
		{{1, 5, 2}, 3, {1, 6, 1, 0}, 4},
		{{1, 6, 1}, 3, {1, 6, 1, 0}, 4},
		{{1, 6, 1, 0}, 4, {1, 6, 2, 0}, 4},
		{{1, 6, 9, 0}, 4, {1, 7, 1, 2, AA_PAGE}, 5},
		{{1, 7, 1, 1, 63}, 5, {1, 7, 1, 2, AA_PAGE}, 5},
		{{1, 7, 1, 2, AA_PAGE}, 5, {1, 7, 1, 3, AA_PAGE}, 5},
		{{1, 7, 1, 2, AA_PAGE - 1, 7}, 6, {1, 7, 1, 2, AA_PAGE}, 5},
		{{1, 7, 1, 2, 4294967295}, 5, {1, 7, 1, 3, AA_PAGE}, 5},
	};
	struct table *table = sample_table();

	(void)state;
	sample_table_add_measured(table, "aa", "gg", "m=1");
	sample_table_add_event(table, 9);
	sample_table_add_event(table, 7);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_next(table, cases[i].below, cases[i].len, false, cases[i].expected,
			cases[i].expected_len);
	table_free(table);
}

static void
an_inclusive_search_goes_on_where_the_name_is_none(void **state)
{
	static const struct {
		oid below[12];
		size_t len;
		oid expected[12];
		size_t expected_len;
	} cases[] = {
		{{1, 5, 1, 2, 7}, 5, {1, 5, 1, 2, 7}, 5},
		{{1, 5, 1, 2, 7, 0}, 6, {1, 5, 1, 2, 9}, 5},
		{{1, 5, 1, 2, 8}, 5, {1, 5, 1, 2, 9}, 5},
		{{1, 5, 1, 2, 10}, 5, {1, 5, 1, 3, 7}, 5},
		{{1, 5, 1, 17, 10}, 5, {1, 6, 1, 0}, 4},
		{{1, 1, 26, 0, 0}, 5, {1, 5, 1, 2, 7}, 5},
		{{1, 6, 8, 1}, 4, {1, 6, 9, 0}, 4},
	};
	struct table *table = sample_table();

	(void)state;
	sample_table_add_event(table, 7);
	sample_table_add_event(table, 9);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_next(table, cases[i].below, cases[i].len, true, cases[i].expected,
			cases[i].expected_len);
	table_free(table);
}

static void
the_end_is_behind_the_last_scalar(void **state)
{
	static const oid ends[][4] = {{1, 6, 9, 0}, {1, 6, 10, 0}, {1, 7, 1, 1}, {2, 1, 1, 1}};
	struct table *table = sample_table();
	struct mib_name name, found;
	struct value value;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		mib_name_begin(&name, ends[i], ARRAY_LEN(ends[i]));
		assert_false(table_get_next(
			table, name.arcs, name.len, false, sample_now, &found, &value));
	}
	table_free(table);
}

static void
names_outside_the_subtree_lead_into_it_or_out_of_it(void **state)
{
	struct table *table = sample_table();
	struct mib_name found;
	struct value value;
	oid before[] = {1, 3, 6, 1, 2, 1};
	oid after[] = {1, 3, 6, 2};

	(void)state;
	assert_true(table_get_next(
		table, before, ARRAY_LEN(before), false, sample_now, &found, &value));
	assert_true(table_get_next(table, mib_root, 3, false, sample_now, &found, &value));
	assert_false(table_get_next(
		table, after, ARRAY_LEN(after), true, sample_now, &found, &value));
	assert_int_equal(table_get(table, before, ARRAY_LEN(before), sample_now, &value),
		TABLE_NO_OBJECT);
	table_free(table);
}

static void
names_of_2_and_60_characters_have_rows(void **state)
{
	static const oid column[] = {1, 2, 1, 2};
	struct table *table = sample_table();
	struct mib_name name;
	struct value value;

	(void)state;
	sample_table_add_check(table, "a1");
	sample_table_add_check(table, SAMPLE_NAME_60);
	mib_name_set(&name, column, ARRAY_LEN(column), "a1");
	assert_int_equal(
		table_get(table, name.arcs, name.len, sample_now, &value), TABLE_FOUND);
	mib_name_set(&name, column, ARRAY_LEN(column), SAMPLE_NAME_60);
	assert_int_equal(
		table_get(table, name.arcs, name.len, sample_now, &value), TABLE_FOUND);
	assert_int_equal(value.len, 60);
	assert_true(
		table_get_next(table, name.arcs, name.len, false, sample_now, &name, &value));
	assert_int_equal(name.arcs[mib_root_len + 3], 3);
	table_free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_there_is_no_object_or_no_instance),
		cmocka_unit_test(a_walk_visits_every_row_of_a_column_before_the_next),
		cmocka_unit_test(what_is_between_two_objects_leads_to_the_next),
		cmocka_unit_test(an_inclusive_search_goes_on_where_the_name_is_none),
		cmocka_unit_test(the_end_is_behind_the_last_scalar),
		cmocka_unit_test(names_outside_the_subtree_lead_into_it_or_out_of_it),
		cmocka_unit_test(names_of_2_and_60_characters_have_rows),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
