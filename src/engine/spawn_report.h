/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other side of a start: what became of the child, in a descriptor or in words, and the
 * end of a child that nobody wants.
 */
#ifndef ENGINE_SPAWN_REPORT_H
#define ENGINE_SPAWN_REPORT_H

#include <sys/types.h>

#include "spawn_child.h"
#include "spawner.h"

/* Makes the result of a launch that returned pid; reaps a child that failed. */
void spawn_report(
	const struct spawn_launch *launch, pid_t pid, struct spawn_result *ret_result);

/* The result of a launch that failed before it could begin. */
void spawn_report_error(const char *step, int error, struct spawn_result *ret_result);

/*
 * Kills a process and its group, waits wait_ms at most for its end, reaps it if it ended,
 * and closes its pidfd.
 */
void spawn_discard(pid_t pid, int pidfd, int wait_ms);

#endif
