/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Renaming that never replaces a file.
 */
#include "store_aside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "util.h"

/* How many names are tried. */
#define TRIES 100

static int
rename_to_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL)
		return -errno;
	/* A file system that knows no such rename. */
	if (access(to, F_OK) == 0)
		return -EEXIST;
	return rename(from, to) < 0 ? -errno : 0;
}

/* Its -wal and -shm; one that stays behind is of no database, and SQLite deletes it. */
static void
move_companion(const char *path, const char *name, const char *suffix)
{
	CLEANUP_FREE char *from = xasprintf("%s%s", path, suffix);
	CLEANUP_FREE char *to = xasprintf("%s%s", name, suffix);

	rename_to_new(from, to);
}

int
store_aside_move(const char *path, const char *word, uint32_t seconds, char **ret_name)
{
	CLEANUP_FREE char *name = NULL;
	int error = -EEXIST;

	for (int i = 0; i < TRIES && error == -EEXIST; i++) {
		free(name);
		name = xasprintf("%s.%s-%u", path, word, seconds + (unsigned)i);
		error = rename_to_new(path, name);
	}
	if (error != 0 && error != -ENOENT)
		return error;
	move_companion(path, name, "-wal");
	move_companion(path, name, "-shm");
	*ret_name = error == 0 ? STEAL(name) : NULL;
	return 0;
}
