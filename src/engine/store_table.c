/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From columns to SQL and back to members.
 */
#include "store_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "util.h"

/* SQL text in the making. */
struct sql {
	FILE *stream;
	char *text;
	size_t len;
};

static void
sql_begin(struct sql *sql)
{
	sql->stream = open_memstream(&sql->text, &sql->len);
	if (sql->stream == NULL)
		abort();
}

static char *
sql_end(struct sql *sql)
{
	if (fclose(sql->stream) != 0)
		abort();
	return sql->text;
}

static const char *
clause_of(const struct store_column *column)
{
	if (column->clause != NULL)
		return column->clause;
	return column->source == STORE_SOURCE_DEFINITION ? "" : " NOT NULL";
}

static const char *
type_of(const struct store_column *column)
{
	return column->is_text ? "TEXT" : "INTEGER";
}

char *
store_table_create_sql(const struct store_table *table, unsigned version)
{
	struct sql sql;
	const char *separator = "";

	sql_begin(&sql);
	fprintf(sql.stream, "CREATE TABLE \"%s\" (", table->name);
	for (size_t i = 0; i < table->column_count; i++) {
		const struct store_column *column = &table->columns[i];
		if (column->since > version)
			continue;
		fprintf(sql.stream, "%s\"%s\" %s%s", separator, column->name, type_of(column),
			clause_of(column));
		separator = ", ";
	}
	fputs(")", sql.stream);
	return sql_end(&sql);
}

char *
store_table_add_sql(const struct store_table *table, const struct store_column *column)
{
	return xasprintf("ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s%s DEFAULT %s", table->name,
		column->name, type_of(column), clause_of(column), column->is_text ? "''" : "0");
}

/* Writes each column's name, or its parameter, with commas between. */
static void
list_columns(struct sql *sql, const struct store_table *table, bool is_numbered)
{
	for (size_t i = 0; i < table->column_count; i++) {
		fputs(i > 0 ? ", " : "", sql->stream);
		if (is_numbered)
			fprintf(sql->stream, "?%zu", i + 1);
		else
			fprintf(sql->stream, "\"%s\"", table->columns[i].name);
	}
}

char *
store_table_insert_sql(const struct store_table *table)
{
	struct sql sql;

	sql_begin(&sql);
	fprintf(sql.stream, "%s INTO \"%s\" (", table->verb, table->name);
	list_columns(&sql, table, false);
	fputs(") VALUES (", sql.stream);
	list_columns(&sql, table, true);
	fputs(")", sql.stream);
	return sql_end(&sql);
}

static size_t
key_number(const struct store_table *table)
{
	size_t i = 0;

	while (strcmp(table->columns[i].name, table->key) != 0)
		i++;
	return i + 1;
}

/* A column whose source is not known keeps what it has. */
char *
store_table_update_sql(const struct store_table *table)
{
	struct sql sql;
	const char *separator = "";

	sql_begin(&sql);
	fprintf(sql.stream, "UPDATE \"%s\" SET ", table->name);
	for (size_t i = 0; i < table->column_count; i++) {
		const struct store_column *column = &table->columns[i];
		if (column->is_kept)
			continue;
		if (column->source == STORE_SOURCE_DEFINITION)
			fprintf(sql.stream, "%s\"%s\" = coalesce(?%zu, \"%s\")", separator,
				column->name, i + 1, column->name);
		else
			fprintf(sql.stream, "%s\"%s\" = ?%zu", separator, column->name, i + 1);
		separator = ", ";
	}
	if (table->key != NULL)
		fprintf(sql.stream, " WHERE \"%s\" = ?%zu", table->key, key_number(table));
	return sql_end(&sql);
}

char *
store_table_delete_sql(const struct store_table *table)
{
	return xasprintf("DELETE FROM \"%s\" WHERE \"%s\" = ?1", table->name, table->key);
}

/* In the order of the rowid, which the tables' first columns are. */
char *
store_table_select_sql(const struct store_table *table)
{
	struct sql sql;

	sql_begin(&sql);
	fputs("SELECT ", sql.stream);
	list_columns(&sql, table, false);
	fprintf(sql.stream, " FROM \"%s\" ORDER BY rowid", table->name);
	return sql_end(&sql);
}

