/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When each check runs: due times, the queue of those that wait for a slot, the limits on
 * how many run at once, and how late they start. What a result means is for the engine; an
 * aggregate is only said to be due, and a passive check never is.
 */
#ifndef ENGINE_SCHEDULER_H
#define ENGINE_SCHEDULER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agenda.h"
#include "check.h"
#include "definition.h"
#include "lateness.h"
#include "schedule.h"

struct lane;
struct means;
struct scheduler;
struct slot;

/* A check on its schedule. Embedded in its owner, who reads what is public here. */
struct job {
	struct definition *definition;  /* one reference; public */
	struct check check;             /* public; the owner applies results to it */
	uint64_t missed_runs;           /* public; goes on from what the owner sets at first */
	struct boottime enabled_since;  /* public: of the engine's start or the enabling */
	enum check_run_state run_state; /* public */
	bool is_off; /* public: it is disabled, whatever its definition says */

	bool is_next_off_phase; /* its next due time is a first run's or a retry's */
	bool is_wanted;         /* another run is to begin when the one in progress is gone */
	struct scheduler *scheduler;
	struct schedule schedule;
	struct agenda_item upcoming; /* its next due time, which it waits for */
	struct monotime due;         /* of the run that is queued or in progress */
	struct lane *lane;           /* where it waits */
	struct slot *slot;           /* the run in progress */
	struct job *prev, *next;     /* in its lane */
};

/*
 * finished: a run of the job came to its result; the owner applies it to job->check at
 * once. changed: its run state or its missed runs are others now. due: an aggregate is.
 */
struct scheduler_callbacks {
	void (*finished)(void *arg, struct job *job, const struct check_result *result);
	void (*changed)(void *arg, struct job *job);
	void (*due)(void *arg, struct job *job);
};

struct scheduler_figures {
	size_t running;
	size_t queued;
	uint64_t missed_runs;
	struct lateness_figures lateness;
};

/* The means are copied. */
struct scheduler *scheduler_new(struct event_base *base, const struct means *means,
	const struct scheduler_callbacks *callbacks, void *arg);

/*
 * No job may be left. Runs that are not gone yet are forgotten: free runner and prober
 * first, and the workers afterwards.
 */
void scheduler_free(struct scheduler *scheduler);

/* How many may be at work at once, each beside the others. */
struct scheduler_limits {
	unsigned parallel;  /* runs of commands in their first second */
	unsigned processes; /* older ones */
	unsigned probes;
};

void scheduler_set_limits(struct scheduler *scheduler, const struct scheduler_limits *limits);

/*
 * Puts a check on the schedule. The definition's reference is taken, and so is what is known
 * of the check; NULL where it has never run.
 */
void job_init(struct job *job, struct scheduler *scheduler, struct definition *definition,
	struct check *known);

/*
 * Takes it off; a run in progress is ended without a result, nobody is called. After
 * job_stop only job_deinit may follow.
 */
void job_stop(struct job *job);
void job_deinit(struct job *job);

/*
 * Gives it another definition of the same name (the reference is taken). A run in progress
 * is ended without a result; what is known of the check stays.
 */
void job_redefine(struct job *job, struct definition *definition);

/*
 * Disables a check beside what its definition says, or not any more, as job_redefine would
 * by another definition.
 */
void job_set_off(struct job *job, bool is_off);

/*
 * Runs a check beside its schedule: at once, or, where a run is in progress, again after
 * it, so that a run begins that is later than this call. For checks that run.
 */
void job_run_now(struct job *job);

/* The same within the time that a check has at its start, unless its next run comes first. */
void job_run_soon(struct job *job);

/* Whether neither its definition nor anybody else disables it. */
bool job_is_enabled(const struct job *job);

/* Whether a check is one that runs: enabled, and neither passive nor an aggregate. */
bool job_is_runnable(const struct job *job);

struct scheduler_figures scheduler_read(const struct scheduler *scheduler, struct monotime now);

#endif
