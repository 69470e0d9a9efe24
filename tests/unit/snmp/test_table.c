/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CHECKD-MIB as data: each object's number, type and value, by GET and by GETNEXT, without
 * a master.
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

#define VERSION    "1.2.3"
#define AGE_NEVER  4294967295
#define ONLY_CHECK "disk"

/* What is expected of an object: its branch, number, type, and number or text. */
struct expectation {
	oid group; /* 1: a scalar, 2: a column */
	oid number;
	uint8_t type;
	long value;
	const char *text;
	size_t text_len; /* 0: that of text */
};

/* clang-format off */
static const struct expectation expected[] = {
	{1, 1, ASN_OCTET_STR, 0, VERSION, 0},
	{1, 2, ASN_UNSIGNED, 1700000002, NULL, 0},
	{1, 3, ASN_TIMETICKS, 12345, NULL, 0},
	{1, 4, ASN_COUNTER, 4000000004, NULL, 0},
	{1, 5, ASN_COUNTER, 5, NULL, 0},
	{1, 6, ASN_COUNTER, 6, NULL, 0},
	{1, 7, ASN_GAUGE, 7, NULL, 0},
	{1, 8, ASN_GAUGE, 8, NULL, 0},
	{1, 9, ASN_GAUGE, 9, NULL, 0},
	{1, 10, ASN_GAUGE, 10, NULL, 0},
	{1, 11, ASN_GAUGE, 11, NULL, 0},
	{1, 12, ASN_GAUGE, 1, NULL, 0},
	{1, 13, ASN_GAUGE, 0, NULL, 0},
	{1, 14, ASN_GAUGE, 0, NULL, 0},
	{1, 15, ASN_GAUGE, 0, NULL, 0},
	{1, 16, ASN_GAUGE, 0, NULL, 0},
	{1, 17, ASN_GAUGE, 1, NULL, 0},
	{1, 18, ASN_GAUGE, 0, NULL, 0},
	{1, 19, ASN_INTEGER, CHECK_STATE_CRITICAL, NULL, 0},
	{1, 20, ASN_UNSIGNED, 1700000020, NULL, 0},
	{1, 21, ASN_UNSIGNED, 1600000021, NULL, 0},
	{1, 23, ASN_UNSIGNED, 1700000023, NULL, 0},
	{1, 24, ASN_UNSIGNED, 24, NULL, 0},
	{1, 25, ASN_OCTET_STR, 0, "ok", 0},
	{2, 2, ASN_OCTET_STR, 0, ONLY_CHECK, 0},
	{2, 3, ASN_OCTET_STR, 0, "Root file system", 0},
	{2, 4, ASN_OCTET_STR, 0, "storage", 0},
	{2, 5, ASN_INTEGER, CHECK_TYPE_COMMAND, NULL, 0},
	{2, 6, ASN_INTEGER, CHECK_ADMIN_STATE_ENABLED, NULL, 0},
	{2, 7, ASN_INTEGER, CHECK_RUN_STATE_RUNNING, NULL, 0},
	{2, 8, ASN_INTEGER, CHECK_STATE_CRITICAL, NULL, 0},
	{2, 9, ASN_INTEGER, 2, NULL, 0},
	{2, 10, ASN_INTEGER, -1, NULL, 0},
	{2, 11, ASN_INTEGER, CHECK_OUTCOME_EXITED, NULL, 0},
	{2, 12, ASN_UNSIGNED, 0, NULL, 0},
	{2, 13, ASN_OCTET_STR, 0, "down", 0},
	{2, 14, ASN_OCTET_STR, 0, "DISK CRITICAL", 0},
	{2, 15, ASN_OCTET_STR, 0, "\x07\xe7\x0b\x0e\x16\x1c\x14\x00+\x00\x00", 11},
	{2, 16, ASN_UNSIGNED, SAMPLE_RAN_EPOCH, NULL, 0},
	{2, 17, ASN_GAUGE, 100, NULL, 0},
	{2, 18, ASN_GAUGE, 21, NULL, 0},
	{2, 19, ASN_GAUGE, 22, NULL, 0},
	{2, 20, ASN_OCTET_STR, 0, "\x07\xe7\x0b\x0e\x16\x0d\x14\x00+\x00\x00", 11},
	{2, 21, ASN_UNSIGNED, SAMPLE_CHANGE_EPOCH, NULL, 0},
	{2, 22, ASN_GAUGE, 1000, NULL, 0},
	{2, 23, ASN_COUNTER, 23, NULL, 0},
	{2, 24, ASN_COUNTER, 24, NULL, 0},
	{2, 25, ASN_COUNTER, 4000000025, NULL, 0},
	{2, 26, ASN_COUNTER, 26, NULL, 0},
	{2, 27, ASN_COUNTER, 27, NULL, 0},
	{2, 28, ASN_COUNTER, 28, NULL, 0},
	{2, 29, ASN_GAUGE, 29, NULL, 0},
	{2, 30, ASN_UNSIGNED, 30000, NULL, 0},
	{2, 31, ASN_UNSIGNED, 31000, NULL, 0},
	{2, 32, ASN_INTEGER, VALUE_FALSE, NULL, 0},
	{2, 34, ASN_UNSIGNED, 34, NULL, 0},
	{2, 35, ASN_UNSIGNED, 1600000035, NULL, 0},
	{2, 36, ASN_INTEGER, VALUE_FALSE, NULL, 0},
};
/* clang-format on */

