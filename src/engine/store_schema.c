/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A step leads from one version to the next, by making the tables and adding the columns
 * that the next one brought; from 0, which is nothing, too.
 */
#include "store_schema.h"

#include "store_sql.h"
#include "util.h"

static const struct store_table *const tables[] = {
	&store_table_meta, &store_table_checks, &store_table_events, &store_table_orders};

const struct store_schema store_schema_checkd = {
	tables, ARRAY_LEN(tables), STORE_TABLE_VERSION};

int
store_schema_examine(
	sqlite3 *sqlite, const struct store_schema *schema, enum store_schema_kind *ret_kind)
{
	int64_t application_id, version, object_count;
	int code = store_sql_number(sqlite, "PRAGMA application_id", &application_id);

	if (code == SQLITE_OK)
		code = store_sql_number(sqlite, "PRAGMA user_version", &version);
	if (code == SQLITE_OK)
		code = store_sql_number(
			sqlite, "SELECT count(*) FROM sqlite_master", &object_count);
	if (code != SQLITE_OK)
		return code;
	if (object_count == 0 && version == 0)
		*ret_kind = STORE_SCHEMA_EMPTY;
	else if (application_id != STORE_SCHEMA_APPLICATION_ID)
		*ret_kind = STORE_SCHEMA_FOREIGN;
	else if (version > schema->version || version < 0)
		*ret_kind = STORE_SCHEMA_NEWER;
	else
		*ret_kind =
			version == schema->version ? STORE_SCHEMA_CURRENT : STORE_SCHEMA_OLD;
	return SQLITE_OK;
}

static int
run_text(sqlite3 *sqlite, char *text)
{
	int code = store_sql_exec(sqlite, text);

	free(text);
	return code;
}

static int
add_columns(sqlite3 *sqlite, const struct store_table *table, unsigned version)
{
	int code = SQLITE_OK;

	for (size_t i = 0; i < table->column_count && code == SQLITE_OK; i++) {
		if (table->columns[i].since == version)
			code = run_text(sqlite, store_table_add_sql(table, &table->columns[i]));
	}
	return code;
}

/* The step to this version from the one before. */
static int
step_to(sqlite3 *sqlite, const struct store_schema *schema, unsigned version)
{
	int code = SQLITE_OK;

	for (size_t i = 0; i < schema->table_count && code == SQLITE_OK; i++) {
		const struct store_table *table = schema->tables[i];
		unsigned since = table->columns[0].since;

		if (since == version)
			code = run_text(sqlite, store_table_create_sql(table, version));
		else if (since < version)
			code = add_columns(sqlite, table, version);
	}
	if (code == SQLITE_OK)
		code = store_sql_exec_format(sqlite, "PRAGMA user_version = %u", version);
	return code;
}

static int
run_steps(sqlite3 *sqlite, const struct store_schema *schema)
{
	int64_t version;
	int code = store_sql_number(sqlite, "PRAGMA user_version", &version);

	while (code == SQLITE_OK && version < schema->version)
		code = step_to(sqlite, schema, (unsigned)++version);
	if (code == SQLITE_OK)
		code = store_sql_exec_format(
			sqlite, "PRAGMA application_id = %d", (int)STORE_SCHEMA_APPLICATION_ID);
	return code;
}

int
store_schema_upgrade(sqlite3 *sqlite, const struct store_schema *schema)
{
	int code = store_sql_exec(sqlite, "BEGIN IMMEDIATE");

	if (code != SQLITE_OK)
		return code;
	code = run_steps(sqlite, schema);
	if (code == SQLITE_OK)
		code = store_sql_exec(sqlite, "COMMIT");
	if (code != SQLITE_OK)
		sqlite3_exec(sqlite, "ROLLBACK", NULL, NULL, NULL);
	return code;
}
