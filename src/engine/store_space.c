/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite takes the space of the database itself, and never truncates below the chunk. The
 * WAL and the -shm are given theirs beyond their end: SQLite never truncates what is there
 * while it is in use, and writes into it.
 */
#include "store_space.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util.h"

#define MIB (UINT64_C(1) << 20)

/* What an event takes, with its share of the pages' own needs. */
#define EVENT_SIZE 448
#define SLACK      (4 * MIB)
#define UNIT       (4 * MIB)
#define CHUNK_MAX  (1024 * MIB)

/* Twice what a transaction of many rows and a checkpoint that is due take together. */
#define WAL_ROOM (16 * MIB)
#define SHM_ROOM (128 * 1024)

int
store_space_chunk(uint64_t used, size_t event_count)
{
	uint64_t size = used + SLACK;

	if (event_count < CHUNK_MAX / EVENT_SIZE)
		size += event_count * EVENT_SIZE;
	else
		size += CHUNK_MAX;
	size = (size + UNIT - 1) / UNIT * UNIT;
	return (int)(size < CHUNK_MAX ? size : CHUNK_MAX);
}

void
store_space_keep(sqlite3 *sqlite, int chunk)
{
	sqlite3_file_control(sqlite, "main", SQLITE_FCNTL_CHUNK_SIZE, &chunk);
}

/* The descriptor that took it, or -errno. */
static int
take_beyond_end(const char *path, uint64_t size)
{
	CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) < 0)
		return -errno;

	int taken = fd;

	fd = -1;
	return taken;
}

/* Nobody locks a WAL by fcntl(2). */
static int
take_wal(sqlite3 *sqlite)
{
	CLEANUP_CLOSE int fd = take_beyond_end(
		sqlite3_filename_wal(sqlite3_db_filename(sqlite, "main")), WAL_ROOM);

	return fd < 0 ? fd : 0;
}

static int
take_shm(sqlite3 *sqlite, int *ret_fd)
{
	CLEANUP_FREE char *path = xasprintf("%s-shm", sqlite3_db_filename(sqlite, "main"));
	int fd = take_beyond_end(path, SHM_ROOM);

	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

static int
take_database(sqlite3 *sqlite, int chunk)
{
	sqlite3_int64 size = chunk;
	int code = sqlite3_file_control(sqlite, "main", SQLITE_FCNTL_SIZE_HINT, &size);

	return code == SQLITE_OK ? 0 : -ENOSPC;
}

int
store_space_take(sqlite3 *sqlite, int chunk, int *ret_fd)
{
	int fd = -1;
	int error = take_wal(sqlite);

	if (error == 0)
		error = take_shm(sqlite, &fd);
	if (error == 0)
		error = take_database(sqlite, chunk);
	*ret_fd = fd;
	return error;
}
