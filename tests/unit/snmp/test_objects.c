/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CHECKD-MIB as data: each object's number, type and value, by GET and by GETNEXT, without
 * a master.
 */
#include "objects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sample.h"
#include "table.h"
#include "util.h"

#define AGE_NEVER  4294967295
#define ONLY_CHECK "disk"
#define ONLY_GROUP "storage"
#define ONLY_KEY   ONLY_CHECK "|load"
#define ONLY_EVENT (((uint64_t)1000000 << 32) + 7) /* shown as 7 */
#define ONLY_PAGE  39                              /* of ONLY_CHECK, for all time */

/* What is expected of an object: its branch, number, type, and number or text. */
struct expectation {
	oid group; /* 1 and 6: a scalar; else a column: of ONLY_CHECK, ONLY_GROUP, ... */
	oid number;
	uint8_t type;
	long value;
	const char *text;
	size_t text_len; /* 0: that of text */
};

/* clang-format off */
static const struct expectation expected[] = {
	{1, 1, ASN_OCTET_STR, 0, SAMPLE_VERSION, 0},
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
	{1, 22, ASN_INTEGER, WIRE_STORE_BEHIND, NULL, 0},
	{1, 23, ASN_UNSIGNED, 1700000023, NULL, 0},
	{1, 24, ASN_UNSIGNED, 24, NULL, 0},
	{1, 25, ASN_OCTET_STR, 0, "ok", 0},
	{1, 26, ASN_GAUGE, 1, NULL, 0},
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
	{2, 33, ASN_INTEGER, VALUE_FALSE, NULL, 0},
	{2, 34, ASN_UNSIGNED, 34, NULL, 0},
	{2, 35, ASN_UNSIGNED, 1600000035, NULL, 0},
	{2, 36, ASN_INTEGER, VALUE_FALSE, NULL, 0},
	{2, 37, ASN_INTEGER, CHECK_SUPPRESSION_POLICY, NULL, 0},
	{2, 38, ASN_UNSIGNED, ONLY_PAGE, NULL, 0},
	{3, 2, ASN_OCTET_STR, 0, ONLY_GROUP, 0},
	{3, 3, ASN_GAUGE, 1, NULL, 0},
	{3, 4, ASN_INTEGER, CHECK_STATE_CRITICAL, NULL, 0},
	{3, 5, ASN_GAUGE, 0, NULL, 0},
	{3, 6, ASN_GAUGE, 0, NULL, 0},
	{3, 7, ASN_GAUGE, 0, NULL, 0},
	{3, 8, ASN_GAUGE, 0, NULL, 0},
	{3, 9, ASN_GAUGE, 1, NULL, 0},
	{3, 10, ASN_GAUGE, 0, NULL, 0},
	{4, 2, ASN_OCTET_STR, 0, ONLY_CHECK, 0},
	{4, 3, ASN_OCTET_STR, 0, "load", 0},
	{4, 4, ASN_OCTET_STR, 0, "1.5", 0},
	{4, 5, ASN_OCTET_STR, 0, "ms", 0},
	{4, 6, ASN_OCTET_STR, 0, "@2:3", 0},
	{4, 7, ASN_OCTET_STR, 0, "~:4", 0},
	{4, 8, ASN_OCTET_STR, 0, "-5", 0},
	{4, 9, ASN_OCTET_STR, 0, "60", 0},
	{5, 2, ASN_INTEGER, CHECK_EVENT_FAILED, NULL, 0},
	{5, 3, ASN_OCTET_STR, 0, ONLY_CHECK, 0},
	{5, 4, ASN_INTEGER, -1, NULL, 0},
	{5, 5, ASN_INTEGER, 2, NULL, 0},
	{5, 6, ASN_INTEGER, CHECK_OUTCOME_SIGNALED, NULL, 0},
	{5, 7, ASN_INTEGER, CHECK_OUTCOME_EXITED, NULL, 0},
	{5, 8, ASN_INTEGER, CHECK_STATE_OK, NULL, 0},
	{5, 9, ASN_INTEGER, CHECK_STATE_CRITICAL, NULL, 0},
	{5, 10, ASN_OCTET_STR, 0, "down", 0},
	{5, 11, ASN_OCTET_STR, 0, "DISK CRITICAL", 0},
	{5, 12, ASN_OCTET_STR, 0, "\x07\xe7\x0b\x0e\x16\x1c\x14\x00+\x00\x00", 11},
	{5, 13, ASN_UNSIGNED, SAMPLE_RAN_EPOCH, NULL, 0},
	{5, 14, ASN_UNSIGNED, 3600, NULL, 0},
	{5, 15, ASN_INTEGER, CHECK_DELIVERY_PENDING, NULL, 0},
	{5, 16, ASN_UNSIGNED, 1600000021, NULL, 0},
	{5, 17, ASN_INTEGER, CHECK_SUPPRESSION_DEPENDENCY, NULL, 0},
	{6, 1, ASN_UNSIGNED, 401, NULL, 0},
	{6, 2, ASN_UNSIGNED, 402, NULL, 0},
	{6, 3, ASN_UNSIGNED, 403, NULL, 0},
	{6, 4, ASN_GAUGE, 404, NULL, 0},
	{6, 5, ASN_COUNTER, 405, NULL, 0},
	{6, 6, ASN_COUNTER, 406, NULL, 0},
	{6, 7, ASN_COUNTER, 407, NULL, 0},
	{6, 8, ASN_UNSIGNED, 1700000408, NULL, 0},
	{6, 9, ASN_COUNTER, 4000000409, NULL, 0},
	{7, 2, ASN_GAUGE, 1, NULL, 0},
	{7, 3, ASN_OCTET_STR, 0,
		"{\"disk\":{\"s\":5,\"c\":2,\"o\":2,\"a\":100,\"d\":21,\"n\":23,\"e\":34,"
		"\"x\":2,\"f\":2,\"u\":2}}", 0},
};
/* clang-format on */

