/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events that go are deleted before others are inserted, so that the pages of the log are
 * used over and over.
 */
#include "store_write.h"

#include <stddef.h>
#include <utlist.h>

#include "schedule.h"
#include "store_sql.h"
#include "util.h"

/* Where the interval of a check is not known. */
#define INTERVAL_MS 60000

/* Checks due in one millisecond lie in the order of their hashes' last bits. */
#define PLACE_BITS 20

static int
set_synchronous(struct store_database *database, bool is_full)
{
	if (database->synchronous_full == is_full)
		return SQLITE_OK;
	int code = store_sql_exec(database->sqlite,
		is_full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");

	if (code == SQLITE_OK)
		database->synchronous_full = is_full;
	return code;
}

static int
delete_events(struct store_database *database, const struct store_batch *batch)
{
	sqlite3_stmt *statement = database->statements[STORE_DELETE_EVENT];
	int code = SQLITE_OK;

	for (const struct store_change *change = batch->changes;
		change != NULL && code == SQLITE_OK; change = change->hh.next) {
		if (!change->is_removed)
			continue;
		sqlite3_bind_int64(statement, 1, (int64_t)change->number);
		code = store_sql_run(statement);
	}
	return code;
}

static int
write_event(struct store_database *database, const struct store_change *change)
{
	sqlite3_stmt *statement;

	if (change->added != NULL) {
		statement = database->statements[STORE_INSERT_EVENT];
		store_table_bind(
			&store_table_events, statement, (const void *[3]){change->added});
		return store_sql_run(statement);
	}
	if (change->delivery == 0)
		return SQLITE_OK;
	statement = database->statements[STORE_UPDATE_DELIVERY];
	sqlite3_bind_int64(statement, 1, (int64_t)change->number);
	sqlite3_bind_int64(statement, 2, change->delivery);
	return store_sql_run(statement);
}

static int
write_events(struct store_database *database, const struct store_batch *batch)
{
	int code = SQLITE_OK;

	for (const struct store_change *change = batch->changes;
		change != NULL && code == SQLITE_OK; change = change->hh.next)
		code = write_event(database, change);
	return code;
}

/* Rows that are written together lie together: in the order in which they are due. */
static int64_t
place_of(const struct store_check *check)
{
	struct schedule schedule;

	schedule_init(&schedule, check->name,
		check->definition != NULL ? check->definition->interval_ms : INTERVAL_MS);
	return (schedule.phase_ns / NS_PER_MS) << PLACE_BITS |
	       (int64_t)(schedule.hash & ((UINT64_C(1) << PLACE_BITS) - 1));
}

static int
run_for_check(struct store_database *database, enum store_statement number,
	const struct store_check *check, const struct store_place *place)
{
	sqlite3_stmt *statement = database->statements[number];

	store_table_bind(&store_table_checks, statement,
		(const void *[STORE_SOURCE_COUNT]){
			[STORE_SOURCE_OWN] = check,
			[STORE_SOURCE_DEFINITION] = check->definition,
			[STORE_SOURCE_PLACE] = place,
		});
	return store_sql_run(statement);
}

static int
write_check(struct store_database *database, const struct store_check *check)
{
	struct store_place place = {.boot_number = database->meta.boot_number};
	int code = run_for_check(database, STORE_UPDATE_CHECK, check, &place);

	if (code != SQLITE_OK || sqlite3_changes(database->sqlite) > 0)
		return code;
	place.place = place_of(check);
	do
		code = run_for_check(database, STORE_INSERT_CHECK, check, &place);
	while (code == SQLITE_CONSTRAINT_PRIMARYKEY && place.place++ < INT64_MAX);
	return code;
}

static int
run_for_name(struct store_database *database, enum store_statement number, const char *name)
{
	sqlite3_stmt *statement = database->statements[number];

	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	return store_sql_run(statement);
}

static int
write_items(struct store_database *database, const struct store_batch *batch)
{
	const struct store_item *item;

	DL_FOREACH(batch->items, item) {
		int code = item->check != NULL
				   ? write_check(database, item->check)
				   : run_for_name(database, STORE_DELETE_CHECK, item->name);
		if (code != SQLITE_OK)
			return code;
	}
	return SQLITE_OK;
}

static int
write_order(struct store_database *database, const struct order *order)
{
	sqlite3_stmt *statement = database->statements[STORE_INSERT_ORDER];

	if (order_is_empty(order))
		return run_for_name(database, STORE_DELETE_ORDER, order->name);
	store_table_bind(
		&store_table_orders, statement, (const void *[STORE_SOURCE_COUNT]){order});
	return store_sql_run(statement);
}

static int
write_orders(struct store_database *database, const struct store_batch *batch)
{
	int code = SQLITE_OK;

	for (const struct store_order *order = batch->orders;
		order != NULL && code == SQLITE_OK; order = order->hh.next)
		code = write_order(database, order->order);
	return code;
}

/* A database that was made anew is not complete: no clean end may follow. */
static int
write_meta(struct store_database *database, const struct store_batch *batch)
{
	if (!batch->has_figures && !batch->is_last)
		return SQLITE_OK;
	if (batch->has_figures)
		database->meta.figures = batch->figures;
	database->meta.is_clean = batch->is_last && !database->is_anew;
	return store_database_write_meta(database);
}

static int
write_all(struct store_database *database, const struct store_batch *batch)
{
	int code = delete_events(database, batch);

	if (code == SQLITE_OK)
		code = write_events(database, batch);
	if (code == SQLITE_OK)
		code = write_items(database, batch);
	if (code == SQLITE_OK)
		code = write_orders(database, batch);
	return code == SQLITE_OK ? write_meta(database, batch) : code;
}

static int
transact(struct store_database *database, const struct store_batch *batch)
{
	int code = set_synchronous(database, batch->is_full);

	if (code == SQLITE_OK)
		code = store_sql_exec(database->sqlite, "BEGIN IMMEDIATE");
	if (code != SQLITE_OK)
		return code;
	code = write_all(database, batch);
	if (code == SQLITE_OK)
		code = store_sql_exec(database->sqlite, "COMMIT");
	return code;
}

/* The WAL is written back, so that a copy of the one file is the whole. */
static void
end(struct store_database *database)
{
	sqlite3_wal_checkpoint_v2(
		database->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	store_database_close(database);
}

static void
answer(struct store_database *database, struct store_batch *batch)
{
	batch->is_anew = database->is_anew;
	batch->state_epoch = database->meta.state_epoch;
	database->is_anew = false;
	if (batch->is_anew)
		batch->is_last = false;
	if (batch->is_last)
		end(database);
}

static enum store_outcome
recover(struct store_database *database, int code)
{
	enum store_outcome outcome = store_database_fail(database, code);

	switch (database->problem.code) {
	case SQLITE_BUSY:
	case SQLITE_FULL:
		sqlite3_exec(database->sqlite, "ROLLBACK", NULL, NULL, NULL);
		return outcome;
	}
	if (outcome == STORE_DAMAGED)
		store_database_give_up(database, "damaged");
	else
		store_database_close(database);
	return outcome;
}

static enum store_outcome
connect_where_needed(struct store_database *database, struct walltime now)
{
	if (database->sqlite != NULL && store_database_has_moved(database)) {
		store_database_set_problem(database, SQLITE_CANTOPEN,
			"%s: it was removed or replaced while checkd used it", database->path);
		store_database_give_up(database, "unread");
	}
	if (database->sqlite != NULL && database->is_armed)
		return STORE_DONE;
	store_database_close(database);
	return store_database_return(database, now);
}

enum store_outcome
store_write(struct store_database *database, struct store_batch *batch, struct walltime now)
{
	enum store_outcome outcome = connect_where_needed(database, now);

	if (outcome != STORE_DONE)
		return outcome;
	struct store_figures figures = database->meta.figures;
	int code = transact(database, batch);
	if (code != SQLITE_OK) {
		database->meta.figures = figures; /* still what is on disk */
		return recover(database, code);
	}
	answer(database, batch);
	return STORE_DONE;
}
