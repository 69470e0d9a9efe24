/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request on its way through the spawner: a copy that depends on nobody, and the answer.
 */
#ifndef ENGINE_SPAWN_JOB_H
#define ENGINE_SPAWN_JOB_H

#include <pthread.h>

#include "errands.h"
#include "spawn_child.h"
#include "spawner.h"

struct spawn_job {
	struct spawn_request request; /* all that it points to is the job's */
	struct spawn_setting setting;
	struct spawn_result result; /* valid once answered */
	struct errand *errand;      /* by which it is done */

	pthread_mutex_t mutex;       /* of the next two */
	struct spawn_launch *launch; /* while a thread is before or in exec */
	bool is_cancelled;

	/* The event loop's alone: */
	spawn_done_fn done; /* NULL: forgotten */
	void *arg;
	bool is_taken;  /* the process, by done */
	bool has_ended; /* the process, as the spawner's epoll said */
	struct spawn_job *prev, *next;
};

/* Where a descriptor cannot be duplicated, result.error says so and nothing can start. */
struct spawn_job *spawn_job_new(const struct spawn_request *request,
	const struct spawn_setting *setting, spawn_done_fn done, void *arg);
void spawn_job_free(struct spawn_job *job); /* NULL is fine */

/* The process has its own copies by now. */
void spawn_job_close(struct spawn_job *job);

#endif
