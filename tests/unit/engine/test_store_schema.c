/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a database from version to version, and what the columns make of values.
 */
#include "store_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "store_sql.h"
#include "store_table.h"
#include "util.h"

struct thing {
	int64_t id;
	int32_t level;
	char *label;
};

#define MEMBER(member)                                                                         \
	.offset = offsetof(struct thing, member), .size = sizeof(((struct thing *)NULL)->member)

/* As a later checkd may have it. */
static const struct store_column columns[] = {
	{"id", MEMBER(id), .min = 1, .max = INT64_MAX, .since = 1, .clause = " PRIMARY KEY"},
	{"level", MEMBER(level), .min = -5, .max = 5, .since = 1},
	{"label", MEMBER(label), .is_text = true, .max = 8, .since = 3},
};
static const struct store_table things = {
	"things", "id", "INSERT", columns, ARRAY_LEN(columns)};
static const struct store_table *const tables[] = {&things};
static const struct store_schema first = {tables, 1, 1}, third = {tables, 1, 3};

static int
open_memory(void **state)
{
	return sqlite3_open(":memory:", (sqlite3 **)state);
}

static int
close_memory(void **state)
{
	return sqlite3_close(*state);
}

static enum store_schema_kind
kind_of(sqlite3 *sqlite, const struct store_schema *schema)
{
	enum store_schema_kind kind;

	assert_int_equal(store_schema_examine(sqlite, schema, &kind), SQLITE_OK);
	return kind;
}

static void
what_is_empty_is_made(void **state)
{
	assert_int_equal(kind_of(*state, &store_schema_checkd), STORE_SCHEMA_EMPTY);
	assert_int_equal(store_schema_upgrade(*state, &store_schema_checkd), SQLITE_OK);
	assert_int_equal(kind_of(*state, &store_schema_checkd), STORE_SCHEMA_CURRENT);
}

static void
what_is_old_gets_the_columns_that_came_since(void **state)
{
	int64_t count;

	assert_int_equal(store_schema_upgrade(*state, &first), SQLITE_OK);
	assert_int_equal(store_sql_exec(*state, "INSERT INTO things VALUES (7, -3)"), 0);
	assert_int_equal(kind_of(*state, &third), STORE_SCHEMA_OLD);
	assert_int_equal(store_schema_upgrade(*state, &third), SQLITE_OK);
	assert_int_equal(kind_of(*state, &third), STORE_SCHEMA_CURRENT);
	assert_int_equal(store_sql_number(*state,
				 "SELECT count(*) FROM things WHERE id = 7 AND level = -3 AND "
				 "label = ''",
				 &count),
		SQLITE_OK);
	assert_int_equal(count, 1);
}

static void
what_is_newer_is_told(void **state)
{
	assert_int_equal(store_schema_upgrade(*state, &third), SQLITE_OK);
	assert_int_equal(kind_of(*state, &first), STORE_SCHEMA_NEWER);
}

static void
what_is_of_another_program_is_told(void **state)
{
	assert_int_equal(store_sql_exec(*state, "CREATE TABLE songs (title)"), SQLITE_OK);
	assert_int_equal(kind_of(*state, &first), STORE_SCHEMA_FOREIGN);
}

static void
an_upgrade_that_fails_changes_nothing(void **state)
{
	assert_int_equal(store_schema_upgrade(*state, &first), SQLITE_OK);
	/* The column of version 3 is there: to add it fails. */
	assert_int_equal(store_sql_exec(*state, "ALTER TABLE things ADD COLUMN label"), 0);
	assert_int_equal(store_schema_upgrade(*state, &third), SQLITE_ERROR);
	assert_int_equal(kind_of(*state, &first), STORE_SCHEMA_CURRENT);
}

