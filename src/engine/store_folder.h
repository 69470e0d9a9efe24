/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the database lies, and the lock beside it, PATH-lock, which keeps a second checkd
 * from the same database.
 */
#ifndef ENGINE_STORE_FOLDER_H
#define ENGINE_STORE_FOLDER_H

#include <stdbool.h>

/*
 * Makes the folder of a path where only its last component is missing, and resolves the
 * path: absolute, without links. Returns 0, or -errno with a line for people to be freed.
 */
int store_folder_prepare(const char *path, char **ret_path, char **ret_reason);

/* Makes the name of a new file survive a power cut. Returns 0, or -errno. */
int store_folder_sync(const char *path);

/* A lock on a database; not held yet. */
struct store_lock {
	char *path; /* PATH-lock */
	int fd;     /* -1: it is not held */
};

void store_lock_init(struct store_lock *lock, const char *database_path);
void store_lock_deinit(struct store_lock *lock); /* gives it up; its file stays */

/*
 * Takes it, unless it is held and its file still lies where it was. Returns 0, or
 * -EWOULDBLOCK where another process has it, or -errno, each with a line for people.
 */
int store_lock_take(struct store_lock *lock, char **ret_reason);

#endif