static int64_t
load_number(const struct store_column *column, const void *member)
{
	switch (column->size) {
	case 1:
		return *(const uint8_t *)member;
	case 2:
		return *(const int16_t *)member;
	case 4:
		return column->min < 0 ? (int64_t)(*(const int32_t *)member)
				       : (int64_t)(*(const uint32_t *)member);
	case 8:
		return *(const int64_t *)member;
	}
	abort();
}

static void
save_number(const struct store_column *column, void *member, int64_t number)
{
	switch (column->size) {
	case 1:
		*(uint8_t *)member = (uint8_t)number;
		return;
	case 2:
		*(int16_t *)member = (int16_t)number;
		return;
	case 4:
		*(uint32_t *)member = (uint32_t)number;
		return;
	case 8:
		*(int64_t *)member = number;
		return;
	}
	abort();
}

static void
bind_text(const struct store_column *column, sqlite3_stmt *statement, int number,
	const char *text)
{
	size_t len = strlen(text), max = (size_t)column->max;

	/* No text is longer; but one that were must not be taken for damage later. */
	if (len > max) {
		for (len = max; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	}
	sqlite3_bind_text(statement, number, text, (int)len, SQLITE_STATIC);
}

void
store_table_bind(const struct store_table *table, sqlite3_stmt *statement,
	const void *const bases[STORE_SOURCE_COUNT])
{
	for (size_t i = 0; i < table->column_count; i++) {
		const struct store_column *column = &table->columns[i];
		const char *base = bases[column->source];
		int number = (int)i + 1;

		if (base == NULL)
			sqlite3_bind_null(statement, number);
		else if (column->is_text)
			bind_text(column, statement, number,
				*(char *const *)(base + column->offset));
		else
			sqlite3_bind_int64(
				statement, number, load_number(column, base + column->offset));
	}
}

/*
 * What text_clean leaves as it is, but for blanks at the ends, which texts have that were
 * cut, or written so.
 */
static bool
is_clean(const char *text, size_t len)
{
	char buf[2 * CHECK_PERFDATA_MAX];

	while (len > 0 && text[0] == ' ') {
		text++;
		len--;
	}
	while (len > 0 && text[len - 1] == ' ')
		len--;
	return len < sizeof(buf) && text_clean(text, len, buf, sizeof(buf)) == len &&
	       memcmp(text, buf, len) == 0;
}

static bool
read_text(const struct store_column *column, sqlite3_stmt *statement, int number, char **member)
{
	if (sqlite3_column_type(statement, number) != SQLITE_TEXT)
		return false;
	const char *text = (const char *)sqlite3_column_text(statement, number);
	if (text == NULL)
		abort();
	size_t len = (size_t)sqlite3_column_bytes(statement, number);

	if ((int64_t)len < column->min || (int64_t)len > column->max ||
		memchr(text, '\0', len) != NULL || !is_clean(text, len))
		return false;
	*member = xstrndup(text, len);
	return true;
}

static bool
read_number(
	const struct store_column *column, sqlite3_stmt *statement, int number, void *member)
{
	int64_t value = sqlite3_column_int64(statement, number);

	if (sqlite3_column_type(statement, number) != SQLITE_INTEGER || value < column->min ||
		value > column->max)
		return false;
	save_number(column, member, value);
	return true;
}

const struct store_column *
store_table_read(const struct store_table *table, sqlite3_stmt *statement,
	void *const bases[STORE_SOURCE_COUNT])
{
	const struct store_column *wrong = NULL;

	for (size_t i = 0; i < table->column_count && wrong == NULL; i++) {
		const struct store_column *column = &table->columns[i];
		char *base = bases[column->source];
		bool is_right = true;

		if (base == NULL)
			continue;
		if (column->is_text)
			is_right = read_text(column, statement, (int)i,
				(char **)(void *)(base + column->offset));
		else
			is_right =
				read_number(column, statement, (int)i, base + column->offset);
		if (!is_right)
			wrong = column;
	}
	return wrong;
}

void
store_meta_deinit(struct store_meta *meta)
{
	free(meta->instance);
	free(meta->life);
	free(meta->boot_id);
	memset(meta, 0, sizeof(*meta));
}
