/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two forks, a session of its own, and a pipe by which the daemon says that it is ready.
 */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lock.h"
#include "util.h"

static int ready_fd = -1;

/* In the process that was started: waits for the daemon's word. */
static _Noreturn void
wait_for_daemon(int fd)
{
	char word;
	ssize_t len;

	do
		len = read(fd, &word, 1);
	while (len < 0 && errno == EINTR);
	_exit(len == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
}

int
daemon_enter(void)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid > 0) {
		close(fds[1]);
		wait_for_daemon(fds[0]);
	}
	close(fds[0]);
	if (setsid() < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid > 0)
		_exit(EXIT_SUCCESS);
	umask(022);
	ready_fd = fds[1];
	return chdir("/") < 0 ? -errno : 0;
}

static int
redirect_to_null(void)
{
	CLEANUP_CLOSE int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (int target = STDIN_FILENO; target <= STDERR_FILENO; target++) {
		if (dup2(fd, target) < 0)
			return -errno;
	}
	return 0;
}

void
daemon_ready(void)
{
	if (ready_fd < 0)
		return;
	redirect_to_null();
	while (write(ready_fd, "", 1) < 0 && errno == EINTR)
		;
	close(ready_fd);
	ready_fd = -1;
}

static int
read_pid(int fd)
{
	char text[16] = "";

	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? atoi(text) : 0;
}

int
daemon_lock(const char *pid_file, int *ret_fd, int *ret_other)
{
	CLEANUP_CLOSE int fd = open(pid_file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		return -errno;
	int error = lock_take(fd);

	if (error != 0) {
		*ret_other = read_pid(fd);
		return error;
	}
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		return -errno;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

void
daemon_unlock(const char *pid_file, int fd)
{
	unlink(pid_file);
	close(fd);
}

int
daemon_keep_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return -errno;
	} while (fd <= STDERR_FILENO);
	close(fd);
	return 0;
}

void
daemon_raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

size_t
daemon_file_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? 0 : (size_t)limit.rlim_cur;
}