static struct table *
empty_table(void)
{
	struct table *table = table_new(VERSION);
	struct wire_summary summary = {
		.start_epoch = 1700000002,
		.start_boot_ms = SAMPLE_NOW_MS - 123456,
		.runs = 4000000004,
		.timeouts = 5,
		.missed_runs = 6,
		.running = 7,
		.queued = 8,
		.lateness_last_ms = 9,
		.lateness_p99_ms = 10,
		.lateness_max_ms = 11,
		.table_last_change_epoch = 1700000020,
		.state_epoch = 1600000021,
		.config_loaded_epoch = 1700000023,
		.config_generation = 24,
		.config_result = xstrdup("ok"),
	};

	table_set_summary(table, &summary);
	return table;
}

static void
add(struct table *table, const char *name)
{
	struct wire_row row = sample_row(name);

	rows_put(table_rows(table), &row);
}

static struct mib_name
name_of(const struct expectation *expectation)
{
	oid scalar[] = {1, 1, expectation->number};
	oid column[] = {1, 2, 1, expectation->number};
	struct mib_name name;

	if (expectation->group == 1)
		mib_name_set(&name, scalar, ARRAY_LEN(scalar), NULL);
	else
		mib_name_set(&name, column, ARRAY_LEN(column), ONLY_CHECK);
	return name;
}

static void
assert_value(const struct value *value, const struct expectation *expectation)
{
	size_t len = expectation->text_len;

	assert_int_equal(value->type, expectation->type);
	if (expectation->text == NULL) {
		assert_int_equal(value->number, expectation->value);
		return;
	}
	assert_int_equal(value->len, len > 0 ? len : strlen(expectation->text));
	assert_memory_equal(value->octets, expectation->text, value->len);
}

static void
each_object_is_read_by_get(void **state)
{
	struct table *table = empty_table();

	(void)state;
	add(table, ONLY_CHECK);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		struct mib_name name = name_of(&expected[i]);
		struct value value;

		assert_int_equal(
			table_get(table, name.arcs, name.len, sample_now, &value), TABLE_FOUND);
		assert_value(&value, &expected[i]);
	}
	table_free(table);
}

