/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connection to the database, which outlives its errors: it is closed and opened anew,
 * and where the file was damaged, unlinked or replaced another is made. Whoever has it,
 * the loop's thread at start and the writer's after it, has it alone.
 */
#ifndef ENGINE_STORE_DATABASE_H
#define ENGINE_STORE_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "store.h"
#include "store_folder.h"
#include "store_gather.h"
#include "store_table.h"

enum store_outcome {
	STORE_DONE,
	STORE_LOCKED,  /* by another process; it passes */
	STORE_TROUBLE, /* an error that may pass */
	STORE_DAMAGED,
	STORE_STRANGE, /* a newer checkd's or another program's: it is left alone */
};

/* What went wrong last, for the log: what, and what to do. */
struct store_problem {
	int code; /* SQLite's primary code, or another of the same cause */
	char text[512];
};

enum store_statement {
	STORE_INSERT_CHECK,
	STORE_UPDATE_CHECK,
	STORE_DELETE_CHECK,
	STORE_INSERT_EVENT,
	STORE_UPDATE_DELIVERY,
	STORE_DELETE_EVENT,
	STORE_INSERT_ORDER,
	STORE_DELETE_ORDER,
	STORE_INSERT_META,
	STORE_UPDATE_META,
	STORE_STATEMENT_COUNT,
};

/* Lines for the log that are no problems. */
#define STORE_NOTES_MAX 8

struct store_database {
	char *path; /* resolved */
	struct store_lock lock;
	sqlite3 *sqlite; /* NULL: it is not connected */
	sqlite3_stmt *statements[STORE_STATEMENT_COUNT];
	int wait_ms;            /* for a lock of another process */
	int chunk;              /* the least that its file has */
	int space_fd;           /* see store_space_take */
	struct store_meta meta; /* as it is written, or to be written */
	char *former_life;      /* of the checkd before this one; NULL: it was not read */
	bool is_empty;          /* the connected one has no row of meta yet */
	bool is_armed;          /* the connected one is marked as in use by this life */
	bool was_armed;         /* one was */
	const char *aside;      /* the word by which the file is to be moved aside, or NULL */
	struct store_problem aside_problem; /* why */
	struct walltime replaced;           /* when one was; 0: none */
	bool is_anew;                       /* another one was made, and nobody was told yet */
	int synchronous_full;               /* of the connection; -1: not set yet */
	uint64_t size;                      /* of its files, when it was measured last */
	int wal_frames;
	int checkpoint_frames; /* when the WAL has so many, the next checkpoint is due */
	struct store_problem problem;
	char *notes[STORE_NOTES_MAX];
	size_t note_count;
};

/* The path is resolved; nothing is opened yet. */
struct store_database *store_database_new(const char *path, int chunk);

/* Closes it, without any more writing. NULL is fine. */
void store_database_free(struct store_database *database);
void store_database_close(struct store_database *database);

/*
 * Connects, makes what is not there and brings it up to date, as far as the lock is held;
 * then meta is what its row has, unless is_empty.
 */
enum store_outcome store_database_connect(struct store_database *database);

/* Before the next try the file is moved aside, for what the problem says now. */
void store_database_give_up(struct store_database *database, const char *word);

/* Moves the file aside for what the problem says, and connects to a new one. */
enum store_outcome store_database_replace(
	struct store_database *database, const char *word, struct walltime now);

/* Writes meta, marked as not ended cleanly, and takes the space. Needs the lock. */
enum store_outcome store_database_arm(struct store_database *database);

/* Connects again and arms, to another database where it must be. */
enum store_outcome store_database_return(struct store_database *database, struct walltime now);

/* Whether the file that the connection writes is still the one of its path. */
bool store_database_has_moved(struct store_database *database);

/* Checkpoints where it is due. The WAL is too long where a reader keeps it from shrinking. */
void store_database_tend(struct store_database *database);
bool store_database_is_wal_long(const struct store_database *database);

/* Looks how many octets its files have. */
void store_database_measure(struct store_database *database);

/* Writes meta as it is, in a transaction. */
int store_database_write_meta(struct store_database *database);

/* Says what a code means here, and what it was; the connection goes where that helps. */
enum store_outcome store_database_fail(struct store_database *database, int code);
void store_database_set_problem(struct store_database *database, int code, const char *format,
	...) __attribute__((format(printf, 3, 4)));
void store_database_note(struct store_database *database, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
