/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says what a start came to. Runs on the spawner's threads, where looking at files for the
 * sake of a better message delays nobody.
 */
#include "spawn_report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "util.h"

void
spawn_report_error(const char *step, int error, struct spawn_result *ret_result)
{
	*ret_result = (struct spawn_result){.pidfd = -1, .error = error};
	errno = error;
	snprintf(ret_result->reason, sizeof(ret_result->reason), "%s: %m", step);
}

/* The kernel says "no such file" of a program and of what loads it alike. */
static void
describe_execve(const struct spawn_launch *launch, struct spawn_result *result)
{
	const struct spawn_request *request = launch->request;
	const char *program = launch->program;
	const char *what =
		launch->error == ENOENT && access(program, F_OK) == 0 ? "dynamic loader: " : "";
	uid_t uid = request->has_identity ? request->uid : geteuid();
	size_t size = sizeof(result->reason);

	if (program_find_flaw(program, result->reason, size))
		return;
	errno = launch->error;
	if (launch->error == EACCES)
		snprintf(result->reason, size,
			"execve %.*s: %m: uid %u may not execute it, or not pass its folders",
			PATH_SHOWN_MAX, program, uid);
	else
		snprintf(result->reason, size, "execve %.*s: %s%m", PATH_SHOWN_MAX, program,
			what);
}

static void
describe_lookup(const struct spawn_launch *launch, struct spawn_result *result)
{
	const char *name = launch->request->argv[0];

	if (launch->error == ENOENT) {
		snprintf(result->reason, sizeof(result->reason), "%.*s: not found in PATH",
			PATH_SHOWN_MAX, name);
		return;
	}
	errno = launch->error;
	snprintf(result->reason, sizeof(result->reason), "%.*s: %m", PATH_SHOWN_MAX, name);
}

static void
describe_chdir(const struct spawn_launch *launch, struct spawn_result *result)
{
	errno = launch->error;
	snprintf(result->reason, sizeof(result->reason), "chdir %.*s: %m", PATH_SHOWN_MAX,
		launch->request->directory != NULL ? launch->request->directory : "/");
}

static void
describe_path(const struct spawn_launch *launch, struct spawn_result *result)
{
	path_flaw_describe(&launch->flaw, result->reason, sizeof(result->reason));
}

/* The steps that have more to say than their name and errno. */
static const struct {
	const char *step;
	void (*describe)(const struct spawn_launch *launch, struct spawn_result *result);
} descriptions[] = {
	{SPAWN_STEP_LOOKUP, describe_lookup},
	{SPAWN_STEP_PATH, describe_path},
	{SPAWN_STEP_CHDIR, describe_chdir},
	{SPAWN_STEP_EXECVE, describe_execve},
};

static void
report_failure(const struct spawn_launch *launch, struct spawn_result *ret_result)
{
	spawn_report_error(launch->step, launch->error, ret_result);
	for (size_t i = 0; i < ARRAY_LEN(descriptions); i++) {
		if (strcmp(descriptions[i].step, launch->step) == 0)
			descriptions[i].describe(launch, ret_result);
	}
}

void
spawn_report(const struct spawn_launch *launch, pid_t pid, struct spawn_result *ret_result)
{
	if (launch->error != 0) {
		if (pid > 0)
			waitpid(pid, NULL, 0);
		report_failure(launch, ret_result);
		return;
	}
	int pidfd = (int)syscall(SYS_pidfd_open, pid, O_NONBLOCK);
	if (pidfd < 0) {
		spawn_report_error("pidfd_open", errno, ret_result);
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return;
	}
	*ret_result = (struct spawn_result){.pid = pid, .pidfd = pidfd};
}

void
spawn_discard(pid_t pid, int pidfd, int wait_ms)
{
	struct pollfd end = {.fd = pidfd, .events = POLLIN};

	kill(-pid, SIGKILL);
	poll(&end, 1, wait_ms);
	waitpid(pid, NULL, WNOHANG);
	close(pidfd);
}