static void
a_walk_by_get_next_finds_each_object_in_order_and_ends(void **state)
{
	struct table *table = empty_table();
	struct mib_name at = {.len = 0}, next;
	struct value value;

	(void)state;
	add(table, ONLY_CHECK);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		struct mib_name name = name_of(&expected[i]);

		assert_true(table_get_next(
			table, at.arcs, at.len, false, sample_now, &next, &value));
		assert_int_equal(next.len, name.len);
		assert_memory_equal(next.arcs, name.arcs, name.len * sizeof(oid));
		assert_value(&value, &expected[i]);
		at = next;
	}
	assert_false(table_get_next(table, at.arcs, at.len, false, sample_now, &next, &value));
	table_free(table);
}

static void
an_empty_table_leaves_the_scalars(void **state)
{
	struct table *table = empty_table();
	struct mib_name at = {.len = 0};
	struct value value;
	size_t count = 0;

	(void)state;
	while (table_get_next(table, at.arcs, at.len, false, sample_now, &at, &value))
		count++;
	assert_int_equal(count, 24);
	table_free(table);
}

static void
a_walk_visits_every_row_of_a_column_before_the_next(void **state)
{
	static const oid names[] = {1, 2, 1, 2};
	static const oid descriptions[] = {1, 2, 1, 3};
	struct table *table = empty_table();
	struct mib_name at, name;
	struct value value;

	(void)state;
	add(table, "bb");
	add(table, "aa");
	mib_name_set(&at, names, ARRAY_LEN(names), "aa");
	assert_true(table_get_next(table, at.arcs, at.len, false, sample_now, &at, &value));
	mib_name_set(&name, names, ARRAY_LEN(names), "bb");
	assert_memory_equal(at.arcs, name.arcs, name.len * sizeof(oid));
	assert_true(table_get_next(table, at.arcs, at.len, false, sample_now, &at, &value));
	mib_name_set(&name, descriptions, ARRAY_LEN(descriptions), "aa");
	assert_memory_equal(at.arcs, name.arcs, name.len * sizeof(oid));
	table_free(table);
}

static void
an_inclusive_search_finds_the_name_itself(void **state)
{
	struct table *table = empty_table();

	(void)state;
	add(table, ONLY_CHECK);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		struct mib_name name = name_of(&expected[i]), found;
		struct value value;

		assert_true(table_get_next(
			table, name.arcs, name.len, true, sample_now, &found, &value));
		assert_int_equal(found.len, name.len);
		assert_memory_equal(found.arcs, name.arcs, name.len * sizeof(oid));
	}
	table_free(table);
}

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
		oid below[8];
		size_t len;
		enum table_result result;
	} cases[] = {
		{{0}, 0, TABLE_NO_OBJECT}, {{0, 1}, 2, TABLE_NO_OBJECT}, /* a notification */
		{{1, 1}, 2, TABLE_NO_OBJECT},
		{{1, 1, 22, 0}, 4, TABLE_NO_OBJECT}, /* kept for later */
		{{1, 1, 1}, 3, TABLE_NO_INSTANCE}, {{1, 1, 1, 1}, 4, TABLE_NO_INSTANCE},
		{{1, 1, 1, 0, 0}, 5, TABLE_NO_INSTANCE},
		{{1, 2, 1, 1, 2, 'a', 'a'}, 7, TABLE_NO_OBJECT}, /* the key */
		{{1, 2, 1, 33, 2, 'a', 'a'}, 7, TABLE_NO_OBJECT},
		{{1, 2, 1, 2}, 4, TABLE_NO_INSTANCE},
		{{1, 2, 1, 2, 2, 'a'}, 6, TABLE_NO_INSTANCE},
		{{1, 2, 1, 2, 2, 'a', 'a'}, 7, TABLE_FOUND},
		{{1, 2, 1, 2, 2, 'a', 'b'}, 7, TABLE_NO_INSTANCE},
		{{1, 2, 1, 2, 2, 'a', 'a' + 256}, 7, TABLE_NO_INSTANCE},
		{{1, 2, 1, 2, 3, 'a', 'a'}, 7, TABLE_NO_INSTANCE},
		{{1, 2, 1, 2, 4294967295, 'a', 'a'}, 7, TABLE_NO_INSTANCE},
		{{1, 6, 10, 0}, 4, TABLE_NO_OBJECT}, /* for notifications only */
	};
	struct table *table = empty_table();

	(void)state;
	add(table, "aa");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_get(table, cases[i].below, cases[i].len, cases[i].result);
	table_free(table);
}

