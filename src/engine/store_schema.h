/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose database a file is, of which version, and its way forward from version to version.
 * An older one is brought up to date; a newer or another program's is left alone.
 */
#ifndef ENGINE_STORE_SCHEMA_H
#define ENGINE_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "store_table.h"

/* PRAGMA application_id, which file(1) shows: "chkd". */
#define STORE_SCHEMA_APPLICATION_ID INT32_C(0x63686b64)

enum store_schema_kind {
	STORE_SCHEMA_EMPTY,   /* nothing in it: it is to be made */
	STORE_SCHEMA_OLD,     /* of a version before ours */
	STORE_SCHEMA_CURRENT, /* ours */
	STORE_SCHEMA_NEWER,   /* of a checkd that came later */
	STORE_SCHEMA_FOREIGN, /* of another program */
};

/* What a database is made of: the tables, and the version of their newest column. */
struct store_schema {
	const struct store_table *const *tables;
	size_t table_count;
	unsigned version;
};

extern const struct store_schema store_schema_checkd;

/* Both return SQLite's codes. */
int store_schema_examine(
	sqlite3 *sqlite, const struct store_schema *schema, enum store_schema_kind *ret_kind);

/* One transaction from whatever version it has; an empty one is version 0. */
int store_schema_upgrade(sqlite3 *sqlite, const struct store_schema *schema);

#endif