/* Writes one, as it is, and returns the column that the reader rejects. */
static const char *
read_back(sqlite3 *sqlite, const char *values, struct thing *ret_thing)
{
	CLEANUP_FREE char *insert = xasprintf("INSERT INTO things VALUES (%s)", values);
	CLEANUP_FREE char *select = store_table_select_sql(&things);
	CLEANUP(store_sql_finalizep) sqlite3_stmt *statement = NULL;

	memset(ret_thing, 0, sizeof(*ret_thing));
	assert_int_equal(store_schema_upgrade(sqlite, &third), SQLITE_OK);
	assert_int_equal(store_sql_exec(sqlite, "DELETE FROM things"), SQLITE_OK);
	assert_int_equal(store_sql_exec(sqlite, insert), SQLITE_OK);
	assert_int_equal(store_sql_prepare(sqlite, select, &statement), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	const struct store_column *wrong =
		store_table_read(&things, statement, (void *[3]){ret_thing});
	return wrong != NULL ? wrong->name : NULL;
}

static void
assert_rejected(sqlite3 *sqlite, const char *values, const char *column)
{
	struct thing thing;

	assert_string_equal(read_back(sqlite, values, &thing), column);
	free(thing.label);
}

static void
values_are_read_as_they_were_written(void **state)
{
	struct thing thing;

	assert_null(read_back(*state, "9, -5, ' a é '", &thing));
	assert_int_equal(thing.id, 9);
	assert_int_equal(thing.level, -5);
	assert_string_equal(thing.label, " a é ");
	free(thing.label);
}

static void
values_out_of_their_range_are_rejected(void **state)
{
	assert_rejected(*state, "1, 6, ''", "level");
	assert_rejected(*state, "1, -6, ''", "level");
	assert_rejected(*state, "1, 4294967296, ''", "level");
	assert_rejected(*state, "0, 1, ''", "id");
	assert_rejected(*state, "1, 1, '123456789'", "label");
}

static void
values_of_another_type_are_rejected(void **state)
{
	assert_rejected(*state, "1, 'one', ''", "level");
	assert_rejected(*state, "1, 1.5, ''", "level");
	assert_rejected(*state, "1, 1, x'41'", "label");
}

static void
texts_that_are_no_clean_line_are_rejected(void **state)
{
	assert_rejected(*state, "1, 1, 'a' || char(10) || 'b'", "label");
	assert_rejected(*state, "1, 1, 'a' || char(0) || 'b'", "label");
	assert_rejected(*state, "1, 1, char(9) || 'a'", "label");
	assert_rejected(*state, "1, 1, CAST(x'c328' AS TEXT)", "label");
}

static void
a_row_is_updated_by_its_key(void **state)
{
	CLEANUP_FREE char *text = store_table_update_sql(&things);
	CLEANUP(store_sql_finalizep) sqlite3_stmt *statement = NULL;
	struct thing thing;
	int64_t level;

	assert_null(read_back(*state, "3, 1, 'old'", &thing));
	free(thing.label);
	thing.level = 2;
	thing.label = (char *)"longer than it may be";
	assert_int_equal(store_sql_prepare(*state, text, &statement), SQLITE_OK);
	store_table_bind(&things, statement, (const void *[3]){&thing});
	assert_int_equal(store_sql_run(statement), SQLITE_OK);
	assert_int_equal(
		store_sql_number(*state,
			"SELECT level FROM things WHERE id = 3 AND label = 'longer t'", &level),
		SQLITE_OK);
	assert_int_equal(level, 2);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_memory, close_memory)
	const struct CMUnitTest tests[] = {
		TEST(what_is_empty_is_made),
		TEST(what_is_old_gets_the_columns_that_came_since),
		TEST(what_is_newer_is_told),
		TEST(what_is_of_another_program_is_told),
		TEST(an_upgrade_that_fails_changes_nothing),
		TEST(values_are_read_as_they_were_written),
		TEST(values_out_of_their_range_are_rejected),
		TEST(values_of_another_type_are_rejected),
		TEST(texts_that_are_no_clean_line_are_rejected),
		TEST(a_row_is_updated_by_its_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