static void
names_outside_the_subtree_lead_into_it_or_out_of_it(void **state)
{
	struct table *table = empty_table();
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
	struct table *table = empty_table();
	struct mib_name name;
	struct value value;

	(void)state;
	add(table, "a1");
	add(table, SAMPLE_NAME_60);
	mib_name_set(&name, column, ARRAY_LEN(column), "a1");
	assert_int_equal(
		table_get(table, name.arcs, name.len, sample_now, &value), TABLE_FOUND);
	mib_name_set(&name, column, ARRAY_LEN(column), SAMPLE_NAME_60);
	assert_int_equal(
		table_get(table, name.arcs, name.len, sample_now, &value), TABLE_FOUND);
	assert_int_equal(value.len, 60);
	assert_false(
		table_get_next(table, name.arcs, name.len, false, sample_now, &name, &value) &&
		name.arcs[mib_root_len + 3] == 2);
	table_free(table);
}

static void
a_check_that_never_ran_shows_no_time(void **state)
{
	static const struct expectation never[] = {
		{2, 15, ASN_OCTET_STR, 0, "\0\0\0\0\0\0\0\0\0\0\0", 11},
		{2, 16, ASN_UNSIGNED, 0, NULL, 0},
		{2, 17, ASN_GAUGE, AGE_NEVER, NULL, 0},
		{2, 20, ASN_OCTET_STR, 0, "\0\0\0\0\0\0\0\0\0\0\0", 11},
		{2, 21, ASN_UNSIGNED, 0, NULL, 0},
		{2, 22, ASN_GAUGE, AGE_NEVER, NULL, 0},
	};
	struct table *table = empty_table();
	struct wire_row row = sample_row(ONLY_CHECK);

	(void)state;
	row.last_ran_epoch = 0;
	row.last_change_epoch = 0;
	rows_put(table_rows(table), &row);
	for (size_t i = 0; i < ARRAY_LEN(never); i++) {
		struct mib_name name = name_of(&never[i]);
		struct value value;

		table_get(table, name.arcs, name.len, sample_now, &value);
		assert_value(&value, &never[i]);
	}
	table_free(table);
}

static void
an_age_is_never_below_zero(void **state)
{
	(void)state;
	assert_int_equal(
		value_age((struct boottime){.ms = 9000}, (struct boottime){.ms = 1}), 0);
	assert_int_equal(
		value_age((struct boottime){.ms = 1}, (struct boottime){.ms = 1999}), 1);
	assert_int_equal(value_age((struct boottime){.ms = INT64_C(-5000000000000)},
				 (struct boottime){.ms = 0}),
		AGE_NEVER - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_object_is_read_by_get),
		cmocka_unit_test(a_walk_by_get_next_finds_each_object_in_order_and_ends),
		cmocka_unit_test(an_empty_table_leaves_the_scalars),
		cmocka_unit_test(a_walk_visits_every_row_of_a_column_before_the_next),
		cmocka_unit_test(an_inclusive_search_finds_the_name_itself),
		cmocka_unit_test(what_is_not_there_is_no_object_or_no_instance),
		cmocka_unit_test(names_outside_the_subtree_lead_into_it_or_out_of_it),
		cmocka_unit_test(names_of_2_and_60_characters_have_rows),
		cmocka_unit_test(a_check_that_never_ran_shows_no_time),
		cmocka_unit_test(an_age_is_never_below_zero),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
