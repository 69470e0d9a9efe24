/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of the database as const tables of columns, from which the SQL text is made,
 * and by which values go in and come out again: to keep one more value is to add one line.
 */
#ifndef ENGINE_STORE_TABLE_H
#define ENGINE_STORE_TABLE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

/* The version of all these columns together; PRAGMA user_version of the database. */
#define STORE_TABLE_VERSION 3

/* Whose member a column is: an index into the bases below. */
enum store_source {
	STORE_SOURCE_OWN,        /* of the struct that the table is for */
	STORE_SOURCE_DEFINITION, /* checks: struct definition, NULL where it is not known */
	STORE_SOURCE_PLACE,      /* checks: struct store_place */
	STORE_SOURCE_COUNT,
};

struct store_column {
	const char *name;
	enum store_source source;
	bool is_text;
	bool is_kept;  /* what a row has it keeps when it is updated */
	size_t offset; /* of a number, or of a pointer to an owned text */
	size_t size;   /* of the number */
	int64_t min;   /* of a number, or of a text's length in octets */
	int64_t max;
	unsigned since;     /* the version that brought it */
	const char *clause; /* what its definition says beyond its type; NULL: of its source */
};

/* It came with the version of its first column. */
struct store_table {
	const char *name;
	const char *key;  /* the column by which a row is updated and deleted; NULL: one row */
	const char *verb; /* by which one is inserted */
	const struct store_column *columns;
	size_t column_count;
};

/* Where a row of checks lies, and which boot of the host its boottimes are of. */
struct store_place {
	int64_t place;
	uint64_t boot_number;
};

/* The one row of meta. */
struct store_meta {
	char *instance;       /* owned, as the next two; random, of this database */
	char *life;           /* random, of the checkd that opened it last */
	char *boot_id;        /* of the host's boot in which it did */
	uint64_t boot_number; /* counts those boots */
	uint32_t state_epoch;
	uint8_t is_clean; /* that checkd ended by store_stop */
	struct store_figures figures;
};

void store_meta_deinit(struct store_meta *meta);

extern const struct store_table store_table_checks; /* of struct store_check */
extern const struct store_table store_table_events; /* of struct check_event */
extern const struct store_table store_table_meta;   /* of struct store_meta */
extern const struct store_table store_table_orders; /* of struct order */

/*
 * SQL; the caller frees it. Parameter ?N is the table's column N, counted from 1; the one
 * of a deletion is the key.
 */
char *store_table_create_sql(const struct store_table *table, unsigned version);
char *store_table_add_sql(const struct store_table *table, const struct store_column *column);
char *store_table_insert_sql(const struct store_table *table);
char *store_table_update_sql(const struct store_table *table);
char *store_table_delete_sql(const struct store_table *table);
char *store_table_select_sql(const struct store_table *table);

/* Binds a row; what has no base is NULL. Texts must live until the statement has run. */
void store_table_bind(const struct store_table *table, sqlite3_stmt *statement,
	const void *const bases[STORE_SOURCE_COUNT]);

/*
 * Reads a row of store_table_select_sql into the bases; what has no base is skipped. Their
 * texts must be NULL, and are the caller's to free even where the answer is a column: the
 * first whose value is none that was ever written. NULL: all is well.
 */
const struct store_column *store_table_read(const struct store_table *table,
	sqlite3_stmt *statement, void *const bases[STORE_SOURCE_COUNT]);

#endif
