/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One read transaction over everything. A value that was never written is damage.
 */
#include "store_load.h"

#include <stdlib.h>
#include <string.h>

#include "store_sql.h"
#include "store_table.h"
#include "util.h"

struct loading {
	struct store_database *database;
	const struct instant *now;
	bool is_same_boot;
	struct store_content content;
	size_t check_capacity;
	size_t event_capacity;
	size_t order_capacity;
};

void
store_check_free(struct store_check *check)
{
	if (check == NULL)
		return;
	free(check->name);
	check_deinit(&check->check);
	definition_unref(check->definition);
	free(check);
}

void
store_content_deinit(struct store_content *content)
{
	for (size_t i = 0; i < content->check_count; i++)
		store_check_free(content->checks[i]);
	free(content->checks);
	for (size_t i = 0; i < content->event_count; i++)
		check_event_deinit(&content->events[i]);
	free(content->events);
	for (size_t i = 0; i < content->order_count; i++)
		order_free(content->orders[i]);
	free(content->orders);
	memset(content, 0, sizeof(*content));
}

/* The array with room for one more. */
static void *
grow(void *array, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return array;
	*capacity = *capacity > 0 ? *capacity * 2 : 64;
	return xreallocarray(array, *capacity, size);
}

/*
 * A time of another boot counts from now back by the wall clock, and one that lies ahead is
 * now. 0 would be never.
 */
static struct boottime
restore_time(struct boottime stored, struct walltime wall, bool is_of_boot,
	const struct instant *now)
{
	int64_t age_ms = now->wall.s > wall.s ? (now->wall.s - wall.s) * INT64_C(1000) : 0;
	int64_t ms = is_of_boot ? stored.ms : now->boot.ms - age_ms;

	if (wall.s == 0)
		return (struct boottime){0};
	if (ms > now->boot.ms)
		ms = now->boot.ms;
	return (struct boottime){ms != 0 ? ms : -1};
}

static void
restore_times(struct loading *loading, struct check *check, const struct store_place *place)
{
	bool is_of_boot = loading->is_same_boot &&
			  place->boot_number == loading->database->meta.boot_number;

	check->last_ran_boot = restore_time(
		check->last_ran_boot, check->last_ran_wall, is_of_boot, loading->now);
	check->last_change_boot = restore_time(
		check->last_change_boot, check->last_change_wall, is_of_boot, loading->now);
}

static int
reject(struct loading *loading, const struct store_table *table,
	const struct store_column *column)
{
	store_database_set_problem(loading->database, SQLITE_CORRUPT,
		"%s: %s.%s has a value that it cannot have", loading->database->path,
		table->name, column->name);
	return SQLITE_MISMATCH;
}

/* A row of version 1 does not have it: what it is was told. */
static void
complete_check(struct check *check)
{
	if (check->told.state != 0)
		return;
	check->told = (struct check_told){
		.state = check->state,
		.outcome = check->last_outcome,
		.status = check->last_status,
		.signal = check->last_signal,
	};
}

/* The same: then events were of runs, and only a check's policy suppressed them. */
static void
complete_event(struct check_event *event)
{
	if (event->suppression != 0)
		return;
	event->last_ran_epoch = event->epoch;
	event->suppression = event->delivery == CHECK_DELIVERY_SUPPRESSED
				     ? CHECK_SUPPRESSION_POLICY
				     : CHECK_SUPPRESSION_NONE;
}

static int
load_check(struct loading *loading, sqlite3_stmt *statement)
{
	struct store_content *content = &loading->content;
	struct store_check *check = xcalloc(1, sizeof(*check));
	struct store_place place = {0};

	content->checks = grow(content->checks, content->check_count, &loading->check_capacity,
		sizeof(struct store_check *));
	content->checks[content->check_count++] = check;
	const struct store_column *wrong = store_table_read(&store_table_checks, statement,
		(void *[STORE_SOURCE_COUNT]){
			[STORE_SOURCE_OWN] = check, [STORE_SOURCE_PLACE] = &place});
	check_join_texts(&check->check);
	if (wrong != NULL)
		return reject(loading, &store_table_checks, wrong);
	restore_times(loading, &check->check, &place);
	complete_check(&check->check);
	return SQLITE_OK;
}

