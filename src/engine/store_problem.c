/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an error of SQLite's means to the store, and to people.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_database.h"
#include "util.h"

/* The primary code of the same cause. */
static int
cause_of(struct store_database *database, int code)
{
	int error = database->sqlite != NULL ? sqlite3_system_errno(database->sqlite) : 0;
	int primary = code & 0xff;

	if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN)
		return primary;
	switch (error) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return SQLITE_FULL;
	case EROFS:
		return SQLITE_READONLY;
	}
	return primary;
}

static const char *
advice_on(int code)
{
	switch (code) {
	case SQLITE_FULL:
		return "make room on its disk";
	case SQLITE_READONLY:
		return "make its file system and its file writable";
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return "look at its folder and at who may write there";
	case SQLITE_IOERR:
		return "look at its disk and in the kernel's log";
	}
	return "see https://www.sqlite.org/rescode.html";
}

void
store_database_set_problem(struct store_database *database, int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	database->problem.code = code;
	vsnprintf(database->problem.text, sizeof(database->problem.text), format, arguments);
	va_end(arguments);
}

enum store_outcome
store_database_fail(struct store_database *database, int code)
{
	int cause = cause_of(database, code);
	int error = database->sqlite != NULL ? sqlite3_system_errno(database->sqlite) : 0;
	const char *detail = error != 0 && cause != SQLITE_CORRUPT ? strerror(error) : NULL;

	switch (cause) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		store_database_set_problem(database, SQLITE_BUSY,
			"%s: another process keeps it locked", database->path);
		return STORE_LOCKED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		store_database_set_problem(database, SQLITE_CORRUPT, "%s: %s", database->path,
			sqlite3_errstr(code));
		return STORE_DAMAGED;
	}
	store_database_set_problem(database, cause, "%s: %s%s%s%s; %s", database->path,
		sqlite3_errstr(code), detail != NULL ? " (" : "", detail != NULL ? detail : "",
		detail != NULL ? ")" : "", advice_on(cause));
	return STORE_TROUBLE;
}

void
store_database_note(struct store_database *database, const char *format, ...)
{
	va_list arguments;

	if (database->note_count == STORE_NOTES_MAX)
		return;
	va_start(arguments, format);
	database->notes[database->note_count++] = xvasprintf(format, arguments);
	va_end(arguments);
}
