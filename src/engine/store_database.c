/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connecting, arming, tending. SQLite's own checkpoint at a close is off: what is closed
 * for an error is not written any more, and a clean end checkpoints by itself.
 */
#include "store_database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_schema.h"
#include "store_space.h"
#include "store_sql.h"
#include "util.h"

#define CHECKPOINT_FRAMES 1000
#define FRAME_SIZE        (4096 + 24)
#define WAL_LONG_FRAMES   ((64 << 20) / FRAME_SIZE)

struct store_database *
store_database_new(const char *path, int chunk)
{
	struct store_database *database = xcalloc(1, sizeof(*database));

	database->path = xstrdup(path);
	store_lock_init(&database->lock, path);
	database->chunk = chunk;
	database->space_fd = -1;
	return database;
}

void
store_database_close(struct store_database *database)
{
	for (size_t i = 0; i < STORE_STATEMENT_COUNT; i++) {
		sqlite3_finalize(database->statements[i]);
		database->statements[i] = NULL;
	}
	if (sqlite3_close(database->sqlite) != SQLITE_OK)
		abort();
	database->sqlite = NULL;
	util_closep(&database->space_fd);
	database->space_fd = -1;
	database->is_armed = false;
}

void
store_database_free(struct store_database *database)
{
	if (database == NULL)
		return;
	store_database_close(database);
	store_lock_deinit(&database->lock);
	store_meta_deinit(&database->meta);
	for (size_t i = 0; i < database->note_count; i++)
		free(database->notes[i]);
	free(database->former_life);
	free(database->path);
	free(database);
}

static int
wal_on_commit(void *arg, sqlite3 *sqlite, const char *schema, int frames)
{
	struct store_database *database = arg;

	(void)sqlite;
	(void)schema;
	if (frames < database->wal_frames)
		database->checkpoint_frames = CHECKPOINT_FRAMES;
	database->wal_frames = frames;
	return SQLITE_OK;
}

/* SQLite would make it with the umask's mode. */
static enum store_outcome
make_file(struct store_database *database)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	struct stat status;

	if (lstat(database->path, &status) == 0) {
		if (S_ISREG(status.st_mode))
			return STORE_DONE;
		store_database_set_problem(database, SQLITE_CANTOPEN,
			"%s: it is no regular file; move it away, or set `state` to another",
			database->path);
		return STORE_TROUBLE;
	}
	if (database->lock.fd < 0)
		return STORE_DONE; /* what is missing will be told */
	CLEANUP_CLOSE int fd = open(database->path, flags, 0600);
	if (fd >= 0 && fchmod(fd, 0600) == 0 && store_folder_sync(database->path) == 0)
		return STORE_DONE;
	store_database_set_problem(database, errno == ENOSPC ? SQLITE_FULL : SQLITE_CANTOPEN,
		"%s: it cannot be made: %s", database->path, strerror(errno));
	return STORE_TROUBLE;
}

