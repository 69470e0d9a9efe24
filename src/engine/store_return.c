/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Coming back to the database after an error, or to another one that is made in its place.
 */
#include <string.h>

#include "store_aside.h"
#include "store_database.h"
#include "store_sql.h"
#include "util.h"

/* A disk that damages all that is written must not be filled with what was moved aside. */
#define REPLACE_PAUSE_S 60

void
store_database_give_up(struct store_database *database, const char *word)
{
	database->aside = word;
	database->aside_problem = database->problem;
	store_database_close(database);
}

enum store_outcome
store_database_replace(struct store_database *database, const char *word, struct walltime now)
{
	CLEANUP_FREE char *name = NULL;

	store_database_close(database);
	if (now.s - database->replaced.s < REPLACE_PAUSE_S)
		return STORE_TROUBLE;
	int error = store_aside_move(database->path, word, now.s, &name);
	if (error != 0) {
		store_database_set_problem(database, SQLITE_CANTOPEN,
			"%s: it cannot be moved aside: %s", database->path, strerror(-error));
		return STORE_TROUBLE;
	}
	store_database_note(database, "%s; %s%sanother is made", database->problem.text,
		name != NULL ? name : "", name != NULL ? " is what it was, and " : "");
	database->aside = NULL;
	database->replaced = now;
	return store_database_connect(database);
}

/* The connected one is of this life, or the one that this life has read. */
static bool
is_known(const struct store_database *database, const struct store_meta *own)
{
	const char *life = database->meta.life;

	return strcmp(life, own->life) == 0 ||
	       (database->former_life != NULL && strcmp(life, database->former_life) == 0);
}

/* Connects to what is known, or to one that is empty. */
static enum store_outcome
connect_to_known(
	struct store_database *database, const struct store_meta *own, struct walltime now)
{
	enum store_outcome outcome;

	if (database->aside != NULL) {
		database->problem = database->aside_problem;
		outcome = store_database_replace(database, database->aside, now);
	} else {
		outcome = store_database_connect(database);
	}
	if (outcome == STORE_DAMAGED)
		outcome = store_database_replace(database, "damaged", now);
	if (outcome != STORE_DONE || database->is_empty || is_known(database, own))
		return outcome;
	store_database_set_problem(database, SQLITE_SCHEMA,
		"%s: it is not the one that was read at start", database->path);
	return store_database_replace(database, "unread", now);
}

/* What was shown is of no database any more: it is told by a new epoch. */
static void
begin_anew(struct store_database *database, uint32_t found_epoch, struct walltime now)
{
	struct store_meta *meta = &database->meta;
	bool has_lost = database->was_armed || database->former_life != NULL;

	if (!has_lost && found_epoch < meta->state_epoch)
		return;
	if (found_epoch > meta->state_epoch)
		meta->state_epoch = found_epoch;
	meta->state_epoch = now.s > meta->state_epoch ? now.s : meta->state_epoch + 1;
	database->is_anew = true;
}

/*
 * After an fsync that failed the kernel takes for written what is not. What is in the WAL
 * goes into the database now, so that what is written next does not lean on it.
 */
static void
rewrite_wal(struct store_database *database)
{
	store_sql_check(sqlite3_wal_checkpoint_v2(
		database->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
}

enum store_outcome
store_database_return(struct store_database *database, struct walltime now)
{
	CLEANUP_FREE char *reason = NULL;

	if (store_lock_take(&database->lock, &reason) < 0) {
		store_database_set_problem(database, SQLITE_CANTOPEN, "%s", reason);
		return STORE_TROUBLE;
	}
	struct store_meta own = database->meta;

	database->meta = (struct store_meta){0};
	enum store_outcome outcome = connect_to_known(database, &own, now);
	uint32_t found_epoch = database->meta.state_epoch;

	store_meta_deinit(&database->meta);
	database->meta = own;
	if (outcome != STORE_DONE)
		return outcome;
	if (database->is_empty)
		begin_anew(database, found_epoch, now);
	else
		rewrite_wal(database);
	return store_database_arm(database);
}
