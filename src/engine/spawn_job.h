/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request on its way through the spawner: a copy that depends on nobody, and the answer.
 */
#ifndef ENGINE_SPAWN_JOB_H
#define ENGINE_SPAWN_JOB_H

#include "spawn_child.h"
#include "spawner.h"

enum spawn_job_state {
	SPAWN_JOB_QUEUED,
	SPAWN_JOB_LAUNCHING, /* a thread is before or in exec: launch is valid */
	SPAWN_JOB_LAUNCHED,
	SPAWN_JOB_ANSWERED,
};

/* State and launch are under the spawner's mutex. */
struct spawn_job {
	struct spawn_request request; /* all that it points to is the job's */
	enum spawn_job_state state;
	struct spawn_launch *launch; /* the thread's */
	struct spawn_result result;  /* valid once answered */
	spawn_done_fn done;          /* NULL: forgotten; the event loop's alone */
	void *arg;
	struct spawn_job *prev, *next; /* of the queue or the answers */
};

/* Where a descriptor cannot be duplicated, result.error says so and nothing can start. */
struct spawn_job *spawn_job_new(
	const struct spawn_request *request, spawn_done_fn done, void *arg);
void spawn_job_free(struct spawn_job *job); /* NULL is fine */

/* The process has its own copies by now. */
void spawn_job_close(struct spawn_job *job);

#endif
