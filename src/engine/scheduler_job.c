/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A job's due times. Each job that runs is on the agenda for its next one; what is due goes
 * to the scheduler's queue.
 */
#include "scheduler_parts.h"

#include <assert.h>

#include "util.h"

void
job_set_run_state(struct job *job, enum check_run_state run_state)
{
	if (job->run_state == run_state)
		return;
	job->run_state = run_state;
	job->scheduler->callbacks.changed(job->scheduler->arg, job);
}

static void
count_missed(struct job *job, uint64_t missed)
{
	if (missed == 0)
		return;
	job->missed_runs += missed;
	job->scheduler->missed_runs += missed;
	job->scheduler->callbacks.changed(job->scheduler->arg, job);
}

static void
arm(struct job *job, struct monotime due, bool is_off_phase)
{
	job->is_next_off_phase = is_off_phase;
	agenda_put(job->scheduler->agenda, &job->upcoming, due);
}

/*
 * The job is due. Its next due time is armed first; due times that have passed already
 * (the daemon was stopped, say) are missed, and so is this one where a run is not over.
 */
void
job_on_due(struct agenda_item *item)
{
	struct job *job = (struct job *)((char *)item - offsetof(struct job, upcoming));
	struct monotime now = monotime_now(), due = item->due;
	uint64_t missed = 0;

	struct monotime next = job->is_next_off_phase ? schedule_second(&job->schedule, due)
						      : schedule_next(&job->schedule, due);
	if (next.ns <= now.ns) {
		missed = 1 + schedule_passed(&job->schedule, next, now);
		next = schedule_next(&job->schedule, now);
	}
	arm(job, next, false);
	if (job->definition->type == CHECK_TYPE_AGGREGATE) {
		struct scheduler *scheduler = job->scheduler;

		scheduler->callbacks.due(scheduler->arg, job);
	} else if (job->run_state == CHECK_RUN_STATE_IDLE) {
		job->due = due;
		scheduler_enqueue(job);
	} else {
		missed++;
	}
	count_missed(job, missed);
}

/* While a state awaits confirmation and `retry` was given, the next run comes at it. */
static void
arm_retry(struct job *job, struct monotime finished)
{
	const struct definition *definition = job->definition;

	if (!check_is_unconfirmed(&job->check) ||
		definition->retry_ms == definition->interval_ms)
		return;
	struct monotime due = {.ns = finished.ns + (int64_t)definition->retry_ms * NS_PER_MS};
	arm(job, due, true);
}

static void
run_wanted(struct job *job)
{
	if (!job->is_wanted)
		return;
	job->is_wanted = false;
	job->due = monotime_now();
	scheduler_enqueue(job);
}

void
job_ended(struct job *job, struct monotime finished)
{
	job_set_run_state(job, CHECK_RUN_STATE_STOPPING);
	arm_retry(job, finished);
}

void
job_gone(struct job *job)
{
	job->slot = NULL;
	job_set_run_state(job, CHECK_RUN_STATE_IDLE);
	run_wanted(job);
}

/* Ends the run in progress, if there is one; its job waits, stopping, until it is gone. */
static void
stop_run(struct job *job)
{
	if (job->run_state == CHECK_RUN_STATE_QUEUED) {
		scheduler_dequeue(job);
		job_set_run_state(job, CHECK_RUN_STATE_IDLE);
	} else if (job->run_state == CHECK_RUN_STATE_RUNNING) {
		job_set_run_state(job, CHECK_RUN_STATE_STOPPING);
		means_stop(&job->slot->run);
	}
}

/* Whether the last run, if any, is more than an interval ago. */
static bool
is_overdue(const struct job *job, struct boottime now)
{
	return job->check.last_outcome == CHECK_OUTCOME_NEVER ||
	       now.ms - job->check.last_ran_boot.ms > (int64_t)job->definition->interval_ms;
}

/* Puts a job with a new definition on its schedule, or off it where it is disabled. */
static void
set_schedule(struct job *job)
{
	const struct definition *definition = job->definition;
	struct instant now = instant_now();

	schedule_init(&job->schedule, definition->name, definition->interval_ms);
	agenda_remove(job->scheduler->agenda, &job->upcoming);
	job->is_wanted = false;
	if (!job_is_enabled(job) || definition->type == CHECK_TYPE_PASSIVE)
		return;
	if (is_overdue(job, now.boot))
		arm(job, schedule_first(&job->schedule, now.mono), true);
	else
		arm(job, schedule_next(&job->schedule, now.mono), false);
}

void
job_init(struct job *job, struct scheduler *scheduler, struct definition *definition,
	struct check *known)
{
	*job = (struct job){
		.definition = definition,
		.run_state = CHECK_RUN_STATE_IDLE,
		.enabled_since = boottime_now(),
		.scheduler = scheduler,
	};
	if (known != NULL)
		check_move(&job->check, known);
	else
		check_init(&job->check);
	scheduler_join(job);
	set_schedule(job);
}

void
job_stop(struct job *job)
{
	agenda_remove(job->scheduler->agenda, &job->upcoming);
	if (job->run_state == CHECK_RUN_STATE_QUEUED)
		scheduler_dequeue(job);
	if (job->slot != NULL) {
		struct slot *slot = STEAL(job->slot);

		slot->job = NULL;
		if (job->run_state == CHECK_RUN_STATE_RUNNING)
			means_stop(&slot->run);
	}
	job->run_state = CHECK_RUN_STATE_IDLE;
}

void
job_deinit(struct job *job)
{
	job_stop(job);
	scheduler_leave(job);
	check_deinit(&job->check);
	definition_unref(job->definition);
}

void
job_redefine(struct job *job, struct definition *definition)
{
	struct definition *old = job->definition;
	bool was_enabled = job_is_enabled(job);

	stop_run(job);
	scheduler_leave(job);
	job->definition = definition;
	if (job_is_enabled(job) && !was_enabled)
		job->enabled_since = boottime_now();
	definition_unref(old);
	scheduler_join(job);
	set_schedule(job);
}

void
job_set_off(struct job *job, bool is_off)
{
	bool was_enabled = job_is_enabled(job);

	if (is_off)
		stop_run(job);
	job->is_off = is_off;
	if (job_is_enabled(job) && !was_enabled)
		job->enabled_since = boottime_now();
	set_schedule(job);
}

bool
job_is_enabled(const struct job *job)
{
	return job->definition->is_enabled && !job->is_off;
}

bool
job_is_runnable(const struct job *job)
{
	const struct definition *definition = job->definition;

	return job_is_enabled(job) && definition->type != CHECK_TYPE_PASSIVE &&
	       definition->type != CHECK_TYPE_AGGREGATE;
}

void
job_run_now(struct job *job)
{
	assert(job_is_runnable(job));
	if (job->run_state == CHECK_RUN_STATE_IDLE) {
		job->due = monotime_now();
		scheduler_enqueue(job);
	} else if (job->run_state != CHECK_RUN_STATE_QUEUED) {
		job->is_wanted = true;
	}
}

void
job_run_soon(struct job *job)
{
	struct monotime now = monotime_now();
	struct monotime first = schedule_first(&job->schedule, now);

	assert(job_is_runnable(job));
	if (first.ns < job->upcoming.due.ns)
		arm(job, first, true);
}
