/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite's calls, each with its result code.
 */
#include "store_sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "util.h"

int
store_sql_check(int code)
{
	if (code == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM)
		abort();
	return code;
}

int
store_sql_exec(sqlite3 *sqlite, const char *text)
{
	return store_sql_check(sqlite3_exec(sqlite, text, NULL, NULL, NULL));
}

int
store_sql_exec_format(sqlite3 *sqlite, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	CLEANUP_FREE char *text = xvasprintf(format, arguments);
	va_end(arguments);
	return store_sql_exec(sqlite, text);
}

int
store_sql_prepare(sqlite3 *sqlite, const char *text, sqlite3_stmt **ret_statement)
{
	return store_sql_check(sqlite3_prepare_v3(
		sqlite, text, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL));
}

int
store_sql_run(sqlite3_stmt *statement)
{
	int code;

	while ((code = store_sql_check(sqlite3_step(statement))) == SQLITE_ROW)
		;
	sqlite3_reset(statement);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

int
store_sql_number(sqlite3 *sqlite, const char *text, int64_t *ret_number)
{
	CLEANUP(store_sql_finalizep) sqlite3_stmt *statement = NULL;
	int code = store_sql_prepare(sqlite, text, &statement);

	if (code != SQLITE_OK)
		return code;
	code = store_sql_check(sqlite3_step(statement));
	if (code != SQLITE_ROW)
		return code;
	*ret_number = sqlite3_column_int64(statement, 0);
	return SQLITE_OK;
}

void
store_sql_finalizep(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}