static int
load_event(struct loading *loading, sqlite3_stmt *statement)
{
	struct store_content *content = &loading->content;

	content->events = grow(content->events, content->event_count, &loading->event_capacity,
		sizeof(struct check_event));
	struct check_event *event = &content->events[content->event_count++];

	memset(event, 0, sizeof(*event));
	const struct store_column *wrong =
		store_table_read(&store_table_events, statement, (void *[3]){event});
	if (wrong == NULL && check_event_kind_name(event->kind) == NULL)
		wrong = &store_table_events.columns[2];
	complete_event(event);
	return wrong != NULL ? reject(loading, &store_table_events, wrong) : SQLITE_OK;
}

static int
load_order(struct loading *loading, sqlite3_stmt *statement)
{
	struct store_content *content = &loading->content;
	struct order *order = xcalloc(1, sizeof(*order));

	content->orders = grow(content->orders, content->order_count, &loading->order_capacity,
		sizeof(struct order *));
	content->orders[content->order_count++] = order;
	const struct store_column *wrong = store_table_read(
		&store_table_orders, statement, (void *[STORE_SOURCE_COUNT]){order});
	return wrong != NULL ? reject(loading, &store_table_orders, wrong) : SQLITE_OK;
}

static int
load_table(struct loading *loading, const struct store_table *table,
	int (*load_row)(struct loading *loading, sqlite3_stmt *statement))
{
	CLEANUP(store_sql_finalizep) sqlite3_stmt *statement = NULL;
	CLEANUP_FREE char *text = store_table_select_sql(table);
	int code = store_sql_prepare(loading->database->sqlite, text, &statement);

	if (code != SQLITE_OK)
		return code;
	while ((code = store_sql_check(sqlite3_step(statement))) == SQLITE_ROW) {
		code = load_row(loading, statement);
		if (code != SQLITE_OK)
			return code;
	}
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int
examine(struct store_database *database)
{
	CLEANUP(store_sql_finalizep) sqlite3_stmt *statement = NULL;
	int code =
		store_sql_prepare(database->sqlite, "PRAGMA main.quick_check(1)", &statement);

	if (code != SQLITE_OK)
		return code;
	code = store_sql_check(sqlite3_step(statement));
	if (code != SQLITE_ROW)
		return code;
	const char *verdict = (const char *)sqlite3_column_text(statement, 0);

	if (verdict == NULL)
		abort();
	if (strcmp(verdict, "ok") == 0)
		return SQLITE_OK;
	/* The last line of it says what is wrong where. */
	const char *line = strrchr(verdict, '\n');

	store_database_set_problem(database, SQLITE_CORRUPT, "%s: %s", database->path,
		line != NULL ? line + 1 : verdict);
	return SQLITE_MISMATCH;
}

static int
load_all(struct loading *loading)
{
	int code = store_sql_exec(loading->database->sqlite, "BEGIN");

	if (code == SQLITE_OK)
		code = examine(loading->database);
	if (code == SQLITE_OK)
		code = load_table(loading, &store_table_checks, load_check);
	if (code == SQLITE_OK)
		code = load_table(loading, &store_table_events, load_event);
	if (code == SQLITE_OK)
		code = load_table(loading, &store_table_orders, load_order);
	if (code == SQLITE_OK)
		code = store_sql_exec(loading->database->sqlite, "COMMIT");
	return code;
}

enum store_outcome
store_load(struct store_database *database, const struct instant *now, bool is_same_boot,
	struct store_content *content)
{
	struct loading loading = {
		.database = database, .now = now, .is_same_boot = is_same_boot};
	int code = load_all(&loading);

	if (code == SQLITE_OK) {
		content->checks = loading.content.checks;
		content->check_count = loading.content.check_count;
		content->events = loading.content.events;
		content->event_count = loading.content.event_count;
		content->orders = loading.content.orders;
		content->order_count = loading.content.order_count;
		return STORE_DONE;
	}
	/* A mismatch has been described. */
	enum store_outcome outcome =
		code == SQLITE_MISMATCH ? STORE_DAMAGED : store_database_fail(database, code);
	store_content_deinit(&loading.content);
	store_database_close(database);
	return outcome;
}