/* A table with ONLY_CHECK and ONLY_EVENT. */
static struct table *
full_table(void)
{
	struct table *table = sample_table();

	sample_table_add_measured(table, ONLY_CHECK, ONLY_GROUP, "load=1.5ms;@2:3;~:4;-5;60");
	sample_table_add_event(table, ONLY_EVENT);
	return table;
}

static struct mib_name
name_of(const struct expectation *expectation)
{
	static const char *const texts[] = {[2] = ONLY_CHECK, [3] = ONLY_GROUP, [4] = ONLY_KEY};
	oid scalar[] = {1, expectation->group, expectation->number};
	oid column[] = {1, expectation->group, 1, expectation->number};
	struct mib_name name;

	if (expectation->group == 5) {
		mib_name_begin(&name, column, ARRAY_LEN(column));
		mib_name_add(&name, (uint32_t)ONLY_EVENT);
	} else if (expectation->group == 7) {
		mib_name_begin(&name, column, ARRAY_LEN(column));
		mib_name_add(&name, ONLY_PAGE);
	} else if (expectation->group >= 2 && expectation->group <= 4) {
		mib_name_set(&name, column, ARRAY_LEN(column), texts[expectation->group]);
	} else {
		mib_name_set(&name, scalar, ARRAY_LEN(scalar), NULL);
	}
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
	struct table *table = full_table();

	(void)state;
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
	struct table *table = full_table();
	struct mib_name at = {.len = 0}, next;
	struct value value;

	(void)state;
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
an_inclusive_search_finds_the_name_itself(void **state)
{
	struct table *table = full_table();

	(void)state;
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
an_empty_table_leaves_the_scalars(void **state)
{
	struct table *table = sample_table();
	struct mib_name at = {.len = 0};
	struct value value;
	size_t count = 0;

	(void)state;
	while (table_get_next(table, at.arcs, at.len, false, sample_now, &at, &value))
		count++;
	assert_int_equal(count, 26 + 9);
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
	struct table *table = sample_table();
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
what_a_check_tells_of_itself_is_shown_whatever_the_clock_says(void **state)
{
	static const struct expectation told[] = {
		{1, 18, ASN_GAUGE, 1, NULL, 0},
		{2, 32, ASN_INTEGER, VALUE_TRUE, NULL, 0},
		{2, 33, ASN_INTEGER, VALUE_TRUE, NULL, 0},
		{3, 10, ASN_GAUGE, 1, NULL, 0},
	};
	struct table *table = sample_table();
	struct wire_row row = sample_row(ONLY_CHECK);

	(void)state;
	row.is_stale = 1;
	row.is_flapping = 1;
	rows_put(table_rows(table), &row);
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		struct mib_name name = name_of(&told[i]);
		struct value value;

		table_get(table, name.arcs, name.len, sample_now, &value);
		assert_value(&value, &told[i]);
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
		cmocka_unit_test(an_inclusive_search_finds_the_name_itself),
		cmocka_unit_test(an_empty_table_leaves_the_scalars),
		cmocka_unit_test(a_check_that_never_ran_shows_no_time),
		cmocka_unit_test(what_a_check_tells_of_itself_is_shown_whatever_the_clock_says),
		cmocka_unit_test(an_age_is_never_below_zero),
	};

	return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
