/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite's calls as the store makes them. Its result codes are handed on, but for those of
 * memory that is out, which abort; see https://www.sqlite.org/rescode.html.
 */
#ifndef ENGINE_STORE_SQL_H
#define ENGINE_STORE_SQL_H

#include <sqlite3.h>
#include <stdint.h>

/* Hands a result code on; aborts where it tells that memory is out. */
int store_sql_check(int code);

/* Runs statements that bring no rows, or whose rows are of no interest. */
int store_sql_exec(sqlite3 *sqlite, const char *text);
int store_sql_exec_format(sqlite3 *sqlite, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A statement that is kept. */
int store_sql_prepare(sqlite3 *sqlite, const char *text, sqlite3_stmt **ret_statement);

/* Runs a bound statement that brings no rows, and makes it ready for the next time. */
int store_sql_run(sqlite3_stmt *statement);

/* The number in the first column of the first row; SQLITE_DONE where there is no row. */
int store_sql_number(sqlite3 *sqlite, const char *text, int64_t *ret_number);

/* For CLEANUP. */
void store_sql_finalizep(sqlite3_stmt **statement);

#endif
