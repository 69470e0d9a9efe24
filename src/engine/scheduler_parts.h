/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What scheduler.c, the queues and the slots, and scheduler_job.c, the due times, share.
 */
#ifndef ENGINE_SCHEDULER_PARTS_H
#define ENGINE_SCHEDULER_PARTS_H

#include "scheduler.h"
#include "means.h"

enum slot_age {
	SLOT_YOUNG,
	SLOT_OLD,
	SLOT_PROBE,
	SLOT_WORKER, /* as many as the workers take */
	SLOT_STUCK,  /* its result is told, its process or thread is not gone */
	SLOT_AGES,
};

/* The jobs that wait for a slot of one kind. Each worker has a lane of its own. */
struct lane {
	struct scheduler *scheduler;
	enum slot_age age;     /* of a new slot */
	struct worker *worker; /* NULL: not of one */
	size_t job_count;      /* with a worker: those that are its, waiting or not */
	struct job *first;
	size_t len;
	struct lane *prev, *next;
};

struct slot {
	struct scheduler *scheduler;
	struct job *job; /* NULL once the job has left the schedule */
	struct means_run run;
	struct monotime started;
	enum slot_age age;
	struct slot *prev, *next; /* among those of its age, in the order of their start */
};

struct scheduler {
	struct means means;
	struct scheduler_callbacks callbacks;
	void *arg;
	unsigned limits[SLOT_STUCK]; /* of those before it */
	struct lane commands;
	struct lane probes;
	struct lane *lanes; /* these two, and then those of workers */
	struct slot *slots[SLOT_AGES];
	size_t slot_counts[SLOT_AGES];
	struct agenda *agenda; /* of the jobs */
	struct event *aging;   /* fires when the first of the young is old */
	struct event *serving; /* active when the queue may be served */
	uint64_t missed_runs;
	struct lateness lateness;
};

/* Puts a job with a new definition into its lane, and takes it out again. */
void scheduler_join(struct job *job);
void scheduler_leave(struct job *job);

/* Has a job wait for a slot, or not any more. */
void scheduler_enqueue(struct job *job);
void scheduler_dequeue(struct job *job);

/* The agenda's callback. */
void job_on_due(struct agenda_item *item);

void job_set_run_state(struct job *job, enum check_run_state run_state);

/* Its run has come to a result, which was told; and it is gone. */
void job_ended(struct job *job, struct monotime finished);
void job_gone(struct job *job);

#endif
