/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least that running a command and having its output costs: posix_spawn, read a pipe to
 * its end, waitid; so many at once, for so long. bench_runs.py holds checkd against it.
 *
 * usage: floor_spawn AT_ONCE SECONDS COMMAND [ARGUMENT...]
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE_MAX 1024

static struct pollfd pipes[AT_ONCE_MAX];
static pid_t pids[AT_ONCE_MAX];
static unsigned long finished;

static double
seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
spawn_one(size_t place, char **argv)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char *const env[] = {path, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		abort();
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	if (posix_spawn(&pids[place], argv[0], &actions, NULL, argv, env) != 0)
		abort();
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	pipes[place] = (struct pollfd){.fd = ends[0], .events = POLLIN};
}

/* Reads what there is; true at the end, when the process has been waited for as well. */
static bool
is_over(size_t place)
{
	char buf[4096];

	if (read(pipes[place].fd, buf, sizeof(buf)) > 0)
		return false;
	close(pipes[place].fd);
	pipes[place].fd = -1;
	if (waitid(P_PID, (id_t)pids[place], &(siginfo_t){0}, WEXITED) != 0)
		abort();
	return true;
}

/* A place that is free is taken again, until the time is up. Returns how many are taken. */
static size_t
turn(size_t at_once, bool is_time_up, char **argv)
{
	size_t taken = 0;

	for (size_t i = 0; i < at_once; i++) {
		if (pipes[i].fd >= 0 && pipes[i].revents != 0 && is_over(i))
			finished++;
		if (pipes[i].fd < 0 && !is_time_up)
			spawn_one(i, argv);
		if (pipes[i].fd >= 0)
			taken++;
	}
	return taken;
}

int
main(int argc, char **argv)
{
	size_t at_once = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;

	if (at_once == 0 || at_once > AT_ONCE_MAX)
		return EXIT_FAILURE;
	for (size_t i = 0; i < at_once; i++)
		pipes[i].fd = -1;
	double begin = seconds(CLOCK_MONOTONIC), end = begin + strtod(argv[2], NULL);

	while (turn(at_once, seconds(CLOCK_MONOTONIC) >= end, argv + 3) > 0) {
		if (poll(pipes, at_once, -1) < 0 && errno != EINTR)
			return EXIT_FAILURE;
	}
	printf("{\"runs\": %lu, \"seconds\": %f, \"cpu\": %f}\n", finished,
		seconds(CLOCK_MONOTONIC) - begin, seconds(CLOCK_PROCESS_CPUTIME_ID));
	return EXIT_SUCCESS;
}
