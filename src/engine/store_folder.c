/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder, and a file in it that is locked by flock(2), which no other descriptor of
 * this process can undo, as it could a lock of fcntl(2).
 */
#include "store_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lock.h"
#include "util.h"

/* SQLite takes no longer ones; it and checkd append to it. */
#define PATH_LEN_MAX   490
#define SUFFIX_LEN_MAX 24

#define OTHER_ADVICE   "end that one, or set `state` in the configuration to another file"
#define ADVICE         "set `state` in the configuration to a file that checkd may write"

static int
make_folder(const char *folder, char **ret_reason)
{
	struct stat status;
	int error = 0;

	if (stat(folder, &status) == 0) {
		if (S_ISDIR(status.st_mode))
			return 0;
		*ret_reason = xasprintf("%s: it is no folder; " ADVICE, folder);
		return -ENOTDIR;
	}
	/* The mode is meant as it stands, whatever the umask. */
	if (errno != ENOENT || mkdir(folder, 0711) < 0 || chmod(folder, 0711) < 0)
		error = -errno;
	if (error != 0)
		*ret_reason = xasprintf("%s: the folder is not there and cannot be made: %s; "
					"make it, or " ADVICE,
			folder, strerror(-error));
	return error;
}

/* Of a file that is not there yet it is the folder that is resolved. */
static char *
resolve(const char *path, const char *folder)
{
	CLEANUP_FREE char *copy = xstrdup(path);
	char *resolved = realpath(path, NULL);

	if (resolved != NULL)
		return resolved;
	CLEANUP_FREE char *resolved_folder = realpath(folder, NULL);

	return resolved_folder == NULL ? NULL
				       : xasprintf("%s/%s", resolved_folder, basename(copy));
}

int
store_folder_prepare(const char *path, char **ret_path, char **ret_reason)
{
	CLEANUP_FREE char *copy = xstrdup(path), *resolved = NULL;
	const char *folder = dirname(copy);
	int error = make_folder(folder, ret_reason);

	if (error != 0)
		return error;
	resolved = resolve(path, folder);
	if (resolved == NULL) {
		error = -errno;
		*ret_reason = xasprintf("%s: %s; " ADVICE, path, strerror(-error));
		return error;
	}
	if (strlen(resolved) > PATH_LEN_MAX ||
		strlen(strrchr(resolved, '/')) > NAME_MAX - SUFFIX_LEN_MAX) {
		*ret_reason = xasprintf("%s: the path is too long; " ADVICE, resolved);
		return -ENAMETOOLONG;
	}
	*ret_path = STEAL(resolved);
	return 0;
}

int
store_folder_sync(const char *path)
{
	CLEANUP_FREE char *copy = xstrdup(path);
	CLEANUP_CLOSE int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && (fsync(fd) == 0 || errno == EINVAL)) /* not every file system has it */
		return 0;
	return -errno;
}

void
store_lock_init(struct store_lock *lock, const char *database_path)
{
	lock->path = xasprintf("%s-lock", database_path);
	lock->fd = -1;
}

void
store_lock_deinit(struct store_lock *lock)
{
	util_closep(&lock->fd);
	free(lock->path);
}

/* On a file system that cannot be written a lock that is there can be held all the same. */
static int
open_lock(const char *path)
{
	const int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	int fd = open(path, O_RDWR | O_CREAT | flags, 0600);

	if (fd < 0 && errno == EROFS)
		fd = open(path, O_RDONLY | flags);
	return fd;
}

static bool
is_in_place(const struct store_lock *lock)
{
	struct stat held, there;

	return lock->fd >= 0 && fstat(lock->fd, &held) == 0 && lstat(lock->path, &there) == 0 &&
	       held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

static char *
describe_owner(const struct store_lock *lock, int fd)
{
	char text[16] = "";
	int len = (int)strlen(lock->path) - (int)strlen("-lock");

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0 || atoi(text) <= 0)
		return xasprintf("%.*s: another checkd has it; " OTHER_ADVICE, len, lock->path);
	return xasprintf("%.*s: another checkd (pid %d) has it; " OTHER_ADVICE, len, lock->path,
		atoi(text));
}

/* What cannot be written does not matter: it is the lock that counts, not the number. */
static void
write_pid(int fd)
{
	if (fchmod(fd, 0600) < 0 || ftruncate(fd, 0) < 0 ||
		dprintf(fd, "%d\n", (int)getpid()) < 0)
		return;
}

int
store_lock_take(struct store_lock *lock, char **ret_reason)
{
	if (is_in_place(lock))
		return 0;
	CLEANUP_CLOSE int fd = open_lock(lock->path);
	int error = fd < 0 ? -errno : 0;

	if (error == 0)
		error = lock_take(fd);
	if (error == -EWOULDBLOCK)
		*ret_reason = describe_owner(lock, fd);
	else if (error != 0)
		*ret_reason = xasprintf("%s: %s; " ADVICE, lock->path, strerror(-error));
	if (error != 0)
		return error;
	write_pid(fd);
	util_closep(&lock->fd);
	lock->fd = fd;
	fd = -1;
	return 0;
}
