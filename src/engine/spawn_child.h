/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way from a request to a running program: vfork, and the steps that the child takes
 * before exec. All that can hang in a file system is done by the child, which can be killed.
 */
#ifndef ENGINE_SPAWN_CHILD_H
#define ENGINE_SPAWN_CHILD_H

#include <limits.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "path.h"
#include "spawner.h"

/* What is the same for all. */
struct spawn_setting {
	struct rlimit nofile; /* what a program gets */
	int null_fd;          /* its standard input where none is given */
	int ends_fd;          /* the epoll that tells of its end */
};

/* One start. The child, which shares the memory of its parent, writes into it. */
struct spawn_launch {
	const struct spawn_request *request; /* borrowed */
	const struct spawn_setting *setting; /* borrowed */
	pid_t parent;
	atomic_bool is_cancelled;
	atomic_int child;          /* its pid, from its first step on; 0 before */
	volatile int error;        /* of the step that failed; 0: none did */
	const char *volatile step; /* its name; see spawn_report.h */
	char program[PATH_MAX];    /* what is executed: an absolute path */
	struct path_flaw flaw;     /* why the step "path" failed */
};

#define SPAWN_STEP_FORK   "fork"
#define SPAWN_STEP_LOOKUP "lookup"
#define SPAWN_STEP_PATH   "path"
#define SPAWN_STEP_CHDIR  "chdir"
#define SPAWN_STEP_EXECVE "execve"

void spawn_launch_init(struct spawn_launch *launch, const struct spawn_request *request,
	const struct spawn_setting *setting);

/*
 * Returns the pid of a child that has executed its program, died on the way, or failed
 * (error is set), or 0 where there is none (error is set too). The caller reaps it. Holds
 * its caller until then, who has all signals blocked but SIGCHLD, which has no handler.
 */
pid_t spawn_launch(struct spawn_launch *launch);

/*
 * From another thread, while spawn_launch has not returned or its child is not reaped yet:
 * sees to it that the program does not start, or kills the process.
 */
void spawn_launch_cancel(struct spawn_launch *launch);

#endif