static int
configure(struct store_database *database)
{
	static const char settings[] = "PRAGMA temp_store = MEMORY;"
				       "PRAGMA trusted_schema = OFF;"
				       "PRAGMA cell_size_check = ON;"
				       "PRAGMA wal_autocheckpoint = 0;"
				       "PRAGMA journal_size_limit = 67108864;"
				       "PRAGMA secure_delete = OFF;"
				       "PRAGMA cache_size = -2048;";
	sqlite3 *sqlite = database->sqlite;
	int is_persistent = 1;

	sqlite3_extended_result_codes(sqlite, 1);
	sqlite3_busy_timeout(sqlite, database->wait_ms);
	sqlite3_db_config(sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_file_control(sqlite, "main", SQLITE_FCNTL_PERSIST_WAL, &is_persistent);
	store_space_keep(sqlite, database->chunk);
	int code = store_sql_exec(sqlite, settings);
	/* After the pragma, which sets a hook of its own. */
	sqlite3_wal_hook(sqlite, wal_on_commit, database);
	return code;
}

static int
open_sqlite(struct store_database *database)
{
	int code = store_sql_check(sqlite3_open_v2(database->path, &database->sqlite,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));

	database->wal_frames = 0;
	database->checkpoint_frames = CHECKPOINT_FRAMES;
	database->synchronous_full = -1;
	return code == SQLITE_OK ? configure(database) : code;
}

/* Before this nothing is written: it may be none of ours. */
static enum store_outcome
make_schema(struct store_database *database)
{
	enum store_schema_kind kind;
	int code = store_schema_examine(database->sqlite, &store_schema_checkd, &kind);

	if (code != SQLITE_OK)
		return store_database_fail(database, code);
	switch (kind) {
	case STORE_SCHEMA_CURRENT:
		break;
	case STORE_SCHEMA_EMPTY:
	case STORE_SCHEMA_OLD:
		if (database->lock.fd < 0)
			return STORE_TROUBLE; /* the lock's */
		code = store_sql_exec(database->sqlite, "PRAGMA journal_mode = WAL");
		if (code == SQLITE_OK)
			code = store_schema_upgrade(database->sqlite, &store_schema_checkd);
		break;
	case STORE_SCHEMA_NEWER:
		store_database_set_problem(database, SQLITE_SCHEMA,
			"%s: it was written by a newer checkd and is left alone; run that one, "
			"or set `state` to another file",
			database->path);
		return STORE_STRANGE;
	case STORE_SCHEMA_FOREIGN:
		store_database_set_problem(database, SQLITE_SCHEMA,
			"%s: it is another program's database and is left alone; set `state` "
			"to another file",
			database->path);
		return STORE_STRANGE;
	}
	return code == SQLITE_OK ? STORE_DONE : store_database_fail(database, code);
}

static char *
statement_text(enum store_statement statement)
{
	switch (statement) {
	case STORE_INSERT_CHECK:
		return store_table_insert_sql(&store_table_checks);
	case STORE_UPDATE_CHECK:
		return store_table_update_sql(&store_table_checks);
	case STORE_DELETE_CHECK:
		return store_table_delete_sql(&store_table_checks);
	case STORE_INSERT_EVENT:
		return store_table_insert_sql(&store_table_events);
	case STORE_UPDATE_DELIVERY:
		return xstrdup("UPDATE events SET delivery = ?2 WHERE number = ?1");
	case STORE_DELETE_EVENT:
		return store_table_delete_sql(&store_table_events);
	case STORE_INSERT_META:
		return store_table_insert_sql(&store_table_meta);
	case STORE_INSERT_ORDER:
		return store_table_insert_sql(&store_table_orders);
	case STORE_DELETE_ORDER:
		return store_table_delete_sql(&store_table_orders);
	case STORE_UPDATE_META:
		return store_table_update_sql(&store_table_meta);
	case STORE_STATEMENT_COUNT:
		break;
	}
	abort();
}

static int
prepare(struct store_database *database)
{
	int code = SQLITE_OK;

	for (size_t i = 0; i < STORE_STATEMENT_COUNT && code == SQLITE_OK; i++) {
		CLEANUP_FREE char *text = statement_text(i);
		code = store_sql_prepare(database->sqlite, text, &database->statements[i]);
	}
	return code;
}

static int
read_meta(struct store_database *database)
{
	CLEANUP(store_sql_finalizep) sqlite3_stmt *statement = NULL;
	CLEANUP(store_meta_deinit) struct store_meta meta = {0};
	CLEANUP_FREE char *text = store_table_select_sql(&store_table_meta);
	int code = store_sql_prepare(database->sqlite, text, &statement);

	if (code == SQLITE_OK)
		code = store_sql_check(sqlite3_step(statement));
	database->is_empty = code == SQLITE_DONE;
	if (code != SQLITE_ROW)
		return code == SQLITE_DONE ? SQLITE_OK : code;
	if (store_table_read(&store_table_meta, statement, (void *[3]){&meta}) != NULL)
		return SQLITE_CORRUPT;
	store_meta_deinit(&database->meta);
	database->meta = meta;
	meta = (struct store_meta){0};
	return SQLITE_OK;
}

/* As store_database_connect, but the connection stays open on failure. */
static enum store_outcome
connect_to(struct store_database *database)
{
	enum store_outcome outcome = make_file(database);

	if (outcome != STORE_DONE)
		return outcome;
	int code = open_sqlite(database);
	if (code != SQLITE_OK)
		return store_database_fail(database, code);
	outcome = make_schema(database);
	if (outcome != STORE_DONE)
		return outcome;
	code = read_meta(database);
	if (code == SQLITE_OK)
		code = prepare(database);
	if (code == SQLITE_ERROR)
		code = SQLITE_CORRUPT; /* it has not the tables of its version */
	return code == SQLITE_OK ? STORE_DONE : store_database_fail(database, code);
}

enum store_outcome
store_database_connect(struct store_database *database)
{
	enum store_outcome outcome = connect_to(database);

	if (outcome != STORE_DONE)
		store_database_close(database);
	return outcome;
}

int
store_database_write_meta(struct store_database *database)
{
	enum store_statement number =
		database->is_empty ? STORE_INSERT_META : STORE_UPDATE_META;
	sqlite3_stmt *statement = database->statements[number];

	store_table_bind(&store_table_meta, statement, (const void *[3]){&database->meta});
	return store_sql_run(statement);
}

static void
take_space(struct store_database *database)
{
	int error = store_space_take(database->sqlite, database->chunk, &database->space_fd);

	if (error != 0)
		store_database_note(database,
			"%s: there is no room for all that it may need, %d MiB and 16 beside: "
			"%s; commits fail when the disk is full",
			database->path, database->chunk >> 20, strerror(-error));
}

enum store_outcome
store_database_arm(struct store_database *database)
{
	int code = store_sql_exec(database->sqlite, "BEGIN IMMEDIATE");

	database->meta.is_clean = 0;
	if (code == SQLITE_OK)
		code = store_database_write_meta(database);
	if (code == SQLITE_OK)
		code = store_sql_exec(database->sqlite, "COMMIT");
	if (code != SQLITE_OK) {
		sqlite3_exec(database->sqlite, "ROLLBACK", NULL, NULL, NULL);
		return store_database_fail(database, code);
	}
	database->is_empty = false;
	database->is_armed = true;
	database->was_armed = true;
	take_space(database);
	return STORE_DONE;
}

bool
store_database_has_moved(struct store_database *database)
{
	int has_moved = 0;

	sqlite3_file_control(database->sqlite, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
	return has_moved != 0;
}

bool
store_database_is_wal_long(const struct store_database *database)
{
	return database->wal_frames > WAL_LONG_FRAMES;
}

void
store_database_tend(struct store_database *database)
{
	int frames, done;

	if (database->sqlite == NULL || database->wal_frames < database->checkpoint_frames)
		return;
	int code = store_sql_check(sqlite3_wal_checkpoint_v2(
		database->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames, &done));
	/* Where a reader stopped it half-way, it is tried anew; in a long one each time. */
	if (!store_database_is_wal_long(database))
		database->checkpoint_frames = database->wal_frames + CHECKPOINT_FRAMES;
	if (code != SQLITE_OK && code != SQLITE_BUSY)
		store_database_note(
			database, "%s: checkpoint: %s", database->path, sqlite3_errstr(code));
}

static uint64_t
size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

void
store_database_measure(struct store_database *database)
{
	CLEANUP_FREE char *wal = xasprintf("%s-wal", database->path);

	database->size = size_of(database->path) + size_of(wal);
}
