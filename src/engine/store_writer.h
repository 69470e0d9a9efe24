/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread that writes batches, one at a time, and tries each until it is written. No
 * call of these waits for a disk, but store_writer_free for a moment.
 */
#ifndef ENGINE_STORE_WRITER_H
#define ENGINE_STORE_WRITER_H

#include <stdbool.h>

#include "store_database.h"
#include "store_gather.h"

struct store_writer;

/* What the thread has to say; all of it is its receiver's. */
struct store_report {
	struct store_batch *done;     /* NULL: it is still at it */
	struct store_problem problem; /* what keeps it from it now; code 0: nothing */
	bool is_wal_long;
	uint64_t size;                /* octets on disk */
	char *notes[STORE_NOTES_MAX]; /* for the log */
	size_t note_count;
};

/* Starts the thread; takes the database, also on failure. Returns 0 or -errno. */
int store_writer_new(struct store_database *database, struct store_writer **ret_writer);

/* No more is begun; a thread that is stuck is left to itself. NULL is fine. */
void store_writer_free(struct store_writer *writer);

/* Becomes readable when there is a report. */
int store_writer_fd(const struct store_writer *writer);
void store_writer_take_report(struct store_writer *writer, struct store_report *ret_report);

/* Takes the batch. There must be none that is not done. */
void store_writer_hand_over(struct store_writer *writer, struct store_batch *batch);

#endif
